//! A store that others have locked for longer than an agent can be made to wait, and a disk without room: what hooks tell
//! is put aside and taken in later, in its order and once each, or it is lost with a line in the log.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use rusqlite::Connection;
use serde_json::{Value, json};
use session_memory::config::workspace_state_dir;

use super::claude_code::{CORRECTION, conversation};
use super::trouble::logged;
use super::{append, await_events, context, hook, hook_of, record, sessions, silent};
use crate::cli::run;
use crate::harness::{PROGRAM, Server, Workspace, await_some, files_under, has_bytes};

const KEY: &str =
    "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKlMn-AbCdEfAA";

/// The folder of the workspace's store.
pub fn store_of(place: &Workspace) -> PathBuf {
    workspace_state_dir(&place.state(), &place.root().canonicalize().unwrap())
}

/// What is put aside, in its order; what is not finished does not count.
pub fn spooled(place: &Workspace) -> Vec<PathBuf> {
    let mut files = files_under(&store_of(place).join("spool"));
    files.retain(|file| !file.file_name().unwrap().to_str().unwrap().starts_with('.'));
    files.sort();
    files
}

/// The store, locked until this is dropped.
pub fn lock(place: &Workspace) -> Connection {
    let connection = Connection::open(store_of(place).join("store.db")).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}

/// What Cursor tells.
pub fn told(place: &Workspace, event: &str, moment: usize, more: &Value) -> Value {
    let mut payload = json!({"conversation_id": "c", "generation_id": format!("g{moment}"), "hook_event_name": event,
        "workspace_roots": [place.root()]});
    payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    payload
}

pub fn prompt(place: &Workspace, number: usize) -> Value {
    told(place, "beforeSubmitPrompt", number, &json!({"prompt": format!("Please do thing number {number}.")}))
}

/// The words of the session's messages, in their order.
pub fn words(place: &Workspace) -> Vec<String> {
    let mut server = Server::quiet(place);
    let answer = server.call("events", json!({"sessionId": "c", "fromSeq": 1, "toSeq": 100_000}));
    let text = |event: &Value| event["message"]["content"].as_str().unwrap_or("(tool)").to_owned();
    answer["events"].as_array().unwrap().iter().map(text).collect()
}

#[test]
fn a_locked_store_loses_nothing_of_an_agent_without_a_transcript() {
    let place = Workspace::new();
    let tell = |payload: &Value| silent(&hook(&place, &["--agent", "cursor"], payload));
    tell(&prompt(&place, 0));
    let lock = lock(&place);
    tell(&told(&place, "beforeSubmitPrompt", 1, &json!({"prompt": format!("My key is {KEY}, use it.")})));
    // Registered for the user and for the project.
    let ran =
        json!({"tool_name": "Shell", "tool_input": {"command": "ls"}, "tool_use_id": "t1", "tool_output": "a.rs"});
    for _ in 0..2 {
        tell(&told(&place, "postToolUse", 2, &ran));
    }
    tell(&told(&place, "afterAgentResponse", 3, &json!({"text": "There is one file."})));
    let files = spooled(&place);
    assert_eq!((files.len(), logged(&place).len()), (4, 4), "{:?}", logged(&place));
    assert!(logged(&place)[0].contains("in use by another process") && logged(&place)[0].contains("put aside"));
    for file in files_under(&place.state()) {
        assert!(!has_bytes(&std::fs::read(&file).unwrap(), &KEY[..20]), "{}", file.display());
    }
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
    drop(lock);
    // Whoever is first takes it in: this hook or the worker.
    tell(&prompt(&place, 4));
    await_events(&place, "c", 6);
    let words = words(&place);
    assert!(words[1].starts_with("My key is [redacted"), "{words:?}");
    let rest = ["(tool)", "(tool)", "There is one file.", "Please do thing number 4."];
    assert!(words[0].ends_with("number 0.") && words[2..] == rest, "{words:?}");
    assert_eq!((spooled(&place).len(), sessions(&place)[0]["agent"].as_str()), (0, Some("cursor")));
}

#[test]
fn the_last_word_needs_no_other_hook() {
    let place = Workspace::new();
    silent(&hook(&place, &["--agent", "cursor"], &prompt(&place, 0)));
    let held = lock(&place);
    silent(&hook(&place, &["--agent", "cursor"], &prompt(&place, 1)));
    drop(held);
    // By the worker.
    await_some("it is taken in", || spooled(&place).is_empty().then_some(()));
    assert_eq!(words(&place).len(), 2);
    // By an editor's server, if that is faster.
    let held = lock(&place);
    silent(&hook(&place, &["--agent", "cursor"], &prompt(&place, 2)));
    let server = Server::quiet(&place);
    drop(held);
    await_some("it is taken in", || spooled(&place).is_empty().then_some(()));
    drop(server);
    assert_eq!(words(&place).len(), 3);
}

