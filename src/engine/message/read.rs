//! Reads one event of the wire. Unknown fields and block types are fine everywhere; what is wrong is said
//! with the field's path, what it was and what is accepted.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Format;
use crate::engine::conversation::{EventKind, Part, Role, Turn};
use crate::engine::tokens;

/// Estimated tokens of an image whose size is not known; Anthropic documents about 1,600 for the largest it keeps.
const IMAGE_TOKENS: u32 = 1_600;
/// Estimated tokens of a document block without text, about one page of a PDF.
const DOCUMENT_TOKENS: u32 = 3_000;

/// What the model's API reported about one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Everything that went into the model, cached or not.
    pub input_tokens: u64,
    /// What came out.
    pub output_tokens: u64,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A message, a tool call or a tool result.
    Turn(Turn),
    /// A usage report.
    Usage(Usage),
}

/// An event as read.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The client's id.
    pub id: Option<String>,
    /// When it happened, milliseconds since the epoch.
    pub at: Option<i64>,
    /// The event's type.
    pub kind: EventKind,
    /// What it says.
    pub body: Body,
    /// The API it comes from, where its shape tells.
    pub format: Option<Format>,
    /// Names by which a second copy of the event is known, its own first (empty: it has none): `m:` message id, `c:` call id, `r:` result's call id, `u:` usage id.
    pub keys: Vec<String>,
}

/// Why an event is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct InvalidEvent {
    /// Path of the field inside the event, e.g. `message.role`.
    pub field: String,
    /// What it was and what is accepted.
    pub problem: String,
}

fn invalid(field: &str, problem: impl Into<String>) -> InvalidEvent {
    InvalidEvent { field: field.to_owned(), problem: problem.into() }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    at: Option<Cow<'a, str>>,
    #[serde(default)]
    meta: bool,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    name: Option<String>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(default)]
    is_error: Option<bool>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

/// Reads a struct; an error names the field below `place`.
fn parse<'a, T: Deserialize<'a>>(raw: &'a str, place: &str) -> Result<T, InvalidEvent> {
    serde_json::from_str(raw).map_err(|error| {
        // Only a refused text is read a second time, to learn where it is wrong.
        let deserializer = &mut serde_json::Deserializer::from_str(raw);
        let path = serde_path_to_error::deserialize::<_, T>(deserializer).err().map(|traced| traced.path().to_string());
        let path = path.filter(|path| path != ".").unwrap_or_default();
        let field = match (place, path.as_str()) {
            ("", "") => "event".to_owned(),
            (place, "") => place.to_owned(),
            ("", path) => path.to_owned(),
            (place, path) => format!("{place}.{path}"),
        };
        invalid(&field, short(&error))
    })
}

/// Reads an event from its JSON text.
pub fn read_event(raw: &str) -> Result<Event, InvalidEvent> {
    let envelope: Envelope = parse(raw, "")?;
    let kind = envelope.kind.as_deref().unwrap_or_default().to_owned();
    let id = match envelope.id.map(RawValue::get) {
        None | Some("null") => None,
        Some(raw) => {
            let id: String =
                serde_json::from_str(raw).map_err(|_| invalid("id", format!("{} is not a string", clip(raw))))?;
            if id.is_empty() || id.len() > 1024 {
                return Err(invalid("id", "must have 1 to 1024 bytes"));
            }
            Some(id)
        }
    };
    let at = match envelope.at.as_deref() {
        None => None,
        Some(text) => {
            let time: Timestamp = text
                .parse()
                .map_err(|_| invalid("at", format!("{text:?} is not an RFC 3339 time such as 2026-01-31T12:00:00Z")))?;
            Some(time.as_millisecond())
        }
    };
    let mut keys = Vec::new();
    let (kind, body, format) = match kind.as_str() {
        "message" => {
            let raw = envelope
                .message
                .ok_or_else(|| invalid("message", "is missing; a native message object is expected"))?;
            let (mut turn, format) = read_message(raw.get())?;
            turn.meta = envelope.meta;
            // Only its own id makes a message a second copy. Without one the first name is empty: the calls and results in
            // it are known from now on, but a message that repeats them may say something else besides.
            keys.push(id.as_ref().map(|id| format!("m:{id}")).unwrap_or_default());
            keys.extend(turn.calls().filter(|id| !id.is_empty()).map(|id| format!("c:{id}")));
            keys.extend(turn.results().filter(|id| !id.is_empty()).map(|id| format!("r:{id}")));
            (EventKind::Message, Body::Turn(turn), format)
        }
        "toolCall" => {
            let call = id
                .clone()
                .ok_or_else(|| invalid("id", "is missing; a tool call needs the id that its result will name"))?;
            let name = envelope.name.ok_or_else(|| invalid("name", "is missing; the tool's name is expected"))?;
            let input = envelope.input.map_or(Value::Null, |raw| value(raw.get()));
            keys.push(format!("c:{call}"));
            let turn = Turn { role: Role::Assistant, meta: false, parts: vec![Part::Call { id: call, name, input }] };
            (EventKind::ToolCall, Body::Turn(turn), None)
        }
        "toolResult" => {
            let call =
                id.clone().ok_or_else(|| invalid("id", "is missing; the id of the answered tool call is expected"))?;
            let content = envelope
                .content
                .ok_or_else(|| invalid("content", "is missing; a string or content blocks are expected"))?;
            let text = result_text(content.get(), "content")?;
            keys.push(format!("r:{call}"));
            let is_error = envelope.is_error.unwrap_or(false);
            let turn = Turn { role: Role::Tool, meta: false, parts: vec![Part::Result { call, text, is_error }] };
            (EventKind::ToolResult, Body::Turn(turn), None)
        }
        "usage" => {
            let input_tokens = envelope
                .input_tokens
                .ok_or_else(|| invalid("inputTokens", "is missing; a whole number is expected"))?;
            keys.extend(id.iter().map(|id| format!("u:{id}")));
            (
                EventKind::Usage,
                Body::Usage(Usage { input_tokens, output_tokens: envelope.output_tokens.unwrap_or(0) }),
                None,
            )
        }
        "" => return Err(invalid("type", "is missing; accepted are message, toolCall, toolResult, usage")),
        other => {
            return Err(invalid(
                "type",
                format!("{:?} is unknown; accepted are message, toolCall, toolResult, usage", clip(other)),
            ));
        }
    };
    Ok(Event { id, at, kind, body, format, keys })
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    role: Option<Cow<'a, str>>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_calls: Option<&'a RawValue>,
    #[serde(borrow)]
    function_call: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_call_id: Option<&'a RawValue>,
}

