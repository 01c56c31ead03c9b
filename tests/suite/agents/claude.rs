//! Claude Code: its settings, and its conversations, without a terminal and in one.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::place::{KEY, Place, installed};
use super::process::Process;
use super::terminal::Terminal;
use crate::harness::files_under;

/// The events at which our hook is registered.
pub const EVENTS: [&str; 10] = [
    "SessionStart",
    "UserPromptSubmit",
    "PostToolBatch",
    "PostToolUse",
    "PostToolUseFailure",
    "Stop",
    "SubagentStop",
    "PreCompact",
    "PostCompact",
    "SessionEnd",
];

/// Writes down that the user has seen the welcome, trusts the workspace and the key, and allows the tools of the tests;
/// and which hooks there are.
pub fn prepare(place: &Place, hooks: &Value) {
    let root = place.root();
    let known = json!({
        "hasCompletedOnboarding": true,
        "theme": "dark",
        "customApiKeyResponses": {"approved": [&KEY[KEY.len() - 20..]], "rejected": []},
        "projects": {root.to_str().unwrap(): {
            "hasTrustDialogAccepted": true, "hasCompletedProjectOnboarding": true, "allowedTools": [],
        }},
    });
    place.write(".claude.json", known.to_string());
    let settings = json!({"permissions": {"defaultMode": "default", "allow": ["Bash", "Read", "Write", "Edit", "Agent"]}, "hooks": hooks});
    place.write(".claude/settings.json", settings.to_string());
    place.write("tmp/.keep", "");
}

/// Starts `claude -p` with a prompt.
pub fn start(place: &Place, arguments: &[&str]) -> Process {
    let words = [&["-p", "--output-format", "stream-json", "--verbose"], arguments].concat();
    Process::start(place, &installed("claude"), &words)
}

/// Starts it in a terminal; it is ready for a prompt.
#[track_caller]
pub fn open(place: &Place) -> Terminal {
    let terminal = Terminal::start(place, &installed("claude"), &[]);
    terminal.shows("❯");
    terminal
}

/// Lets it say what it has to say to a prompt, and gives the messages of its stream.
#[track_caller]
pub fn ask(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let printed = start(place, arguments).ended();
    assert_eq!(printed.code, Some(0), "{}\n{}", printed.out, printed.err);
    printed.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The session's id, as the stream tells it.
pub fn session_of(stream: &[Value]) -> String {
    stream.iter().find_map(|message| message["session_id"].as_str()).unwrap().to_owned()
}

/// The folder of the workspace's transcripts, as it makes its name.
pub fn folder_of(place: &Place) -> String {
    let root = place.root();
    root.to_str().unwrap().replace(|character: char| !character.is_ascii_alphanumeric(), "-")
}

/// The transcripts of the place, by name.
pub fn transcripts(place: &Place) -> Vec<PathBuf> {
    let mut files = files_under(&place.home().join(".claude/projects"));
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files
}
