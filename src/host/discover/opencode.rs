//! opencode keeps all sessions in one database. It is read only, for a moment, beside an opencode that writes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::walk::is_ours;
use super::{Candidate, Found};
use crate::agents::discover::{Keeper, harmless};
use crate::engine::redact::redact;
use crate::host::memory_file::file_uri;
use crate::wire::protocol::check_session_id;

/// How long a lock of the writer's is waited for: the next look comes soon.
const BUSY: Duration = Duration::from_millis(200);

/// The sessions of a workspace folder, and of folders in it.
pub(super) fn candidates(folder: &Path, shelf: usize, root: &Path) -> Vec<Candidate> {
    let path = folder.join("opencode.db");
    let ours = std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file() && is_ours(&metadata));
    if !ours {
        return Vec::new();
    }
    let found = read(&path, root).inspect_err(|error| tracing::debug!("{}: {error}", path.display()));
    let found = found.unwrap_or_default().into_iter().filter(|found| check_session_id(&found.session_id).is_ok());
    let candidate = |found: Found| Candidate {
        shelf,
        path: found.path.clone(),
        modified_at: found.modified_at,
        found: Some(Box::new(found)),
    };
    found.map(candidate).collect()
}

fn read(path: &Path, root: &Path) -> rusqlite::Result<Vec<Found>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    // Where nobody writes, SQLite would make a log to read beside: a file in a folder of the agent's, and an event that
    // leads to the next look.
    let log = path.with_extension("db-wal");
    let at_rest = std::fs::metadata(log).map_or(true, |log| log.len() == 0);
    let connection = if at_rest {
        let uri = format!("{}?immutable=1", file_uri(path));
        Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?
    } else {
        Connection::open_with_flags(path, flags)?
    };
    connection.busy_timeout(BUSY)?;
    // Sessions with a parent are helpers'.
    let sql = "SELECT id, title, directory, time_created, time_updated FROM session
        WHERE parent_id IS NULL AND (directory = ?1 OR substr(directory, 1, length(?1) + 1) = ?1 || '/')
        ORDER BY time_updated DESC LIMIT 50";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([root.to_string_lossy()], |row| {
        let id: String = row.get(0)?;
        let title: Option<String> = row.get(1)?;
        Ok(Found {
            keeper: Keeper::OpenCode,
            path: PathBuf::from(format!("{}#{id}", path.display())),
            session_id: id,
            title: title.map(|title| harmless(&redact(&title))).filter(|title| !title.is_empty()),
            cwd: row.get::<_, Option<String>>(2)?.map(PathBuf::from),
            started_at: row.get(3)?,
            modified_at: row.get(4)?,
        })
    })?;
    rows.collect()
}
