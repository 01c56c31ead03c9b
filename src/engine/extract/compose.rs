//! Builds the document: what always stands first, then the chosen lines, each in its section.

use super::index::Stat;
use super::{Extractor, lexer};
use crate::engine::memory::{Document, Line, Section};
use crate::engine::tokens;

mod chosen;
mod deeds;
mod prose;

pub use prose::Prose;

/// Shares of the budget that the parts may take which are kept for what they are, not for what they name.
const CORRECTIONS: f32 = 0.60;
const FIRST_REQUEST: f32 = 0.30;
const REQUESTS: f32 = 0.25;
const TASKS: f32 = 0.10;
/// Tokens of the headings.
const HEADINGS: u32 = 50;

/// A document under work.
struct Draft<'a> {
    from: &'a Extractor,
    document: Document,
    budget: u32,
    left: u32,
    covered: Vec<bool>,
    root: Option<&'a str>,
    /// Candidates that stand already.
    standing: Vec<usize>,
    /// The last event that a model's prose stands for: of what came before only the surest facts are added.
    told: u64,
}

/// The memory of `from` for `budget` tokens, with a model's prose where there is some.
pub fn document(from: &Extractor, budget: u32, tail_from: Option<u64>, prose: Option<&Prose>) -> Document {
    let tail = tail_from.unwrap_or(u64::MAX);
    let mut draft = Draft::new(from, budget, tail);
    let total = draft.left;
    // Prose tells the first request, unless there was none yet when it was written.
    let told = prose.map_or(0, |prose| prose.through);
    if from.said.first().is_some_and(|first| first.seq > told) {
        draft.intent(total);
    }
    draft.corrections(total);
    if let Some(prose) = prose {
        draft.prose(total, prose);
    }
    draft.state(total, tail);
    draft.tasks(total);
    draft.errors(total);
    draft.requests(total, tail);
    draft.deeds(total, tail);
    draft.chosen();
    draft.document
}

/// What stands in the memory whoever writes it: corrections, open calls, open tasks, errors.
pub fn facts(from: &Extractor, budget: u32) -> Document {
    let mut draft = Draft::new(from, budget, u64::MAX);
    let total = draft.left;
    draft.corrections(total);
    draft.open_calls(total, u64::MAX);
    draft.tasks(total);
    draft.errors(total);
    draft.document
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "budgets are small and shares positive"
)]
fn share(total: u32, share: f32) -> u32 {
    (total as f32 * share) as u32
}

impl<'a> Draft<'a> {
    fn new(from: &'a Extractor, budget: u32, tail: u64) -> Draft<'a> {
        let shown = |stat: u32| u64::from(stat) >= tail;
        Draft {
            from,
            document: Document::default(),
            budget,
            left: budget.saturating_sub(HEADINGS),
            covered: from.index.idents.iter().map(|ident| shown(ident.get(Stat::Shown))).collect(),
            root: from.weighed().root.as_deref(),
            standing: Vec::new(),
            told: 0,
        }
    }
}

impl Draft<'_> {
    /// Paths relative to the working directory.
    fn relative(&self, text: &str) -> String {
        match self.root {
            Some(root) => text.replace(root, ""),
            None => text.to_owned(),
        }
    }

    /// Adds a line; what it names is covered. Returns its cost.
    fn push(&mut self, section: Section, line: &str, weight: f32, event: u64) -> u32 {
        let line = self.relative(line);
        let mut keys = Vec::new();
        lexer::scan(&line, |_, key| keys.push(key));
        for key in keys {
            if let Some(slot) = self.from.index.known(key).and_then(|at| self.covered.get_mut(at as usize)) {
                *slot = true;
            }
        }
        let cost = tokens::estimate(&line) + 3;
        self.left = self.left.saturating_sub(cost);
        self.document.push_line(section, Line { text: line, weight, event, ..Line::default() });
        cost
    }

    /// Adds as much of a text as `room` allows.
    fn push_clipped(&mut self, section: Section, line: &str, weight: f32, (room, event): (u32, u64)) -> u32 {
        let line = shorten(line, room.min(self.left));
        if line.is_empty() { 0 } else { self.push(section, &line, weight, event) }
    }

