//! Tool calls in every way they can come: which are open, and that a compaction still is a valid request.

use serde_json::{Value, json};

use crate::events::{Script, Voice, assistant, call, message, prose, result, text_block, tool_result, tool_use, user};
use crate::harness::{DID_UPDATE, Server, Workspace};
use crate::rules::{strings, valid};

fn plain(message: Value) -> Value {
    json!({"type": "message", "message": message})
}

fn blocks(role: &str, blocks: Value) -> Value {
    plain(json!({"role": role, "content": blocks}))
}

fn openai_calls(ids: &[&str]) -> Value {
    let calls: Vec<Value> = ids
        .iter()
        .map(|id| json!({"id": id, "type": "function", "function": {"name": "Read", "arguments": "{}"}}))
        .collect();
    plain(json!({"role": "assistant", "content": null, "tool_calls": calls}))
}

fn openai_result(id: &str, text: &str) -> Value {
    plain(json!({"role": "tool", "tool_call_id": id, "content": text}))
}

/// One way that calls can come.
struct Case {
    name: &'static str,
    events: Vec<Value>,
    open: &'static [&'static str],
    duplicates: u64,
    /// What must be in the answer to a compaction.
    kept: &'static [&'static str],
}

fn case(
    name: &'static str,
    events: Vec<Value>,
    open: &'static [&'static str],
    duplicates: u64,
    kept: &'static [&'static str],
) -> Case {
    Case { name, events, open, duplicates, kept }
}

