//! Agents whose transcript is not read: what their hooks say is the conversation.

use serde_json::{Value, json};

use super::{append, await_events, hook, sessions, silent};
use crate::harness::{Server, Workspace};

fn events(place: &Workspace, session: &str) -> Vec<Value> {
    let mut server = Server::quiet(place);
    let answer = server.call("events", json!({"sessionId": session, "fromSeq": 1, "toSeq": 1000}));
    answer["events"].as_array().unwrap().clone()
}

#[test]
fn a_conversation_with_cursor() {
    let place = Workspace::new();
    let tell = |event: &str, more: Value| {
        let mut payload = json!({"conversation_id": "c1", "generation_id": "g1", "hook_event_name": event, "workspace_roots": [place.root()]});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        // Registered for the user and for the project.
        for _ in 0..2 {
            silent(&hook(&place, &["--agent", "cursor"], &payload));
        }
    };
    tell(
        "beforeSubmitPrompt",
        json!({"prompt": "My key is sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKlMn-AbCdEfAA, list the files."}),
    );
    tell(
        "postToolUse",
        json!({"tool_name": "Shell", "tool_input": {"command": "ls"}, "tool_use_id": "t1", "tool_output": "a.rs"}),
    );
    tell("afterAgentResponse", json!({"text": "There is one file."}));
    await_events(&place, "c1", 4);
    let events = events(&place, "c1");
    assert_eq!(events[0]["message"]["role"], "user");
    assert!(!events[0].to_string().contains("sk-ant") && events[0].to_string().contains("[redacted"), "{}", events[0]);
    assert_eq!(
        (&events[1]["type"], &events[1]["id"], &events[1]["input"]["command"]),
        (&json!("toolCall"), &json!("t1"), &json!("ls"))
    );
    assert_eq!((&events[2]["type"], &events[2]["content"]), (&json!("toolResult"), &json!("a.rs")));
    assert_eq!(events[3]["message"], json!({"role": "assistant", "content": "There is one file."}));
    assert_eq!(sessions(&place)[0]["agent"], "cursor");
}

#[test]
fn cline_is_always_told_to_go_on() {
    let place = Workspace::new();
    let go_on = json!({"cancel": false});
    let base = json!({"clineVersion": "3.40", "taskId": "task1", "workspaceRoots": [place.root()], "timestamp": "1"});
    for (event, key, value) in [
        ("TaskStart", "taskStart", json!({})),
        ("UserPromptSubmit", "userPromptSubmit", json!({"prompt": "Build it."})),
        (
            "PostToolUse",
            "postToolUse",
            json!({"toolName": "execute_command", "parameters": {"command": "make"}, "result": "ok", "success": true}),
        ),
        ("PreCompact", "preCompact", json!({"contextSize": 9})),
        ("TaskCancel", "taskCancel", json!({})),
        ("Unheard", "unheard", json!({})),
    ] {
        let mut payload = base.clone();
        payload["hookName"] = event.into();
        payload[key] = value;
        assert_eq!(hook(&place, &["--agent", "cline"], &payload).json(), go_on, "{event}");
    }
    await_events(&place, "task1", 3);
}

#[test]
fn gemini_gets_json_and_a_handover_clears_its_context() {
    let place = Workspace::new();
    let tell = |event: &str, more: Value| {
        let mut payload = json!({"session_id": "g", "cwd": place.root(), "timestamp": "2026-01-01T00:00:00Z", "hook_event_name": event});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        hook(&place, &["--agent", "gemini"], &payload).json()
    };
    assert_eq!(tell("SessionStart", json!({"source": "startup"})), json!({}));
    assert_eq!(tell("BeforeAgent", json!({"prompt": "No, use tabs."})), json!({}));
    assert_eq!(tell("AfterAgent", json!({"prompt_response": "Tabs it is.", "stop_hook_active": false})), json!({}));
    await_events(&place, "g", 2);
}

/// Copilot in a terminal tells its transcript only at the end of a turn; until then it is where it always is.
#[test]
fn a_transcript_that_is_not_told_is_read_all_the_same() {
    let place = Workspace::new();
    let folder = place.state().join(".copilot/session-state/s");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("events.jsonl");
    let record = |kind: &str, id: &str, data: Value| {
        let record = json!({"type": kind, "id": id, "timestamp": "2026-03-01T10:00:00.000Z", "data": data});
        append(&path, &format!("{record}\n"));
    };
    let tell = |session: &str, event: &str, more: Value| {
        let mut payload = json!({"session_id": session, "hook_event_name": event, "cwd": place.root()});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        silent(&hook(&place, &["--agent", "copilot"], &payload));
    };
    record("session.start", "r0", json!({"sessionId": "s", "version": 1, "context": {"cwd": place.root()}}));
    tell("s", "SessionStart", json!({"source": "new"}));
    tell("s", "UserPromptSubmit", json!({"prompt": "Hello there"}));
    record("user.message", "r1", json!({"content": "Hello there"}));
    record("assistant.message", "r2", json!({"messageId": "m", "content": "Fine.", "toolRequests": []}));
    tell("s", "Stop", json!({"transcript_path": path}));
    await_events(&place, "s", 2);
    let said: Vec<Value> = events(&place, "s").iter().map(|event| event["message"]["content"].clone()).collect();
    assert_eq!(said, ["Hello there", "Fine."]);
    // A name that leads elsewhere finds nothing, and what the hook says is the conversation.
    for session in ["../session-state/s", "..", "/etc"] {
        tell(session, "UserPromptSubmit", json!({"prompt": "Hello there"}));
        await_events(&place, session, 1);
    }
}
