//! Writes the messages that a compaction answers with: system messages, the memory, the tail.
//!
//! What is kept is kept byte for byte. Around it the rules of the vendors' APIs are restored, because a
//! stream of events does not always obey them: consecutive messages of one role become one, every tool call
//! is followed by its result, a call without a result is answered "interrupted" (unless it is still open),
//! a result without a call becomes text, and nothing stands twice.

mod arrange;
mod clip;
mod items;
mod markdown;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::items_after_statements)]
mod tests;

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::Format;
use crate::engine::conversation::{MESSAGE_OVERHEAD, PART_OVERHEAD, Role};
use arrange::{Group, arrange};
pub use clip::{clip_text, mask_text, repeated_text};
use items::{Item, Kind, Piece};
pub use markdown::write_markdown;

/// Answer given for a tool call that never got one.
pub const INTERRUPTED: &str = "[interrupted: this tool call has no result]";

/// How one part of the tail is shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Keep the head and the end, together about this many tokens.
    Clip(u32),
    /// Leave a pointer to the event.
    Mask,
    /// The same call is made and answered again later in the tail.
    Repeated,
}

/// The treatments of a tail. What is not named is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Treatments {
    /// By the id of the call whose result is shortened.
    pub results: HashMap<String, Treatment>,
    /// Largest size of an assistant's text and of each long value in a call's input, in tokens.
    pub assistant_clip: Option<u32>,
    /// Largest size of a user's text, in tokens.
    pub user_clip: Option<u32>,
}

/// An event of the tail.
#[derive(Clone, Copy, Debug)]
pub struct TailEvent<'a> {
    /// Its number.
    pub seq: u64,
    /// Its JSON.
    pub raw: &'a str,
}

/// What is to be written.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The shape of the answer.
    pub format: Format,
    /// Text of the memory message; `None` writes the tail alone.
    pub memory: Option<&'a str>,
    /// System messages at the head of the conversation and the tail, in order.
    pub events: Vec<TailEvent<'a>>,
    /// How many of the events stand before the memory.
    pub head: usize,
    /// What is shortened.
    pub treatments: &'a Treatments,
    /// Calls that are still waiting for their result.
    pub open: &'a HashSet<String>,
}

/// Messages as JSON texts, and what they cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// One JSON object a message.
    pub messages: Vec<String>,
    /// Estimated tokens of all of them, uncalibrated.
    pub tokens: u32,
}

impl Written {
    /// The messages as one JSON array.
    pub fn to_json(&self) -> String {
        format!("[{}]", self.messages.join(","))
    }
}

/// Writes native messages.
pub fn write_messages(request: &Request) -> Written {
    let pieces = items::pieces(request);
    let groups = arrange(request, &pieces);
    let mut written = Written::default();
    for group in &groups {
        let message = match request.format {
            Format::Anthropic => anthropic(group, &pieces),
            Format::OpenAi => openai(group, &pieces),
        };
        if let Some(message) = message {
            written.messages.push(message);
            written.tokens +=
                MESSAGE_OVERHEAD + group.items.iter().map(|item| item.tokens + PART_OVERHEAD).sum::<u32>();
        }
    }
    written
}

/// The message as it came, where the group is exactly one untouched message.
fn untouched<'a>(group: &Group, pieces: &'a [Piece<'a>]) -> Option<&'a str> {
    let (index, _) = group.items.first()?.origin?;
    let piece = pieces.get(index)?;
    let same = piece.items.len() == group.items.len()
        && group.items.iter().enumerate().all(|(at, item)| item.origin == Some((index, at)));
    if same { piece.whole } else { None }
}

fn anthropic(group: &Group, pieces: &[Piece]) -> Option<String> {
    if let Some(raw) = untouched(group, pieces) {
        return Some(raw.to_owned());
    }
    // The API refuses blank text blocks; they carry nothing.
    let blocks: Vec<&str> = group.items.iter().filter(|item| !item.blank).map(|item| item.json.as_str()).collect();
    if blocks.is_empty() {
        return None;
    }
    let role = if group.role == Role::Tool { "user" } else { group.role.name() };
    Some(format!(r#"{{"role":"{role}","content":[{}]}}"#, blocks.join(",")))
}

fn openai(group: &Group, pieces: &[Piece]) -> Option<String> {
    if let Some(raw) = untouched(group, pieces) {
        return Some(raw.to_owned());
    }
    let role = group.role.name();
    if group.role == Role::Tool {
        return group.items.first().map(|item| item.json.clone());
    }
    let calls: Vec<&str> =
        group.items.iter().filter(|item| matches!(item.kind, Kind::Call(_))).map(|item| item.json.as_str()).collect();
    let others: Vec<&Item> =
        group.items.iter().filter(|item| !matches!(item.kind, Kind::Call(_)) && !item.blank).collect();
    let content = if others.iter().all(|item| item.kind == Kind::Text) {
        let texts: Vec<&str> = others.iter().map(|item| item.text.as_str()).collect();
        if texts.is_empty() { Value::Null.to_string() } else { Value::from(texts.join("\n\n")).to_string() }
    } else {
        format!("[{}]", others.iter().map(|item| item.json.as_str()).collect::<Vec<_>>().join(","))
    };
    match (calls.is_empty(), others.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!(r#"{{"role":"{role}","content":{content}}}"#)),
        (false, _) => Some(format!(r#"{{"role":"{role}","content":{content},"tool_calls":[{}]}}"#, calls.join(","))),
    }
}
