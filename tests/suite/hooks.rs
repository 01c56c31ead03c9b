//! `hook` as agents run it: a JSON object on stdin, nothing or one valid answer on stdout, exit code 0 whatever happens.

mod claude_code;
mod delivery;
mod killed;
mod put_aside;
mod trouble;
mod without_transcript;

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{Done, run};
use crate::harness::{Workspace, await_some};

/// Runs the hook of an agent.
fn hook(place: &Workspace, args: &[&str], payload: &Value) -> Done {
    hook_of(place, args, payload.to_string())
}

fn hook_of(place: &Workspace, args: &[&str], input: impl AsRef<[u8]>) -> Done {
    let args: Vec<&str> = ["hook"].into_iter().chain(args.iter().copied()).collect();
    let done = run(&place.state(), &place.root(), &args, input);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{args:?}: {}", done.stdout);
    done
}

/// Nothing is said to the agent.
#[track_caller]
fn silent(done: &Done) {
    assert_eq!(done.stdout, "");
}

/// The context that a hook gives, in Claude Code's shape.
#[track_caller]
fn context(done: &Done) -> String {
    let answer = done.json();
    assert_eq!(answer["hookSpecificOutput"]["hookEventName"], "SessionStart");
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    answer["hookSpecificOutput"]["additionalContext"].as_str().unwrap().to_owned()
}

/// The sessions of the workspace by the command line.
fn sessions(place: &Workspace) -> Vec<Value> {
    let done = run(&place.state(), &place.root(), &["sessions", "--json"], "");
    if done.code == 0 { done.json().as_array().unwrap().clone() } else { Vec::new() }
}

/// Waits until a session has so many events.
#[track_caller]
fn await_events(place: &Workspace, session: &str, events: u64) {
    await_some(&format!("{events} events in {session}: {:?}", sessions(place)), || {
        sessions(place).iter().any(|row| row["sessionId"] == session && row["events"] == events).then_some(())
    });
}

/// A record of Claude Code's transcript.
fn record(session: &str, at: usize, message: &Value) -> String {
    let parent = if at == 0 { Value::Null } else { json!(format!("{session}-{}", at - 1)) };
    let record = json!({
        "parentUuid": parent, "isSidechain": false, "userType": "external", "cwd": "/w", "sessionId": session, "version": "2.1.7",
        "type": message["role"], "message": message, "uuid": format!("{session}-{at}"),
        "timestamp": format!("2026-03-01T10:{:02}:{:02}.000Z", at / 60 % 60, at % 60),
    });
    format!("{record}\n")
}

fn append(path: &Path, text: &str) {
    use std::io::Write as _;
    let mut file = std::fs::File::options().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}
