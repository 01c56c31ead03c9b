//! Revisions of the memory, and the user's layer over it. They are written only where the session still stands where
//! the writer believes it to stand, so two processes never update one memory twice.

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

/// Runs `write` where the session stands as `holds` wants it, and tells the conflict otherwise. `write` hands
/// back what its writer knows of the session now.
pub(super) fn swap(
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

pub(super) fn insert_revision(
    connection: &Connection,
    key: SessionKey,
    seen: Marks,
    new: &NewRevision,
) -> Answer<Marks> {
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
}
