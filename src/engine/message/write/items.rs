//! Events of the tail as items in the shape of the answer's API: each item is one content block (Anthropic),
//! or one text, call or `tool` message (OpenAI), with its cost.

mod native;
mod shorten;

use serde_json::{Value, json};

use super::{Request, TailEvent};
use crate::engine::conversation::{Part, Role, Turn};
use crate::engine::message::Format;
use crate::engine::message::read::{Body, read_event};
use crate::engine::tokens;
use native::Native;
use shorten::shortened;

/// What an item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Call(String),
    Result(String),
    Other,
}

/// One block.
#[derive(Clone, Debug)]
pub struct Item {
    pub kind: Kind,
    pub json: String,
    /// The text of a text or of a result.
    pub text: String,
    pub tokens: u32,
    /// Nothing but white space.
    pub blank: bool,
    /// Piece and place it stands at untouched.
    pub origin: Option<(usize, usize)>,
}

impl Item {
    pub fn text(text: &str) -> Item {
        Item {
            kind: Kind::Text,
            json: json!({"type": "text", "text": text}).to_string(),
            tokens: tokens::estimate(text),
            blank: text.trim().is_empty(),
            text: text.to_owned(),
            origin: None,
        }
    }

    pub fn result(format: Format, call: &str, text: &str, is_error: bool) -> Item {
        let json = match format {
            Format::Anthropic if is_error => {
                json!({"type": "tool_result", "tool_use_id": call, "content": text, "is_error": true})
            }
            Format::Anthropic => json!({"type": "tool_result", "tool_use_id": call, "content": text}),
            Format::OpenAi => json!({"role": "tool", "tool_call_id": call, "content": text}),
        };
        Item { kind: Kind::Result(call.to_owned()), json: json.to_string(), ..Item::text(text) }.filled()
    }

    fn call(format: Format, id: &str, name: &str, input: &Value, tokens: u32) -> Item {
        let json = match format {
            // The API wants an object.
            Format::Anthropic if !input.is_object() => {
                json!({"type": "tool_use", "id": id, "name": name, "input": {"input": input}})
            }
            Format::Anthropic => json!({"type": "tool_use", "id": id, "name": name, "input": input}),
            Format::OpenAi => {
                let arguments = input.as_str().map_or_else(|| input.to_string(), str::to_owned);
                json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
            }
        };
        Item {
            kind: Kind::Call(id.to_owned()),
            json: json.to_string(),
            text: String::new(),
            tokens,
            blank: false,
            origin: None,
        }
    }

    /// The item as text of a user's message.
    pub fn as_text(&self, heading: &str) -> Item {
        Item::text(&format!("[{heading}]\n{}", self.text))
    }

    fn filled(mut self) -> Item {
        self.blank = false;
        self
    }
}

/// One event as items.
pub struct Piece<'a> {
    pub role: Role,
    /// The harness wrote it in the user's name.
    pub meta: bool,
    pub items: Vec<Item>,
    /// The native message, where it can go back as it is.
    pub whole: Option<&'a str>,
}

/// The pieces of a request; usage reports say nothing here.
pub fn pieces<'a>(request: &Request<'a>) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut function = String::new();
    for event in &request.events {
        let Ok(read) = read_event(event.raw) else { continue };
        let Body::Turn(mut turn) = read.body else { continue };
        let old = name_old_functions(&mut turn, event.seq, &mut function);
        let index = pieces.len();
        pieces.push(piece(request, *event, &turn, read.format, old, index));
    }
    pieces
}

/// OpenAI's old `function_call` has no ids. It comes back as a tool call named after its event, which every model that
/// knows the old form understands too; true where the turn holds one.
fn name_old_functions(turn: &mut Turn, seq: u64, function: &mut String) -> bool {
    let mut found = false;
    for part in &mut turn.parts {
        match part {
            Part::Call { id, .. } if id.is_empty() => {
                *id = format!("function_{seq}");
                function.clone_from(id);
                found = true;
            }
            Part::Result { call, .. } if call.is_empty() => {
                call.clone_from(function);
                found = true;
            }
            _ => {}
        }
    }
    found
}

fn piece<'a>(
    request: &Request<'a>,
    event: TailEvent<'a>,
    turn: &Turn,
    shape: Option<Format>,
    old: bool,
    index: usize,
) -> Piece<'a> {
    let native = if old { None } else { Native::of(event.raw, request.format, shape) };
    let mut items = Vec::with_capacity(turn.parts.len());
    for (at, part) in turn.parts.iter().enumerate() {
        let mut item = match native.as_ref().and_then(|native| native.block(at, part)) {
            Some(json) => Item {
                kind: kind(part),
                json,
                text: text_of(part).to_owned(),
                tokens: part.tokens().saturating_sub(crate::engine::conversation::PART_OVERHEAD),
                blank: matches!(part, Part::Text(text) if text.trim().is_empty()),
                origin: Some((index, at)),
            },
            None => match converted(request.format, part) {
                Some(item) => item,
                None => continue,
            },
        };
        if let Some(short) = shortened(request, event.seq, turn.role, part) {
            item = short;
        }
        items.push(item);
    }
    Piece { role: turn.role, meta: turn.meta, items, whole: native.and_then(|native| native.whole) }
}

fn kind(part: &Part) -> Kind {
    match part {
        Part::Text(_) => Kind::Text,
        Part::Call { id, .. } => Kind::Call(id.clone()),
        Part::Result { call, .. } => Kind::Result(call.clone()),
        Part::Thinking(_) | Part::Other { .. } => Kind::Other,
    }
}

fn text_of(part: &Part) -> &str {
    match part {
        Part::Text(text) | Part::Result { text, .. } => text,
        _ => "",
    }
}

/// A part in the shape of another API than the one it came in; `None` where that API has no place for it.
fn converted(format: Format, part: &Part) -> Option<Item> {
    Some(match part {
        Part::Text(text) => Item::text(text),
        Part::Thinking(_) => return None,
        Part::Call { id, name, input } => Item::call(format, id, name, input, part.tokens()),
        Part::Result { call, text, is_error } => Item::result(format, call, text, *is_error),
        Part::Other { kind, .. } => Item::text(&format!("[{kind}]")),
    })
}
