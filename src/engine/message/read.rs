//! Reads one event of the wire. Unknown fields and block types are fine everywhere; what is wrong is said
//! with the field's path, what it was and what is accepted.

mod blocks;
mod calls;
mod json;
mod native;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Format;
use crate::engine::conversation::{EventKind, Part, Role, Turn};
use blocks::result_text;
use json::{clip, invalid, parse, value};
pub use native::read_message;

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
