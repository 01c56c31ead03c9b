//! Tool calls as OpenAI's API has them: beside the content, with the arguments as JSON in a string. The old
//! `function_call` is one of them.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::InvalidEvent;
use super::json::{invalid, short, value};
use crate::engine::conversation::Part;

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

/// A call of `tool_calls`.
pub(super) fn read_tool_call(raw: &str) -> Result<Part, InvalidEvent> {
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

/// The one call of the old `function_call`, which has no id.
pub(super) fn read_function_call(raw: &str) -> Result<Part, InvalidEvent> {
    let function: Function = serde_json::from_str(raw).map_err(|e| invalid("message.function_call", short(&e)))?;
    Ok(Part::Call { id: String::new(), name: function.name, input: arguments(function.arguments) })
}

/// `arguments` is JSON in a string; where it is not valid JSON (models do that) the string stands.
fn arguments(value: Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        other => other,
    }
}
