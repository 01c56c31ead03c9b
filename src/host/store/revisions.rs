//! Revisions of the memory and compactions of the context. Both are written only where the session still
//! stands where the writer believes it to stand, so two processes never update one memory twice.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::schema::{all, number, rowid};
use super::sessions::{self, Conflict, Marks, SessionKey};
use super::{Answer, Store, StoreError};

/// A version of the memory to store.
#[derive(Clone, Copy, Debug)]
pub struct NewRevision<'a> {
    /// When it was made.
    pub at: i64,
    /// Who wrote it (`model`, `extractive`, `user`).
    pub source: &'a str,
    /// What led to it (`background`, `refresh`, `user`, `compact`, `restore`).
    pub origin: &'a str,
    /// Number of the newest event it stands for.
    pub covered: u64,
    /// Estimated tokens of its text.
    pub tokens: u32,
    /// Lines that the revision before it did not have.
    pub added: u32,
    /// Lines of the revision before it that it does not have.
    pub removed: u32,
    /// The document.
    pub text: &'a str,
    /// The user's layer, where this revision changes it.
    pub layer: Option<&'a str>,
}

/// What is listed of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionRow {
    /// Its number in the session, from 1.
    pub revision: u64,
    /// When it was made.
    pub at: i64,
    /// Who wrote it.
    pub source: String,
    /// What led to it.
    pub origin: String,
    /// Number of the newest event it stands for.
    pub covered: u64,
    /// Estimated tokens of its text.
    pub tokens: u32,
    /// Lines that the revision before it did not have.
    pub added: u32,
    /// Lines of the revision before it that it does not have.
    pub removed: u32,
}

/// A revision with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// What is listed of it.
    pub row: RevisionRow,
    /// The document.
    pub text: String,
}

/// Who compacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompactionKind {
    /// This program.
    Ours,
    /// The agent itself; only reported here.
    Agent,
}

impl CompactionKind {
    const ALL: [CompactionKind; 2] = [CompactionKind::Ours, CompactionKind::Agent];

    pub(super) fn name(self) -> &'static str {
        match self {
            CompactionKind::Ours => "ours",
            CompactionKind::Agent => "agent",
        }
    }
}

/// A compaction to store.
#[derive(Clone, Copy, Debug)]
pub struct NewCompaction<'a> {
    /// When it happened.
    pub at: i64,
    /// Number of the newest event at that moment.
    pub at_seq: u64,
    /// Number of the first event that stayed verbatim; one past the newest for none.
    pub keep_from: u64,
    /// Tokens of the live context before.
    pub tokens_before: u32,
    /// And after.
    pub tokens_after: u32,
    /// Who compacted.
    pub kind: CompactionKind,
    /// The text of the memory message, where it is ours.
    pub memory: Option<&'a str>,
    /// What it can be explained by, as JSON.
    pub sources: Option<&'a str>,
}

/// A stored compaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompactionRow {
    /// Its number in the session, from 1.
    pub n: u64,
    /// When it happened.
    pub at: i64,
    /// Number of the newest event at that moment.
    pub at_seq: u64,
    /// Number of the first event that stayed verbatim; one past the newest for none.
    pub keep_from: u64,
    /// Tokens of the live context before.
    pub tokens_before: u32,
    /// And after.
    pub tokens_after: u32,
    /// The newest revision that its maker had seen; 0 for none.
    pub revision: u64,
    /// Who compacted.
    pub kind: CompactionKind,
    /// The text of the memory message, where it is ours.
    pub memory: Option<String>,
    /// What it can be explained by, as JSON.
    pub sources: Option<String>,
}

/// Runs `write` where the session stands as `holds` wants it, and tells the conflict otherwise. `write` hands
/// back what its writer knows of the session now.
fn swap(
    connection: &mut Connection,
    key: SessionKey,
    holds: impl Fn(Marks) -> bool,
    write: impl Fn(&Connection) -> Answer<Marks>,
) -> Answer<Result<Marks, Conflict>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = sessions::marks(&transaction, key)?;
    if !found.is_some_and(holds) {
        return Ok(Err(Conflict { found }));
    }
    let marks = write(&transaction)?;
    transaction.commit()?;
    Ok(Ok(marks))
}

fn insert_revision(connection: &Connection, key: SessionKey, seen: Marks, new: &NewRevision) -> Answer<Marks> {
    let last_revision = seen.last_revision + 1;
    let sql = "INSERT INTO revisions (rowid, at, source, origin, covered, tokens, added, removed, text)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    connection.prepare_cached(sql)?.execute(params![
        rowid(key, last_revision),
        new.at,
        new.source,
        new.origin,
        new.covered.cast_signed(),
        new.tokens,
        new.added,
        new.removed,
        new.text,
    ])?;
    if let Some(layer) = new.layer {
        let sql = "INSERT INTO layers (rowid, layer) VALUES (?1, ?2)";
        connection.prepare_cached(sql)?.execute(params![rowid(key, last_revision), layer])?;
    }
    Ok(Marks { last_revision, ..seen })
}

fn insert_compaction(connection: &Connection, key: SessionKey, seen: Marks, new: &NewCompaction) -> Answer<Marks> {
    let compactions = seen.compactions + 1;
    let sql =
        "INSERT INTO compactions (rowid, at, at_seq, keep_from, tokens_before, tokens_after, revision, kind, memory, sources)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    connection.prepare_cached(sql)?.execute(params![
        rowid(key, compactions),
        new.at,
        new.at_seq.cast_signed(),
        new.keep_from.cast_signed(),
        new.tokens_before,
        new.tokens_after,
        seen.last_revision.cast_signed(),
        new.kind.name(),
        new.memory,
        new.sources,
    ])?;
    Ok(Marks { compactions, ..seen })
}

