//! The parts of messages: how far a call has come, and which parts say nothing.

use serde_json::{Value, json};

/// How far a call is.
#[derive(Debug, PartialEq)]
pub(super) enum Finished {
    /// Its input is not there yet.
    Not,
    /// It runs.
    Called,
    /// What came of it, and whether it failed.
    Done(String, bool),
}

pub(super) fn finished(state: &Value) -> Finished {
    let text = |field: &str| match &state[field] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    match state["status"].as_str().unwrap_or_default() {
        "completed" | "success" => {
            let code = state["metadata"]["exit"].as_i64().unwrap_or(0);
            let output = text("output");
            let output = if code > 0 { format!("Exit code {code}\n{output}") } else { output };
            Finished::Done(output, code > 0)
        }
        "error" => {
            let error = text("error");
            Finished::Done(if error.is_empty() { text("output") } else { error }, true)
        }
        "running" => Finished::Called,
        _ => Finished::Not,
    }
}

/// Parts that say nothing about the conversation, or say again what others do.
pub(super) fn is_bookkeeping(kind: &str) -> bool {
    matches!(
        kind,
        "step-start" | "step-finish" | "reasoning" | "patch" | "snapshot" | "agent" | "compaction" | "file" | "retry"
    )
}

/// A picture that the human gave.
pub(super) fn picture(part: &Value) -> Option<Value> {
    let url = part["url"].as_str().filter(|url| url.starts_with("data:image/"))?;
    Some(json!({"type": "image_url", "image_url": {"url": url}}))
}
