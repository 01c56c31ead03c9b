//! Conversations in folders and databases, looked at while they change.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::transcripts::show::show;
use crate::transcripts::{Format, Live, Place, identify, read_path};

fn write(path: &Path, value: &Value) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, value.to_string()).unwrap();
}

fn look(live: &mut Live) -> Vec<String> {
    live.look(true).unwrap().iter().map(show).collect()
}

/// Where opencode keeps a session: both ways are to give the same.
trait Keeps {
    fn place(&self) -> PathBuf;
    fn message(&self, id: &str, info: Value);
    fn part(&self, message: &str, id: &str, part: Value);
    fn remove(&self, message: &str);
}

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Files {
        let files = Files(tempfile::tempdir().unwrap());
        let session = json!({"id": "ses_1", "projectID": "p", "directory": "/w", "title": "T", "time": {"created": 1}});
        write(&files.place(), &session);
        fs::create_dir_all(files.0.path().join("message/ses_1")).unwrap();
        files
    }
}

impl Keeps for Files {
    fn place(&self) -> PathBuf {
        self.0.path().join("session/p/ses_1.json")
    }

    fn message(&self, id: &str, mut info: Value) {
        info["id"] = json!(id);
        write(&self.0.path().join(format!("message/ses_1/{id}.json")), &info);
    }

    fn part(&self, message: &str, id: &str, mut part: Value) {
        (part["id"], part["messageID"]) = (json!(id), json!(message));
        write(&self.0.path().join(format!("part/{message}/{id}.json")), &part);
    }

    fn remove(&self, message: &str) {
        fs::remove_file(self.0.path().join(format!("message/ses_1/{message}.json"))).unwrap();
    }
}

struct Database(tempfile::TempDir, Connection);

impl Database {
    fn new() -> Database {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("opencode.db")).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL;
                CREATE TABLE session (id TEXT PRIMARY KEY, parent_id TEXT, title TEXT, directory TEXT, time_created INTEGER, time_updated INTEGER);
                CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
                CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
                INSERT INTO session VALUES ('ses_0', NULL, 'old', '/o', 1, 1), ('ses_1', NULL, 'T', '/w', 2, 2), ('ses_2', 'ses_1', 'child', '/w', 3, 3);",
            )
            .unwrap();
        Database(folder, connection)
    }
}

impl Keeps for Database {
    fn place(&self) -> PathBuf {
        self.0.path().join("opencode.db")
    }

    fn message(&self, id: &str, info: Value) {
        let sql =
            "INSERT INTO message VALUES (?1, 'ses_1', ?2, 0, ?3) ON CONFLICT (id) DO UPDATE SET data = excluded.data";
        self.1.execute(sql, params![id, info["time"]["created"].as_i64(), info.to_string()]).unwrap();
    }

    fn part(&self, message: &str, id: &str, part: Value) {
        let sql =
            "INSERT INTO part VALUES (?1, ?2, 'ses_1', 0, 0, ?3) ON CONFLICT (id) DO UPDATE SET data = excluded.data";
        self.1.execute(sql, params![id, message, part.to_string()]).unwrap();
    }

    fn remove(&self, message: &str) {
        self.1.execute("DELETE FROM message WHERE id = ?1", [message]).unwrap();
    }
}

