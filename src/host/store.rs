//! Everything the program remembers of a workspace, in one `SQLite` database in a folder of its own.
//!
//! The server, hooks and commands are separate processes; each opens its own [`Store`] on the same folder and
//! all may write at once. What one call answers is on disk: a `kill -9` right after it loses nothing. A reader
//! sees whole transactions. Whoever changes what others may have changed meanwhile says what it has seen
//! ([`Marks`]) and is told of a [`Conflict`] instead of overwriting.
//!
//! Rows that are many (events, revisions, compactions) have `session << 40 | number` as their key, so that
//! those of one session lie next to each other, and a session's counters are read off the end of its range
//! instead of being kept a second time. Synchronous on purpose: a call is microseconds to milliseconds.

mod compactions;
mod error;
mod events;
mod feeds;
mod files;
mod forget;
mod index;
mod leases;
mod ledger;
mod query;
mod revisions;
mod schema;
mod search;
mod sessions;
mod snapshots;
mod snippet;
mod spool;
#[cfg(test)]
mod tests;
mod timeline;
mod told;
mod words;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

pub use compactions::{CompactionKind, CompactionRow, NewCompaction};
pub use error::StoreError;
pub use events::{Appended, EventRow, NewEvent, SessionMeta};
pub use feeds::{Feed, NewFeed};
pub use files::set_aside;
pub use leases::LONGEST_LEASE_MS;
pub use ledger::{CallSum, ModelCall, Outcome, Spending, Spent};
pub use revisions::{NewRevision, Revision, RevisionRow};
pub use search::{Hit, Query};
pub use sessions::{Conflict, Marks, SessionKey, SessionRow};
pub use snapshots::Snapshot;
pub use spool::{Drained, put_aside};
pub use timeline::CompactionSize;
pub use told::{Told, ToldEvent};

/// How long a call waits for another process before it fails with [`StoreError::Busy`].
pub const PATIENCE: Duration = Duration::from_secs(3);

/// What an `SQLite` call or a row says, before the path is added.
type Answer<T> = rusqlite::Result<T>;

/// An open store. Cheap to open (well below a millisecond), so every process and thread has its own.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens the store in `dir`; makes the folder (0700) and the database (0600) where they are missing, and
    /// brings an older database up to date.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the file is not a healthy database (see [`set_aside`]), [`StoreError::Newer`]
    /// when a newer program made it, [`StoreError::ReadOnly`], [`StoreError::Full`], [`StoreError::Busy`] and
    /// [`StoreError::Io`] as their texts say.
    pub fn open(dir: &Path) -> Result<Store, StoreError> {
        let mut store = Store::join(dir)?;
        // What cannot be taken in now stays where it is.
        if let Ok(Drained { unreadable: 1.., .. }) = store.drain(PATIENCE) {
            tracing::warn!("{}: something that a hook had put aside was unreadable", store.path.display());
        }
        store.finish_forgetting();
        Ok(store)
    }

    /// The same as [`Store::open`] for one that another part of this process has open: what was deleted since is not made again.
    ///
    /// # Errors
    /// As for [`Store::open`], and [`StoreError::Io`] where it is gone.
    pub fn open_again(dir: &Path) -> Result<Store, StoreError> {
        if !files::is_there(dir) {
            return Err(StoreError::Io { path: dir.to_owned(), detail: "it was deleted".to_owned() });
        }
        Store::open(dir)
    }

    /// The same as [`Store::open`] without taking in what hooks have put aside, and without finishing what others may be at (see
    /// [`Store::forget`]): for processes that have no time for it.
    ///
    /// # Errors
    /// As for [`Store::open`].
    pub fn join(dir: &Path) -> Result<Store, StoreError> {
        Store::join_within(dir, PATIENCE)
    }

    /// The same as [`Store::join`] with another patience than [`PATIENCE`].
    ///
    /// # Errors
    /// As for [`Store::open`].
    pub fn join_within(dir: &Path, patience: Duration) -> Result<Store, StoreError> {
        let path = files::prepare(dir)?;
        let connection = files::connect(&path, patience).map_err(|e| StoreError::from_sqlite(&path, e))?;
        let mut store = Store { connection, path };
        match schema::migrate(&mut store.connection, schema::STEPS) {
            Ok(None) => {}
            Ok(Some(found)) => return Err(StoreError::Newer { path: store.path, found, known: schema::STEPS.len() }),
            Err(error) => return Err(store.error(error)),
        }
        Ok(store)
    }

    /// The version of what this program keeps in it.
    pub fn version() -> usize {
        schema::STEPS.len()
    }

    /// Where the database file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn error(&self, error: rusqlite::Error) -> StoreError {
        StoreError::from_sqlite(&self.path, error)
    }
}
