//! Claude Code: the transcript is followed, and the context comes back after `/clear` and after its own compaction.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{append, await_events, context, hook, record, sessions, silent};
use crate::cli::run;
use crate::events::prose;
use crate::harness::{DID_UPDATE, Server, Workspace, await_some};

pub const CORRECTION: &str = "No, never write to the production bucket. Use the staging one.";

fn payload(place: &Workspace, session: &str, transcript: &PathBuf, event: &str, more: &Value) -> Value {
    let mut payload =
        json!({"session_id": session, "transcript_path": transcript, "cwd": place.root(), "hook_event_name": event});
    payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    payload
}

/// A conversation: a request, a correction, and work of so many rounds.
pub fn conversation(session: &str, rounds: usize) -> String {
    let mut messages = vec![
        json!({"role": "user", "content": "Please move the exports to the new bucket."}),
        json!({"role": "assistant", "content": [{"type": "text", "text": "I will write to the production bucket."}]}),
        json!({"role": "user", "content": CORRECTION}),
    ];
    for round in 0..rounds {
        let (id, seed) = (format!("toolu_{session}_{round}"), round as u64);
        let input = json!({"file_path": format!("src/export_{round}.rs")});
        messages.push(
            json!({"role": "assistant", "content": [{"type": "tool_use", "id": id, "name": "Read", "input": input}]}),
        );
        messages.push(json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": prose(400, seed)}]}));
    }
    messages.push(json!({"role": "assistant", "content": [{"type": "text", "text": format!("All {rounds} exports of {session} are moved.")}]}));
    messages.iter().enumerate().map(|(at, message)| record(session, at, message)).collect()
}

/// The four handlers of a session's start.
fn start(place: &Workspace, session: &str, transcript: &PathBuf, source: &str) -> Vec<String> {
    let payload = payload(place, session, transcript, "SessionStart", &json!({"source": source}));
    let parts = (1..=4).map(|part| hook(place, &["--agent", "claude-code", "--part", &format!("{part}/4")], &payload));
    parts.filter(|done| !done.stdout.is_empty()).map(|done| context(&done)).collect()
}

pub fn tell(place: &Workspace, session: &str, transcript: &PathBuf, event: &str, more: &Value) {
    silent(&hook(place, &["--agent", "claude-code"], &payload(place, session, transcript, event, more)));
}

/// A session that has gone on for so many rounds.
pub fn begun(place: &Workspace, session: &str, rounds: usize) -> PathBuf {
    let path = place.outside(&format!("{session}.jsonl"));
    start(place, session, &path, "startup");
    append(&path, &conversation(session, rounds));
    tell(place, session, &path, "UserPromptSubmit", &json!({"prompt": "x"}));
    path
}

#[test]
fn the_context_comes_back_after_it_was_cleared() {
    let place = Workspace::new();
    let (old, new) = (place.outside("old.jsonl"), place.outside("new.jsonl"));
    assert!(start(&place, "old", &old, "startup").is_empty());
    tell(&place, "old", &old, "UserPromptSubmit", &json!({"prompt": "Please move the exports to the new bucket."}));
    append(&old, &conversation("old", 40));
    // Nobody but the worker has read it.
    await_events(&place, "old", 84);
    let memory = await_some("a memory", || std::fs::read_to_string(place.memory_file("old")).ok());
    assert!(memory.contains(CORRECTION), "{memory}");
    // What was written last is in it, whoever was faster.
    append(&old, &record("old", 84, &json!({"role": "user", "content": "And which ones are left?"})));
    tell(&place, "old", &old, "Stop", &json!({"last_assistant_message": "none"}));
    tell(&place, "old", &old, "SessionEnd", &json!({"reason": "clear"}));
    let parts = start(&place, "new", &new, "clear");
    assert!(parts.len() > 1, "a window of one part shows nothing");
    assert!(parts.iter().all(|part| part.encode_utf16().count() <= 10_000));
    let text = parts.concat();
    assert!(text.contains(CORRECTION), "{text}");
    assert!(text.contains("All 40 exports of old are moved.") && text.contains("And which ones are left?"), "{text}");
    assert!(!text.contains(&prose(400, 0)), "an old tool output is not in it");
    // The conversation goes on under its name.
    tell(&place, "new", &new, "UserPromptSubmit", &json!({"prompt": "go on"}));
    append(&new, &record("new", 0, &json!({"role": "user", "content": "go on"})));
    await_events(&place, "old", 86);
    assert_eq!(sessions(&place).len(), 1);
    // And again, with everything.
    let again = start(&place, "newer", &place.outside("newer.jsonl"), "clear").concat();
    assert!(again.contains(CORRECTION) && again.contains("go on"), "{again}");
}

#[test]
fn who_clears_twice_wants_it_empty() {
    let place = Workspace::new();
    let [one, two, three] = ["one", "two", "three"].map(|name| place.outside(&format!("{name}.jsonl")));
    start(&place, "one", &one, "startup");
    tell(&place, "one", &one, "UserPromptSubmit", &json!({"prompt": "x"}));
    append(&one, &conversation("one", 3));
    assert!(!start(&place, "two", &two, "clear").is_empty());
    assert!(start(&place, "three", &three, "clear").is_empty());
    tell(&place, "three", &three, "UserPromptSubmit", &json!({"prompt": "Something else."}));
    append(&three, &record("three", 0, &json!({"role": "user", "content": "Something else."})));
    await_events(&place, "three", 1);
}

#[test]
fn a_resumed_session_and_a_first_one_get_nothing() {
    let place = Workspace::new();
    let path = place.outside("one.jsonl");
    append(&path, &conversation("one", 3));
    assert!(start(&place, "one", &path, "startup").is_empty());
    tell(&place, "one", &path, "UserPromptSubmit", &json!({"prompt": "x"}));
    for source in ["resume", "fork"] {
        assert!(start(&place, "one", &path, source).is_empty(), "{source}");
    }
    // Another process's session is nobody's predecessor; here all are of one, so without a prompt there is none.
    assert!(start(&place, "other", &place.outside("other.jsonl"), "startup").is_empty());
}

#[test]
fn its_own_compaction_is_told_to_be_brief_and_gets_the_memory() {
    let place = Workspace::new();
    let path = place.outside("one.jsonl");
    start(&place, "one", &path, "startup");
    tell(&place, "one", &path, "UserPromptSubmit", &json!({"prompt": "x"}));
    append(&path, &conversation("one", 20));
    let about_to =
        payload(&place, "one", &path, "PreCompact", &json!({"trigger": "auto", "custom_instructions": null}));
    let told = hook(&place, &["--agent", "claude-code"], &about_to);
    assert!(told.stdout.contains("one line is enough"), "{}", told.stdout);
    let boundary = json!({"type": "system", "subtype": "compact_boundary", "uuid": "b", "parentUuid": null, "timestamp": "2026-03-01T11:00:00.000Z",
        "sessionId": "one", "compactMetadata": {"trigger": "auto", "preTokens": 9000}});
    append(&path, &format!("{boundary}\n"));
    let summary = json!({"type": "user", "isCompactSummary": true, "uuid": "c", "parentUuid": "b", "timestamp": "2026-03-01T11:00:01.000Z",
        "sessionId": "one", "message": {"role": "user", "content": "See the session memory."}});
    append(&path, &format!("{summary}\n"));
    let text = start(&place, "one", &path, "compact").concat();
    assert!(text.contains(CORRECTION) && text.contains("All 20 exports of one are moved."), "{text}");
}

#[test]
fn handlers_at_the_same_moment_give_parts_of_one_answer() {
    let place = Workspace::new();
    let path = place.outside("one.jsonl");
    start(&place, "one", &path, "startup");
    tell(&place, "one", &path, "UserPromptSubmit", &json!({"prompt": "x"}));
    append(&path, &conversation("one", 60));
    let payload = payload(&place, "two", &place.outside("two.jsonl"), "SessionStart", &json!({"source": "clear"}));
    let parts: Vec<String> = std::thread::scope(|scope| {
        let handlers: Vec<_> = (1..=4)
            .map(|part| {
                let (place, payload) = (&place, &payload);
                scope.spawn(move || hook(place, &["--agent", "claude-code", "--part", &format!("{part}/4")], payload))
            })
            .collect();
        handlers.into_iter().map(|handler| handler.join().unwrap().stdout).filter(|text| !text.is_empty()).collect()
    });
    assert!(parts.len() > 1);
    for (number, part) in parts.iter().enumerate() {
        assert!(part.contains(&format!("part {} of {}]", number + 1, parts.len())), "{part:.200}");
    }
    // One of them has compacted, and only one.
    let explained = run(&place.state(), &place.root(), &["explain", "--session", "one", "--json"], "").json();
    assert_eq!(explained["compaction"], 1);
}

#[test]
fn a_server_takes_over_and_its_editor_hears_of_it() {
    let place = Workspace::new();
    let path = place.outside("one.jsonl");
    start(&place, "one", &path, "startup");
    append(&path, &conversation("one", 3));
    tell(&place, "one", &path, "UserPromptSubmit", &json!({"prompt": "x"}));
    await_events(&place, "one", 10);
    let mut server = Server::with(&place, |options| options.settings = json!({"initTokens": 100, "updateTokens": 100}));
    // Told at once of nothing; later of what is new.
    append(&path, &record("one", 10, &json!({"role": "user", "content": prose(600, 7)})));
    tell(&place, "one", &path, "UserPromptSubmit", &json!({"prompt": "y"}));
    server.notification(DID_UPDATE, |params| params["sessionId"] == "one");
    append(&path, &record("one", 11, &json!({"role": "user", "content": prose(600, 8)})));
    server.notification(DID_UPDATE, |params| params["sessionId"] == "one" && params["coveredThrough"] == 12);
    server.tolerate(DID_UPDATE);
    server.tolerate("sessionMemory/didChangePressure");
}
