//! Sessions that agents have in the workspace: found in homes made for the test, offered, kept, or left alone.

mod asking;
mod doctor;
mod homes;
mod keeping;
mod listing;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::harness::{DID_CHANGE_PRESSURE, DID_UPDATE, Options, Server, Workspace, await_some};

/// The request by which an editor asks its user.
const ASK: &str = "window/showMessageRequest";

/// A server whose user wants this about sessions that nobody feeds; its client can ask.
fn started(place: &Workspace, attach: &str) -> Server {
    server_with(place, attach, |_| {})
}

fn server_with(place: &Workspace, attach: &str, change: impl FnOnce(&mut Options)) -> Server {
    let mut server = Server::with(place, |options| {
        options.user = json!({ "attach": attach });
        options.settings = json!({"initTokens": 10_000_000});
        options.capabilities = json!({"window": {"showMessage": {}}});
        change(options);
    });
    server.tolerate(DID_UPDATE);
    server.tolerate(DID_CHANGE_PRESSURE);
    server
}

/// Answers a question of the server's.
fn choose(server: &mut Server, id: &Value, title: Option<&str>) {
    let result = title.map_or(Value::Null, |title| json!({ "title": title }));
    server.body(&json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string());
}

/// The list of what was found.
fn listed(server: &mut Server) -> Vec<Value> {
    server.call("discover", json!({}))["sessions"].as_array().unwrap().clone()
}

/// The number of events of a session here; `None` where there is no such session.
fn events(server: &mut Server, session: &str) -> Option<u64> {
    let sessions = server.call("sessions", json!({}))["sessions"].as_array().unwrap().clone();
    sessions.iter().find(|row| row["sessionId"] == session).and_then(|row| row["events"].as_u64())
}

#[track_caller]
fn await_events(server: &mut Server, session: &str, count: u64) {
    await_some(&format!("{count} events of {session}"), || (events(server, session) == Some(count)).then_some(()));
}

/// Waits until the server has looked: what comes to one that is listed afterwards has been decided about.
fn age(path: &Path, by: Duration) {
    let file = std::fs::File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now().checked_sub(by).unwrap()).unwrap();
}

/// The workspace folder as agents name it.
fn root(place: &Workspace) -> PathBuf {
    place.root().canonicalize().unwrap()
}