/// Reads a native message. The format is `None` where the shape fits both APIs.
pub fn read_message(raw: &str) -> Result<(Turn, Option<Format>), InvalidEvent> {
    let message: Message = parse(raw, "message")?;
    let role = message.role.as_deref().ok_or_else(|| {
        invalid("message.role", "is missing; accepted are user, assistant, system, developer, tool, function")
    })?;
    let (role, mut format) = match role {
        "user" => (Role::User, None),
        "assistant" => (Role::Assistant, None),
        "system" => (Role::System, None),
        "developer" => (Role::System, Some(Format::OpenAi)),
        "tool" | "function" => (Role::Tool, Some(Format::OpenAi)),
        other => {
            return Err(invalid(
                "message.role",
                format!(
                    "{:?} is unknown; accepted are user, assistant, system, developer, tool, function",
                    clip(other)
                ),
            ));
        }
    };
    let content = message.content.map_or("null", RawValue::get);
    let mut parts = Vec::new();
    if role == Role::Tool {
        let call = message.tool_call_id.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        parts.push(Part::Result { call, text: result_text(content, "message.content")?, is_error: false });
    } else {
        format = format.or(read_content(content, &mut parts)?);
    }
    if let Some(calls) = message.tool_calls.filter(|raw| raw.get() != "null") {
        let calls: Vec<&RawValue> =
            serde_json::from_str(calls.get()).map_err(|_| invalid("message.tool_calls", "must be an array"))?;
        for call in calls {
            parts.push(read_openai_call(call.get())?);
        }
        format = Some(Format::OpenAi);
    }
    if let Some(call) = message.function_call.filter(|raw| raw.get() != "null") {
        let function: Function =
            serde_json::from_str(call.get()).map_err(|e| invalid("message.function_call", short(&e)))?;
        parts.push(Part::Call { id: String::new(), name: function.name, input: arguments(function.arguments) });
        format = Some(Format::OpenAi);
    }
    Ok((Turn { role, meta: false, parts }, format))
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow)]
    thinking: Option<Cow<'a, str>>,
    id: Option<String>,
    name: Option<String>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    tool_use_id: Option<String>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    is_error: Option<bool>,
    #[serde(borrow)]
    source: Option<&'a RawValue>,
}

fn read_content(raw: &str, parts: &mut Vec<Part>) -> Result<Option<Format>, InvalidEvent> {
    let field = "message.content";
    match raw.as_bytes().first() {
        Some(b'"') => parts.push(Part::Text(string(raw, field)?)),
        Some(b'n') => {}
        Some(b'[') => {
            let blocks: Vec<&RawValue> = serde_json::from_str(raw).map_err(|e| invalid(field, short(&e)))?;
            let mut format = None;
            for (index, block) in blocks.iter().enumerate() {
                let (part, shape) = read_block(block.get(), &format!("{field}[{index}]"))?;
                format = format.or(shape);
                parts.push(part);
            }
            return Ok(format);
        }
        _ => return Err(invalid(field, format!("{} is not a string or an array of blocks", clip(raw)))),
    }
    Ok(None)
}

