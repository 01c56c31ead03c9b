//! The engine's state at one moment, kept so that a session can go on without reading all its events again.
//! Always dispensable: it can be computed from the events.

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::sessions::{self, Marks, SessionKey};
use super::{Answer, Store, StoreError};

/// A stored state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Number of the newest event in it; what came after must be applied to it.
    pub seq: u64,
    /// The state, as the engine wrote it.
    pub state: Vec<u8>,
}

impl Store {
    /// Keeps the state that the session had at `seen`, in place of an older one. Answers `false`, and keeps what
    /// is there, when that is newer, or when a compaction or a rewind made since `seen` is missing in `state`.
    pub fn save_snapshot(&mut self, key: SessionKey, seen: Marks, state: &[u8]) -> Result<bool, StoreError> {
        let mut save = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let holds = |now: Marks| now.compactions == seen.compactions && now.rewinds == seen.rewinds;
            if !sessions::marks(&transaction, key)?.is_some_and(holds) {
                return Ok(false);
            }
            let sql = "INSERT INTO snapshots (session, seq, state) VALUES (?1, ?2, ?3)
                ON CONFLICT DO UPDATE SET seq = excluded.seq, state = excluded.state WHERE excluded.seq >= seq";
            let saved = transaction.prepare_cached(sql)?.execute(params![key.0, seen.last_seq.cast_signed(), state])?;
            transaction.commit()?;
            Ok(saved > 0)
        };
        let saved: Answer<bool> = save();
        saved.map_err(|e| self.error(e))
    }

    /// The state kept of the session.
    pub fn snapshot(&self, key: SessionKey) -> Result<Option<Snapshot>, StoreError> {
        let select = || {
            let sql = "SELECT seq, state FROM snapshots WHERE session = ?1";
            let mut statement = self.connection.prepare_cached(sql)?;
            let row =
                |row: &rusqlite::Row| Ok(Snapshot { seq: row.get::<_, i64>(0)?.unsigned_abs(), state: row.get(1)? });
            statement.query_row([key.0], row).optional()
        };
        select().map_err(|e| self.error(e))
    }
}
