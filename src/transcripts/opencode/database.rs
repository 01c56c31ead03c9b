//! opencode's database (`~/.local/share/opencode/opencode.db`): read only, in one transaction, beside an opencode that
//! writes. It is opened for each look, so that a file that was replaced is no old one.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row};
use serde_json::{Value, json};

use super::live::Found;
use crate::transcripts::live::{Stamp, stamp};

/// How long a lock of the writer's is waited for.
const BUSY: Duration = Duration::from_secs(2);

/// A session of the database.
pub(super) struct Database {
    path: PathBuf,
    session: String,
}

impl Database {
    pub(super) fn new(path: &Path, session: Option<&str>) -> io::Result<Database> {
        let connection = open(path)?;
        let sql = "SELECT id FROM session WHERE (?1 IS NULL AND parent_id IS NULL) OR id = ?1 ORDER BY time_updated DESC LIMIT 1";
        let found = connection.query_row(sql, [session], |row| row.get(0)).optional().map_err(unreadable)?;
        let session = found.ok_or_else(|| {
            let text =
                session.map_or_else(|| "it holds no session".to_owned(), |id| format!("it holds no session {id}"));
            io::Error::new(io::ErrorKind::NotFound, text)
        })?;
        Ok(Database { path: path.to_owned(), session })
    }

    /// The session, with the messages from this place on.
    pub(super) fn read(&self, from: usize) -> io::Result<Found> {
        self.select(from).map_err(unreadable)
    }

    fn select(&self, from: usize) -> rusqlite::Result<Found> {
        let mut connection =
            open(&self.path).map_err(|error| rusqlite::Error::InvalidParameterName(error.to_string()))?;
        // What is read belongs together.
        let transaction = connection.transaction()?;
        let sql = "SELECT id, title, directory FROM session WHERE id = ?1";
        let session = transaction.query_row(sql, [&self.session], |row| {
            let [id, title, directory]: [Option<String>; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
            Ok(json!({"id": id, "title": title, "directory": directory}))
        })?;
        let sql = "SELECT id FROM message WHERE session_id = ?1 ORDER BY time_created, id";
        let ids: Vec<String> =
            transaction.prepare(sql)?.query_map([&self.session], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut messages = Vec::new();
        {
            let mut message = transaction.prepare("SELECT id, data FROM message WHERE id = ?1")?;
            let mut parts = transaction.prepare("SELECT id, data FROM part WHERE message_id = ?1 ORDER BY id")?;
            for id in ids.iter().skip(from) {
                let info = message.query_row([id], record)?;
                let parts: Vec<Value> = parts.query_map([id], record)?.collect::<Result<_, _>>()?;
                messages.push(json!({"info": info, "parts": parts}));
            }
        }
        Ok(Found { session, ids, from, messages })
    }

    pub(super) fn stamp(&self) -> Vec<Stamp> {
        vec![stamp(&self.path), stamp(&self.log())]
    }

    pub(super) fn watched(&self) -> (PathBuf, String) {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        (folder.unwrap_or(Path::new(".")).to_owned(), name)
    }

    /// The file that a writer adds to.
    fn log(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push("-wal");
        name.into()
    }
}

/// The record of a row: its JSON, and the id that stands beside it.
fn record(row: &Row) -> rusqlite::Result<Value> {
    let id: String = row.get(0)?;
    let data: String = row.get(1)?;
    let mut value: Value = serde_json::from_str(&data).unwrap_or_default();
    if value.is_object() {
        value["id"] = json!(id);
    }
    Ok(value)
}

fn open(path: &Path) -> io::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(unreadable)?;
    connection.busy_timeout(BUSY).map_err(unreadable)?;
    Ok(connection)
}

/// Busy databases are tried again; in others something is wrong.
fn unreadable(error: rusqlite::Error) -> io::Error {
    let busy = matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
    );
    let kind = if busy { io::ErrorKind::WouldBlock } else { io::ErrorKind::InvalidData };
    io::Error::new(kind, format!("the database cannot be read: {error}"))
}
