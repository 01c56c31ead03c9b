//! Transcripts for these tests: real ones where they lie beside the repository, else small ones of our own.

use std::path::Path;

use serde_json::{Value, json};

use crate::events::prose;

/// A real file, or what stands in for it.
pub fn real_or(file: &str, own: impl FnOnce() -> String) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/transcripts").join(file);
    std::fs::read_to_string(path).unwrap_or_else(|_| own())
}

/// Lines of a Codex rollout.
pub fn rollout(records: &[(&str, Value)]) -> String {
    let line = |(at, (kind, payload)): (usize, &(&str, Value))| {
        let time = format!("2026-03-01T{:02}:{:02}:{:02}.000Z", at / 3600, at / 60 % 60, at % 60);
        format!("{}\n", json!({"timestamp": time, "type": kind, "payload": payload}))
    };
    records.iter().enumerate().map(line).collect()
}

/// A message of a rollout.
pub fn message(role: &str, text: &str) -> (&'static str, Value) {
    ("response_item", json!({"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]}))
}

/// A rollout of so many rounds: a request, a call, its result, an answer, usage.
pub fn rounds(count: usize) -> String {
    let mut records = vec![("session_meta", json!({"id": "live", "cwd": "/w"}))];
    for at in 0..count {
        let text = prose(20, at as u64);
        records.push(message("user", &format!("request {at} {text}")));
        let arguments = json!({"command": format!("cargo test {at}")}).to_string();
        let call =
            json!({"type": "function_call", "name": "shell", "arguments": arguments, "call_id": format!("c{at}")});
        records.push(("response_item", call));
        let output = json!({"type": "function_call_output", "call_id": format!("c{at}"), "output": text});
        records.push(("response_item", output));
        records.push(message("assistant", &format!("answer {at} {text}")));
        let last = json!({"input_tokens": 1000 + at, "output_tokens": 5, "total_tokens": 1005 + at});
        let info = json!({"total_token_usage": {"total_tokens": 2000 * at + 1}, "last_token_usage": last});
        records.push(("event_msg", json!({"type": "token_count", "info": info})));
    }
    rollout(&records)
}
