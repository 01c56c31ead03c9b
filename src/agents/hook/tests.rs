use serde_json::{Value, json};

use super::*;

fn read(payload: &Value) -> Call {
    Call::read(payload.to_string().as_bytes(), None, None, &Environment::default()).unwrap()
}

fn happened(event: &str, mut payload: Value) -> Happened {
    payload["hook_event_name"] = event.into();
    payload["session_id"] = "s".into();
    read(&payload).happened
}

#[test]
fn each_agent_is_told_by_what_it_sends() {
    let none = Environment::default();
    let claude = Environment { claude: true, ..none };
    let gemini = Environment { claude: true, gemini: true, ..none };
    let cursor = Environment { claude: true, cursor: true, ..none };
    let check = |payload: Value, environment: Environment, agent: Agent| {
        assert_eq!(agent_of(&payload, &environment), agent, "{payload}");
    };
    let plain = json!({"session_id": "s", "cwd": "/w", "hook_event_name": "Stop", "transcript_path": "/h/.claude/projects/-w-copilot/s.jsonl"});
    check(plain.clone(), none, Agent::ClaudeCode);
    check(plain.clone(), claude, Agent::ClaudeCode);
    check(plain.clone(), cursor, Agent::Cursor);
    check(plain, gemini, Agent::Gemini);
    check(json!({"session_id": "s", "turn_id": "t", "hook_event_name": "Stop"}), none, Agent::Codex);
    check(
        json!({"session_id": "s", "transcript_path": "/h/.codex/sessions/2026/01/02/rollout-1.jsonl"}),
        none,
        Agent::Codex,
    );
    check(json!({"sessionId": "s", "timestamp": 1, "cwd": "/w"}), none, Agent::Copilot);
    let chat = "/u/workspaceStorage/1/GitHub.copilot-chat/transcripts/s.jsonl";
    check(json!({"session_id": "s", "hook_event_name": "Stop", "transcript_path": chat}), claude, Agent::Copilot);
    check(json!({"session_id": "s", "timestamp": "t", "hook_event_name": "SessionStart"}), none, Agent::Copilot);
    check(json!({"conversation_id": "s", "hook_event_name": "stop"}), none, Agent::Cursor);
    check(json!({"hookName": "TaskStart", "taskId": "s", "clineVersion": "3"}), none, Agent::Cline);
}

#[test]
fn what_was_registered_for_one_agent_is_run_by_another() {
    let read = |payload: Value| {
        Call::read(payload.to_string().as_bytes(), Some(Agent::ClaudeCode), None, &Environment::default())
            .unwrap()
            .agent
    };
    assert_eq!(read(json!({"session_id": "s", "turn_id": "t", "hook_event_name": "Stop"})), Agent::ClaudeCode);
    assert_eq!(read(json!({"sessionId": "s", "hookEventName": "Stop"})), Agent::Copilot);
}