fn read_block(raw: &str, field: &str) -> Result<(Part, Option<Format>), InvalidEvent> {
    if raw.starts_with('"') {
        return Ok((Part::Text(string(raw, field)?), None));
    }
    let block: Block = parse(raw, field)?;
    let kind = block.kind.as_deref().unwrap_or_default();
    let anthropic = Some(Format::Anthropic);
    Ok(match kind {
        "text" | "input_text" | "output_text" => (Part::Text(block.text.unwrap_or_default().into_owned()), None),
        "thinking" => (Part::Thinking(block.thinking.unwrap_or_default().into_owned()), anthropic),
        "tool_use" => {
            let id =
                block.id.ok_or_else(|| invalid(&format!("{field}.id"), "is missing; a tool_use block needs an id"))?;
            let input = block.input.map_or(Value::Null, |raw| value(raw.get()));
            (Part::Call { id, name: block.name.unwrap_or_default(), input }, anthropic)
        }
        "tool_result" => {
            let call = block.tool_use_id.ok_or_else(|| {
                invalid(&format!("{field}.tool_use_id"), "is missing; a tool_result block names its call")
            })?;
            let text = block.content.map_or(Ok(String::new()), |raw| result_text(raw.get(), field))?;
            (Part::Result { call, text, is_error: block.is_error.unwrap_or(false) }, anthropic)
        }
        "image" => (Part::Other { kind: kind.to_owned(), tokens: IMAGE_TOKENS }, anthropic),
        "image_url" | "input_image" => {
            (Part::Other { kind: kind.to_owned(), tokens: IMAGE_TOKENS }, Some(Format::OpenAi))
        }
        "document" => {
            let text = block.source.and_then(|raw| {
                value(raw.get())
                    .get("data")
                    .and_then(Value::as_str)
                    .filter(|_| raw.get().contains("\"text\""))
                    .map(tokens::estimate)
            });
            (Part::Other { kind: kind.to_owned(), tokens: text.unwrap_or(DOCUMENT_TOKENS) }, anthropic)
        }
        other => (Part::Other { kind: other.to_owned(), tokens: tokens::estimate(raw) }, None),
    })
}

#[derive(Deserialize)]
struct OpenAiCall<'a> {
    id: Option<String>,
    function: Option<Function>,
    #[serde(borrow)]
    custom: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Function {
    #[serde(default)]
    name: String,
    #[serde(default)]
    arguments: Value,
}

fn read_openai_call(raw: &str) -> Result<Part, InvalidEvent> {
    let call: OpenAiCall = serde_json::from_str(raw).map_err(|e| invalid("message.tool_calls", short(&e)))?;
    let id = call.id.unwrap_or_default();
    Ok(match (call.function, call.custom) {
        (Some(function), _) => Part::Call { id, name: function.name, input: arguments(function.arguments) },
        (None, Some(custom)) => {
            let custom = value(custom.get());
            let name = custom.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            Part::Call { id, name, input: custom.get("input").cloned().unwrap_or_default() }
        }
        (None, None) => Part::Call { id, name: String::new(), input: Value::Null },
    })
}

/// `arguments` is JSON in a string; where it is not valid JSON (models do that) the string stands.
fn arguments(value: Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        other => other,
    }
}

/// The text of a tool's answer: a string, or the text blocks of a list, one a line.
fn result_text(raw: &str, field: &str) -> Result<String, InvalidEvent> {
    match raw.as_bytes().first() {
        Some(b'"') => string(raw, field),
        Some(b'[') => {
            let blocks: Vec<&RawValue> = serde_json::from_str(raw).map_err(|e| invalid(field, short(&e)))?;
            let mut texts = Vec::new();
            for block in blocks {
                match read_block(block.get(), field)?.0 {
                    Part::Text(text) => texts.push(text),
                    Part::Other { kind, .. } => texts.push(format!("[{kind}]")),
                    _ => {}
                }
            }
            Ok(texts.join("\n"))
        }
        Some(b'n') | None => Ok(String::new()),
        // Some agents hand over an object; its JSON is its text.
        _ => Ok(raw.to_owned()),
    }
}

fn string(raw: &str, field: &str) -> Result<String, InvalidEvent> {
    serde_json::from_str(raw).map_err(|e| invalid(field, short(&e)))
}

/// The value of a JSON text; what is nested deeper than serde allows stays text.
fn value(raw: &str) -> Value {
    serde_json::from_str(raw).unwrap_or_else(|_| Value::String(raw.to_owned()))
}

fn short(error: &serde_json::Error) -> String {
    error.to_string()
}

/// At most 60 characters of a value, for messages.
fn clip(text: &str) -> String {
    let mut clipped: String = text.chars().take(60).collect();
    if clipped.len() < text.len() {
        clipped.push('…');
    }
    clipped
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
