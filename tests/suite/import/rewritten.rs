//! Conversations that are written anew, or in many places, give the same events as the finished ones, also when the server
//! is killed on the way.

use std::path::Path;

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::live::{events, server};
use crate::events::prose;
use crate::harness::{Workspace, await_some};

/// Follows what `write` makes in so many steps; gives the events, which are those of an import at the end.
fn grown(place: &Workspace, path: &str, steps: usize, write: impl Fn(usize)) -> Vec<Value> {
    let mut now = server(place);
    write(0);
    let follow = json!({"path": path, "sessionId": "live", "follow": true});
    now.call("import", follow.clone());
    for step in 1..steps {
        write(step);
        if step == steps / 2 {
            await_some("a part", || (!events(&mut now, "live").0.is_empty()).then_some(()));
            now.kill();
            now = server(place);
            now.call("import", follow.clone());
        }
    }
    now.call("import", json!({"path": path, "sessionId": "whole"}));
    let (expected, usage) = events(&mut now, "whole");
    let got = await_some("all of it", || {
        let (got, used) = events(&mut now, "live");
        (got.len() >= expected.len() && used.len() >= usage.len()).then_some(got)
    });
    assert_eq!(got, expected);
    assert_eq!(now.call("import", json!({"path": path, "sessionId": "live"}))["events"], 0);
    got
}

/// Message number `at` of a session of Gemini CLI.
fn message(at: usize) -> Value {
    let kind = if at.is_multiple_of(2) { "user" } else { "gemini" };
    json!({"id": format!("m{at}"), "timestamp": "2026-03-01T10:00:00Z", "type": kind, "content": prose(20, at as u64)})
}

#[test]
fn a_document_is_followed_also_when_it_is_half_written() {
    let place = Workspace::new();
    let path = place.outside("session.json");
    let write = |step: usize| {
        let messages: Vec<Value> = (0..=step).map(message).collect();
        let session = json!({"sessionId": "g", "projectHash": "h", "messages": messages});
        let text = serde_json::to_string_pretty(&session).unwrap();
        if step.is_multiple_of(3) {
            std::fs::write(&path, &text[..text.len() / 2]).unwrap();
        }
        std::fs::write(&path, text).unwrap();
    };
    assert_eq!(grown(&place, path.to_str().unwrap(), 40, write).len(), 40);
}

#[test]
fn an_agent_that_compacts_its_document_loses_and_doubles_nothing() {
    let place = Workspace::new();
    let path = place.outside("k1.messages.json");
    let text = |text: &str| json!({"type": "text", "text": text});
    let message = |id: &str, role: &str, words: &str| json!({"id": id, "role": role, "content": [text(words)]});
    let write = |messages: &[Value]| {
        let session = json!({"version": 1, "agent": "lead", "sessionId": "k1", "messages": messages});
        std::fs::write(&path, serde_json::to_string_pretty(&session).unwrap()).unwrap();
    };
    let [one, two] = [message("m1", "user", "ONE"), message("m2", "assistant", "first")];
    let [three, four] = [message("m3", "user", "TWO"), message("m4", "assistant", "second")];
    write(&[one.clone(), two, three.clone(), four.clone()]);
    let mut server = server(&place);
    server.call("import", json!({"path": path, "follow": true}));
    let texts = |server: &mut crate::harness::Server| -> Vec<String> {
        let word = |event: &Value| match &event["message"]["content"] {
            Value::String(text) => text.clone(),
            content => content[0]["text"].as_str().unwrap().to_owned(),
        };
        events(server, "k1").0.iter().map(word).collect()
    };
    await_some("the beginning", || (texts(&mut server).len() == 4).then_some(()));
    // The first message stays, with a notice; one in the middle goes.
    let notice = "<SYSTEM_NOTICE>Earlier context was compacted.</SYSTEM_NOTICE>";
    let mut compacted = one;
    compacted["content"] = json!([text("ONE"), text(notice)]);
    compacted["metadata"] = json!({"kind": "compaction", "reason": "auto"});
    let later = [compacted, three, four, message("m5", "user", "THREE")];
    write(&later[..3]);
    write(&later);
    let expected = ["ONE", "first", "TWO", "second", notice, "THREE"];
    await_some("the end", || (texts(&mut server).len() >= expected.len()).then_some(()));
    assert_eq!(texts(&mut server), expected);
    server.kill();
    let mut server = super::live::server(&place);
    assert_eq!(server.call("import", json!({"path": path, "follow": true}))["events"], 0);
    assert_eq!(texts(&mut server), expected);
}

fn database(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    let schema = "PRAGMA journal_mode = WAL;
        CREATE TABLE session (id TEXT PRIMARY KEY, parent_id TEXT, title TEXT, directory TEXT, time_updated INTEGER);
        CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, data TEXT);
        CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, data TEXT);
        INSERT INTO session VALUES ('ses_1', NULL, 'T', '/w', 1);";
    connection.execute_batch(schema).unwrap();
    connection
}

#[test]
fn a_database_is_followed_while_its_owner_writes() {
    let place = Workspace::new();
    let path = place.outside("opencode.db");
    let connection = database(&path);
    let put = |table: &str, id: &str, owner: &str, at: usize, data: &Value| {
        let values = if table == "message" { "(?1, ?2, ?3, ?4)" } else { "(?1, ?2, ?4)" };
        let sql = format!("INSERT OR REPLACE INTO {table} VALUES {values}");
        connection.execute(&sql, params![id, owner, i64::try_from(at).unwrap(), data.to_string()]).unwrap();
    };
    let write = |step: usize| {
        let at = step / 3;
        let (question, answer) = (format!("msg_{at:04}a"), format!("msg_{at:04}b"));
        match step % 3 {
            0 => {
                put("message", &question, "ses_1", 2 * at, &json!({"role": "user", "time": {"created": 1}}));
                let part = json!({"type": "text", "text": prose(10, at as u64)});
                put("part", &format!("prt_{at:04}a"), &question, 0, &part);
            }
            1 => {
                put("message", &answer, "ses_1", 2 * at + 1, &json!({"role": "assistant", "time": {"created": 2}}));
                let part = json!({"type": "text", "text": "half of", "time": {"start": 1}});
                put("part", &format!("prt_{at:04}b"), &answer, 0, &part);
            }
            _ => {
                let part = json!({"type": "text", "text": prose(10, at as u64 + 7), "time": {"start": 1, "end": 2}});
                put("part", &format!("prt_{at:04}b"), &answer, 0, &part);
                let done = json!({"role": "assistant", "time": {"created": 2, "completed": 3}, "tokens": {"input": 9}});
                put("message", &answer, "ses_1", 2 * at + 1, &done);
            }
        }
    };
    let got = grown(&place, path.to_str().unwrap(), 90, write);
    assert_eq!(got.len(), 60);
    assert!(got.iter().all(|event| event["message"]["content"] != "half of"));
}

#[test]
fn a_folder_of_events_is_followed() {
    let place = Workspace::new();
    let folder = place.outside("conversation");
    let write = |step: usize| {
        let message = json!({"content": [{"type": "text", "text": prose(10, step as u64)}]});
        let event = json!({"id": format!("e{step}"), "timestamp": "2026-06-16T05:39:48.700734", "kind": "MessageEvent",
            "source": if step.is_multiple_of(2) { "user" } else { "agent" }, "llm_message": message});
        std::fs::create_dir_all(folder.join("events")).unwrap();
        std::fs::write(folder.join(format!("events/event-{step:05}-x.json")), event.to_string()).unwrap();
    };
    assert_eq!(grown(&place, folder.to_str().unwrap(), 50, write).len(), 50);
}
