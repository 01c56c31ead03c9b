//! Whatever goes wrong: the agent is not disturbed, and the log has a line.

use serde_json::json;

use super::{hook_of, silent};
use crate::cli::run;
use crate::harness::{Workspace, await_some, files_under};

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
