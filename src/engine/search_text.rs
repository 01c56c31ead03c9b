//! The text by which an event is found: everything that was said, called and answered in it.

use serde_json::Value;

use super::conversation::Part;
use super::message::read::{Body, read_event};

/// The text of an event's JSON; empty where there is nothing to find.
pub fn text_of(raw: &str) -> String {
    let Ok(event) = read_event(raw) else { return String::new() };
    let Body::Turn(turn) = event.body else { return String::new() };
    let texts = turn.parts.into_iter().map(|part| match part {
        Part::Text(text) | Part::Thinking(text) | Part::Result { text, .. } => text,
        Part::Call { name, input, .. } => format!("{name} {}", leaves(&input)),
        Part::Other { .. } => String::new(),
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// The strings and numbers of a call's input.
fn leaves(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(leaves).collect::<Vec<_>>().join("\n"),
        Value::Object(map) => map.values().map(leaves).collect::<Vec<_>>().join("\n"),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_said_is_found() {
        let cases = [
            (r#"{"type":"message","message":{"role":"user","content":"hello"}}"#, "hello"),
            (r#"{"type":"toolCall","id":"a","name":"Bash","input":{"command":"ls","n":[1,null]}}"#, "Bash ls\n1\n"),
            (r#"{"type":"toolResult","id":"a","content":"out"}"#, "out"),
            (r#"{"type":"usage","inputTokens":1}"#, ""),
            ("nonsense", ""),
        ];
        for (raw, text) in cases {
            assert_eq!(text_of(raw), text, "{raw}");
        }
    }
}
