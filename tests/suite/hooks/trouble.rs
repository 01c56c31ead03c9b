//! Whatever goes wrong: the agent is not disturbed, and the log has a line.

use serde_json::json;

use super::claude_code::conversation;
use super::put_aside::store_of;
use super::{append, hook_of, sessions, silent};
use crate::cli::run;
use crate::harness::{Workspace, await_some, files_under, has_bytes};

/// The lines of the log that hooks wrote.
pub fn logged(place: &Workspace) -> Vec<String> {
    let logs = files_under(&place.state().join("logs"));
    let text: String = logs.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    text.lines().filter(|line| line.contains("hook: ")).map(str::to_owned).collect()
}

#[test]
fn bad_payloads() {
    let place = Workspace::new();
    let nested = "[".repeat(100_000);
    let payloads: Vec<Vec<u8>> = ["", "x", "{}", "[]", "{\"session_id\":7}", "{\"session_id\":\"s\"", &nested]
        .into_iter()
        .map(|text| text.as_bytes().to_vec())
        .chain([vec![0xff, 0xfe, 0], b"{\"session_id\":\"\\ud800\"}".to_vec()])
        .collect();
    for (number, payload) in payloads.iter().enumerate() {
        silent(&hook_of(&place, &["--agent", "claude-code"], payload));
        assert_eq!(logged(&place).len(), number + 1, "{:?}", String::from_utf8_lossy(payload));
    }
    assert_eq!(hook_of(&place, &["--agent", "cline"], "x").json(), json!({"cancel": false}));
    assert_eq!(hook_of(&place, &["--agent", "gemini"], "x").json(), json!({}));
}

#[test]
fn a_folder_that_is_gone_and_a_state_that_cannot_be_written() {
    let place = Workspace::new();
    let payload = json!({"session_id": "s", "hook_event_name": "Stop", "cwd": "/nowhere/at/all"});
    silent(&hook_of(&place, &["--agent", "claude-code"], payload.to_string()));
    assert!(logged(&place)[0].contains("/nowhere/at/all"), "{:?}", logged(&place));
    // A file stands where the folder should be: not even a log line, and no complaint.
    let blocked = place.outside("blocked");
    std::fs::write(&blocked, "").unwrap();
    let payload = json!({"session_id": "s", "hook_event_name": "Stop", "cwd": place.root()});
    let done = run(&blocked, &place.root(), &["hook", "--agent", "claude-code"], payload.to_string());
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, "", ""));
}

/// The worker ends, and makes nothing anew of what its user has deleted.
#[test]
fn a_state_that_is_deleted_stays_deleted() {
    for whole in [false, true] {
        let place = Workspace::new();
        let path = place.outside("one.jsonl");
        let text = conversation("one", 60);
        let (first, rest) = text.split_at(text.len() / 2);
        append(&path, first);
        let payload =
            json!({"session_id": "one", "transcript_path": path, "cwd": place.root(), "hook_event_name": "Stop"});
        silent(&hook_of(&place, &["--agent", "claude-code"], payload.to_string()));
        await_some("the worker reads", || sessions(&place).first().filter(|row| row["events"] != 0).map(drop));
        // It is at work when the folder goes.
        append(&path, rest);
        let state = if whole { place.state() } else { store_of(&place) };
        std::fs::remove_dir_all(&state).unwrap();
        let worker = format!("worker\0--workspace\0{}\0", place.root().display());
        let is_worker = |process: std::fs::DirEntry| {
            let command = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            has_bytes(&command, &worker)
        };
        await_some("the worker ends", || {
            let mut processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
            (!processes.any(is_worker)).then_some(())
        });
        assert!(!state.exists(), "{:?}", files_under(&state));
    }
}

#[test]
fn a_damaged_store() {
    let place = Workspace::new();
    let payload = json!({"session_id": "s", "hook_event_name": "UserPromptSubmit", "prompt": "x", "cwd": place.root()})
        .to_string();
    silent(&hook_of(&place, &["--agent", "cursor"], &payload));
    // The worker would write into it once more.
    std::fs::remove_dir_all(place.root()).unwrap();
    let lock = files_under(&place.state()).into_iter().find(|file| file.ends_with("feeding.lock"));
    await_some("the worker ends", || {
        let free = lock.as_ref().is_none_or(|lock| std::fs::File::open(lock).unwrap().try_lock().is_ok());
        free.then_some(())
    });
    std::fs::create_dir(place.root()).unwrap();
    let store = files_under(&place.state()).into_iter().find(|file| file.ends_with("store.db")).unwrap();
    for file in files_under(store.parent().unwrap()) {
        std::fs::write(file, "this is no database, and it is longer than the header of one would have to be").unwrap();
    }
    silent(&hook_of(&place, &["--agent", "cursor"], &payload));
    assert_eq!(logged(&place).len(), 1, "{:?}", logged(&place));
}