#[test]
fn what_happened() {
    use Happened::{Answered, Compacting, Ended, Other, Prompt, Started, Tools};
    let check =
        |event: &str, payload: Value, expected: Happened| assert_eq!(happened(event, payload), expected, "{event}");
    for (source, start) in [
        ("startup", Start::New),
        ("new", Start::New),
        ("clear", Start::Clear),
        ("compact", Start::Compact),
        ("resume", Start::Resumed),
        ("fork", Start::Resumed),
    ] {
        check("SessionStart", json!({"source": source}), Started(start));
    }
    check("sessionStart", json!({}), Started(Start::New));
    check("SessionEnd", json!({"reason": "clear"}), Ended);
    for event in ["UserPromptSubmit", "BeforeAgent", "userPromptSubmitted", "beforeSubmitPrompt"] {
        check(event, json!({"prompt": "go on"}), Prompt("go on".into()));
        check(event, json!({}), Other);
    }
    check("UserPromptSubmit", json!({"prompt": "<task-notification>\ndone"}), Other);
    check("UserPromptSubmit", json!({"userPromptSubmit": {"prompt": "from Cline"}}), Prompt("from Cline".into()));
    check(
        "Stop",
        json!({"last_assistant_message": "done", "stop_hook_active": true}),
        Answered { text: Some("done".into()), again: true },
    );
    check("AfterAgent", json!({"prompt_response": "done"}), Answered { text: Some("done".into()), again: false });
    check("Stop", json!({}), Answered { text: None, again: false });
    for event in ["PreCompact", "preCompact", "PreCompress"] {
        check(event, json!({"trigger": "auto"}), Compacting);
    }
    check("Notification", json!({}), Other);
    // A helper's turns are its own, the summariser's too.
    check("Stop", json!({"agent_id": "a", "last_assistant_message": "<summary>"}), Other);
    let tool = |id: Option<&str>, output: &str, failed| Tool {
        id: id.map(str::to_owned),
        name: "Bash".into(),
        input: json!({"command": "ls"}),
        output: output.into(),
        failed,
    };
    let call = |response: Value| json!({"tool_name": "Bash", "tool_input": {"command": "ls"}, "tool_use_id": "t1", "tool_response": response});
    check("PostToolUse", call("a\nb".into()), Tools(vec![tool(Some("t1"), "a\nb", false)]));
    check("PostToolUse", call(json!({"stdout": "a", "stderr": "b"})), Tools(vec![tool(Some("t1"), "a\nb", false)]));
    check(
        "PostToolBatch",
        json!({"tool_calls": [call("x".into()), {"odd": 1}]}),
        Tools(vec![tool(Some("t1"), "x", false)]),
    );
    let failure = json!({"tool_name": "Bash", "tool_input": {"command": "ls"}, "tool_use_id": "t1", "error": "no"});
    check("PostToolUseFailure", failure, Tools(vec![tool(Some("t1"), "no", true)]));
    let gemini = json!({"tool_name": "Bash", "tool_input": {"command": "ls"}, "tool_response": {"llmContent": [{"text": "a"}, {"text": "b"}], "error": {"message": "x"}}});
    check("AfterTool", gemini, Tools(vec![tool(None, "a\nb", true)]));
    let copilot = json!({"toolName": "Bash", "toolArgs": {"command": "ls"}, "toolResult": {"resultType": "success", "textResultForLlm": "ok"}});
    check("postToolUse", copilot, Tools(vec![tool(None, "ok", false)]));
    let cline = json!({"postToolUse": {"toolName": "Bash", "parameters": {"command": "ls"}, "result": "bad", "success": false}});
    check("PostToolUse", cline, Tools(vec![tool(None, "bad", true)]));
}

