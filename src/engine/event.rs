//! Everything that can happen to a session.

use super::compact::Shape;
use super::conversation::{Record, Turn};
use super::edits::Edits;
use super::memory::{Document, Section};
use super::message::Format;
use super::message::read::Usage;
use super::prompt::AgentContext;
use super::settings::Settings;

/// A stored event, with what was read out of it.
#[derive(Clone, Debug)]
pub enum Stored {
    /// A message, a tool call or a tool result.
    Turn {
        /// The event.
        record: Record,
        /// What it says.
        turn: Turn,
        /// The API it comes from, where its shape tells.
        format: Option<Format>,
    },
    /// A usage report.
    Usage {
        /// Its number.
        seq: u64,
        /// When it came, milliseconds since the epoch.
        at: i64,
        /// What it reports.
        usage: Usage,
    },
}

impl Stored {
    /// The event's number.
    pub fn seq(&self) -> u64 {
        match self {
            Stored::Turn { record, .. } => record.seq,
            Stored::Usage { seq, .. } => *seq,
        }
    }
}

/// A request to compact.
#[derive(Clone, Debug, PartialEq)]
pub struct CompactRequest {
    /// Size of the whole answer in the provider's tokens; `None` takes a quarter of the window.
    pub target: Option<u64>,
    /// The shape of the answer; `None` takes the one the session was fed with.
    pub shape: Option<Shape>,
    /// The live context becomes the answer.
    pub apply: bool,
    /// What the user wants to be kept, in their words.
    pub instructions: Option<String>,
    /// What was found for the user's next prompt, best first.
    pub passages: Vec<Passage>,
}

/// A part of an event that may be needed next.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// The event.
    pub seq: u64,
    /// How well it fits, higher is better.
    pub score: f64,
    /// The part of its text.
    pub text: String,
}

/// What stands before the messages in an agent's own requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agent {
    /// The agent's model.
    pub model: String,
    /// The fields, without messages.
    pub context: AgentContext,
    /// Their size in tokens.
    pub tokens: u64,
}

/// What a model made of the events up to one of them, and the guard accepted.
#[derive(Clone, Debug)]
pub struct Written {
    /// The last event that it has read.
    pub through: u64,
    /// The event up to which the memory that it started from had gone; 0 for none.
    pub base: u64,
    /// Who asked.
    pub origin: Origin,
    /// Its lines.
    pub prose: Document,
}

/// An earlier version of the memory.
#[derive(Clone, Debug)]
pub struct Version {
    /// The file's text.
    pub text: String,
    /// The user's layer at that time.
    pub layer: Edits,
    /// The last event that it stood for.
    pub covered_through: u64,
    /// Who wrote it.
    pub source: &'static str,
}

/// Who asked for a new version of the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The schedule.
    Background,
    /// A client.
    Refresh,
    /// The user, in the file.
    User,
    /// A compaction.
    Compact,
    /// A client, going back to an earlier version.
    Restore,
}

impl Origin {
    /// The origin's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Background => "background",
            Origin::Refresh => "refresh",
            Origin::User => "user",
            Origin::Compact => "compact",
            Origin::Restore => "restore",
        }
    }
}

/// Something that happened. Times are milliseconds since the epoch.
#[derive(Clone, Debug)]
pub enum Event {
    /// Events were stored.
    Appended(Vec<Stored>),
    /// The size of the model's window is known.
    Window(u64),
    /// What stands before the messages in the agent's own requests is known.
    Agent(Box<Agent>),
    /// The settings changed.
    Configured(Settings),
    /// The memory is to be brought up to date, by the schedule (only if due) or by a client.
    Update {
        /// Who asks.
        origin: Origin,
    },
    /// A model has written the memory that was asked for by [`Effect::Ask`](super::effect::Effect::Ask).
    Written(Box<Written>),
    /// No model has: the embedded backend brings the memory up to date.
    Unwritten {
        /// Who asked.
        origin: Origin,
    },
    /// The user saved another text of the memory file.
    FileEdited {
        /// The version of the file that the edit was made on.
        base: String,
        /// The file's whole text.
        text: String,
    },
    /// A line of the memory is the user's own from now on, or is not any more.
    Pin {
        /// Where it stands.
        section: Section,
        /// Its text.
        text: String,
        /// Which of the two.
        pinned: bool,
    },
    /// An earlier version of the memory is to be the newest again.
    Restored(Box<Version>),
    /// A compaction is asked for.
    Compact(CompactRequest),
    /// Nothing else to do: build the answer that will probably be asked for next.
    Idle,
    /// The agent compacted its context itself; it goes on with the events after this one.
    AgentCompacted {
        /// The last event before the cut.
        through: u64,
    },
}
