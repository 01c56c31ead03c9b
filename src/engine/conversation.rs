//! The words of a conversation, free of any vendor's shape: who spoke ([`Role`]), in which parts ([`Part`]),
//! and the stored event that said it ([`Record`]).
//!
//! A [`Turn`] is what the engine reads *out of* an event; the event itself is kept as the text it came in
//! (`Record::raw`), because what goes back to the agent must be what the agent sent, byte for byte.

use serde_json::Value;

use super::tokens;

/// Tokens that a message costs beyond its text (role and separators), as vendors count chat messages.
pub const MESSAGE_OVERHEAD: u32 = 4;
/// Tokens that a content block costs beyond its text.
pub const PART_OVERHEAD: u32 = 3;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Instructions above the conversation (`system`, `developer`).
    System,
    /// The human, the harness in the human's name, or (Anthropic) the carrier of tool results.
    User,
    /// The model.
    Assistant,
    /// A tool's answer as a message of its own (OpenAI's `tool` and `function`).
    Tool,
}

impl Role {
    /// The role's name in search results.
    pub fn name(self) -> &'static str {
        match self {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        }
    }
}

/// What an event is, by the `type` it has on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// `message`
    Message,
    /// `toolCall`
    ToolCall,
    /// `toolResult`
    ToolResult,
    /// `usage`
    Usage,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [EventKind; 4] = [EventKind::Message, EventKind::ToolCall, EventKind::ToolResult, EventKind::Usage];

    /// The `type` on the wire.
    pub fn name(self) -> &'static str {
        match self {
            EventKind::Message => "message",
            EventKind::ToolCall => "toolCall",
            EventKind::ToolResult => "toolResult",
            EventKind::Usage => "usage",
        }
    }
}

/// One piece of a turn.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Prose.
    Text(String),
    /// The model's reasoning.
    Thinking(String),
    /// A tool call. `input` is the parsed input, or a string where it was not JSON.
    Call {
        /// The vendor's id of the call; empty in OpenAI's old `function_call`.
        id: String,
        /// The tool's name.
        name: String,
        /// Its arguments.
        input: Value,
    },
    /// A tool's answer.
    Result {
        /// The id of the call it answers; empty in OpenAI's old `function` messages.
        call: String,
        /// The text of the answer.
        text: String,
        /// The tool says that it failed.
        is_error: bool,
    },
    /// Anything else (image, document, a block type of the future).
    Other {
        /// The block's type.
        kind: String,
        /// Its estimated cost in tokens.
        tokens: u32,
    },
}

impl Part {
    /// Estimated tokens of this part, its own overhead included.
    pub fn tokens(&self) -> u32 {
        let text = match self {
            Part::Text(text) | Part::Thinking(text) | Part::Result { text, .. } => tokens::estimate(text),
            Part::Call { name, input, .. } => tokens::estimate(name) + tokens::estimate(&input.to_string()),
            Part::Other { tokens, .. } => *tokens,
        };
        text + PART_OVERHEAD
    }
}

/// What one event says.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// Written by the harness, not by the human (reminders, skill texts, hook output).
    pub meta: bool,
    /// The parts in their order.
    pub parts: Vec<Part>,
}

impl Turn {
    /// Estimated tokens of the whole turn as it stands in a request.
    pub fn tokens(&self) -> u32 {
        MESSAGE_OVERHEAD + self.parts.iter().map(Part::tokens).sum::<u32>()
    }

    /// Ids of the tool calls made here, in order.
    pub fn calls(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Call { id, .. } => Some(id.as_str()),
            _ => None,
        })
    }

    /// Ids of the calls answered here, in order.
    pub fn results(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Result { call, .. } => Some(call.as_str()),
            _ => None,
        })
    }

    /// All prose of the turn, joined by newlines (no thinking, no tool text).
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        texts.join("\n")
    }
}

/// An event of the live context, as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Number in the session, from 1, dense.
    pub seq: u64,
    /// The client's id of the event, where it gave one.
    pub id: Option<String>,
    /// When it happened, milliseconds since the Unix epoch.
    pub at: i64,
    /// The event's JSON as received (secrets removed).
    pub raw: Box<str>,
    /// Who speaks.
    pub role: Role,
    /// Estimated tokens in a request, uncalibrated.
    pub tokens: u32,
    /// Ids of the tool calls made here.
    pub calls: Vec<String>,
    /// Ids of the calls answered here.
    pub results: Vec<String>,
}
