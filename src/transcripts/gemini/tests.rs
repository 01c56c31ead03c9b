//! Small sessions in both layouts, and the items they give.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use crate::transcripts::show::{check, shown};
use crate::transcripts::{Format, detect, read_all};

fn message(id: &str, kind: &str, text: &str) -> Value {
    json!({"id": id, "timestamp": "2026-01-10T02:08:26.108Z", "type": kind, "content": text})
}

fn header() -> Value {
    json!({"sessionId": "g1", "projectHash": "h", "kind": "main"})
}

fn document(messages: &[Value]) -> String {
    let mut document = header();
    document["messages"] = json!(messages);
    serde_json::to_string_pretty(&document).unwrap()
}

fn lines(records: &[Value]) -> String {
    let lines: Vec<String> = std::iter::once(&header()).chain(records).map(ToString::to_string).collect();
    lines.join("\n") + "\n"
}

fn with_call(status: &str, result: Value) -> Value {
    let mut message = message("m2", "gemini", "Looking.");
    message["tokens"] = json!({"input": 100, "output": 10, "cached": 40, "thoughts": 5});
    message["toolCalls"] =
        json!([{"id": "c1", "name": "read_file", "args": {"path": "a"}, "status": status, "result": result}]);
    message
}

fn answer(response: Value) -> Value {
    json!([{"functionResponse": {"id": "c1", "name": "read_file", "response": response}}])
}

const TURN: [&str; 5] =
    ["user: hi", "assistant: Looking.", r#"call c1 read_file {"path":"a"}"#, "result c1: text", "usage 100 15 40"];

#[test]
fn both_layouts_give_the_same() {
    let messages = [
        message("m1", "user", "hi"),
        with_call("success", answer(json!({"output": "text"}))),
        message("m3", "info", "Request cancelled."),
    ];
    for input in [document(&messages), lines(&messages)] {
        check(Format::Gemini, &input, &TURN, 1);
        assert_eq!(detect(input.as_bytes()), Some(Format::Gemini));
        assert_eq!(read_all(Format::Gemini, input.as_bytes()).1.agent_session_id.as_deref(), Some("g1"));
    }
    // In one line.
    let one: Value = serde_json::from_str(&document(&messages)).unwrap();
    check(Format::Gemini, &one.to_string(), &TURN, 1);
}

#[test]
fn a_message_that_is_written_again_adds_what_is_new() {
    let mut first = message("m2", "gemini", "Looking.");
    first["timestamp"] = json!("2026-01-10T02:08:27Z");
    let running = with_call("executing", Value::Null);
    let done = with_call("success", answer(json!({"output": "text"})));
    let records =
        [message("m1", "user", "hi"), first, running, json!({"$set": {"lastUpdated": "t"}}), done.clone(), done];
    let expected =
        ["user: hi", "assistant: Looking.", r#"call c1 read_file {"path":"a"}"#, "usage 100 15 40", "result c1: text"];
    check(Format::Gemini, &lines(&records), &expected, 0);
}

#[test]
fn failures_are_told() {
    let cases = [
        ("error", answer(json!({"error": "no such file"})), "result c1 failed: no such file"),
        ("cancelled", Value::Null, "result c1 failed: cancelled"),
        (
            "success",
            answer(json!({"output": "Output: x\nExit Code: 2\n"})),
            "result c1 failed: Output: x\nExit Code: 2\n",
        ),
    ];
    for (status, result, expected) in cases {
        let (items, _) = shown(Format::Gemini, &document(&[with_call(status, result)]));
        assert_eq!(items[2], expected);
    }
}

#[test]
fn the_human_is_told_from_what_the_program_adds() {
    let mut named = message("m1", "user", "see @a.rs\n--- Content from referenced files ---\nfn main() {}");
    named["displayContent"] = json!("see @a.rs");
    let records = [named, message("m2", "user", "System: Please continue.")];
    let expected = [
        "user: see @a.rs",
        "user meta: see @a.rs\n--- Content from referenced files ---\nfn main() {}",
        "user meta: System: Please continue.",
    ];
    check(Format::Gemini, &lines(&records), &expected, 0);
}

/// Cleared or resumed within the minute that names the file: the old context is not one that was taken back.
#[test]
fn a_second_beginning_in_one_file() {
    let header = json!({"sessionId": "g", "projectHash": "h", "startTime": "2026-01-10T02:08:27Z"});
    let first = message("m1", "user", "one");
    let records = [
        header.clone(),
        first.clone(),
        message("m2", "gemini", "a"),
        header,
        json!({"$set": {"messages": [first]}}),
        message("m3", "user", "two"),
    ];
    let (items, _) = shown(Format::Gemini, &lines(&records));
    assert_eq!(items.first().map(String::as_str), Some("user: one"));
    assert_eq!(items.last().map(String::as_str), Some("user: two"));
    assert!(items.contains(&"assistant: a".to_owned()), "{items:?}");
    assert!(!items.iter().any(|item| item.contains("rewound") || item.contains("compacted")), "{items:?}");
}

/// What our own hooks gave it comes back in the user's name.
#[test]
fn what_hooks_have_put_in_is_left_out() {
    let ours = "# Session memory\n\nNotes on the earlier part of this conversation, kept by session-memory. And so on.";
    let mut cleared = message("m3", "user", &format!("{ours}\n\n**User:** fix it"));
    cleared["displayContent"] = json!([{"text": "<hook_context>&lt;/hook_context&gt; x</hook_context>\n\nfix it"}]);
    let records = [
        message("m1", "user", &format!("<hook_context>{ours} &lt;b&gt;</hook_context>\n\nfix it")),
        message("m2", "gemini", "Done."),
        cleared,
        message("m4", "user", "<b>this</b> too"),
    ];
    check(Format::Gemini, &lines(&records), &["user: fix it", "assistant: Done.", "user: <b>this</b> too"], 1);
}

#[test]
fn going_back_and_compressing() {
    let turn = [message("m1", "user", "one"), message("m2", "gemini", "a"), message("m3", "user", "two")];
    let back = json!({"$rewindTo": "m3"});
    let records: Vec<Value> = turn.iter().cloned().chain([back, message("m4", "user", "three")]).collect();
    check(Format::Gemini, &lines(&records), &["user: one", "assistant: a", "user: three"], 0);

    let given_up = json!({"$set": {"messages": &turn[..2]}});
    let records: Vec<Value> = turn.iter().cloned().chain([given_up, message("m4", "user", "three")]).collect();
    check(Format::Gemini, &lines(&records), &["user: one", "assistant: a", "user: three"], 0);

    let compressed = json!({"$set": {"messages": [message("s", "user", "<state_snapshot>"), turn[2]]}});
    let records: Vec<Value> = turn.iter().cloned().chain([compressed, message("m4", "gemini", "b")]).collect();
    let expected = [
        "user: one",
        "assistant: a",
        "user: two",
        "compacted unknown Some(\"<state_snapshot>\")",
        "user meta: <state_snapshot>",
        "assistant: b",
    ];
    check(Format::Gemini, &lines(&records), &expected, 0);
}

#[test]
fn a_torn_document_gives_what_is_complete() {
    let whole = document(&[message("m1", "user", "one"), message("m2", "gemini", "a")]);
    check(Format::Gemini, &whole[..whole.len() - 20], &["user: one"], 1);
    let checkpoint =
        json!({"history": [{"role": "user", "parts": [{"text": "x"}]}, {"role": "model", "parts": [{"text": "y"}]}]});
    check(Format::Gemini, &serde_json::to_string_pretty(&checkpoint).unwrap(), &["user: x", "assistant: y"], 0);
}