fn cases() -> Vec<Case> {
    let read = |id: &str| call(id, "Read", json!({"file_path": id}));
    let uses = |ids: &[&str]| {
        blocks("assistant", ids.iter().map(|id| tool_use(id, "Read", json!({"file_path": id}))).collect())
    };
    vec![
        case("a call", vec![read("a")], &["a"], 0, &[]),
        case("call and result", vec![read("a"), result("a", "RA")], &[], 0, &["RA"]),
        case("parallel events", vec![read("a"), read("b"), result("b", "RB")], &["a"], 0, &["RB"]),
        case(
            "parallel events, results in another order",
            vec![read("a"), read("b"), result("b", "RB"), result("a", "RA")],
            &[],
            0,
            &["RA", "RB"],
        ),
        case(
            "parallel blocks",
            vec![uses(&["a", "b"]), blocks("user", json!([tool_result("b", "RB")]))],
            &["a"],
            0,
            &["RB"],
        ),
        case(
            "parallel blocks, results in two messages",
            vec![
                uses(&["a", "b"]),
                blocks("user", json!([tool_result("b", "RB")])),
                blocks("user", json!([tool_result("a", "RA")])),
            ],
            &[],
            0,
            &["RA", "RB"],
        ),
        case("tool_calls", vec![openai_calls(&["a", "b"]), openai_result("a", "RA")], &["b"], 0, &["RA"]),
        case(
            "call as event, result in a message",
            vec![read("a"), blocks("user", json!([tool_result("a", "RA")]))],
            &[],
            0,
            &["RA"],
        ),
        case("call in a message, result as event", vec![uses(&["a"]), result("a", "RA")], &[], 0, &["RA"]),
        case("a call of one API, a result of the other", vec![uses(&["a"]), openai_result("a", "RA")], &[], 0, &["RA"]),
        case("the same call twice", vec![read("a"), read("a"), result("a", "RA")], &[], 1, &["RA"]),
        case("the same result twice", vec![read("a"), result("a", "RA"), result("a", "RA")], &[], 1, &["RA"]),
        case("event and block of one call", vec![uses(&["a"]), read("a"), result("a", "RA")], &[], 1, &["RA"]),
        case("a result without a call", vec![result("x", "RX")], &[], 0, &["RX"]),
        case(
            "a result without a call in a message",
            vec![blocks("user", json!([tool_result("x", "RX"), text_block("TX")]))],
            &[],
            0,
            &["RX", "TX"],
        ),
        case("a result without a call, OpenAI", vec![openai_result("x", "RX")], &[], 0, &["RX"]),
        case("the result comes before its call", vec![result("a", "RA"), read("a")], &[], 0, &["RA"]),
        case("given up", vec![read("a"), user("stop", "SPOKEN")], &[], 0, &["SPOKEN", "interrupted"]),
        case(
            "given up, a late result",
            vec![read("a"), user("stop", "SPOKEN"), result("a", "RA")],
            &[],
            0,
            &["SPOKEN", "RA"],
        ),
        case("given up in a message", vec![uses(&["a"]), user("stop", "SPOKEN")], &[], 0, &["SPOKEN", "interrupted"]),
        case(
            "given up, OpenAI",
            vec![openai_calls(&["a"]), user("stop", "SPOKEN")],
            &[],
            0,
            &["SPOKEN", "interrupted"],
        ),
        case(
            "one of two given up with the other's result",
            vec![uses(&["a", "b"]), blocks("user", json!([tool_result("a", "RA"), text_block("SPOKEN")]))],
            &[],
            0,
            &["RA", "SPOKEN", "interrupted"],
        ),
        case(
            "the harness speaks in the user's name",
            vec![
                read("a"),
                json!({"type": "message", "meta": true, "message": {"role": "user", "content": "REMINDER"}}),
            ],
            &["a"],
            0,
            &[],
        ),
        case(
            "the assistant goes on without a result",
            vec![read("a"), assistant("on", "ONWARD"), result("a", "RA")],
            &[],
            0,
            &["ONWARD", "RA"],
        ),
        case(
            "text before the results",
            vec![uses(&["a"]), blocks("user", json!([text_block("TEXT"), tool_result("a", "RA")]))],
            &[],
            0,
            &["TEXT", "RA"],
        ),
        case(
            "an input that is no object",
            vec![call("a", "Odd", json!("just text")), result("a", "RA")],
            &[],
            0,
            &["RA", "just text"],
        ),
        case("empty results", vec![read("a"), result("a", ""), user("on", "SPOKEN")], &[], 0, &["SPOKEN"]),
        case(
            "the old function call",
            vec![
                plain(json!({"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}})),
                plain(json!({"role": "function", "name": "f", "content": "RF"})),
            ],
            &[],
            0,
            &["RF"],
        ),
    ]
}

fn run(case: &Case, voice: Voice, server: &mut Server) {
    let session = format!("{} {voice:?}", case.name);
    let mut script = Script::new(voice);
    for number in 0..7 {
        script.round(number, 200);
    }
    script.user("Now this:");
    server.append(&session, &script.events);
    let appended = server.append(&session, &case.events);
    assert_eq!(
        (&appended["openToolCalls"], &appended["duplicates"]),
        (&json!(case.open), &json!(case.duplicates)),
        "{session}"
    );
    let open: Vec<String> = case.open.iter().map(|&id| id.to_owned()).collect();
    for (format, shape) in [("anthropic", Voice::Anthropic), ("openai", Voice::OpenAi), ("markdown", Voice::Events)] {
        let answer = server
            .call("compact", json!({"sessionId": session, "targetTokens": 1500, "apply": false, "format": format}));
        assert_eq!(answer["compacted"], true, "{session}: {}", answer["reason"]);
        let text = strings(&answer["messages"]);
        for kept in case.kept {
            assert!(text.contains(kept), "{session} as {format} lost {kept}");
        }
        if answer["markdown"].is_null() {
            valid(answer["messages"].as_array().unwrap(), shape, &open);
        }
    }
    // The same after the session was loaded anew, and after the cut.
    let answer = server.call("compact", json!({"sessionId": session, "targetTokens": 1500}));
    valid(answer["messages"].as_array().unwrap(), voice, &open);
    let appended = server.append(&session, &[assistant("later", &prose(20, 1))]);
    assert_eq!(appended["openToolCalls"], json!(case.open), "{session} after the cut");
}

#[test]
fn every_way_a_call_can_come_stays_a_valid_request() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    for case in &cases() {
        for voice in [Voice::Anthropic, Voice::OpenAi] {
            run(case, voice, &mut server);
        }
    }
    drop(server);
    let mut server = Server::quiet(&place);
    for case in &cases() {
        for voice in [Voice::Anthropic, Voice::OpenAi] {
            let session = format!("{} {voice:?}", case.name);
            let appended = server.append(&session, &[assistant("restarted", "x")]);
            assert_eq!(appended["openToolCalls"], json!(case.open), "{session} after a restart");
        }
    }
}

/// A client that reports calls as events and then sends the whole message: what else the message says is not lost.
#[test]
fn a_message_with_a_known_call_keeps_its_text() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    let events = [
        user("go", "Go."),
        call("a", "Read", json!({"file_path": "a"})),
        blocks("assistant", json!([text_block("THE PLAN"), tool_use("a", "Read", json!({"file_path": "a"}))])),
        result("a", "RA"),
        blocks("user", json!([tool_result("a", "RA"), text_block("NO, USE TABS")])),
    ];
    let mut lost = Vec::new();
    server.append("s", &events);
    let stored = server.call("events", json!({"sessionId": "s", "fromSeq": 1, "toSeq": 9})).to_string();
    for text in ["THE PLAN", "NO, USE TABS"] {
        if !stored.contains(text) {
            lost.push(text);
        }
    }
    assert!(lost.is_empty(), "not stored: {lost:?}");
}

/// The id of an event is its own: a message that merely has the same one is another event only in its own kind.
#[test]
fn ids_of_different_kinds_do_not_meet() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    let usage = json!({"type": "usage", "id": "1", "inputTokens": 10});
    let events = [
        user("1", "x"),
        call("1", "Read", json!({})),
        result("1", "y"),
        usage.clone(),
        message("2", json!({"role": "user", "content": "z"})),
    ];
    let appended = server.append("s", &events);
    assert_eq!((&appended["stored"], &appended["duplicates"]), (&json!(5), &json!(0)));
    let appended =
        server.append("s", &[user("1", "x"), call("1", "Read", json!({})), result("1", "y"), usage, user("3", "new")]);
    assert_eq!((&appended["stored"], &appended["duplicates"], &appended["seq"]), (&json!(1), &json!(4), &json!(6)));
    assert_eq!(server.append("other", &[user("1", "x")])["stored"], 1, "another session is another world");
}