    fn intent(&mut self, total: u32) {
        if let Some(first) = self.from.said.first() {
            let room = share(total, FIRST_REQUEST).max(60);
            self.push_clipped(Section::UserIntent, &first.text, f32::INFINITY, (room, first.seq));
        }
    }

    /// All corrections while they fit, the newest surest; in the order in which they were said.
    fn corrections(&mut self, total: u32) {
        let mut room = share(total, CORRECTIONS).min(self.left);
        let messages = self.from.said.messages();
        let mut kept = Vec::new();
        for message in messages.iter().rev() {
            for correction in message.corrections.iter().rev() {
                let cost = tokens::estimate(correction) + 3;
                if cost <= room {
                    room -= cost;
                    kept.push((correction, message.seq));
                }
            }
        }
        for (age, (correction, seq)) in kept.iter().enumerate().rev() {
            self.push(Section::UserCorrections, correction, 100.0 - small(age), *seq);
        }
    }

    fn open_calls(&mut self, total: u32, tail: u64) {
        let from = self.from;
        let room = share(total, 0.05).max(40);
        for open in from.open.iter().filter(|open| open.seq < tail && !open.line.is_empty()) {
            let line = format!("open call: {}", open.line);
            self.push_clipped(Section::PendingTasks, &line, 50.0, (room, open.seq));
        }
    }

    /// Where things stand, as far as no prose says it.
    fn state(&mut self, total: u32, tail: u64) {
        self.open_calls(total, tail);
        let (from, told) = (self.from, self.told);
        let room = share(total, 0.05).max(40);
        if let Some(branch) = from.place.branch.as_ref().filter(|_| told == 0) {
            self.push_clipped(Section::CurrentState, &format!("On branch {branch}"), 20.0, (40, 0));
        }
        if let Some(run) = from.last_run.as_ref().filter(|run| run.seq < tail && run.seq > told) {
            let outcome = if run.failed { "failed" } else { "ok" };
            let line = format!("last {} -> {outcome}", run.line);
            self.push_clipped(Section::CurrentState, &line, 30.0, (room, run.seq));
        }
        if let Some((seq, words)) = from.said.last_words().filter(|(seq, _)| *seq < tail && *seq > told) {
            let end = words.rsplit("\n\n").find(|piece| piece.len() >= 12).unwrap_or(words);
            let line = format!("assistant said last: {}", end.trim());
            self.push_clipped(Section::CurrentState, &line, 40.0, (room, *seq));
        }
    }

    fn tasks(&mut self, total: u32) {
        let mut room = share(total, TASKS).min(self.left);
        let tasks: Vec<&str> = self.from.tasks.open().map(|task| task.text.as_str()).collect();
        for (at, task) in tasks.into_iter().enumerate() {
            let line = format!("[ ] {task}");
            if tokens::estimate(&line) + 3 > room {
                break;
            }
            room = room.saturating_sub(self.push(Section::PendingTasks, &line, 40.0 - small(at), 0));
        }
    }

    /// The later messages of the human that are not corrections as a whole and do not stand in the tail.
    fn requests(&mut self, total: u32, tail: u64) {
        let mut room = share(total, REQUESTS).min(self.left);
        let messages = self.from.said.messages();
        let first = self.from.said.first().map(|message| message.seq);
        let mut kept = Vec::new();
        for message in messages.iter().rev() {
            let whole = message.corrections.contains(&message.text);
            let told = message.seq <= self.told;
            if whole || told || message.in_result || message.seq >= tail || Some(message.seq) == first {
                continue;
            }
            let longest = (room / 2).max(24);
            let line = shorten(&message.text, longest);
            let cost = tokens::estimate(&line) + 3;
            if line.is_empty() || cost > room {
                continue;
            }
            room -= cost;
            kept.push((line, message.seq));
        }
        for (age, (line, seq)) in kept.iter().enumerate().rev() {
            self.push(Section::UserIntent, line, 60.0 - small(age), *seq);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
fn small(value: usize) -> f32 {
    value.min(999) as f32 / 100.0
}

/// A text within `room` tokens; what does not fit is left out with a visible mark.
fn shorten(line: &str, room: u32) -> String {
    let cost = tokens::estimate(line) + 3;
    if cost <= room {
        line.to_owned()
    } else if room < 24 {
        String::new()
    } else {
        Line::clipped(line, room)
    }
}
