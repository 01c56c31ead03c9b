//! A model's lines laid into the document, and what need not be said beside them.

use serde::{Deserialize, Serialize};

use super::{Draft, share};
use crate::engine::extract::lexer;
use crate::engine::memory::{Document, Line, Section};
use crate::engine::tokens;

/// Share that a model's prose may take.
const PROSE: f32 = 0.60;

/// What a model wrote of the conversation, up to one of its events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prose {
    /// Its lines.
    pub document: Document,
    /// The last event that it stands for.
    pub through: u64,
}

impl Draft<'_> {
    /// A model's lines, the heaviest of all sections first while there is room, in their order.
    pub(super) fn prose(&mut self, total: u32, prose: &Prose) {
        self.told = prose.through;
        let mut room = share(total, PROSE).min(self.left);
        let lines = |section: Section| prose.document.lines(section).iter().map(move |line| (section, line));
        // The user's corrections are the user's words, and those are known here.
        let sections = Section::ALL.into_iter().filter(|section| *section != Section::UserCorrections);
        let all: Vec<(Section, &Line)> = sections.flat_map(lines).collect();
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by(|&a, &b| {
            let weight = |at: usize| all.get(at).map_or(0.0, |(_, line)| line.weight);
            weight(b).total_cmp(&weight(a))
        });
        let mut kept = vec![false; all.len()];
        for at in order {
            let Some((_, line)) = all.get(at) else { continue };
            let cost = tokens::estimate(&line.text) + 3;
            if cost <= room {
                room -= cost;
                if let Some(slot) = kept.get_mut(at) {
                    *slot = true;
                }
            }
        }
        for ((section, line), _) in all.into_iter().zip(kept).filter(|(_, kept)| *kept) {
            self.push(section, &line.text, line.weight, line.event);
        }
    }

    /// Whether everything that a line names stands already, so that it would say nothing new.
    pub(super) fn stands(&self, line: &str) -> bool {
        let (mut named, mut standing) = (0, 0);
        lexer::scan(line, |_, key| {
            if let Some(at) = self.from.index.known(key) {
                named += 1;
                standing += usize::from(self.covered.get(at as usize) == Some(&true));
            }
        });
        named > 0 && named == standing
    }
}
