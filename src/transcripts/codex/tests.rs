//! Small rollouts of every version, and the items they give.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use crate::transcripts::show::{check, shown};
use crate::transcripts::{Format, detect, read_all};

/// A rollout of these records; each has its own second.
fn rollout(records: &[(&str, Value)]) -> String {
    let line = |(at, (kind, payload)): (usize, &(&str, Value))| {
        format!(
            "{}\n",
            json!({"timestamp": format!("2026-03-01T10:00:{at:02}.000Z"), "type": kind, "payload": payload})
        )
    };
    records.iter().enumerate().map(line).collect()
}

fn message(role: &str, text: &str) -> (&'static str, Value) {
    let kind = if role == "assistant" { "output_text" } else { "input_text" };
    ("response_item", json!({"type": "message", "role": role, "content": [{"type": kind, "text": text}]}))
}

fn told(text: &str) -> (&'static str, Value) {
    ("event_msg", json!({"type": "user_message", "message": text}))
}

fn call(id: &str, command: &str) -> (&'static str, Value) {
    let arguments = json!({"command": command}).to_string();
    ("response_item", json!({"type": "function_call", "name": "shell", "arguments": arguments, "call_id": id}))
}

fn output(id: &str, output: Value) -> (&'static str, Value) {
    ("response_item", json!({"type": "function_call_output", "call_id": id, "output": output}))
}

fn meta(id: &str) -> (&'static str, Value) {
    ("session_meta", json!({"id": id, "cwd": "/w", "instructions": null}))
}

