//! Small tasks of the extensions and of the SDK, and the items they give.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use crate::transcripts::show::check;
use crate::transcripts::{Format, detect, read_all};

fn user(ts: u64, blocks: Value) -> Value {
    json!({"role": "user", "content": blocks, "ts": ts})
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

const ENVIRONMENT: &str = "<environment_details>\n# Current Working Directory (/w) Files\na.rs\n</environment_details>";

#[test]
fn a_task_whose_tools_are_native_and_answer_in_text() {
    let call = json!({"type": "tool_use", "id": "t1", "name": "execute_command", "input": {"command": "ls"}});
    let metrics = json!({"tokens": {"prompt": 100, "completion": 5, "cached": 60}});
    let messages = json!([
        user(1_700_000_000_000, json!([text("<task>\nfix it\n</task>"), text(ENVIRONMENT)])),
        {"role": "assistant", "ts": 1_700_000_000_001_u64, "content": [text("Looking."), call], "metrics": metrics},
        user(1_700_000_000_002, json!([text("[execute_command for 'ls'] Result:\na.rs"), text(ENVIRONMENT)])),
        {"role": "assistant", "ts": 1_700_000_000_003_u64, "content": "What now?"},
        user(1_700_000_000_004, json!([text("<feedback>\nnot that one\n</feedback>"), text("# TODO LIST\n- [ ] x")])),
        user(1_700_000_000_005, json!([text("[ERROR] You did not use a tool")])),
    ]);
    let expected = [
        "user: fix it",
        "assistant: Looking. + call t1 execute_command {\"command\":\"ls\"}",
        "usage 100 5 60",
        "result t1: a.rs",
        "assistant: What now?",
        "user: not that one",
        "user meta: # TODO LIST\n- [ ] x",
        "user meta: [ERROR] You did not use a tool",
    ];
    for input in [messages.to_string(), serde_json::to_string_pretty(&messages).unwrap()] {
        check(Format::Cline, &input, &expected, 0);
        assert_eq!(detect(input.as_bytes()), Some(Format::Cline));
        assert_eq!(read_all(Format::Cline, input.as_bytes()).1.cwd.as_deref(), Some("/w"));
    }
}

#[test]
fn a_task_whose_tools_are_written_as_xml() {
    let messages = json!([
        user(1, json!([text("<task>go</task>")])),
        {"role": "assistant", "ts": 2, "content": [text("Reading.\n\n<read_file>\n<path>a.rs</path>\n</read_file>")]},
        user(3, json!([text("[read_file for 'a.rs'] Result:"), text("fn main() {}"), text(ENVIRONMENT)])),
        {"role": "assistant", "ts": 4, "content": [text("<ask_followup_question>\n<question>Which?</question>\n</ask_followup_question>")]},
        user(5, json!([text("[ask_followup_question for 'Which?'] Result:\n<answer>\nthe second\n</answer>")])),
    ]);
    let expected = [
        "user: go",
        "assistant: Reading. + call cline:2:call read_file {\"path\":\"a.rs\"}",
        "result cline:2:call: fn main() {}",
        "assistant: call cline:4:call ask_followup_question {\"question\":\"Which?\"}",
        "result cline:4:call: ",
        "user: the second",
    ];
    check(Format::Cline, &messages.to_string(), &expected, 0);
}

#[test]
fn a_denied_call_and_native_results() {
    let denied =
        "The user denied this operation and provided the following feedback:\n<feedback>\nuse make\n</feedback>";
    let result = json!({"type": "tool_result", "tool_use_id": "t1", "content": denied, "is_error": true});
    let messages = json!([
        user(1, json!([text("<task>go</task>")])),
        {"role": "assistant", "ts": 2, "content": [{"type": "tool_use", "id": "t1", "name": "bash", "input": {}}]},
        user(3, json!([result])),
    ]);
    let expected = [
        "user: go",
        "assistant: call t1 bash {}",
        "result t1 failed: The user denied this operation and provided the following feedback:",
        "user: use make",
    ];
    check(Format::Cline, &messages.to_string(), &expected, 0);
}

#[test]
fn sessions_of_the_sdk_and_their_compaction() {
    let notice = "<SYSTEM_NOTICE>\nEarlier context was compacted.\n</SYSTEM_NOTICE>";
    let session = json!({"version": 1, "agent": "lead", "sessionId": "k1", "system_prompt": "x", "messages": [
        {"id": "m1", "role": "user", "content": [text("one"), text(notice)], "metadata": {"kind": "compaction", "reason": "auto"}},
        {"id": "m2", "role": "assistant", "content": [text("a")],
            "metrics": {"inputTokens": 50, "outputTokens": 5, "cacheReadTokens": 40}},
        {"id": "m3", "role": "user", "content": [text("two"), {"type": "file", "path": "/w/a", "content": "x"}]},
    ]});
    let expected = [
        "user: one",
        "compacted auto Some(\"<SYSTEM_NOTICE>\\nEarlier context was compacted.\\n</SYSTEM_NOTICE>\")",
        "user meta: <SYSTEM_NOTICE>\nEarlier context was compacted.\n</SYSTEM_NOTICE>",
        "assistant: a",
        "usage 50 5 40",
        "user: two",
        "user meta: <file path=\"/w/a\">\nx\n</file>",
    ];
    let input = serde_json::to_string_pretty(&session).unwrap();
    check(Format::Cline, &input, &expected, 0);
    assert_eq!(detect(input.as_bytes()), Some(Format::Cline));
    assert_eq!(read_all(Format::Cline, input.as_bytes()).1.agent_session_id.as_deref(), Some("k1"));
}

#[test]
fn a_condensed_task_of_roo() {
    let messages = json!([
        user(1, json!([text("<task>go</task>")])),
        {"role": "assistant", "ts": 2, "content": [text("a")], "condenseParent": "x"},
        {"role": "user", "ts": 3, "content": [text("Summary.")], "isSummary": true, "condenseId": "x"},
        {"role": "user", "ts": 4, "content": "[cut]", "isTruncationMarker": true, "truncationId": "y"},
        {"role": "assistant", "ts": 5, "content": [text("b")]},
    ]);
    let expected =
        ["user: go", "assistant: a", "compacted unknown Some(\"Summary.\")", "user meta: Summary.", "assistant: b"];
    let input = messages.to_string();
    check(Format::Roo, &input, &expected, 0);
    assert_eq!(detect(input.as_bytes()), Some(Format::Roo));
}