#[test]
fn a_locked_store_loses_nothing_of_a_transcript() {
    let place = Workspace::new();
    let path = place.outside("one.jsonl");
    let tell = |session: &str, event: &str, more: Value| {
        let path = place.outside(&format!("{session}.jsonl"));
        let mut payload =
            json!({"session_id": session, "transcript_path": path, "cwd": place.root(), "hook_event_name": event});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        hook(&place, &["--agent", "claude-code"], &payload)
    };
    silent(&tell("zero", "SessionStart", json!({"source": "startup"})));
    let held = lock(&place);
    append(&path, &conversation("one", 30));
    silent(&tell("one", "SessionStart", json!({"source": "startup"})));
    silent(&tell("one", "UserPromptSubmit", json!({"prompt": "x"})));
    silent(&tell("one", "Stop", json!({"last_assistant_message": "y"})));
    drop(held);
    await_events(&place, "one", 64);
    // The context that comes back is worth a longer wait: the store is locked when the hook begins.
    append(&path, &record("one", 64, &json!({"role": "user", "content": "And which ones are left?"})));
    let held = lock(&place);
    let text = std::thread::scope(|scope| {
        let start = scope.spawn(|| tell("two", "SessionStart", json!({"source": "clear"})));
        std::thread::sleep(std::time::Duration::from_millis(600));
        drop(held);
        context(&start.join().unwrap())
    });
    assert!(text.contains(CORRECTION), "{text}");
}

/// Forgetting a session takes along what was put aside of it.
#[test]
fn what_was_put_aside_is_forgotten_as_well() {
    let place = Workspace::new();
    silent(&hook(&place, &["--agent", "cursor"], &prompt(&place, 0)));
    let held = lock(&place);
    silent(&hook(&place, &["--agent", "cursor"], &prompt(&place, 1)));
    drop(held);
    assert_eq!(run(&place.state(), &place.root(), &["forget", "c"], "").code, 0);
    silent(&hook(&place, &["--agent", "cursor"], &prompt(&place, 2)));
    assert!(sessions(&place).is_empty() && spooled(&place).is_empty());
    for file in files_under(&place.state()) {
        assert!(!has_bytes(&std::fs::read(&file).unwrap(), "thing number"), "{}", file.display());
    }
}

#[test]
fn a_full_disk_costs_what_was_told_and_nothing_else() {
    let place = Workspace::new();
    let is_root = rustix::process::geteuid().is_root();
    let unshare: &[&str] = if is_root { &["unshare", "-m"] } else { &["unshare", "-m", "--map-root-user"] };
    // Everything happens on a small disk that only this script's processes see; the words come out at the end.
    let script = r#"
        mount -t tmpfs -o size=2m,mode=700 none "$SESSION_MEMORY_STATE_DIR" || exit 99
        tell() { "$PROGRAM" hook --agent cursor < "$PLACE/$1" > "$PLACE/$1.out" 2>&1; echo "$?" >> "$PLACE/$1.out"; }
        tell p0
        cat /dev/zero > "$SESSION_MEMORY_STATE_DIR/filler" 2> /dev/null
        tell p1
        find "$SESSION_MEMORY_STATE_DIR" -path '*spool/*' -type f -size +0 > "$PLACE/spooled"
        rm "$SESSION_MEMORY_STATE_DIR/filler"
        tell p2
        "$PROGRAM" search thing --json > "$PLACE/found"
        "$PROGRAM" sessions --json > "$PLACE/sessions""#;
    let long = told(
        &place,
        "beforeSubmitPrompt",
        1,
        &json!({"prompt": format!("Lost thing. {}", crate::events::prose(400_000, 1))}),
    );
    for (name, payload) in [("p0", prompt(&place, 0)), ("p1", long), ("p2", prompt(&place, 2))] {
        std::fs::write(place.outside(name), payload.to_string()).unwrap();
    }
    let mut command = Command::new(unshare[0]);
    command.args(&unshare[1..]).args(["sh", "-c", script]).current_dir(place.root()).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap()).env("PROGRAM", PROGRAM).env("PLACE", place.outside(""));
    command.env("HOME", place.outside("home")).env("SESSION_MEMORY_STATE_DIR", place.state());
    let done = command.env("SESSION_MEMORY_CONFIG", place.config()).output().unwrap();
    if !done.status.success() {
        assert!(matches!(done.status.code(), Some(1 | 99)), "{}", String::from_utf8_lossy(&done.stderr));
        eprintln!("skipped: nothing can be mounted here");
        return;
    }
    let read = |name: &str| std::fs::read_to_string(place.outside(name)).unwrap();
    for name in ["p0.out", "p1.out", "p2.out"] {
        assert_eq!(read(name), "0\n", "{name}");
    }
    assert_eq!(read("spooled"), "", "nothing half written is left");
    let found: Value = serde_json::from_str(&read("found")).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 2, "{found}");
    let sessions: Value = serde_json::from_str(&read("sessions")).unwrap();
    assert_eq!(sessions[0]["events"], 2, "{sessions}");
}

/// A payload that cannot be stored because of the store's own state waits until it can.
#[test]
fn a_damaged_store_is_replaced_and_gets_what_was_put_aside() {
    let place = Workspace::new();
    std::fs::create_dir_all(store_of(&place)).unwrap();
    let text = "this is no database, and it is longer than the header of one would have to be, so it is damaged";
    std::fs::write(store_of(&place).join("store.db"), text.repeat(2)).unwrap();
    silent(&hook_of(&place, &["--agent", "cursor"], prompt(&place, 0).to_string()));
    assert_eq!(logged(&place).len(), 1, "{:?}", logged(&place));
    std::fs::remove_file(store_of(&place).join("store.db")).unwrap();
    assert_eq!(words(&place), ["Please do thing number 0."]);
}
