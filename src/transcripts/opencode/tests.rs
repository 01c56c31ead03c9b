//! Small sessions, and the items they give.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use crate::transcripts::show::check;
use crate::transcripts::{Format, detect, read_all};

pub(super) fn user(id: &str, text: &str) -> Value {
    let info = json!({"id": id, "role": "user", "time": {"created": 1_730_000_101_000_u64}});
    json!({"info": info, "parts": [{"id": format!("{id}-p"), "type": "text", "text": text}]})
}

pub(super) fn assistant(id: &str, parts: Value) -> Value {
    let tokens = json!({"input": 10, "output": 5, "reasoning": 1, "cache": {"read": 80, "write": 10}});
    let time = json!({"created": 1_730_000_102_000_u64, "completed": 1_730_000_103_000_u64});
    json!({"info": {"id": id, "role": "assistant", "time": time, "finish": "stop", "tokens": tokens}, "parts": parts})
}

fn document(messages: &[Value]) -> String {
    let info = json!({"id": "ses_1", "title": "Fix it", "directory": "/w", "time": {"created": 1}});
    serde_json::to_string_pretty(&json!({"info": info, "messages": messages})).unwrap()
}

fn call(id: &str, call: &str, state: Value) -> Value {
    json!({"id": id, "type": "tool", "callID": call, "tool": "bash", "state": state})
}

fn text(id: &str, text: &str) -> Value {
    json!({"id": id, "type": "text", "text": text, "time": {"start": 1, "end": 2}})
}

#[test]
fn an_exported_session() {
    let done = json!({"status": "completed", "input": {"command": "ls"}, "output": "a.rs", "metadata": {"exit": 0}});
    let failed = json!({"status": "error", "input": {}, "error": "denied"});
    let mut summary = assistant("m4", json!([text("s1", "What was done.")]));
    summary["info"]["summary"] = json!(true);
    let mut synthetic = user("m5", "Summarize the task tool output above");
    synthetic["parts"][0]["synthetic"] = json!(true);
    let input = document(&[
        user("m1", "fix it"),
        assistant(
            "m2",
            json!([{"id": "x", "type": "step-start"}, {"id": "r", "type": "reasoning", "text": "hm"},
            text("t1", "Looking."), call("p1", "c1", done.clone()), call("p2", "c2", failed), {"id": "q", "type": "patch"}]),
        ),
        summary,
        synthetic,
        assistant("m6", json!([call("p3", "c1", done), {"id": "n", "type": "novelty"}])),
    ]);
    let expected = [
        "user: fix it",
        "assistant: Looking.",
        r#"call c1 bash {"command":"ls"}"#,
        "result c1: a.rs",
        "call c2 bash {}",
        "result c2 failed: denied",
        "usage 100 6 80",
        "compacted unknown Some(\"What was done.\")",
        "user meta: What was done.",
        "usage 100 6 80",
        "user meta: Summarize the task tool output above",
        // An id that was used before: a collection has replaced it.
        r#"call c1#2 bash {"command":"ls"}"#,
        "result c1#2: a.rs",
        "usage 100 6 80",
    ];
    check(Format::OpenCode, &input, &expected, 1);
    assert_eq!(detect(input.as_bytes()), Some(Format::OpenCode));
    let (_, summary) = read_all(Format::OpenCode, input.as_bytes());
    let about = (summary.agent_session_id, summary.cwd, summary.title);
    assert_eq!(about, (Some("ses_1".into()), Some("/w".into()), Some("Fix it".into())));
}

#[test]
fn what_is_not_finished_comes_when_nothing_more_will() {
    let running = json!({"status": "running", "input": {"command": "ls"}});
    let mut last = assistant(
        "m2",
        json!([{"id": "t", "type": "text", "text": "Look", "time": {"start": 1}},
        call("p1", "c1", running), call("p2", "c2", json!({"status": "pending", "input": {}}))]),
    );
    last["info"]["time"] = json!({"created": 2});
    last["info"]["finish"] = Value::Null;
    let unfinished = [user("m1", "go"), last.clone()];
    let call = r#"call c1 bash {"command":"ls"}"#;
    check(Format::OpenCode, &document(&unfinished), &["user: go", call, "assistant: Look"], 0);
    let given_up = [user("m1", "go"), last, user("m3", "again")];
    check(Format::OpenCode, &document(&given_up), &["user: go", call, "assistant: Look", "user: again"], 0);
}
