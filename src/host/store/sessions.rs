//! Sessions and their counters. The counters are read off the end of the session's own rows, so they cannot
//! disagree with them.

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::events::SessionMeta;
use super::schema::number;
use super::{Answer, Store, StoreError};

/// Number of a session in its store; never used again, not even after [`Store::forget`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionKey(pub(super) i64);

/// How far a session has come, as seen at one moment. Whoever writes what depends on it hands it back, and the
/// write happens only where it still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Marks {
    /// Number of the newest event; 0 for none.
    pub last_seq: u64,
    /// Number of the newest revision; 0 for none.
    pub last_revision: u64,
    /// How many compactions there were.
    pub compactions: u64,
    /// How many times [`Store::abandon_after`] gave events up.
    pub rewinds: u64,
}

/// Another process was faster. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the session was changed by another process")]
pub struct Conflict {
    /// Where the session stands now; `None` when it was forgotten.
    pub found: Option<Marks>,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its number here.
    pub key: SessionKey,
    /// The client's name for it.
    pub id: String,
    /// The agent's name, where the client gave one.
    pub agent: Option<String>,
    /// A line that tells a person which session this is.
    pub title: Option<String>,
    /// The API its messages come from.
    pub format: Option<String>,
    /// The model's window, in tokens, where the client gave it.
    pub context_limit: Option<u64>,
    /// When the first event happened.
    pub started_at: i64,
    /// When the newest event happened; `started_at` where there is none.
    pub last_at: i64,
    /// Estimated tokens of all its events.
    pub tokens: u64,
    /// Its counters.
    pub marks: Marks,
}

/// One table only: `SQLite` prepares a join with `= ?` anew at every run, which costs more than the rest of it.
const ROW: &str = "
SELECT s.key, s.id, s.agent, s.title, s.format, s.context_limit, s.started_at,
    (SELECT max(rowid) FROM events WHERE rowid BETWEEN s.key << 40 AND (s.key << 40) + 0xFFFFFFFFFF),
    (SELECT max(rowid) FROM revisions WHERE rowid BETWEEN s.key << 40 AND (s.key << 40) + 0xFFFFFFFFFF),
    (SELECT max(rowid) FROM compactions WHERE rowid BETWEEN s.key << 40 AND (s.key << 40) + 0xFFFFFFFFFF),
    (SELECT max(rowid) FROM rewinds WHERE rowid BETWEEN s.key << 40 AND (s.key << 40) + 0xFFFFFFFFFF)
FROM sessions s";

fn read_row(connection: &Connection, row: &Row) -> Answer<SessionRow> {
    let newest = |column| row.get::<_, Option<i64>>(column);
    let count = |column| Ok::<u64, rusqlite::Error>(newest(column)?.map_or(0, number));
    let started_at = row.get(6)?;
    let (last_at, total) = match newest(7)? {
        None => (started_at, 0),
        Some(rowid) => {
            let mut event = connection.prepare_cached("SELECT at, total FROM events WHERE rowid = ?1")?;
            event.query_row([rowid], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?
        }
    };
    Ok(SessionRow {
        key: SessionKey(row.get(0)?),
        id: row.get(1)?,
        agent: row.get(2)?,
        title: row.get(3)?,
        format: row.get(4)?,
        context_limit: row.get::<_, Option<i64>>(5)?.map(i64::unsigned_abs),
        started_at,
        last_at,
        tokens: total.unsigned_abs(),
        marks: Marks { last_seq: count(7)?, last_revision: count(8)?, compactions: count(9)?, rewinds: count(10)? },
    })
}

fn select(connection: &Connection, condition: &str, values: impl Params) -> Answer<Option<SessionRow>> {
    let mut statement = connection.prepare_cached(&format!("{ROW} WHERE {condition}"))?;
    statement.query_row(values, |row| read_row(connection, row)).optional()
}

pub(super) fn by_id(connection: &Connection, id: &str) -> Answer<Option<SessionRow>> {
    select(connection, "s.id = ?1", [id])
}

/// Where a session stands; `None` when there is no such session any more.
pub(super) fn marks(connection: &Connection, key: SessionKey) -> Answer<Option<Marks>> {
    Ok(select(connection, "s.key = ?1", [key.0])?.map(|row| row.marks))
}

/// The session named in `meta`, made or brought up to date as `meta` says.
pub(super) fn enter(connection: &Connection, meta: &SessionMeta, started_at: i64) -> Answer<SessionRow> {
    let limit = meta.context_limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let Some(mut row) = by_id(connection, meta.id)? else {
        let sql = "INSERT INTO sessions (id, agent, title, format, context_limit, started_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = params![meta.id, meta.agent, meta.title, meta.format, limit, started_at];
        connection.prepare_cached(sql)?.execute(values)?;
        return by_id(connection, meta.id)?.ok_or(rusqlite::Error::QueryReturnedNoRows);
    };
    let mut changed = false;
    let mut newer = |old: &mut Option<String>, new: Option<&str>, keep: bool| {
        if new.is_some() && old.as_deref() != new && !(keep && old.is_some()) {
            *old = new.map(str::to_owned);
            changed = true;
        }
    };
    newer(&mut row.agent, meta.agent, false);
    newer(&mut row.title, meta.title, true);
    newer(&mut row.format, meta.format, false);
    if limit.is_some() && row.context_limit != meta.context_limit {
        row.context_limit = meta.context_limit;
        changed = true;
    }
    if changed {
        let sql = "UPDATE sessions SET agent = ?2, title = ?3, format = ?4, context_limit = ?5 WHERE key = ?1";
        let limit = row.context_limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let values = params![row.key.0, row.agent, row.title, row.format, limit];
        connection.prepare_cached(sql)?.execute(values)?;
    }
    Ok(row)
}

impl Store {
    /// The session with this id.
    pub fn session(&self, id: &str) -> Result<Option<SessionRow>, StoreError> {
        by_id(&self.connection, id).map_err(|e| self.error(e))
    }

    /// All sessions, the one with the newest event first.
    pub fn sessions(&self) -> Result<Vec<SessionRow>, StoreError> {
        let select = || {
            let mut statement = self.connection.prepare_cached(ROW)?;
            statement.query_map([], |row| read_row(&self.connection, row))?.collect::<Answer<Vec<SessionRow>>>()
        };
        let mut rows = select().map_err(|e| self.error(e))?;
        rows.sort_by_key(|row| std::cmp::Reverse((row.last_at, row.key)));
        Ok(rows)
    }
}
