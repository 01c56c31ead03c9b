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
/// Bytes between two places at which a line may be clipped.
const STEP: u32 = 16;
/// Tokens by which a longer text may be estimated below a shorter one with the same beginning.
const WAVERING: u32 = 8;

/// A line on its way into the fitted document.
#[derive(Clone)]
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
            if total(&lines) + heading(section) > section_budget {
                lines = prefix(&lines, section_budget.saturating_sub(heading(section)), false);
            }
            entries.extend(lines);
        }
        entries.sort_by(keep_order);
        let own = self.entries(Section::Notes);
        let within = |room| assemble(kept(&entries, &own, room));
        let fitted = within(budget);
        if fitted.tokens() <= budget {
            return fitted;
        }
        // The sum of the parts' estimates is not quite the estimate of the whole: the parts get a little less.
        let guess = budget.saturating_sub(fitted.tokens() - budget);
        within(largest(budget, guess, |room| within(room).tokens() <= budget))
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

/// What is kept within `room`: all of it, or the user's notes and as much of the rest as there is room for.
fn kept<'a>(entries: &[Entry<'a>], own: &[Entry<'a>], room: u32) -> Vec<Entry<'a>> {
    let all = || entries.iter().chain(own);
    let headings = Section::ALL.into_iter().filter(|section| all().any(|entry| entry.section == *section)).map(heading);
    if total(entries) + total(own) + headings.sum::<u32>() <= room {
        return all().cloned().collect();
    }
    let noted = if own.is_empty() { 0 } else { total(own) + heading(Section::Notes) };
    if noted > room {
        return prefix(own, room.saturating_sub(heading(Section::Notes)), false);
    }
    let mut kept = prefix(entries, room - noted, true);
    kept.extend_from_slice(own);
    kept
}

/// The longest prefix of `entries` within `room`; where `headings` count, a section costs its own with its first line. The
/// line at the edge is clipped where enough of it stays.
///
/// In more room every line gets as much or more, and as much or more is left for those behind it. That is why it is counted
/// in parts of a token, and why a clipped line takes all that it was given.
fn prefix<'a>(entries: &[Entry<'a>], room: u32, headings: bool) -> Vec<Entry<'a>> {
    let parts = |tokens: u32| u64::from(tokens) * u64::from(LARGEST_PART);
    let longest = u64::from(room).max(parts(SMALLEST_CLIP));
    let mut left = parts(room);
    let (mut open, mut kept) = (Vec::new(), Vec::new());
    for entry in entries {
        let first = headings && !open.contains(&entry.section);
        let rest = left.saturating_sub(if first { parts(heading(entry.section)) } else { 0 });
        let given = parts(entry.cost).min(longest).min(rest);
        let mut entry = entry.clone();
        if given < parts(entry.cost) {
            if given < parts(SMALLEST_CLIP) {
                break;
            }
            let given = u32::try_from(given / u64::from(LARGEST_PART)).unwrap_or(u32::MAX);
            entry.line.to_mut().text = Line::clipped(&entry.line.text, given);
            entry.cost = cost(&entry.line.text);
        }
        left = rest - given;
        if first {
            open.push(entry.section);
        }
        kept.push(entry);
    }
    kept
}

/// The largest number up to `most` that fits, where smaller ones do; 0 where none does. It is looked for around a guess.
fn largest(most: u32, guess: u32, fits: impl Fn(u32) -> bool) -> u32 {
    let (mut least, mut most, mut stride) = (0, most, 1u32);
    let mut next = guess.min(most);
    while least < most {
        if fits(next) {
            least = next;
            next = next.saturating_add(stride).min(most);
        } else if next == 0 {
            return 0;
        } else {
            most = next - 1;
            next = most.saturating_sub(stride).max(least);
        }
        // Ever longer strides to the other side of it, then halves.
        stride = stride.saturating_mul(2);
        if stride > (most - least) / 2 {
            next = least + (most - least).div_ceil(2);
        }
    }
    least
}

fn assemble(mut entries: Vec<Entry>) -> Document {
    entries.sort_by_key(|entry| entry.at);
    let mut document = Document::default();
    for section in Section::ALL {
        for entry in entries.iter().filter(|entry| entry.section == section) {
            document.push_line(section, entry.line.clone().into_owned());
        }
    }
    document
}

fn total(entries: &[Entry]) -> u32 {
    entries.iter().map(|entry| entry.cost).sum()
}

fn heading(section: Section) -> u32 {
    tokens::estimate(section.title()) + 3
}

impl Line {
    /// The head of a text within `room` tokens, cut at a word boundary, with a mark that says how much was left out. In more
    /// room it is as long or longer.
    pub fn clipped(text: &str, room: u32) -> String {
        let whole = cost(text);
        if whole <= room {
            return text.to_owned();
        }
        let clipped = |steps: u32| {
            let head = head(text, steps as usize * STEP as usize);
            format!("{head} [… {} tokens left out]", rounded(whole.saturating_sub(tokens::estimate(head))))
        };
        let cost = |steps: u32| cost(&clipped(steps));
        let all = u32::try_from(text.len()).unwrap_or(u32::MAX) / STEP;
        let guess = u32::try_from(u64::from(all) * u64::from(room) / u64::from(whole)).unwrap_or(all);
        let mut steps = largest(all, guess, |steps| cost(steps) <= room);
        for longer in steps + 1..=all {
            match cost(longer) {
                fits if fits <= room => steps = longer,
                more if more > room.saturating_add(WAVERING) => break,
                _ => {}
            }
        }
        clipped(steps)
    }
}

/// The text up to a byte, or to the last word boundary before it where that is in the second half.
fn head(text: &str, mut end: usize) -> &str {
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text.get(..end).unwrap_or_default();
    let word = head.rfind(char::is_whitespace).filter(|&at| at >= end / 2).unwrap_or(end);
    head.get(..word).unwrap_or(head).trim_end()
}

/// A count to two figures: more would pretend to know.
fn rounded(count: u32) -> String {
    if count < 1000 { count.to_string() } else { format!("{}.{}k", count / 1000, count % 1000 / 100) }
}

#[cfg(test)]
mod tests;
