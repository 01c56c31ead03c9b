//! Sessions as each agent lays them down in its user's home.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::root;
use crate::harness::Workspace;

pub fn write(path: PathBuf, text: impl AsRef<[u8]>) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    path
}

fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// What is said in a session of Claude Code: two events.
pub fn claude_text(session: &str, cwd: &Path, prompt: &str) -> String {
    let record = |at: usize, message: Value| {
        json!({
            "parentUuid": if at == 0 { Value::Null } else { json!(format!("{session}-{}", at - 1)) }, "isSidechain": false,
            "userType": "external", "cwd": cwd, "sessionId": session, "version": "2.1.7", "type": message["role"],
            "message": message, "uuid": format!("{session}-{at}"), "timestamp": format!("2026-03-01T10:00:{at:02}.000Z"),
        })
    };
    let answer = json!({"role": "assistant", "content": [{"type": "text", "text": "I look."}]});
    lines(&[record(0, json!({"role": "user", "content": prompt})), record(1, answer)])
}

/// The folder of a project as Claude Code names it.
pub fn claude_folder(home: &Path, cwd: &Path) -> PathBuf {
    let name = cwd.to_str().unwrap().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    home.join("projects").join(name)
}

/// A session of Claude Code in the home of a place.
pub fn claude(place: &Workspace, session: &str, prompt: &str) -> PathBuf {
    let folder = claude_folder(&place.outside("home/.claude"), &root(place));
    write(folder.join(format!("{session}.jsonl")), claude_text(session, &root(place), prompt))
}

/// What is said in a session of Codex: two events.
pub fn codex_text(session: &str, cwd: &Path, instructions: usize, prompt: &str) -> String {
    let message = |role: &str, kind: &str, text: &str| {
        json!({"type": "message", "role": role, "content": [{"type": kind, "text": text}]})
    };
    let line = |kind: &str, payload: Value| json!({"timestamp": "2026-03-01T11:00:00.000Z", "type": kind, "payload": payload});
    lines(&[
        line("session_meta", json!({"id": session, "timestamp": "2026-03-01T11:00:00.000Z", "cwd": cwd, "originator": "codex_cli_rs",
            "cli_version": "0.169.0", "base_instructions": {"text": "x".repeat(instructions)}})),
        line("response_item", message("user", "input_text", prompt)),
        line("response_item", message("assistant", "output_text", "I look.")),
    ])
}

/// A session of Codex of a day.
pub fn codex(place: &Workspace, day: &str, session: &str, prompt: &str) -> PathBuf {
    let folder = place.outside("home/.codex/sessions").join(day);
    let name = format!("rollout-{}T10-00-00-{session}.jsonl", day.replace('/', "-"));
    write(folder.join(name), codex_text(session, &root(place), 100, prompt))
}
