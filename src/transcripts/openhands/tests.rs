//! A small conversation, and the items it gives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use crate::transcripts::show::check;
use crate::transcripts::{Format, detect};

fn lines(events: &[(&str, &str, Value)]) -> String {
    let line = |(at, (kind, source, fields)): (usize, &(&str, &str, Value))| {
        let mut event =
            json!({"id": format!("e{at}"), "timestamp": "2026-06-16T05:39:48.700734", "source": source, "kind": kind});
        for (name, value) in fields.as_object().unwrap() {
            event[name] = value.clone();
        }
        format!("{event}\n")
    };
    events.iter().enumerate().map(line).collect()
}

fn text(text: &str) -> Value {
    json!([{"type": "text", "text": text}])
}

fn action(call: &str, thought: &str) -> (&'static str, &'static str, Value) {
    let tool_call = json!({"id": call, "name": "terminal", "arguments": "{\"command\":\"ls\"}"});
    (
        "ActionEvent",
        "agent",
        json!({"thought": text(thought), "tool_name": "terminal", "tool_call_id": call, "tool_call": tool_call}),
    )
}

fn stats(input: u64, output: u64) -> (&'static str, &'static str, Value) {
    let usage = json!({"accumulated_token_usage": {"prompt_tokens": input, "completion_tokens": output}});
    (
        "ConversationStateUpdateEvent",
        "environment",
        json!({"key": "stats", "value": {"usage_to_metrics": {"agent": usage}}}),
    )
}

#[test]
fn a_conversation() {
    let observation = json!({"content": text("boom"), "is_error": false, "exit_code": 2});
    let input = lines(&[
        ("SystemPromptEvent", "agent", json!({})),
        ("MessageEvent", "user", json!({"llm_message": {"role": "user", "content": text("fix it")}})),
        action("c1", "<think>hm</think>\nLooking."),
        ("ObservationEvent", "environment", json!({"tool_call_id": "c1", "observation": observation})),
        stats(100, 10),
        action("c2", ""),
        ("AgentErrorEvent", "agent", json!({"tool_call_id": "c2", "error": "no such tool"})),
        action("c3", ""),
        ("UserRejectObservation", "environment", json!({"tool_call_id": "c3", "rejection_reason": "use make instead"})),
        stats(250, 30),
        ("Condensation", "environment", json!({"forgotten_event_ids": ["e1"], "summary": "What was done."})),
        ("MessageEvent", "agent", json!({"llm_message": {"role": "assistant", "content": text("Done.")}})),
        ("NoveltyEvent", "agent", json!({})),
    ]);
    let expected = [
        "user: fix it",
        "assistant: Looking.",
        r#"call c1 terminal {"command":"ls"}"#,
        "result c1 failed: Exit code 2\nboom",
        "usage 100 10 0",
        r#"call c2 terminal {"command":"ls"}"#,
        "result c2 failed: no such tool",
        r#"call c3 terminal {"command":"ls"}"#,
        "result c3 failed: Action rejected by user",
        "user: use make instead",
        "usage 150 20 0",
        "compacted unknown Some(\"What was done.\")",
        "user meta: What was done.",
        "assistant: Done.",
    ];
    check(Format::OpenHands, &input, &expected, 1);
    assert_eq!(detect(input.as_bytes()), Some(Format::OpenHands));
}
