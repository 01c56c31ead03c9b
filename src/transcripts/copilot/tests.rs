//! A small session, and the items it gives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use crate::transcripts::show::check;
use crate::transcripts::{Format, detect, read_all};

fn lines(records: &[(&str, Value)]) -> String {
    let line = |(at, (kind, data)): (usize, &(&str, Value))| {
        let record = json!({"type": kind, "data": data, "id": format!("e{at}"), "timestamp": "2026-03-01T10:00:00Z"});
        format!("{record}\n")
    };
    records.iter().enumerate().map(line).collect()
}

fn user(text: &str) -> (&'static str, Value) {
    ("user.message", json!({"content": text, "transformedContent": format!("<time/>{text}")}))
}

fn answer(text: &str, requests: Value) -> (&'static str, Value) {
    ("assistant.message", json!({"content": text, "toolRequests": requests}))
}

fn done(call: &str, data: Value) -> (&'static str, Value) {
    let mut data = data;
    data["toolCallId"] = json!(call);
    ("tool.execution_complete", data)
}

#[test]
fn a_session_of_the_cli() {
    let request = json!([{"toolCallId": "c1", "name": "bash", "arguments": "{\"command\":\"ls\"}"}]);
    let summary = json!({"success": true, "summaryContent": "What was done.", "preCompactionTokens": 9});
    let input = lines(&[
        ("session.start", json!({"sessionId": "k1", "context": {"cwd": "/w"}})),
        user("list"),
        answer("Listing.", request),
        ("tool.execution_start", json!({"toolCallId": "c1", "toolName": "bash", "arguments": {"command": "ls"}})),
        ("assistant.message", json!({"parentToolCallId": "c1", "content": "a side conversation"})),
        done("c1", json!({"success": true, "result": {"content": "a.rs"}})),
        ("tool.execution_start", json!({"toolCallId": "c2", "toolName": "bash", "arguments": {}})),
        done("c2", json!({"success": false, "error": {"message": "denied"}})),
        ("assistant.usage", json!({"inputTokens": 100, "outputTokens": 5, "cacheReadTokens": 60})),
        ("session.compaction_complete", summary),
        answer("Done.", json!([])),
        ("novelty", json!({})),
    ]);
    let expected = [
        "user: list",
        "assistant: Listing.",
        r#"call c1 bash {"command":"ls"}"#,
        "result c1: a.rs",
        "call c2 bash {}",
        "result c2 failed: denied",
        "usage 100 5 60",
        "compacted unknown Some(\"What was done.\")",
        "user meta: What was done.",
        "assistant: Done.",
    ];
    check(Format::Copilot, &input, &expected, 2);
    assert_eq!(detect(input.as_bytes()), Some(Format::Copilot));
    let (_, summary) = read_all(Format::Copilot, input.as_bytes());
    assert_eq!((summary.agent_session_id.as_deref(), summary.cwd.as_deref()), (Some("k1"), Some("/w")));
}

#[test]
fn going_back_and_words_of_the_program() {
    let input = lines(&[
        user("one"),
        answer("a", json!([])),
        user("two"),
        ("session.snapshot_rewind", json!({"upToEventId": "e2", "eventsRemoved": 1})),
        ("user.message", json!({"content": "Base directory", "source": "skill-review"})),
        user("three"),
    ]);
    check(Format::Copilot, &input, &["user: one", "assistant: a", "user meta: Base directory", "user: three"], 0);
}
