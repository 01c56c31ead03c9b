//! The content of a native message: one text, or a list of blocks in the shape of either API. A block of a kind
//! that is not known is kept with its estimated size.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::InvalidEvent;
use super::json::{clip, invalid, parse, short, string, value};
use crate::engine::conversation::Part;
use crate::engine::message::Format;
use crate::engine::tokens;

/// Estimated tokens of an image whose size is not known; Anthropic documents about 1,600 for the largest it keeps.
const IMAGE_TOKENS: u32 = 1_600;
/// Estimated tokens of a document block without text, about one page of a PDF.
const DOCUMENT_TOKENS: u32 = 3_000;

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

pub(super) fn read_content(raw: &str, parts: &mut Vec<Part>) -> Result<Option<Format>, InvalidEvent> {
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

/// The text of a tool's answer: a string, or the text blocks of a list, one a line.
pub(super) fn result_text(raw: &str, field: &str) -> Result<String, InvalidEvent> {
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
