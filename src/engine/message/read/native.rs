//! Reads a native message, which is a message as the agent's own API has it, and tells from its shape which API
//! that is.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::InvalidEvent;
use super::blocks::{read_content, result_text};
use super::calls::{read_function_call, read_tool_call};
use super::json::{clip, invalid, parse};
use crate::engine::conversation::{Part, Role, Turn};
use crate::engine::message::Format;

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
            parts.push(read_tool_call(call.get())?);
        }
        format = Some(Format::OpenAi);
    }
    if let Some(call) = message.function_call.filter(|raw| raw.get() != "null") {
        parts.push(read_function_call(call.get())?);
        format = Some(Format::OpenAi);
    }
    Ok((Turn { role, meta: false, parts }, format))
}
