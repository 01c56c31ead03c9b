//! A transcript that another process writes line by line gives the same events as the finished file, also when the
//! server and the writer are killed half way.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::samples::{real_or, rounds};
use super::start;
use crate::harness::{DID_CHANGE_PRESSURE, Server, Workspace, await_some};

/// A process that adds the rest of a text to a file, a line at a time.
fn writer(from: &Path, to: &Path) -> Child {
    let written = to.metadata().map_or(0, |metadata| metadata.len());
    let script = r#"tail -c +"$1" "$2" | while IFS= read -r line; do printf '%s\n' "$line" >> "$3"; done"#;
    Command::new("sh")
        .args(["-c", script, "sh", &(written + 1).to_string()])
        .args([from, to])
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}

/// Kills the shell and what it runs: one that goes on would write beside the next.
fn end(writer: &mut Child) {
    let group = rustix::process::Pid::from_child(writer);
    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    writer.wait().unwrap();
}

pub fn server(place: &Workspace) -> Server {
    let mut server = start(place);
    server.tolerate(DID_CHANGE_PRESSURE);
    server
}

/// All events of a session, without their numbers. Usage has no place of its own: a reader that does not know the rest of
/// the file tells it earlier.
pub fn events(server: &mut Server, session: &str) -> (Vec<Value>, Vec<Value>) {
    let (mut all, mut from) = (Vec::new(), 1);
    loop {
        let params = json!({"sessionId": session, "fromSeq": from, "toSeq": 1_000_000});
        let Ok(answer) = server.request("events", params) else { break };
        let page = answer["events"].as_array().unwrap().clone();
        if page.is_empty() {
            break;
        }
        from += page.len();
        all.extend(page);
    }
    for event in &mut all {
        event.as_object_mut().unwrap().remove("seq");
    }
    let (mut usage, rest): (Vec<Value>, Vec<Value>) = all.into_iter().partition(|event| event["type"] == "usage");
    usage.sort_by_key(ToString::to_string);
    (rest, usage)
}

/// Follows a file while it is written, with so many kills of both sides on the way.
fn followed(name: &str, text: &str, kills: usize) {
    let place = Workspace::new();
    let (finished, path) = (place.outside(&format!("finished-{name}")), place.outside(name));
    std::fs::write(&finished, text).unwrap();
    std::fs::write(&path, "").unwrap();
    let mut now = server(&place);
    let whole = now.call("import", json!({"path": finished, "sessionId": "whole"}));
    let format = whole["format"].clone();
    let (expected, usage) = events(&mut now, "whole");
    assert!(!expected.is_empty(), "{name}: {whole}");
    let follow = json!({"path": path, "sessionId": "live", "format": format, "follow": true});
    now.call("import", follow.clone());
    let mut writing = writer(&finished, &path);
    for kill in 1..=kills {
        let enough = expected.len() * kill / (kills + 1);
        await_some("a part", || (events(&mut now, "live").0.len() >= enough).then_some(()));
        if kill % 2 == 1 {
            end(&mut writing);
            // Its last write may still be under way.
            let length = || path.metadata().unwrap().len();
            let mut last = length();
            await_some("a file at rest", || {
                std::thread::sleep(std::time::Duration::from_millis(30));
                let rest = length() == last;
                last = length();
                rest.then_some(())
            });
            writing = writer(&finished, &path);
        }
        now.kill();
        now = server(&place);
        now.call("import", follow.clone());
    }
    assert!(writing.wait().unwrap().success());
    let complete = await_some(&format!("all of {name}"), || {
        let (got, used) = events(&mut now, "live");
        (got.len() >= expected.len() && used.len() >= usage.len()).then_some((got, used))
    });
    assert_eq!(complete.0, expected, "{name}");
    assert_eq!(complete.1.len(), usage.len(), "{name}");
    // The file once more: nothing is new.
    assert_eq!(now.call("import", json!({"path": path, "sessionId": "live", "format": format}))["events"], 0, "{name}");
}

#[test]
fn a_rollout_is_followed_through_kills() {
    followed("rollout.jsonl", &real_or("codex/openprintkit-long-1.rollout.jsonl", || rounds(200)), 4);
}

#[test]
fn a_claude_code_session_is_followed_through_kills() {
    let own = || super::lines(&super::session(400));
    followed("session.jsonl", &real_or("claude-code/entire-edge-bash-input.jsonl", own), 3);
}

/// A session of Gemini CLI in lines: every message is written twice, with its calls the second time.
fn gemini(count: usize) -> String {
    let mut lines = vec![json!({"sessionId": "g", "projectHash": "h"}).to_string()];
    for at in 0..count {
        let text = crate::events::prose(10, at as u64);
        lines.push(json!({"id": format!("u{at}"), "type": "user", "content": [{"text": text}]}).to_string());
        let mut answer =
            json!({"id": format!("a{at}"), "type": "gemini", "content": text, "tokens": {"input": 100 + at}});
        lines.push(answer.to_string());
        let result = json!([{"functionResponse": {"response": {"output": text}}}]);
        answer["toolCalls"] =
            json!([{"id": format!("c{at}"), "name": "x", "args": {}, "status": "success", "result": result}]);
        lines.push(answer.to_string());
        lines.push(json!({"$set": {"lastUpdated": at}}).to_string());
    }
    lines.join("\n") + "\n"
}

#[test]
fn other_agents_are_followed_through_kills() {
    followed("gemini.jsonl", &gemini(60), 2);
    let pi = || {
        let entry = |at: usize| {
            let message = json!({"role": if at.is_multiple_of(2) { "user" } else { "assistant" }, "content": format!("word {at}")});
            json!({"type": "message", "id": format!("e{at}"), "message": message}).to_string()
        };
        let header = json!({"type": "session", "id": "p", "cwd": "/w"}).to_string();
        std::iter::once(header).chain((0..200).map(entry)).collect::<Vec<_>>().join("\n") + "\n"
    };
    followed("pi.jsonl", &real_or("pi/pi-large-session.jsonl", pi), 2);
}
