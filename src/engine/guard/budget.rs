//! The size of an answer: what is far too long goes back, what is a little too long loses the ends of its sections.

use super::Limits;
use crate::engine::memory::{Document, Section};
use crate::engine::tokens;

/// Sections in the order in which their last lines are given up where the whole is too long.
const SACRIFICE: [Section; 8] = [
    Section::CompletedWork,
    Section::KeyReferences,
    Section::ActiveWork,
    Section::ErrorsFixes,
    Section::PendingTasks,
    Section::UserIntent,
    Section::UserCorrections,
    Section::CurrentState,
];
/// Weight of a section's first line: below every fact that the embedded backend keeps, above the deeds that it lists.
const FIRST_WEIGHT: f32 = 19.99;

/// The lines of an answer on their way into a document.
pub struct Draft {
    sections: [Vec<(String, u32)>; 8],
}

impl Draft {
    /// Takes over lines; those of a section in their order.
    pub fn new(lines: Vec<(Section, String)>) -> Draft {
        let mut draft = Draft { sections: Default::default() };
        for (section, line) in lines {
            let cost = tokens::estimate(&line) + 3;
            if let Some(lines) = draft.sections.get_mut(section as usize) {
                lines.push((line, cost));
            }
        }
        draft
    }

    fn section(&self, section: Section) -> u32 {
        let heading = tokens::estimate(section.title()) + 3;
        self.sections.get(section as usize).map_or(0, |lines| total(lines.iter().map(|(_, cost)| *cost))) + heading
    }

    fn whole(&self) -> u32 {
        total(SACRIFICE.iter().map(|section| self.section(*section)))
    }

    /// What is more than half too long, in words for the model.
    pub fn problems(&self, limits: &Limits) -> Vec<String> {
        let far = |size: u32, budget: u32| u64::from(size) * 2 > u64::from(budget) * 3;
        let mut problems = Vec::new();
        for section in SACRIFICE {
            let size = self.section(section);
            if far(size, limits.section_tokens) {
                let (title, budget) = (section.title(), limits.section_tokens);
                problems.push(format!("\"{title}\" has about {size} tokens; at most {budget} are allowed."));
            }
        }
        let (size, budget) = (self.whole(), limits.memory_tokens);
        if far(size, budget) {
            problems.push(format!("The memory has about {size} tokens; at most {budget} are allowed."));
        }
        problems
    }

    /// Drops last lines until everything is within its budget. Returns the number of lines dropped.
    pub fn fit(&mut self, limits: &Limits) -> usize {
        let mut dropped = 0;
        for section in SACRIFICE {
            while self.section(section) > limits.section_tokens && self.pop(section) {
                dropped += 1;
            }
        }
        while self.whole() > limits.memory_tokens {
            // Each section keeps its first line as long as another one has two.
            let long = SACRIFICE.into_iter().find(|section| self.count(*section) > 1);
            let any = SACRIFICE.into_iter().find(|section| self.count(*section) > 0);
            let Some(section) = long.or(any) else { break };
            self.pop(section);
            dropped += 1;
        }
        dropped
    }

    fn pop(&mut self, section: Section) -> bool {
        self.sections.get_mut(section as usize).is_some_and(|lines| lines.pop().is_some())
    }

    /// How many lines a section has.
    pub fn count(&self, section: Section) -> usize {
        self.sections.get(section as usize).map_or(0, Vec::len)
    }

    /// The document, earlier lines of a section heavier than later ones.
    pub fn document(self) -> Document {
        let mut document = Document::default();
        for (section, lines) in Section::ALL.into_iter().zip(self.sections) {
            let mut weight = FIRST_WEIGHT;
            for (line, _) in lines {
                document.push(section, line, weight);
                // A thousand lines stay above the deeds.
                weight = (weight - 0.01).max(10.0);
            }
        }
        document
    }
}

fn total(costs: impl Iterator<Item = u32>) -> u32 {
    costs.fold(0, u32::saturating_add)
}
