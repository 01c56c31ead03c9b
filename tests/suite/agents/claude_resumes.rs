//! The real Claude Code takes up a conversation that somebody else has written for it: a memory in place of what was
//! compacted, and the rest word for word.

use serde_json::{Value, json};

use super::claude;
use super::model::{is_taken_up, words};
use super::place::Place;

const SESSION: &str = "0f0e0d0c-0b0a-4908-8706-050403020100";

/// A conversation as Claude Code writes it down.
fn transcript(place: &Place) -> String {
    let root = place.root();
    let uuid = |at: usize| format!("00000000-0000-4000-8000-{at:012}");
    let assistant = |id: &str, content: Value, stop: &str| {
        json!({
            "id": id, "type": "message", "role": "assistant", "model": "claude-opus-5-5", "content": content,
            "stop_reason": stop, "stop_sequence": null, "usage": {"input_tokens": 900, "output_tokens": 9},
        })
    };
    let call = json!([{"type": "tool_use", "id": "toolu_tail", "name": "Bash", "input": {"command": "make check"}}]);
    let result =
        json!([{"type": "tool_result", "tool_use_id": "toolu_tail", "content": "14 checks passed", "is_error": false}]);
    let messages = [
        json!({"role": "user", "content": "This session is being continued. The memory: never touch the lock file."}),
        json!({"role": "user", "content": "Run the checks once more."}),
        assistant("msg_tail1", call, "tool_use"),
        json!({"role": "user", "content": result}),
        assistant("msg_tail2", json!([{"type": "text", "text": "All of them pass."}]), "end_turn"),
    ];
    let lines = messages.iter().enumerate().map(|(at, message)| {
        let parent = if at == 0 { Value::Null } else { uuid(at - 1).into() };
        let mut record = json!({
            "parentUuid": parent, "isSidechain": false, "type": message["role"], "message": message, "uuid": uuid(at),
            "timestamp": format!("2026-11-20T10:00:{at:02}.000Z"), "sessionId": SESSION, "cwd": root,
            "version": "2.1.332", "userType": "external",
        });
        if at == 0 {
            record["isCompactSummary"] = true.into();
            record["isVisibleInTranscriptOnly"] = true.into();
        }
        format!("{record}\n")
    });
    lines.collect()
}

#[test]
fn claude_code_takes_up_a_transcript_that_was_written_for_it() {
    let place = Place::new();
    claude::prepare(&place, &json!({}));
    place.write(&format!(".claude/projects/{}/{SESSION}.jsonl", claude::folder_of(&place)), transcript(&place));
    let stream = claude::ask(&place, &["--resume", SESSION, "And the lock file?"]);
    assert_eq!(claude::session_of(&stream), SESSION);
    let turns = place.model.turns();
    assert_eq!(turns.len(), 1);
    let said = words(&turns[0]);
    is_taken_up(&said);
    let calls = turns[0]["messages"].as_array().unwrap().iter().filter_map(|message| message["content"].as_array());
    let call = calls.flatten().find(|block| block["type"] == "tool_use").unwrap();
    assert_eq!((&call["id"], &call["name"]), (&json!("toolu_tail"), &json!("Bash")));
}
