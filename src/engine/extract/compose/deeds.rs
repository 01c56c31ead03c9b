//! What was done and what went wrong: the newest errors, edits and commands.

use super::chosen::rendered;
use super::{Draft, share, small};
use crate::engine::extract::index::{Candidate, Source};
use crate::engine::memory::Section;
use crate::engine::tokens;

/// Shares of the budget.
const ERRORS: f32 = 0.18;
const EDITS: f32 = 0.06;
const RUNS: f32 = 0.04;

impl Draft<'_> {
    /// The newest errors, in the order in which they came; a call that failed in several lines is named once.
    pub(super) fn errors(&mut self, total: u32) {
        let mut room = share(total, ERRORS).min(self.left);
        let mut kept = Vec::new();
        for failure in self.from.failures.items().iter().rev().take(14) {
            let cost = tokens::estimate(&failure.line) + 6;
            if cost > room || failure.seq <= self.told && self.stands(&failure.line) {
                continue;
            }
            room -= cost;
            kept.push(failure);
        }
        kept.reverse();
        let count = kept.len();
        let mut groups: Vec<(String, f32, u64)> = Vec::new();
        let mut call = None;
        for (at, failure) in kept.into_iter().enumerate() {
            let weight = 30.0 - small(count - at);
            let same = call == Some((&failure.call, failure.seq));
            call = Some((&failure.call, failure.seq));
            if let Some((text, ..)) = groups.last_mut().filter(|_| same) {
                text.push('\n');
                text.push_str(&failure.line);
                continue;
            }
            let followed = match &failure.edited {
                _ if failure.passes => " (passes now)".to_owned(),
                Some(edited) => format!(" (then edited {edited})"),
                None => String::new(),
            };
            groups.push((format!("{}{followed}\n{}", failure.call, failure.line), weight, failure.seq));
        }
        for (group, weight, seq) in groups {
            self.push_clipped(Section::ErrorsFixes, &group, weight, (u32::MAX, seq));
        }
    }

    /// The last edits and the last commands before the tail, in their order.
    pub(super) fn deeds(&mut self, total: u32, tail: u64) {
        let lines = &self.from.index.lines;
        let mut deeds: Vec<(usize, &Candidate)> = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.source == Source::Deed && line.seq < tail && line.seq > self.told)
            .collect();
        deeds.sort_by_key(|(_, line)| std::cmp::Reverse(line.seq));
        let mut rooms = [share(total, EDITS).min(self.left / 2), share(total, RUNS).min(self.left / 2)];
        let mut kept = Vec::new();
        for (age, (at, line)) in deeds.into_iter().enumerate() {
            let cost = self.from.weighed().costs.get(at).copied().unwrap_or(line.tokens);
            let Some(room) = rooms.get_mut(usize::from(line.text.starts_with("ran "))) else { continue };
            if cost <= *room {
                *room -= cost;
                kept.push((at, line, 10.0 - small(age)));
            }
        }
        for (at, line, weight) in kept.into_iter().rev() {
            let text = self.deed(line);
            self.standing.push(at);
            self.push(Section::CompletedWork, &text, weight, line.seq);
        }
    }

    /// A deed with its outcome and repetition; of an edit the definitions that it touched.
    fn deed(&self, line: &Candidate) -> String {
        let path = line.text.split_once(" file ").map(|(_, path)| path).unwrap_or_default();
        let names = self.from.index.files.iter().find(|file| *file.path == *path).map(|file| file.names.join(", "));
        match names.filter(|names| !names.is_empty()) {
            Some(names) => format!("{} ({names})", rendered(line)),
            None => rendered(line),
        }
    }
}