#[test]
fn a_bad_payload_is_said_and_harms_nobody() {
    let read = |text: &str| Call::read(text.as_bytes(), None, None, &Environment::default());
    for text in ["", "{", "[]", "7", "null", "\u{feff}{}", "{\"a\":"] {
        assert!(matches!(read(text), Err(Unusable::NotAnObject(_))), "{text}");
    }
    let long = format!(r#"{{"session_id":"{}"}}"#, "x".repeat(257));
    for text in ["{}", r#"{"session_id":7}"#, r#"{"session_id":""}"#, &long] {
        assert!(matches!(read(text), Err(Unusable::NoSession(..))), "{text}");
    }
    // Fields of another type count as missing.
    let call =
        read(r#"{"session_id":"s","hook_event_name":7,"cwd":"relative","transcript_path":[],"tool_calls":7}"#).unwrap();
    assert_eq!((call.happened, call.folder, call.transcript), (Happened::Other, None, None));
}

#[test]
fn two_calls_that_say_the_same_are_known_by_one_name() {
    let mut call = read(
        &json!({"session_id": "s", "hook_event_name": "beforeSubmitPrompt", "prompt": "continue", "conversation_id": "s"}),
    );
    let name = |events: &[(String, String)]| {
        let value: Value = serde_json::from_str(&events[0].0).unwrap();
        (format!("m:{}", value["id"].as_str().unwrap()), events[0].1.clone())
    };
    let (first, _) = name(&events(&call, 7_900));
    let (second, before) = name(&events(&call, 8_100));
    assert_ne!(first, second);
    assert_eq!(first, before, "the clock has gone on between them");
    let (later, before) = name(&events(&call, 60_000));
    assert!(later != first && before != first, "said again");
    call.moment = Some("turn 7".into());
    assert_eq!(name(&events(&call, 1)).0, name(&events(&call, 99_999)).0);
}

#[test]
fn answers_in_each_agents_shape() {
    let check = |agent: Agent, event: &str, reply: Reply, expected: Value| {
        let told = json!({"session_id": "s", "hook_event_name": event, "transcript_path": "/t"});
        let call = Call::read(told.to_string().as_bytes(), Some(agent), None, &Environment::default()).unwrap();
        let text = reply.text(&call);
        let value = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        assert_eq!(value, expected, "{agent:?} {event}");
    };
    let specific = json!({"hookSpecificOutput": {"hookEventName": "SessionStart", "additionalContext": "c"}});
    for agent in [Agent::ClaudeCode, Agent::Codex, Agent::Copilot, Agent::Gemini] {
        check(agent, "SessionStart", Reply::Context("c"), specific.clone());
    }
    check(Agent::Copilot, "sessionStart", Reply::Context("c"), json!({"additionalContext": "c"}));
    // In a terminal it tells no transcript when a session starts.
    let told = br#"{"session_id": "s", "hook_event_name": "SessionStart", "source": "new"}"#;
    let call = Call::read(told, Some(Agent::Copilot), None, &Environment::default()).unwrap();
    assert_eq!(Reply::Context("c").text(&call), r#"{"additionalContext":"c"}"#);
    check(Agent::Cursor, "sessionStart", Reply::Context("c"), json!({"additional_context": "c"}));
    check(Agent::Cline, "TaskResume", Reply::Context("c"), json!({"cancel": false, "contextModification": "c"}));
    let cleared = json!({"decision": "deny", "reason": "c", "hookSpecificOutput": {"hookEventName": "AfterAgent", "clearContext": true}});
    check(Agent::Gemini, "AfterAgent", Reply::GoOnWith("c"), cleared);
    for agent in [Agent::ClaudeCode, Agent::Codex, Agent::Copilot, Agent::Cursor] {
        check(agent, "Stop", Reply::Silence, Value::Null);
        check(agent, "Stop", Reply::GoOnWith("c"), Value::Null);
    }
    check(Agent::Gemini, "AfterTool", Reply::Silence, json!({}));
    check(Agent::Cline, "PreCompact", Reply::Instruct("c"), json!({"cancel": false}));
    assert_eq!(Reply::silence(Some(Agent::Cline)), r#"{"cancel":false}"#);
    assert_eq!(Reply::silence(None), "");
}

#[test]
fn parts_are_within_the_room_and_lose_nothing() {
    let room = Room { handler: 200, handlers: 9 };
    let check = |text: &str| {
        let parts = parts(text, room);
        assert!(parts.iter().all(|part| part.encode_utf16().count() <= 200), "{text}");
        let whole: String = match parts.len() {
            0 | 1 => parts.concat(),
            _ => parts.iter().map(|part| part.split_once('\n').unwrap().1).collect(),
        };
        assert_eq!(whole, text);
        parts.len()
    };
    assert_eq!(check(""), 0);
    assert_eq!(check("short"), 1);
    assert_eq!(check(&"a line\n".repeat(40)), 3);
    assert_eq!(check(&"x".repeat(500)), 5);
    assert!(check(&"a 🦀 line of its own\n".repeat(50)) > 5);
    assert!(check(&"🦀".repeat(300)) > 4);
}
