//! Fields of a payload under the names that the agents give them.

use std::path::PathBuf;

use serde_json::Value;

/// The first of these fields that is a text with something in it.
pub(super) fn text<'a>(payload: &'a Value, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| payload.get(name).and_then(Value::as_str)).filter(|text| !text.is_empty())
}

/// The agent's name of the session; longer ones than the protocol takes are none.
pub(super) fn session(payload: &Value) -> Option<&str> {
    let names = ["session_id", "sessionId", "taskId", "conversation_id"];
    text(payload, &names).filter(|id| id.chars().count() <= 256)
}

/// The folder that the agent works in.
pub(super) fn folder(payload: &Value) -> Option<PathBuf> {
    let first = |name: &str| payload.get(name).and_then(|roots| roots.get(0)).and_then(Value::as_str);
    text(payload, &["cwd"])
        .or_else(|| first("workspaceRoots"))
        .or_else(|| first("workspace_roots"))
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

/// The agent's transcript.
pub(super) fn transcript(payload: &Value) -> Option<PathBuf> {
    text(payload, &["transcript_path", "transcriptPath"]).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// A value as the text that a model would see.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(parts) if parts.iter().all(|part| part.get("text").is_some_and(Value::is_string)) => {
            parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
        }
        Value::Object(fields) => {
            let inner = ["llmContent", "textResultForLlm", "text_result_for_llm", "output", "content", "result"];
            if let Some(value) = inner.iter().find_map(|name| fields.get(*name)) {
                return plain(value);
            }
            // A shell's two streams, as Claude Code gives them.
            let streams: Vec<&str> =
                ["stdout", "stderr"].iter().filter_map(|name| fields.get(*name).and_then(Value::as_str)).collect();
            if streams.is_empty() { value.to_string() } else { streams.join("\n").trim().to_owned() }
        }
        other => other.to_string(),
    }
}
