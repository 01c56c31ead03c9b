//! Everything that a session asks of the world.

use std::sync::Arc;

use super::diff::Diff;
use super::event::{Agent, Origin};
use super::memory::Document;
use super::prompt::Usage;
use super::settings::Pressure;

/// A new version of the memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Its number, from 1.
    pub revision: u64,
    /// When, milliseconds since the epoch.
    pub at: i64,
    /// `model`, `extractive` or `user`.
    pub source: &'static str,
    /// Who asked for it.
    pub origin: Origin,
    /// The last event it stands for.
    pub covered_through: u64,
    /// Its estimated size.
    pub tokens: u32,
    /// The whole file.
    pub text: String,
    /// The user's layer, where this version changes it.
    pub layer: Option<String>,
    /// What changed against the version before, front matter and source marks aside.
    pub diff: Diff,
    /// What a model had to do with it.
    pub made: Option<Made>,
}

/// What it took to have a model write, and what became of that.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Made {
    /// Tokens of all calls.
    pub usage: Usage,
    /// Their cost in USD, where the model has a price.
    pub cost: Option<f64>,
    /// What was accepted with repairs or refused, and why.
    pub notes: Vec<String>,
}

/// The answer to a compaction, the memory's version aside.
#[derive(Clone, Debug, PartialEq)]
pub struct CompactAnswer {
    /// Why nothing was gained (and nothing applied); `None` where it was.
    pub reason: Option<String>,
    /// The messages as a JSON array.
    pub messages: String,
    /// The same as one text, where that was asked for.
    pub markdown: Option<String>,
    /// First event of the tail, and the client's id of it.
    pub keep_from: (u64, Option<String>),
    /// The last event the memory in the answer stands for.
    pub covered_through: u64,
    /// Size of the events that it does not stand for, in the provider's tokens. They stand in the tail.
    pub behind_tokens: u64,
    /// Size of the messages before, in the provider's tokens.
    pub tokens_before: u64,
    /// Size of the answer, in the provider's tokens.
    pub tokens_after: u64,
    /// Tool outputs left out, with their sizes.
    pub masked: Vec<(u64, u32)>,
    /// Events brought back for the next prompt, with their scores.
    pub retrieved: Vec<(u64, f64)>,
    /// What the caller should know.
    pub warnings: Vec<String>,
}

/// What a compaction leaves in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// The newest event at that moment.
    pub at_seq: u64,
    /// First event of the tail.
    pub keep_from: u64,
    /// Estimated size of the live context from now on, uncalibrated.
    pub estimate: u64,
    /// Size before and after, in the provider's tokens.
    pub tokens: (u64, u64),
    /// Text of the memory message.
    pub memory: String,
    /// What it can be explained by, see [`Sources`](super::explain::Sources), as JSON.
    pub sources: Option<String>,
}

/// What a model is to make a memory of.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// The last event that the present prose stands for; 0 for none. The model reads those after it.
    pub base: u64,
    /// The last event that the model is to read.
    pub through: u64,
    /// Who asked.
    pub origin: Origin,
    /// The present prose.
    pub prose: Option<Document>,
    /// Facts and lines of the user's that stand in the memory without the model.
    pub kept: Document,
    /// The user's wishes for the memory.
    pub instructions: Vec<String>,
    /// Lines that the user removed from the memory.
    pub removed: Vec<String>,
    /// Largest memory and largest section, in tokens.
    pub budget: (u32, u32),
    /// The agent's own request as it would be now, and when the agent last used it (milliseconds since the epoch), where
    /// all of it is known.
    pub agent: Option<(Box<Agent>, i64)>,
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Tell the client that the pressure changed.
    Pressure {
        /// The new level.
        pressure: Pressure,
        /// Use of the window in the provider's tokens.
        context_tokens: u64,
        /// The window.
        context_limit: u64,
    },
    /// Store a new version of the memory, write the file, tell the client.
    Revised(Box<Revision>),
    /// Have a model write the memory. [`Event::Written`](super::event::Event::Written) or
    /// [`Event::Unwritten`](super::event::Event::Unwritten) tells what came of it; nothing waits for that.
    Ask(Box<Ask>),
    /// Store that the live context is another one now.
    Cut(Box<Cut>),
    /// Answer a compaction.
    Compacted {
        /// The answer.
        answer: Arc<CompactAnswer>,
        /// Version of the memory and who wrote it; revision 0 where none was ever stored.
        memory: (u64, &'static str),
    },
}
