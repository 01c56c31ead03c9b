//! The embedded backend: keeps a memory of the conversation without a model.
//!
//! [`Extractor::observe`] reads each event once and keeps bounded tables: identifiers with the history of their use,
//! candidate lines, the human's words, errors, tasks, open calls. [`Extractor::document`] chooses from them, for a
//! budget, the lines that keep the most of what the agent is likely to need: the human's corrections, the intent,
//! errors and open tasks first, then a greedy cover of identifiers by lines (`select`), each identifier weighed by
//! the probability that it is needed again (`need`).
//!
//! Every line is verbatim, or composed of a call's name and inputs. Nothing is invented.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::conversation::{Part, Role, Turn};
use super::memory::Document;
use super::tokens;

mod action;
mod calls;
mod compose;
mod errors;
mod facts;
mod human;
mod index;
pub(super) mod lexer;
mod mention;
mod need;
mod observe;
mod parts;
mod place;
mod results;
mod said;
mod select;
mod tasks;
#[cfg(test)]
mod tests;
pub(super) mod text;
mod weights;

pub use compose::Prose;
use errors::Failures;
use index::{Candidate, Index};
use place::Place;
use said::Said;
use tasks::Tasks;

/// Open calls remembered at most.
const OPEN_CALLS: usize = 64;

/// A call that has no result yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct OpenCall {
    id: String,
    seq: u64,
    /// The call in one line.
    line: String,
    /// It runs a program.
    runs: bool,
    /// It only looks.
    looks: bool,
    /// It makes a task, whose id the result will tell.
    new_task: bool,
    /// Number of the file that it reads, from 1; 0 for none.
    home: u32,
    /// Files that it edits.
    edits: Vec<String>,
}

/// The last command and how it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct LastRun {
    line: String,
    seq: u64,
    failed: bool,
}

/// The extractive backend's state. Bounded (about 3 MB at any length), serialisable, deterministic.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Extractor {
    index: Index,
    /// Turns read so far.
    events: u32,
    /// Size of what was read, in quarter bytes.
    size: u32,
    said: Said,
    failures: Failures,
    tasks: Tasks,
    place: Place,
    open: Vec<OpenCall>,
    last_run: Option<LastRun>,
    /// The candidates weighed, until the next event: documents of any size share it.
    #[serde(skip)]
    weighed: OnceLock<Weighed>,
}

/// What the candidates are worth and cost. Follows from what was read alone.
#[derive(Clone, Debug)]
struct Weighed {
    /// The working directory with its slash, which lines are written without.
    root: Option<String>,
    /// Worth of each identifier.
    worth: Vec<f32>,
    /// Tokens of each candidate as it will stand.
    costs: Vec<u32>,
}

impl Extractor {
    /// An extractor that has read nothing.
    pub fn new() -> Self {
        Extractor::default()
    }

    /// Reads one event. `seq` is its number in the session; events come in order, each once.
    pub fn observe(&mut self, seq: u64, _at_ms: i64, turn: &Turn) {
        self.events = self.events.saturating_add(1);
        self.weighed.take();
        for part in &turn.parts {
            match part {
                Part::Text(text) => self.prose(seq, turn.role, turn.meta, text),
                Part::Call { id, name, input } => self.call(seq, id, name, input),
                Part::Result { call, text, is_error } => self.result(seq, call, text, *is_error),
                Part::Thinking(_) | Part::Other { .. } => {}
            }
        }
        if turn.role == Role::User && !turn.meta && turn.parts.iter().any(|part| matches!(part, Part::Text(_))) {
            self.interrupted();
        }
        self.prune();
    }

    fn weighed(&self) -> &Weighed {
        self.weighed.get_or_init(|| {
            let root = self.place.directory().map(|root| format!("{root}/"));
            let (asked, said, tasks) = (self.said.asked(), self.said.recent(), self.open_tasks());
            let worth = need::worth(&self.index, &self.moment(&asked, &said, &tasks));
            let cost = |line: &Candidate| match &root {
                Some(root) if line.text.contains(root.as_str()) => {
                    tokens::estimate(&line.text.replace(root.as_str(), "")) + 2
                }
                _ => line.tokens,
            };
            let costs = self.index.lines.iter().map(cost).collect();
            Weighed { root, worth, costs }
        })
    }

    /// The memory for a budget in tokens. Events from `tail_from` on will stand verbatim (their tool results clipped)
    /// behind the memory, so only corrections, the intent and open tasks are repeated from them.
    ///
    /// Where a model wrote prose, it stands first; corrections, open calls, tasks and errors stand whatever it says, and
    /// what came after it is added.
    pub fn document(&self, budget_tokens: u32, tail_from: Option<u64>, prose: Option<&Prose>) -> Document {
        compose::document(self, budget_tokens, tail_from, prose)
    }

    /// What stands in the memory whoever writes it, within a budget in tokens.
    pub fn facts(&self, budget_tokens: u32) -> Document {
        compose::facts(self, budget_tokens)
    }
}
