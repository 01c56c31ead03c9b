//! Compactions of the context, each with the revision of the memory that came of it, in one transaction.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::revisions::{NewRevision, insert_revision, swap};
use super::schema::{all, number, rowid};
use super::sessions::{Conflict, Marks, SessionKey};
use super::{Answer, Store, StoreError};

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