#[test]
fn a_turn_with_a_call() {
    let rollout = rollout(&[
        meta("s1"),
        message("user", "<environment_context>\n<cwd>/w</cwd>\n</environment_context>"),
        message("user", "fix it"),
        told("fix it"),
        ("event_msg", json!({"type": "agent_message", "message": "Looking."})),
        message("assistant", "Looking."),
        ("response_item", json!({"type": "reasoning", "summary": []})),
        call("c1", "ls"),
        output("c1", json!(r#"{"output":"a.rs\n","metadata":{"exit_code":0}}"#)),
        call("c2", "false"),
        output("c2", json!(r#"{"output":"boom","metadata":{"exit_code":1}}"#)),
        (
            "response_item",
            json!({"type": "custom_tool_call", "name": "apply_patch", "input": "*** Begin", "call_id": "c3"}),
        ),
        (
            "response_item",
            json!({"type": "custom_tool_call_output", "call_id": "c3", "output": "error: no such lines"}),
        ),
    ]);
    let expected = [
        "user meta: <environment_context>\n<cwd>/w</cwd>\n</environment_context>",
        "user: fix it",
        "assistant: Looking.",
        r#"call c1 shell {"command":"ls"}"#,
        "result c1: a.rs\n",
        r#"call c2 shell {"command":"false"}"#,
        "result c2 failed: Exit code 1\nboom",
        "call c3 apply_patch *** Begin",
        "result c3 failed: error: no such lines",
    ];
    check(Format::Codex, &rollout, &expected, 0);
    let (_, summary) = read_all(Format::Codex, rollout.as_bytes());
    assert_eq!((summary.agent_session_id.as_deref(), summary.cwd.as_deref()), (Some("s1"), Some("/w")));
}

#[test]
fn what_the_human_said_is_found_once() {
    let told_first = [told("one"), message("user", "one"), message("assistant", "yes")];
    check(Format::Codex, &rollout(&told_first), &["user: one", "assistant: yes"], 0);
    // Steering that stands nowhere else, and the newer notation.
    let completed = json!({"type": "item_completed", "item": {"type": "UserMessage", "content": [{"type": "text", "text": "stop"}]}});
    let steering = [
        message("user", "go"),
        told("go"),
        call("c", "x"),
        told("not that one"),
        output("c", json!("done")),
        message("assistant", "ok"),
        ("event_msg", completed),
        ("event_msg", json!({"type": "turn_aborted"})),
    ];
    let expected = [
        "user: go",
        r#"call c shell {"command":"x"}"#,
        "result c: done",
        "user: not that one",
        "assistant: ok",
        "user: stop",
    ];
    check(Format::Codex, &rollout(&steering), &expected, 0);
    // The same words again are said again.
    let twice =
        [message("user", "go on"), told("go on"), message("assistant", "a"), message("user", "go on"), told("go on")];
    check(Format::Codex, &rollout(&twice), &["user: go on", "assistant: a", "user: go on"], 0);
}

#[test]
fn usage_is_that_of_the_last_request_and_not_repeated() {
    let report = |total: u64, last: u64| {
        let usage =
            json!({"input_tokens": last, "cached_input_tokens": 5, "output_tokens": 7, "total_tokens": last + 7});
        let info = json!({"total_token_usage": {"total_tokens": total}, "last_token_usage": usage, "model_context_window": 272_000});
        ("event_msg", json!({"type": "token_count", "info": info}))
    };
    let none = ("event_msg", json!({"type": "token_count", "info": null}));
    let rollout = rollout(&[report(100, 93), none, report(100, 93), report(250, 143)]);
    check(Format::Codex, &rollout, &["usage 93 7 5", "usage 143 7 5"], 0);
    assert_eq!(read_all(Format::Codex, rollout.as_bytes()).1.context_limit, Some(272_000));
}

#[test]
fn a_compaction_neither_loses_nor_doubles_events() {
    let history = json!([{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go"}]}]);
    let compacted = |text: &str| ("compacted", json!({"message": text, "replacement_history": history}));
    let records = [
        message("user", "go"),
        message("assistant", "a"),
        compacted("What was done."),
        ("event_msg", json!({"type": "context_compacted"})),
        message("assistant", "b"),
        compacted(""),
        message("assistant", "c"),
    ];
    let expected = [
        "user: go",
        "assistant: a",
        "compacted unknown Some(\"What was done.\")",
        "user meta: What was done.",
        "assistant: b",
        "compacted unknown None",
        "assistant: c",
    ];
    check(Format::Codex, &rollout(&records), &expected, 0);
}

#[test]
fn turns_that_were_taken_back_are_left_out() {
    let back = |turns: u64| ("event_msg", json!({"type": "thread_rolled_back", "num_turns": turns}));
    let records = [
        message("user", "one"),
        message("assistant", "a"),
        message("user", "two"),
        message("assistant", "b"),
        message("user", "three"),
        back(2),
        message("user", "four"),
    ];
    check(Format::Codex, &rollout(&records), &["user: one", "assistant: a", "user: four"], 0);
    let (all, _) = shown(Format::Codex, &rollout(&[message("user", "one"), back(9), message("user", "two")]));
    assert_eq!(all, ["user: two"]);
}

#[test]
fn versions_before_records_and_lines_that_are_none() {
    let old = concat!(
        r#"{"id":"s0","timestamp":"2025-05-01T00:00:00Z","instructions":null,"git":{}}"#,
        "\n",
        r#"{"record_type":"state"}"#,
        "\n",
        r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"hi \ud83d"}]}"#,
        "\nnonsense\n",
        r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"ho"}]}{"type":"message","role":"user","content":[{"type":"input_text","text":"more"}]}"#,
    );
    assert_eq!(detect(old.as_bytes()), Some(Format::Codex));
    check(Format::Codex, old, &["user: hi \u{fffd}", "assistant: ho", "user: more"], 1);
    let (_, summary) = read_all(Format::Codex, old.as_bytes());
    assert_eq!(summary.agent_session_id.as_deref(), Some("s0"));
    let odd = [("response_item", json!({"type": "hologram"})), ("novelty", json!({})), ("world_state", json!({}))];
    check(Format::Codex, &rollout(&odd), &[], 2);
}
