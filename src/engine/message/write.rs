//! Writes the messages that a compaction answers with: system messages, the memory, the tail.
//!
//! What is kept is kept byte for byte. Around it the rules of the vendors' APIs are restored, because a
//! stream of events does not always obey them: consecutive messages of one role become one, every tool call
//! is followed by its result, a call without a result is answered "interrupted" (unless it is still open),
//! a result without a call becomes text, and nothing stands twice.

mod items;
mod markdown;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::items_after_statements)]
mod tests;

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::Format;
use crate::engine::conversation::{MESSAGE_OVERHEAD, PART_OVERHEAD, Role};
use crate::engine::tokens;
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

/// Items that will stand in one message.
struct Group {
    role: Role,
    items: Vec<Item>,
}

/// Restores the order that the API asks for.
fn arrange(request: &Request, pieces: &[Piece]) -> Vec<Group> {
    let mut answers: HashMap<&str, &Item> = HashMap::new();
    let mut calls: HashSet<&str> = HashSet::new();
    for item in pieces.iter().flat_map(|piece| &piece.items) {
        match &item.kind {
            Kind::Call(id) => {
                calls.insert(id);
            }
            Kind::Result(id) => {
                answers.entry(id).or_insert(item);
            }
            Kind::Text | Kind::Other => {}
        }
    }
    let mut arranged = Arranged { format: request.format, groups: Vec::new(), unanswered: Vec::new() };
    let mut memory = request.memory.map(Item::text);
    let mut called: HashSet<&str> = HashSet::new();
    for (index, piece) in pieces.iter().enumerate() {
        // The memory stands before the conversation and behind the system messages at its head.
        if index >= request.head
            && let Some(item) = memory.take()
        {
            arranged.push(Role::User, item);
        }
        match piece.role {
            Role::Assistant => {
                for item in &piece.items {
                    if let Kind::Call(id) = &item.kind {
                        if !called.insert(id) {
                            continue;
                        }
                        arranged.unanswered.push(id.clone());
                    }
                    arranged.push(Role::Assistant, item.clone());
                }
            }
            Role::User | Role::Tool => {
                arranged.answer(&answers, request.open);
                for item in &piece.items {
                    match &item.kind {
                        Kind::Result(id) if calls.contains(id.as_str()) => {}
                        Kind::Result(_) => arranged.push(Role::User, item.as_text("Result of an earlier tool call")),
                        _ => arranged.push(Role::User, item.clone()),
                    }
                }
            }
            Role::System => {
                arranged.answer(&answers, request.open);
                for item in &piece.items {
                    arranged.push(Role::System, item.clone());
                }
            }
        }
    }
    arranged.answer(&answers, request.open);
    if let Some(item) = memory {
        arranged.push(Role::User, item);
    }
    arranged.groups
}

struct Arranged {
    format: Format,
    groups: Vec<Group>,
    /// Calls of the last assistant message, in order.
    unanswered: Vec<String>,
}

impl Arranged {
    fn push(&mut self, role: Role, item: Item) {
        match self.groups.last_mut() {
            // A `tool` message of OpenAI's API carries one result; system messages stay apart too.
            Some(group) if group.role == role && role != Role::Tool && role != Role::System => group.items.push(item),
            Some(group)
                if role == Role::System
                    && group.role == role
                    && group.items.last().and_then(|last| last.origin).map(|o| o.0) == item.origin.map(|o| o.0) =>
            {
                group.items.push(item);
            }
            _ => self.groups.push(Group { role, items: vec![item] }),
        }
    }

    /// Puts the results of the last assistant message behind it.
    fn answer(&mut self, answers: &HashMap<&str, &Item>, open: &HashSet<String>) {
        let role = match self.format {
            Format::Anthropic => Role::User,
            Format::OpenAi => Role::Tool,
        };
        for id in std::mem::take(&mut self.unanswered) {
            match answers.get(id.as_str()) {
                Some(&item) => self.push(role, item.clone()),
                None if open.contains(&id) => {}
                None => self.push(role, Item::result(self.format, &id, INTERRUPTED, true)),
            }
        }
    }
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

/// A count as people say it, so that no mark looks like a number out of the conversation.
fn rounded(tokens: u32) -> String {
    if tokens < 1_000 { tokens.to_string() } else { format!("{}.{}k", tokens / 1_000, tokens % 1_000 / 100) }
}

/// The pointer that stands for a tool output left out.
pub fn mask_text(seq: u64, tokens: u32) -> String {
    let tokens = rounded(tokens);
    format!("[tool output of {tokens} tokens left out here; it is event {seq} of this session]")
}

/// The pointer for an output that stands again further down.
pub fn repeated_text(seq: u64) -> String {
    format!("[the same output stands again further down; this one is event {seq} of this session]")
}

/// The head and the end of a text, together about `budget` tokens, with a pointer to the whole between them.
pub fn clip_text(text: &str, budget: u32, seq: u64) -> String {
    let whole = tokens::estimate(text);
    if whole <= budget {
        return text.to_owned();
    }
    // Two thirds for the head: commands say what they do first, but errors come last.
    let share = |part: u64| {
        let bytes = text.len() as u64 * u64::from(budget) * part / (3 * u64::from(whole.max(1)));
        usize::try_from(bytes).unwrap_or(usize::MAX)
    };
    let head = line_floor(text, share(2));
    let tail = line_ceil(text, text.len() - share(1).min(text.len()));
    let left_out = rounded(whole.saturating_sub(budget));
    format!("{}\n[… {left_out} tokens left out; event {seq} has all of it]\n{}", text[..head].trim_end(), &text[tail..])
}

/// The largest end of a line not after `at`, or a character boundary where the line is long.
fn line_floor(text: &str, at: usize) -> usize {
    let at = floor_char(text, at);
    match text[..at].rfind('\n') {
        Some(line) if at - line < 200 => line,
        _ => at,
    }
}

fn line_ceil(text: &str, at: usize) -> usize {
    let at = floor_char(text, at);
    match text[at..].find('\n') {
        Some(line) if line < 200 => at + line + 1,
        _ => at,
    }
}

fn floor_char(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