fn read_revision(row: &Row) -> Answer<RevisionRow> {
    Ok(RevisionRow {
        revision: number(row.get(0)?),
        at: row.get(1)?,
        source: row.get(2)?,
        origin: row.get(3)?,
        covered: row.get::<_, i64>(4)?.unsigned_abs(),
        tokens: row.get(5)?,
        added: row.get(6)?,
        removed: row.get(7)?,
    })
}

fn read_compaction(row: &Row) -> Answer<CompactionRow> {
    let kind = row.get_ref(7)?.as_str()?;
    let kind = CompactionKind::ALL.into_iter().find(|known| known.name() == kind);
    Ok(CompactionRow {
        n: number(row.get(0)?),
        at: row.get(1)?,
        at_seq: row.get::<_, i64>(2)?.unsigned_abs(),
        keep_from: row.get::<_, i64>(3)?.unsigned_abs(),
        tokens_before: row.get(4)?,
        tokens_after: row.get(5)?,
        revision: row.get::<_, i64>(6)?.unsigned_abs(),
        kind: kind.ok_or_else(|| rusqlite::Error::InvalidColumnType(7, "kind".to_owned(), Type::Text))?,
        memory: row.get(8)?,
        sources: row.get(9)?,
    })
}

impl Store {
    /// Stores a revision where `seen.last_revision` still is the newest one. Answers `seen` moved on by it.
    pub fn add_revision(
        &mut self,
        key: SessionKey,
        seen: Marks,
        new: &NewRevision,
    ) -> Result<Result<Marks, Conflict>, StoreError> {
        let holds = |now: Marks| now.last_revision == seen.last_revision;
        swap(&mut self.connection, key, holds, |tx| insert_revision(tx, key, seen, new)).map_err(|e| self.error(e))
    }

    /// Stores a compaction where there are no events, compactions and rewinds but those in `seen`, and with it the
    /// revision that came of it, where `seen.last_revision` still is the newest one. Answers `seen` moved on by both.
    pub fn add_compaction(
        &mut self,
        key: SessionKey,
        seen: Marks,
        new: &NewCompaction,
        revision: Option<&NewRevision>,
    ) -> Result<Result<Marks, Conflict>, StoreError> {
        let newest = std::cell::Cell::new(0);
        let holds = |now: Marks| {
            newest.set(now.last_revision);
            now == Marks { last_revision: now.last_revision, ..seen }
        };
        let write = |tx: &Connection| {
            let marks = insert_compaction(tx, key, seen, new)?;
            match revision.filter(|_| newest.get() == seen.last_revision) {
                Some(revision) => insert_revision(tx, key, marks, revision),
                None => Ok(marks),
            }
        };
        swap(&mut self.connection, key, holds, write).map_err(|e| self.error(e))
    }

    /// The user's layer as of a revision; as of the newest one for `None`.
    pub fn layer(&self, key: SessionKey, revision: Option<u64>) -> Result<Option<String>, StoreError> {
        let select = || {
            let sql = "SELECT layer FROM layers WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid DESC LIMIT 1";
            let last = revision.map_or(all(key).1, |n| rowid(key, n));
            self.connection.prepare_cached(sql)?.query_row([all(key).0, last], |row| row.get(0)).optional()
        };
        select().map_err(|e| self.error(e))
    }

    /// A revision of the session; the newest one for `None`.
    pub fn revision(&self, key: SessionKey, revision: Option<u64>) -> Result<Option<Revision>, StoreError> {
        let (first, last) = revision.map_or(all(key), |n| (rowid(key, n), rowid(key, n)));
        let select = || {
            let sql = "SELECT rowid, at, source, origin, covered, tokens, added, removed, text FROM revisions
                WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid DESC LIMIT 1";
            let read = |row: &Row| Ok(Revision { row: read_revision(row)?, text: row.get(8)? });
            self.connection.prepare_cached(sql)?.query_row([first, last], read).optional()
        };
        select().map_err(|e| self.error(e))
    }

    /// All revisions of the session, oldest first.
    pub fn revisions(&self, key: SessionKey) -> Result<Vec<RevisionRow>, StoreError> {
        let select = || {
            let sql = "SELECT rowid, at, source, origin, covered, tokens, added, removed FROM revisions
                WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid";
            self.connection.prepare_cached(sql)?.query_map(all(key), read_revision)?.collect::<Answer<_>>()
        };
        select().map_err(|e| self.error(e))
    }

    /// The newest compaction of the session.
    pub fn last_compaction(&self, key: SessionKey) -> Result<Option<CompactionRow>, StoreError> {
        self.compaction(key, None)
    }

    /// A compaction of the session; the newest one for `None`.
    pub fn compaction(&self, key: SessionKey, n: Option<u64>) -> Result<Option<CompactionRow>, StoreError> {
        let (first, last) = n.map_or(all(key), |n| (rowid(key, n), rowid(key, n)));
        let select = || {
            let sql =
                "SELECT rowid, at, at_seq, keep_from, tokens_before, tokens_after, revision, kind, memory, sources
                FROM compactions WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid DESC LIMIT 1";
            self.connection.prepare_cached(sql)?.query_row([first, last], read_compaction).optional()
        };
        select().map_err(|e| self.error(e))
    }
}
