//! Messages that came in the shape of the answer's own API: their blocks go back byte for byte, and the message as a
//! whole where an API accepts it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::engine::conversation::Part;
use crate::engine::message::Format;

/// A native message of the answer's own API.
pub(super) struct Native<'a> {
    /// The message, where it can go back as it is.
    pub whole: Option<&'a str>,
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
    /// The message of an event; `None` where it has another shape.
    pub fn of(raw: &'a str, format: Format, shape: Option<Format>) -> Option<Native<'a>> {
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
    pub fn block(&self, at: usize, part: &Part) -> Option<String> {
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
