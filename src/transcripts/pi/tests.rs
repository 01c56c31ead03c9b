//! Small sessions of both versions, and the items they give.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use crate::transcripts::show::check;
use crate::transcripts::{Format, Reader, detect, read_all};

fn lines(entries: &[Value]) -> String {
    let header = json!({"type": "session", "version": 3, "id": "p1", "timestamp": "2026-05-12T01:02:27Z", "cwd": "/w"});
    let lines: Vec<String> = std::iter::once(&header).chain(entries).map(ToString::to_string).collect();
    lines.join("\n") + "\n"
}

fn entry(message: Value) -> Value {
    json!({"type": "message", "timestamp": "2026-05-12T01:02:28Z", "message": message})
}

fn at(id: &str, parent: Option<&str>, text: &str) -> Value {
    let mut entry = entry(json!({"role": "user", "content": [{"type": "text", "text": text}]}));
    entry["id"] = json!(id);
    entry["parentId"] = json!(parent);
    entry
}

#[test]
fn a_turn_with_calls_and_a_compaction() {
    let usage = json!({"input": 3, "output": 7, "cacheRead": 10, "cacheWrite": 20});
    let call = json!({"type": "toolCall", "id": "t1", "name": "bash", "arguments": {"command": "ls"}});
    let content = json!([{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Looking."}, call]);
    let entries = [
        entry(json!({"role": "user", "content": [{"type": "text", "text": "hi"}]})),
        entry(json!({"role": "assistant", "content": content, "usage": usage, "stopReason": "toolUse"})),
        entry(
            json!({"role": "toolResult", "toolCallId": "t1", "content": [{"type": "text", "text": "no"}], "isError": true}),
        ),
        json!({"type": "thinking_level_change", "thinkingLevel": "off"}),
        entry(json!({"role": "bashExecution", "command": "git status", "output": "clean", "exitCode": 0})),
        json!({"type": "compaction", "timestamp": "2026-05-12T01:03:00Z", "summary": "What was done.", "tokensBefore": 19}),
        entry(json!({"role": "assistant", "content": [], "usage": {"input": 0}, "stopReason": "aborted"})),
        json!({"type": "novelty"}),
    ];
    let expected = [
        "user: hi",
        "assistant: Looking. + call t1 bash {\"command\":\"ls\"}",
        "usage 33 7 10",
        "result t1 failed: no",
        "user meta: The user ran `git status`:\nclean",
        "compacted unknown Some(\"What was done.\")",
        "user meta: What was done.",
    ];
    let input = lines(&entries);
    check(Format::Pi, &input, &expected, 1);
    assert_eq!(detect(input.as_bytes()), Some(Format::Pi));
    let (_, summary) = read_all(Format::Pi, input.as_bytes());
    assert_eq!((summary.agent_session_id.as_deref(), summary.cwd.as_deref()), (Some("p1"), Some("/w")));
}

#[test]
fn the_tree_is_walked_to_its_last_leaf() {
    let entries =
        [at("a", None, "one"), at("b", Some("a"), "two"), at("c", Some("b"), "three"), at("d", Some("a"), "four")];
    check(Format::Pi, &lines(&entries), &["user: one", "user: four"], 0);
    let mut reader = Reader::new(Format::Pi);
    let items = reader.push(lines(&entries).as_bytes());
    assert_eq!(super::super::show::show(&items[3]), "rewound pi:a");
    let again = [at("a", None, "one"), at("b", None, "two")];
    check(Format::Pi, &lines(&again), &["user: two"], 0);
}
