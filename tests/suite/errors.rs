//! What is refused, with which code and which field, and that nothing comes of it.

use serde_json::{Value, json};

use crate::events::{call, user};
use crate::harness::{Server, Workspace};

const INVALID: i64 = -32602;
const UNKNOWN_SESSION: i64 = -32001;
const UNKNOWN_REVISION: i64 = -32002;

/// Requests that are refused: method, params, code, `data.field`.
fn refusals(place: &Workspace) -> Vec<(&'static str, Value, i64, Option<&'static str>)> {
    let events = |event: Value| json!({"sessionId": "s", "events": [user("fine", "fine"), event]});
    let message = |message: Value| events(json!({"type": "message", "message": message}));
    let folder = place.root();
    let binary = place.write("binary", [0u8, 159, 146, 150].repeat(100));
    let empty = place.write("empty.jsonl", "");
    let mut cases = vec![
        ("append", json!({}), "sessionId"),
        ("append", json!(null), "sessionId"),
        ("append", json!({"sessionId": 7, "events": [user("a", "x")]}), "sessionId"),
        ("append", json!({"sessionId": "", "events": [user("a", "x")]}), "sessionId"),
        ("append", json!({"sessionId": "é".repeat(257), "events": [user("a", "x")]}), "sessionId"),
        ("append", json!({"sessionId": "s"}), "events"),
        ("append", json!({"sessionId": "s", "events": []}), "events"),
        ("append", json!({"sessionId": "s", "events": {}}), "events"),
        (
            "append",
            json!({"sessionId": "s", "events": vec![json!({"type": "usage", "inputTokens": 1}); 10_001]}),
            "events",
        ),
        ("append", json!({"sessionId": "s", "contextLimit": -1, "events": [user("a", "x")]}), "contextLimit"),
        (
            "append",
            json!({"sessionId": "s", "workspaceFolder": "nowhere", "events": [user("a", "x")]}),
            "workspaceFolder",
        ),
        (
            "append",
            json!({"sessionId": "s", "workspaceFolder": "file:///no/such/folder", "events": [user("a", "x")]}),
            "workspaceFolder",
        ),
        (
            "append",
            json!({"sessionId": "s", "workspaceFolder": "vscode-remote://host/folder", "events": [user("a", "x")]}),
            "workspaceFolder",
        ),
        ("append", events(json!({})), "events[1].type"),
        ("append", events(json!({"type": "massage"})), "events[1].type"),
        ("append", events(json!({"type": "message"})), "events[1].message"),
        ("append", message(json!({"content": "x"})), "events[1].message.role"),
        ("append", message(json!({"role": "robot", "content": "x"})), "events[1].message.role"),
        ("append", message(json!({"role": "user", "content": 5})), "events[1].message.content"),
        ("append", message(json!({"role": "assistant", "tool_calls": 5})), "events[1].message.tool_calls"),
        (
            "append",
            message(json!({"role": "user", "content": [{"type": "tool_result", "content": "x"}]})),
            "events[1].message.content[0].tool_use_id",
        ),
        (
            "append",
            message(json!({"role": "assistant", "content": [{"type": "tool_use", "name": "x"}]})),
            "events[1].message.content[0].id",
        ),
        ("append", events(json!({"type": "toolCall", "name": "x", "input": {}})), "events[1].id"),
        ("append", events(json!({"type": "toolCall", "id": "x", "input": {}})), "events[1].name"),
        ("append", events(json!({"type": "toolResult", "content": "x"})), "events[1].id"),
        ("append", events(json!({"type": "toolResult", "id": "x"})), "events[1].content"),
        ("append", events(json!({"type": "usage"})), "events[1].inputTokens"),
        ("append", events(json!({"type": "usage", "inputTokens": 1, "at": "yesterday"})), "events[1].at"),
        (
            "append",
            events(json!({"type": "message", "id": 5, "message": {"role": "user", "content": "x"}})),
            "events[1].id",
        ),
        (
            "append",
            events(json!({"type": "message", "id": "", "message": {"role": "user", "content": "x"}})),
            "events[1].id",
        ),
        ("compact", json!({}), "sessionId"),
        ("compact", json!({"sessionId": "known", "targetTokens": 999}), "targetTokens"),
        ("compact", json!({"sessionId": "known", "targetTokens": -5}), "targetTokens"),
        ("compact", json!({"sessionId": "known", "format": "xml"}), "format"),
        ("compact", json!({"sessionId": "known", "apply": "no"}), "apply"),
        ("compact", json!({"sessionId": "known", "query": 5}), "query"),
        ("compact", json!({"sessionId": ""}), "sessionId"),
        ("refresh", json!({}), "sessionId"),
        ("memory", json!({"sessionId": "known", "revision": "first"}), "revision"),
        ("history", json!([]), "params"),
        ("events", json!({"sessionId": "known"}), "fromSeq"),
        ("events", json!({"sessionId": "known", "fromSeq": 1}), "toSeq"),
        ("events", json!({"sessionId": "known", "fromSeq": 0, "toSeq": 1}), "fromSeq"),
        ("events", json!({"sessionId": "known", "fromSeq": 2, "toSeq": 1}), "fromSeq"),
        ("search", json!({}), "query"),
        ("search", json!({"query": "x", "limit": 0}), "limit"),
        ("search", json!({"query": "x", "limit": 101}), "limit"),
        ("search", json!({"query": "x", "roles": ["robot"]}), "roles"),
        ("sessions", json!({"workspaceFolder": "nowhere"}), "workspaceFolder"),
        ("import", json!({}), "path"),
        ("import", json!({"path": folder.join("missing.jsonl")}), "path"),
        ("import", json!({"path": folder}), "path"),
        ("import", json!({"path": binary}), "path"),
        ("import", json!({"path": empty}), "path"),
        ("import", json!({"path": binary, "follow": true}), "path"),
        ("import", json!({"path": binary, "format": "xml"}), "format"),
        ("import", json!({"path": binary, "sessionId": ""}), "sessionId"),
        ("forget", json!({}), "sessionId"),
    ]
    .into_iter()
    .map(|(method, params, field)| (method, params, INVALID, Some(field)))
    .collect::<Vec<_>>();
    for method in ["compact", "refresh", "memory", "history", "forget"] {
        cases.push((method, json!({"sessionId": "nobody"}), UNKNOWN_SESSION, None));
    }
    cases.push(("events", json!({"sessionId": "nobody", "fromSeq": 1, "toSeq": 1}), UNKNOWN_SESSION, None));
    cases.push(("search", json!({"sessionId": "nobody", "query": "x"}), UNKNOWN_SESSION, None));
    cases.push(("memory", json!({"sessionId": "known"}), UNKNOWN_REVISION, None));
    cases.push(("memory", json!({"sessionId": "known", "revision": 9}), UNKNOWN_REVISION, None));
    cases.push(("memory", json!({"sessionId": "known", "revision": 0}), UNKNOWN_REVISION, None));
    cases
}

