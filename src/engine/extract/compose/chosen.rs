//! The lines that are chosen for what they name.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Draft;
use crate::engine::extract::Weighed;
use crate::engine::extract::index::{Candidate, Source};
use crate::engine::extract::select::Cover;
use crate::engine::memory::{Document, Line, Section};

impl Draft<'_> {
    /// The greedy cover.
    pub(super) fn chosen(&mut self) {
        let from = self.from;
        let Weighed { worth, costs, .. } = from.weighed();
        let mut cover = Cover::new(&from.index, costs, worth, std::mem::take(&mut self.covered), &self.standing);
        cover.choose(self.left);
        // Lines were priced one by one; what they leave over as a whole is spent in a few more rounds.
        for _ in 0..3 {
            let mut whole = self.document.clone();
            self.place(cover.chosen(), &mut whole);
            let left = self.budget.saturating_sub(whole.tokens());
            if left < 24 || !cover.choose(left) {
                break;
            }
        }
        // What was priced in parts can be a few tokens more as a whole: then the least useful lines go.
        let mut chosen = cover.chosen().to_vec();
        self.document = loop {
            let mut document = self.document.clone();
            self.place(&chosen, &mut document);
            if document.tokens() <= self.budget || chosen.pop().is_none() {
                break document;
            }
        };
    }

    /// Puts the chosen lines in their sections, in the order of the conversation, results under their file.
    fn place(&self, chosen: &[(usize, f32)], document: &mut Document) {
        let from = self.from;
        let mut chosen = chosen.to_vec();
        chosen.sort_unstable_by_key(|&(at, _)| at);
        let mut files: BTreeMap<u32, Line> = BTreeMap::new();
        for (at, weight) in chosen {
            let Some(line) = from.index.lines.get(at) else { continue };
            let text = self.relative(&rendered(line));
            let section = match line.source {
                Source::User => Section::UserIntent,
                Source::Assistant => Section::ActiveWork,
                Source::Deed => Section::CompletedWork,
                Source::Look | Source::Result if line.home == 0 => Section::KeyReferences,
                Source::Look | Source::Result => {
                    let known = files.entry(line.home).or_default();
                    known.text = match line.source {
                        _ if known.text.is_empty() => text,
                        Source::Look => format!("{text}\n{}", known.text),
                        _ => format!("{}\n{text}", known.text),
                    };
                    known.weight = known.weight.max(weight);
                    known.event = known.event.max(line.seq);
                    continue;
                }
            };
            document.push_line(section, Line { text, weight, event: line.seq, ..Line::default() });
        }
        for line in files.into_values() {
            document.push_line(Section::KeyReferences, line);
        }
    }
}

/// A line with what is known of its repetition and outcome.
pub fn rendered(line: &Candidate) -> String {
    let mut text = line.text.to_string();
    match line.failed {
        Some(true) => text.push_str(" -> failed"),
        Some(false) => text.push_str(" -> ok"),
        None => {}
    }
    if line.count > 1 && matches!(line.source, Source::Deed) {
        let _ = write!(text, " (x{})", line.count);
    }
    text
}