fn user(at: u64) -> Value {
    json!({"role": "user", "time": {"created": at}})
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

#[test]
fn a_session_of_opencode_is_looked_at_while_it_grows() {
    let places: [Box<dyn Keeps>; 2] = [Box::new(Files::new()), Box::new(Database::new())];
    for place in places {
        let mut live = Live::open(&Place::of(&place.place()).unwrap()).unwrap().unwrap();
        assert_eq!(look(&mut live), [""; 0]);
        place.message("msg_1", user(1));
        assert_eq!(look(&mut live), [""; 0]);
        place.part("msg_1", "prt_1", text("go"));
        assert_eq!(look(&mut live), ["user: go"]);
        // The answer streams in: its text grows, its call runs, then all is finished.
        let working = json!({"role": "assistant", "time": {"created": 2}});
        place.message("msg_2", working);
        place.part("msg_2", "prt_2", json!({"type": "text", "text": "Loo", "time": {"start": 1}}));
        let state = |status: &str| json!({"status": status, "input": {"command": "ls"}, "output": "a.rs"});
        place.part(
            "msg_2",
            "prt_3",
            json!({"type": "tool", "callID": "c1", "tool": "bash", "state": state("running")}),
        );
        assert_eq!(look(&mut live), [r#"call c1 bash {"command":"ls"}"#]);
        place.part("msg_2", "prt_2", json!({"type": "text", "text": "Looking.", "time": {"start": 1, "end": 2}}));
        place.part(
            "msg_2",
            "prt_3",
            json!({"type": "tool", "callID": "c1", "tool": "bash", "state": state("completed")}),
        );
        assert_eq!(look(&mut live), ["assistant: Looking.", "result c1: a.rs"]);
        let done =
            json!({"role": "assistant", "time": {"created": 2, "completed": 3}, "tokens": {"input": 7, "output": 1}});
        place.message("msg_2", done);
        assert_eq!(look(&mut live), ["usage 7 1 0"]);
        assert_eq!(look(&mut live), [""; 0]);
        place.message("msg_3", user(4));
        place.part("msg_3", "prt_4", text("more"));
        assert_eq!(look(&mut live), ["user: more"]);
        // The user takes that back, and the answer before it, and says something else.
        place.remove("msg_3");
        place.remove("msg_2");
        place.message("msg_4", user(5));
        place.part("msg_4", "prt_5", text("instead"));
        assert_eq!(look(&mut live), ["rewound prt_1", "user: instead"]);
        let whole = read_path(&place.place(), None).unwrap().unwrap();
        assert_eq!(whole.items.iter().map(show).collect::<Vec<_>>(), ["user: go", "user: instead"]);
        let told = identify(&place.place()).unwrap().unwrap();
        let about = (told.format, told.session_id.as_deref(), told.title.as_deref(), told.cwd.as_deref());
        assert_eq!(about, (Format::OpenCode, Some("ses_1"), Some("T"), Some("/w")));
    }
}

#[test]
fn a_database_is_read_beside_its_writer_and_by_the_name_of_a_session() {
    let database = Database::new();
    database.message("msg_1", user(1));
    database.part("msg_1", "prt_1", text("go"));
    // The writer is in the middle of something.
    database.1.execute_batch("BEGIN IMMEDIATE; INSERT INTO message VALUES ('msg_2', 'ses_1', 2, 0, '{}');").unwrap();
    let read = |name: &str| {
        let path = format!("{}{name}", database.place().display());
        read_path(Path::new(&path), None).map(|read| read.map(|read| (read.items.len(), read.summary.cwd)))
    };
    assert_eq!(read("").unwrap(), Some((1, Some("/w".to_owned()))));
    assert_eq!(read("#ses_1").unwrap(), Some((1, Some("/w".to_owned()))));
    assert_eq!(read("#ses_0").unwrap(), Some((0, Some("/o".to_owned()))));
    assert!(read("#ses_9").unwrap_err().to_string().contains("ses_9"));
    database.1.execute_batch("ROLLBACK").unwrap();
    // A database of something else.
    let other = database.0.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE x (y)").unwrap();
    assert!(read_path(&other, None).is_err());
}

#[test]
fn a_folder_of_events_is_looked_at_while_it_grows() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("c0ffee");
    let file = |number: u64| root.join(format!("events/event-{number:05}-x.json"));
    let event = |number: u64| {
        let message = json!({"content": [{"type": "text", "text": format!("word {number}")}]});
        json!({"id": format!("e{number}"), "kind": "MessageEvent", "source": "user", "llm_message": message})
    };
    write(&root.join("base_state.json"), &json!({"id": "c0ffee", "agent": {}, "workspace": {"working_dir": "/w"}}));
    write(&file(0), &event(0));
    let mut live = Live::open(&Place::of(&root).unwrap()).unwrap().unwrap();
    assert_eq!(look(&mut live), ["user: word 0"]);
    assert_eq!(live.look(false).unwrap(), []);
    fs::write(file(1), r#"{"id":"e1","kind":"Mess"#).unwrap();
    assert_eq!(look(&mut live), [""; 0]);
    write(&file(1), &event(1));
    write(&file(2), &event(2));
    let found: Vec<String> = live.look(false).unwrap().iter().map(show).collect();
    assert_eq!(found, ["user: word 1", "user: word 2"]);
    for path in [root.clone(), root.join("base_state.json")] {
        let told = identify(&path).unwrap().unwrap();
        assert_eq!((told.session_id.as_deref(), told.cwd.as_deref()), (Some("c0ffee"), Some("/w")));
        assert_eq!(read_path(&path, None).unwrap().unwrap().items.len(), 3);
    }
}

#[test]
fn the_layouts_of_the_collection_are_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/transcripts/opencode/storage-fixture");
    if !root.exists() {
        return;
    }
    let check = |session: &str, expected: &[&str]| {
        let read = read_path(&root.join(session), None).unwrap().unwrap();
        assert_eq!(read.items.iter().map(show).collect::<Vec<_>>(), expected, "{session}");
    };
    check(
        "storage_v2/session/proj_test/ses_s_stage0_large.json",
        &[
            "user: Step 1",
            r#"call call_large_1 bash {"command":"ls /non-existent-directory","cwd":"/tmp/large"}"#,
            "result call_large_1 failed: Exit code 1\nls: /non-existent-directory: No such file or directory\n",
            "user meta: Command failed with exit code 1.",
            "usage 120 16 0",
            "user: Step 2",
            "assistant: Ok",
        ],
    );
    check(
        "storage_legacy/session/proj_test/ses_s_stage0_drift.json",
        &[
            r#"call call_legacy_1 bash {"command":"cat README.md","cwd":"/tmp/drift"}"#,
            "result call_legacy_1: # Title\n\nBody\n",
            "assistant: Read README and extracted the title.",
        ],
    );
}
