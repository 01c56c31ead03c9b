//! Agents' own files as a source of events: one importer per on-disk format, bytes in, items out.
//!
//! An importer is tolerant, because the formats are nobody's promise: what it does not know it passes over,
//! what it cannot read it counts. It is incremental: bytes may come in any pieces, and the items are the same.
//! Native messages go into the events byte for byte.

mod aider;
mod claude_code;
mod cline;
mod codex;
mod copilot;
mod detect;
mod format;
mod gemini;
mod json;
mod lines;
mod live;
mod messages;
mod opencode;
mod openhands;
mod pi;
mod place;
mod read;
mod reader;
mod records;
mod said;
#[cfg(test)]
mod show;
#[cfg(test)]
mod tests;
mod told;

pub use self::detect::detect;
pub use self::format::Format;
pub use self::live::Live;
pub use self::place::Place;
pub use self::read::{Added, Following, Identity, Transcript, identify, identify_bytes, read_behind, read_path};
pub use self::reader::{Reader, read_all};

/// One thing that a file tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An event of the wire as JSON text: a message, or the usage that the API reported for one.
    Event(String),
    /// The agent compacted its context here. The event of the summary message follows.
    Compacted(Compaction),
    /// The user went back (only from a [`Reader`]; [`read_all`] leaves the abandoned part out).
    Rewound {
        /// The id of the last event that still holds; everything after it is abandoned. `None`: everything.
        after: Option<String>,
    },
}

/// A compaction by the agent itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compaction {
    /// When it was done, milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// `auto`, `manual`, or `unknown` where the file does not say.
    pub trigger: String,
    /// Size of the context before it, in tokens, as the agent counts.
    pub tokens_before: Option<u64>,
    /// How long it took, in milliseconds: measured by the agent, or from the last message to its end.
    pub waited_ms: Option<u64>,
    /// The text that took the place of the conversation.
    pub summary: Option<String>,
}

/// What [`read_all`] tells beside the items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records that belong to a conversation but not to this one (side conversations, the program's error
    /// messages, attachments), and what could not be read.
    pub skipped: u64,
    /// Items on branches that the user left.
    pub abandoned: u64,
    /// The conversation's title, where the file tells.
    pub title: Option<String>,
    /// The agent's own name of the session.
    pub agent_session_id: Option<String>,
    /// The folder that the agent worked in at the start.
    pub cwd: Option<String>,
    /// The size of the model's window in tokens.
    pub context_limit: Option<u64>,
}
