//! Small samples of every layout and notation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::json;

use crate::transcripts::show::show;
use crate::transcripts::{Format, Item, read_all};

/// The messages out of the input, each with what stands before it in its event.
fn check(input: &str, expected: &[&str], skipped: u64) {
    let (items, summary) = read_all(Format::Messages, input.as_bytes());
    let events: Vec<String> = items
        .into_iter()
        .map(|item| match item {
            Item::Event(event) => {
                serde_json::from_str::<serde_json::Value>(&event).unwrap();
                let event = event.strip_prefix(r#"{"type":"message""#).unwrap().strip_suffix('}').unwrap();
                event.replacen(r#","message":"#, " ", 1).trim_start().to_owned()
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(events, expected, "{input}");
    assert_eq!(summary.skipped, skipped, "{input}");
}

const A: &str = r#"{"role":"user","content":"a"}"#;
const B: &str = r#"{ "content":[{"type":"text","text":"b"}], "role":"assistant", "_cwd":["/"] }"#;

#[test]
fn every_layout_gives_the_same_messages() {
    check(&format!("[{A},{B}]"), &[A, B], 0);
    check(&format!("[\n  {A},\n  {B}\n]\n"), &[A, B], 0);
    check(&format!("{A}\n{B}\n"), &[A, B], 0);
    check(&format!("\n{A}\n\n{B}"), &[A, B], 0);
    check(&format!(r#"{{"messages":[{A},{B}],"budget":4000}}"#), &[A, B], 0);
    check(&format!(r#"{{"info":{{"messages":[1]}},"messages":[{A},{B}],"history":[{A}]}}"#), &[A, B], 0);
    check(&format!("\u{feff}{{\"model\":\"m\",\n\"messages\":[{A}\n,{B}]}}"), &[A, B], 0);
    check(A, &[A], 0);
}

#[test]
fn what_is_complete_of_a_torn_file_is_kept() {
    check(&format!("[{A},{B}"), &[A, B], 1);
    check(&format!(r#"{{"messages":[{A},{{"role":"us"#), &[A], 1);
    check(&format!("{A}\n{{\"role\":"), &[A], 1);
    check(&format!("{A}\nnonsense\n{B}\n"), &[A, B], 1);
    check("", &[], 0);
    check("nonsense", &[], 1);
    check(r#"{"messages":5}"#, &[], 1);
}

#[test]
fn only_messages_that_the_wire_accepts_are_passed_on() {
    let check = |message: &str, kept: bool| {
        let kept: &[&str] = if kept { &[message] } else { &[] };
        check(&format!("[{message}]"), kept, u64::from(kept.is_empty()));
    };
    check(r#"{"role":"developer","content":"x"}"#, true);
    check(
        r#"{"role":"assistant","content":null,"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}"#,
        true,
    );
    check(r#"{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}}"#, true);
    check(r#"{"role":"tool","tool_call_id":"c","content":""}"#, true);
    check(r#"{"role":"assistant","content":null,"tool_calls":[]}"#, false);
    check(r#"{"role":"assistant","content":""}"#, false);
    check(r#"{"role":"exit","content":"patch"}"#, false);
    check(r#"{"role":"user","content":7}"#, false);
    check(r#"{"role":"user"}"#, false);
    check(r#"{"content":"x"}"#, false);
    check("1", false);
}

#[test]
fn ids_and_times_are_taken_over() {
    let check = |message: &str, before: &str| check(&format!("[{message}]"), &[&format!("{before} {message}")], 0);
    check(r#"{"role":"user","content":"x","id":"m1"}"#, r#","id":"m1""#);
    check(r#"{"role":"user","content":"x","ts":1767884332192}"#, r#","at":"2026-01-08T14:58:52.192Z""#);
    check(r#"{"role":"user","content":"x","timestamp":"2026-01-08T14:58:52Z"}"#, r#","at":"2026-01-08T14:58:52Z""#);
    check(r#"{"role":"user","content":"x","extra":{"timestamp":1767884332}}"#, r#","at":"2026-01-08T14:58:52Z""#);
}

#[test]
fn an_id_used_twice_is_no_id() {
    let x = r#"{"role":"user","content":"x","id":"m1"}"#;
    check(&format!("{x}\n{x}\n"), &[&format!(r#","id":"m1" {x}"#), x], 0);
}

#[test]
fn the_program_does_not_speak_as_the_human() {
    let error = r#"{"role":"user","content":"Tool call error","extra":{"interrupt_type":"FormatError"}}"#;
    let human = r#"{"role":"user","content":"stop","extra":{"interrupt_type":"UserInterruption"}}"#;
    check(&format!("[{error},{human}]"), &[&format!(r#","meta":true {error}"#), human], 0);

    let demo = r#"{"role":"user","content":"demo","is_demo":true}"#;
    let task = r#"{"role":"user","content":"task"}"#;
    let seen = r#"{"role":"user","content":"observation"}"#;
    let history = format!(r#"{{"trajectory":[{{"messages":[{task}]}}],"history":[{demo},{task},{B},{seen}]}}"#);
    check(&history, &[task, B, &format!(r#","meta":true {seen}"#)], 0);
}

#[test]
fn a_list_of_answered_calls_becomes_the_field_of_the_api() {
    let tool = r#"{"role":"tool","content":"x","tool_call_ids":["c1"]}"#;
    check(&format!("[{tool}]"), &[r#"{"tool_call_id":"c1","role":"tool","content":"x","tool_call_ids":["c1"]}"#], 0);
    let named = r#"{"role":"tool","tool_call_id":"c2","content":"x","tool_call_ids":["c1"]}"#;
    let none = r#"{"role":"tool","content":"x","tool_call_ids":[]}"#;
    check(&format!("[{named},{none}]"), &[named, none], 0);
}

#[test]
fn what_the_environment_says_is_not_the_humans_and_usage_is_told() {
    let response = json!({"id": "r1", "usage": {"prompt_tokens": 100, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 60}}});
    let messages = json!([
        {"role": "user", "content": "<pr_description>fix it</pr_description>"},
        {"role": "assistant", "content": "x", "extra": {"response": response, "timestamp": 1_767_884_332}},
        {"role": "user", "content": "<returncode>0</returncode>\n<output>\nok\n</output>"},
    ]);
    let (items, _) = read_all(Format::MiniSweAgent, messages.to_string().as_bytes());
    let shown: Vec<String> = items.iter().map(show).collect();
    let expected = [
        "user: <pr_description>fix it</pr_description>",
        "assistant: x",
        "usage 100 5 60",
        "user meta: <returncode>0</returncode>\n<output>\nok\n</output>",
    ];
    assert_eq!(shown, expected);
}
