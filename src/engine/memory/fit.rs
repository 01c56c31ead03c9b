//! Fitting a document to a budget: the lightest lines of the first section in the order of sacrifice go first.
//!
//! What is kept is always a prefix of one fixed order, so that a smaller memory is a part of the larger one.

use std::borrow::Cow;

use super::render::cost;
use super::{Document, Line, Section};
use crate::engine::tokens;

/// Sections in the order in which they are given up. Notes are the user's own and stay.
const SACRIFICE: [Section; 8] = [
    Section::CompletedWork,
    Section::KeyReferences,
    Section::ActiveWork,
    Section::ErrorsFixes,
    Section::PendingTasks,
    Section::UserIntent,
    Section::CurrentState,
    Section::UserCorrections,
];
/// When room is short, no line takes more than this part of it.
const LARGEST_PART: u32 = 3;
/// A rest of fewer tokens than this is not worth a clipped line.
const SMALLEST_CLIP: u32 = 32;

/// A line on its way into the fitted document.
struct Entry<'a> {
    section: Section,
    at: usize,
    line: Cow<'a, Line>,
    cost: u32,
}

impl Document {
    /// The document within `budget` tokens, no section but the notes over `section_budget`. Given up first is
    /// completed work, then key references, active work, errors, pending tasks, intent, current state, and
    /// corrections last; within a section the lightest lines first. A line that is too long by itself is clipped with
    /// a visible mark.
    #[must_use]
    pub fn fit(&self, budget: u32, section_budget: u32) -> Document {
        let mut entries = Vec::new();
        for section in SACRIFICE {
            let mut lines = self.entries(section);
            let whole: u32 = lines.iter().map(|entry| entry.cost).sum::<u32>() + heading(section);
            if whole > section_budget {
                lines = prefix(lines, section_budget.saturating_sub(heading(section)), &mut Vec::new());
            }
            entries.extend(lines);
        }
        let mut own = self.entries(Section::Notes);
        let mut headings: u32 = Section::ALL
            .iter()
            .filter(|section| !self.lines(**section).is_empty())
            .map(|section| heading(*section))
            .sum();
        let whole: u32 = entries.iter().chain(&own).map(|entry| entry.cost).sum::<u32>() + headings;
        if whole > budget {
            if own.iter().map(|entry| entry.cost).sum::<u32>() > budget {
                own = prefix(own, budget.saturating_sub(heading(Section::Notes)), &mut Vec::new());
            }
            let noted: u32 = own.iter().map(|entry| entry.cost).sum();
            entries.sort_by(keep_order);
            headings = if own.is_empty() { 0 } else { heading(Section::Notes) };
            entries = prefix(entries, budget.saturating_sub(noted + headings), &mut vec![Section::Notes]);
        }
        entries.extend(own);
        let mut fitted = assemble(&mut entries);
        // The sum of the parts' estimates is not quite the estimate of the whole.
        while fitted.tokens() > budget {
            entries.sort_by(keep_order);
            match entries.iter().rposition(|entry| entry.section != Section::Notes) {
                Some(last) => drop(entries.remove(last)),
                None => break,
            }
            fitted = assemble(&mut entries);
        }
        fitted
    }

    fn entries(&self, section: Section) -> Vec<Entry<'_>> {
        let mut entries: Vec<Entry> = self
            .lines(section)
            .iter()
            .enumerate()
            .map(|(at, line)| Entry { section, at, line: Cow::Borrowed(line), cost: cost(&line.text) })
            .collect();
        entries.sort_by(keep_order);
        entries
    }
}

/// What is kept longest comes first.
fn keep_order(a: &Entry, b: &Entry) -> std::cmp::Ordering {
    let rank =
        |entry: &Entry| SACRIFICE.iter().position(|section| *section == entry.section).unwrap_or(SACRIFICE.len());
    let sure = |entry: &Entry| entry.line.weight == f32::INFINITY;
    sure(b)
        .cmp(&sure(a))
        .then(rank(b).cmp(&rank(a)))
        .then(b.line.weight.total_cmp(&a.line.weight))
        .then(a.at.cmp(&b.at))
}

/// The longest prefix of `entries` within `room`; a section that is not yet `open` costs its heading. The line at the
/// edge is clipped where enough of it stays.
fn prefix<'a>(entries: Vec<Entry<'a>>, room: u32, open: &mut Vec<Section>) -> Vec<Entry<'a>> {
    let single = open.is_empty();
    let largest = room / LARGEST_PART;
    let mut left = room;
    let mut kept = Vec::new();
    for mut entry in entries {
        let head = if single || open.contains(&entry.section) { 0 } else { heading(entry.section) };
        let cap = largest.max(SMALLEST_CLIP).min(left.saturating_sub(head));
        let edge = entry.cost.min(largest.max(SMALLEST_CLIP)) + head > left;
        if entry.cost > cap {
            if cap < SMALLEST_CLIP {
                break;
            }
            entry.line.to_mut().text = Line::clipped(&entry.line.text, cap);
            entry.cost = cost(&entry.line.text);
        }
        if entry.cost + head > left {
            break;
        }
        left -= entry.cost + head;
        if head > 0 {
            open.push(entry.section);
        }
        kept.push(entry);
        if edge {
            break;
        }
    }
    kept
}

fn assemble(entries: &mut [Entry]) -> Document {
    entries.sort_by_key(|entry| entry.at);
    let mut document = Document::default();
    for section in Section::ALL {
        for entry in entries.iter().filter(|entry| entry.section == section) {
            document.push_line(section, entry.line.clone().into_owned());
        }
    }
    document
}

fn heading(section: Section) -> u32 {
    tokens::estimate(section.title()) + 3
}

impl Line {
    /// The head of a text within `room` tokens, cut at a word boundary, with a mark that says how much was left out.
    pub fn clipped(text: &str, room: u32) -> String {
        let whole = cost(text);
        if whole <= room {
            return text.to_owned();
        }
        let mut limit = text.len() * room.saturating_sub(14) as usize / whole.max(1) as usize;
        loop {
            let mut end = limit;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let head = text.get(..end).unwrap_or_default();
            let word = head.rfind(char::is_whitespace).filter(|&at| at >= end / 2).unwrap_or(end);
            let head = head.get(..word).unwrap_or(head).trim_end();
            let out = format!("{head} [… {} tokens left out]", rounded(whole.saturating_sub(tokens::estimate(head))));
            if cost(&out) <= room || limit < 8 {
                return out;
            }
            limit = limit * 9 / 10;
        }
    }
}

/// A count to two figures: more would pretend to know.
fn rounded(count: u32) -> String {
    if count < 1000 { count.to_string() } else { format!("{}.{}k", count / 1000, count % 1000 / 100) }
}

#[cfg(test)]
mod tests;
