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
    let message = |role: &str, kind: &str, text: &str| json!({"type": "message", "role": role, "content": [{"type": kind, "text": text}]});
    let line =
        |kind: &str, payload: Value| json!({"timestamp": "2026-03-01T11:00:00.000Z", "type": kind, "payload": payload});
    lines(&[
        line(
            "session_meta",
            json!({"id": session, "timestamp": "2026-03-01T11:00:00.000Z", "cwd": cwd, "originator": "codex_cli_rs",
            "cli_version": "0.169.0", "base_instructions": {"text": "x".repeat(instructions)}}),
        ),
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

/// A session in the database of opencode.
pub fn opencode(place: &Workspace, session: &str, prompt: &str) {
    let folder = place.outside("home/.local/share/opencode");
    fs::create_dir_all(&folder).unwrap();
    let database = rusqlite::Connection::open(folder.join("opencode.db")).unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL;
            CREATE TABLE IF NOT EXISTS session (id TEXT, title TEXT, directory TEXT, parent_id TEXT, time_created INT, time_updated INT);
            CREATE TABLE IF NOT EXISTS message (id TEXT, session_id TEXT, time_created INT, data TEXT);
            CREATE TABLE IF NOT EXISTS part (id TEXT, message_id TEXT, time_created INT, data TEXT);",
        )
        .unwrap();
    let insert = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
        database.execute(sql, values).unwrap();
    };
    let folder = root(place).display().to_string();
    insert("INSERT INTO session VALUES (?1, ?2, ?3, NULL, ?4, ?4)", &[&session, &prompt, &folder, &now]);
    let helper = format!("{session}-helper");
    insert("INSERT INTO session VALUES (?1, 'x', ?2, ?3, ?4, ?4)", &[&helper, &folder, &session, &now]);
    insert("INSERT INTO session VALUES ('elsewhere', 'x', ?1, NULL, ?2, ?2)", &[&format!("{folder}-other"), &now]);
    let message = format!("msg_{session}");
    let data = json!({"role": "user", "time": {"created": now}}).to_string();
    insert("INSERT INTO message VALUES (?1, ?2, ?3, ?4)", &[&message, &session, &now, &data]);
    let data = json!({"type": "text", "text": prompt}).to_string();
    insert("INSERT INTO part VALUES (?1, ?2, ?3, ?4)", &[&format!("prt_{session}"), &message, &now, &data]);
}

/// A conversation of `OpenHands`.
pub fn openhands(place: &Workspace, id: &str, prompt: &str) -> PathBuf {
    let folder = place.outside("home/.openhands/conversations").join(id);
    let event = json!({
        "id": "e1", "timestamp": "2026-03-01T10:00:00.000000", "source": "user", "kind": "MessageEvent",
        "llm_message": {"role": "user", "content": [{"type": "text", "text": prompt}]},
    });
    write(folder.join("events/event-00000-e1.json"), event.to_string());
    let state = json!({"id": id, "agent": {}, "workspace": {"kind": "LocalWorkspace", "working_dir": root(place)}});
    write(folder.join("base_state.json"), serde_json::to_string_pretty(&state).unwrap())
}

fn sha256(text: &str) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A session of every other agent, each with its name as title: what `discover` calls it, and its id.
pub fn others(place: &Workspace) -> Vec<(&'static str, &'static str)> {
    let (home, ws) = (place.outside("home"), root(place));
    let user = |text: &str| json!({"role": "user", "content": [{"type": "text", "text": text}]});
    let pi = lines(&[
        json!({"type": "session", "version": 3, "id": "pi-1", "timestamp": "2026-03-01T10:00:00.000Z", "cwd": ws}),
        json!({"type": "message", "id": "a", "parentId": null, "timestamp": "2026-03-01T10:00:01.000Z", "message": user("pi-1")}),
    ]);
    let name = format!("--{}--", ws.to_str().unwrap().trim_start_matches('/').replace('/', "-"));
    write(home.join(".pi/agent/sessions").join(name).join("2026-03-01_pi-1.jsonl"), pi);
    let copilot = |session: &str, context: Value| {
        lines(&[
            json!({"type": "session.start", "id": "e1", "parentId": null, "timestamp": "2026-03-01T10:00:00.000Z",
                "data": {"sessionId": session, "version": 1, "producer": "copilot-agent", "context": context}}),
            json!({"type": "user.message", "id": "e2", "parentId": "e1", "timestamp": "2026-03-01T10:00:01.000Z",
                "data": {"content": session, "attachments": []}}),
        ])
    };
    write(home.join(".copilot/session-state/cli-1/events.jsonl"), copilot("cli-1", json!({"cwd": ws})));
    let storage = home.join(".config/Code/User/workspaceStorage");
    for (folder, session, named) in [("aa", "chat-1", ws.clone()), ("bb", "chat-2", ws.with_file_name("other"))] {
        write(
            storage.join(folder).join("workspace.json"),
            json!({"folder": format!("file://{}", named.display())}).to_string(),
        );
        write(
            storage.join(folder).join(format!("GitHub.copilot-chat/transcripts/{session}.jsonl")),
            copilot(session, json!({})),
        );
    }
    let hash = |path: &Path| sha256(path.to_str().unwrap());
    for (folder, session) in [(ws.clone(), "gemini-1"), (ws.with_file_name("other"), "gemini-2")] {
        let hash = hash(&folder);
        let text = lines(&[
            json!({"sessionId": session, "projectHash": hash, "startTime": "2026-03-01T10:00:00.000Z", "lastUpdated": "2026-03-01T10:00:00.000Z", "kind": "main"}),
            json!({"id": "g1", "timestamp": "2026-03-01T10:00:01.000Z", "type": "user", "content": [{"text": session}]}),
        ]);
        let name = if session == "gemini-1" { hash } else { "a-name".to_owned() };
        write(home.join(".gemini/tmp").join(name).join(format!("chats/session-{session}.jsonl")), text);
    }
    // Longer than what is read of it.
    let task = |text: &str| {
        let environment = format!(
            "<environment_details>\n# Current Working Directory ({}) Files\nsrc\n</environment_details>",
            ws.display()
        );
        let first = [format!("<task>\n{text}\n</task>"), environment].map(|text| json!({"type": "text", "text": text}));
        let answer = json!([{"type": "text", "text": "I look. ".repeat(20_000)}]);
        json!([{"role": "user", "content": first, "ts": 1_700_000_000_000u64}, {"role": "assistant", "content": answer, "ts": 1_700_000_001_000u64}]).to_string()
    };
    for (extension, id) in [("saoudrizwan.claude-dev", "1700000000000"), ("rooveterinaryinc.roo-cline", "roo-1")] {
        let tasks = home.join(".config/Code/User/globalStorage").join(extension).join("tasks");
        write(tasks.join(id).join("api_conversation_history.json"), task(id));
    }
    let old = home.join(".local/share/opencode/storage/session/global");
    for (id, parent) in [("ses_old", Value::Null), ("ses_helper", json!("ses_old"))] {
        let record = json!({"id": id, "projectID": "global", "directory": ws, "title": id, "parentID": parent, "time": {"created": 1, "updated": 2}});
        write(old.join(format!("{id}.json")), record.to_string());
    }
    fs::create_dir_all(home.join(".local/share/opencode/storage/message")).unwrap();
    vec![
        ("pi", "pi-1"),
        ("copilot", "cli-1"),
        ("copilot", "chat-1"),
        ("gemini", "gemini-1"),
        ("cline", "1700000000000"),
        ("roo", "roo-1"),
        ("opencode", "ses_old"),
    ]
}