#[test]
fn every_refusal_names_its_field_and_changes_nothing() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.append("known", &[user("a", "hello")]);
    let before = server.call("sessions", json!({}));
    for (method, params, code, field) in refusals(&place) {
        let shown: String = format!("{method} {params}").chars().take(200).collect();
        let error = server.refused(method, params.clone());
        assert_eq!(error.code, code, "{shown}: {}", error.message);
        assert_eq!(error.data.get("field").and_then(Value::as_str), field, "{shown}: {}", error.message);
        assert!(!error.message.is_empty() && error.message.len() < 500, "{shown}: {}", error.message);
        if !params.is_null() {
            assert_eq!(server.command(method, params), Err(error), "{shown} as a command");
        }
        assert_eq!(server.call("sessions", json!({})), before, "{shown} changed something");
    }
}

/// Values of a wrong type inside an event: the index and the field are named.
#[test]
fn wrong_types_inside_events_name_their_field() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    let cases = [
        (json!({"type": 5}), "type"),
        (json!({"type": "usage", "inputTokens": -1}), "inputTokens"),
        (json!({"type": "usage", "inputTokens": "many"}), "inputTokens"),
        (json!({"type": "usage", "inputTokens": 1, "outputTokens": 0.5}), "outputTokens"),
        (json!({"type": "usage", "inputTokens": 1, "at": 5}), "at"),
        (json!({"type": "toolCall", "id": "a", "name": 5, "input": {}}), "name"),
        (json!({"type": "toolResult", "id": "a", "content": "x", "isError": "yes"}), "isError"),
        (json!({"type": "message", "message": {"role": 5, "content": "x"}}), "message.role"),
        (json!({"type": "message", "message": "hello"}), "message"),
    ];
    let mut wrong = Vec::new();
    for (event, field) in cases {
        let error = server.refused("append", json!({"sessionId": "s", "events": [user("a", "x"), event]}));
        assert_eq!(error.code, INVALID, "{event}");
        if error.data["field"] != format!("events[1].{field}") {
            wrong.push(format!("{event}: {} instead of events[1].{field} ({})", error.data["field"], error.message));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn commands_that_do_not_exist_or_lack_their_argument() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    for command in ["sessionMemory.nonsense", "sessionMemory/append", "", "append"] {
        let error = server.refused("workspace/executeCommand", json!({"command": command, "arguments": []}));
        assert_eq!((error.code, &error.data["field"]), (INVALID, &json!("command")), "{command}");
    }
    for arguments in [json!([]), json!([{}])] {
        let error = server
            .refused("workspace/executeCommand", json!({"command": "sessionMemory.append", "arguments": arguments}));
        assert_eq!((error.code, &error.data["field"]), (INVALID, &json!("sessionId")), "{arguments}");
    }
    assert_eq!(
        server.call("workspace/executeCommand", json!({"command": "sessionMemory.sessions"})),
        json!({"sessions": []})
    );
}

#[test]
fn a_refused_batch_stores_none_of_its_events() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    let batch =
        json!({"sessionId": "s", "events": [user("a", "x"), call("c", "Bash", json!({})), json!({"type": "message"})]});
    server.refused("append", batch);
    assert_eq!(server.refused("events", json!({"sessionId": "s", "fromSeq": 1, "toSeq": 9})).code, UNKNOWN_SESSION);
    let appended = server.append("s", &[user("a", "x")]);
    assert_eq!((&appended["seq"], &appended["duplicates"]), (&json!(1), &json!(0)));
}
