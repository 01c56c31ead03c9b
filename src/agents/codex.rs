//! A compacted context as items of the Responses API, which Codex's app server takes into a new thread
//! (`thread/inject_items`).

use serde_json::{Value, json};

/// The items: `messages` is the context in the form of the `OpenAI` Chat API. `None` where there is no message.
pub fn items(messages: &str) -> Option<Vec<Value>> {
    let messages: Vec<Value> = serde_json::from_str(messages).ok()?;
    let mut items = Vec::new();
    for message in &messages {
        match message["role"].as_str()? {
            "tool" => items.push(json!({
                "type": "function_call_output",
                "call_id": message["tool_call_id"],
                "output": text(&message["content"]),
            })),
            role @ ("user" | "assistant") => {
                let (said, kind) =
                    (text(&message["content"]), if role == "user" { "input_text" } else { "output_text" });
                if !said.is_empty() {
                    let content = json!([{"type": kind, "text": said}]);
                    items.push(json!({"type": "message", "role": role, "content": content}));
                }
                for call in message["tool_calls"].as_array().into_iter().flatten() {
                    items.push(json!({
                        "type": "function_call",
                        "call_id": call["id"],
                        "name": call["function"]["name"],
                        "arguments": call["function"]["arguments"],
                    }));
                }
            }
            // Codex writes its instructions itself.
            _ => {}
        }
    }
    (!items.is_empty()).then_some(items)
}

fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n\n"),
        _ => String::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn messages_become_items() {
        let messages = json!([
            {"role": "system", "content": "You are."},
            {"role": "user", "content": [{"type": "text", "text": "memory"}, {"type": "text", "text": "go on"}]},
            {"role": "assistant", "content": null, "tool_calls": [{"id": "c", "type": "function", "function": {"name": "shell", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "c", "content": "out"},
            {"role": "assistant", "content": "done"},
        ]);
        let expected = json!([
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "memory\n\ngo on"}]},
            {"type": "function_call", "call_id": "c", "name": "shell", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "out"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "done"}]},
        ]);
        assert_eq!(Value::from(items(&messages.to_string()).unwrap()), expected);
        for nothing in ["", "[]", "{}", r#"[{"role":"system","content":"x"}]"#, r#"[{"content":"x"}]"#] {
            assert_eq!(items(nothing), None, "{nothing}");
        }
    }
}
