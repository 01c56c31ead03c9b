//! Records as Claude Code writes them, small.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

use serde_json::{Value, json};

/// Common fields of a record.
pub(super) fn envelope(uuid: &str, parent: Value) -> Value {
    let second = (uuid.bytes().last().unwrap_or(b'0') - b'0') % 10;
    json!({
        "parentUuid": parent, "isSidechain": false, "cwd": "/w", "sessionId": "s", "uuid": uuid,
        "timestamp": format!("2026-01-01T00:00:0{second}.000Z"),
    })
}

pub(super) fn with(mut record: Value, fields: Value) -> Value {
    record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    record
}

pub(super) fn user(uuid: &str, parent: impl Into<Value>, content: impl Into<Value>) -> Value {
    with(
        envelope(uuid, parent.into()),
        json!({"type": "user", "message": {"role": "user", "content": content.into()}, "toolUseResult": {"stdout": "x"}}),
    )
}

pub(super) fn result(uuid: &str, parent: &str, call: &str) -> Value {
    user(uuid, parent, json!([{"type": "tool_result", "tool_use_id": call, "content": "ok"}]))
}

pub(super) fn assistant(uuid: &str, parent: &str, message: &str, output: u64) -> Value {
    let usage = json!({"input_tokens": 1, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 100, "output_tokens": output});
    let content = json!([{"type": "text", "text": uuid}]);
    let message = json!({"id": message, "role": "assistant", "model": "m", "content": content, "usage": usage});
    with(envelope(uuid, parent.into()), json!({"type": "assistant", "message": message}))
}

pub(super) fn boundary(uuid: &str, logical: &str, metadata: Value) -> Value {
    with(
        envelope(uuid, Value::Null),
        json!({"type": "system", "subtype": "compact_boundary", "logicalParentUuid": logical, "compactMetadata": metadata}),
    )
}

pub(super) fn summary(uuid: &str, parent: &str) -> Value {
    with(user(uuid, parent, "Summary"), json!({"isCompactSummary": true}))
}

pub(super) fn queue(operation: &str, time: u64, content: impl Into<Value>) -> Value {
    let timestamp = format!("2026-01-01T00:00:0{time}Z");
    json!({"type": "queue-operation", "operation": operation, "timestamp": timestamp, "content": content.into()})
}

pub(super) fn system(subtype: &str, uuid: &str, parent: &str) -> Value {
    with(envelope(uuid, parent.into()), json!({"type": "system", "subtype": subtype}))
}

pub(super) fn text(records: &[Value]) -> String {
    records.iter().fold(String::new(), |text, record| text + &format!("{record}\n"))
}
