//! Native messages in and out: what an event of the wire says ([`read`]), and the messages that go back to
//! the agent ([`mod@write`]). The only place that knows the shapes of the Anthropic Messages and OpenAI Chat
//! Completions APIs. It belongs to the engine because a compaction must measure exactly what it will send.

pub mod read;
pub mod write;

pub use read::{Event, InvalidEvent, read_event};

/// The API whose shape a session speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Anthropic Messages: content blocks, tool results inside user messages.
    #[default]
    Anthropic,
    /// OpenAI Chat Completions: `tool_calls`, tool results as messages of role `tool`.
    OpenAi,
}

impl Format {
    /// The format's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Format::Anthropic => "anthropic",
            Format::OpenAi => "openai",
        }
    }
}
