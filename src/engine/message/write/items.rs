//! Events of the tail as items in the shape of the answer's API: each item is one content block (Anthropic),
//! or one text, call or `tool` message (OpenAI), with its cost.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Request, TailEvent, Treatment, clip_text, mask_text, repeated_text};
use crate::engine::conversation::{Part, Role, Turn};
use crate::engine::message::Format;
use crate::engine::message::read::{Body, read_event};
use crate::engine::tokens;

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
    Piece { role: turn.role, items, whole: native.and_then(|native| native.whole) }
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

fn shortened(request: &Request, seq: u64, role: Role, part: &Part) -> Option<Item> {
    match part {
        Part::Result { call, text, is_error } => {
            let short = match request.treatments.results.get(call)? {
                Treatment::Clip(budget) => clip_text(text, *budget, seq),
                Treatment::Mask => mask_text(seq, tokens::estimate(text)),
                Treatment::Repeated => repeated_text(seq),
            };
            Some(Item::result(request.format, call, &short, *is_error))
        }
        Part::Text(text) => {
            let budget =
                if role == Role::User { request.treatments.user_clip } else { request.treatments.assistant_clip }?;
            (tokens::estimate(text) > budget).then(|| Item::text(&clip_text(text, budget, seq)))
        }
        Part::Call { id, name, input } => {
            let budget = request.treatments.assistant_clip?;
            let mut short = input.clone();
            clip_values(&mut short, budget, seq).then(|| {
                let tokens = tokens::estimate(name) + tokens::estimate(&short.to_string());
                Item::call(request.format, id, name, &short, tokens)
            })
        }
        // Reasoning of turns that are past is of no use to the API; it goes before any text is cut.
        Part::Thinking(_) if request.treatments.assistant_clip.is_some() => Some(Item::text("")),
        Part::Thinking(_) | Part::Other { .. } => None,
    }
}

/// Clips every long string inside a call's input; true where anything changed.
fn clip_values(value: &mut Value, budget: u32, seq: u64) -> bool {
    match value {
        Value::String(text) if tokens::estimate(text) > budget => {
            *text = clip_text(text, budget, seq);
            true
        }
        Value::Array(values) => {
            values.iter_mut().fold(false, |changed, value| clip_values(value, budget, seq) | changed)
        }
        Value::Object(map) => map.values_mut().fold(false, |changed, value| clip_values(value, budget, seq) | changed),
        _ => false,
    }
}

/// A native message of the answer's own API.
struct Native<'a> {
    whole: Option<&'a str>,
    /// Raw blocks of an Anthropic message.
    blocks: Vec<&'a RawValue>,
    format: Format,
    raw: &'a str,
}

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Inner<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_calls: Option<Vec<&'a RawValue>>,
}

impl<'a> Native<'a> {
    fn of(raw: &'a str, format: Format, shape: Option<Format>) -> Option<Native<'a>> {
        if shape.is_some_and(|shape| shape != format) {
            return None;
        }
        let message = serde_json::from_str::<Outer>(raw).ok()?.message?;
        let inner: Inner = serde_json::from_str(message.get()).ok()?;
        let mut blocks: Vec<&RawValue> = match inner.content {
            Some(content) if content.get().starts_with('[') => serde_json::from_str(content.get()).ok()?,
            _ => Vec::new(),
        };
        blocks.extend(inner.tool_calls.unwrap_or_default());
        // An object that the API answered with (`type: message`) is not accepted as a request's message:
        // only its role and content go back.
        let whole = (inner.kind.as_deref() != Some("message")).then_some(message.get());
        Some(Native { whole, blocks, format, raw: message.get() })
    }

    /// The raw block of a part.
    fn block(&self, at: usize, part: &Part) -> Option<String> {
        match (self.format, part) {
            (Format::OpenAi, Part::Result { .. }) => Some(self.raw.to_owned()),
            (_, Part::Text(text))
                if self
                    .blocks
                    .get(at)
                    .is_none_or(|block| !block.get().starts_with('{') || block.get().contains("\"function\"")) =>
            {
                Some(json!({"type": "text", "text": text}).to_string())
            }
            // OpenAI: a text content and calls together; the calls are counted behind the one text.
            (Format::OpenAi, Part::Call { id, .. }) => self
                .blocks
                .iter()
                .find(|block| block.get().contains(&Value::from(id.as_str()).to_string()))
                .map(|block| block.get().to_owned()),
            _ => self.blocks.get(at).map(|block| block.get().to_owned()),
        }
    }
}
