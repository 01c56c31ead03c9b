//! What the picture of a session's context is drawn from: single events, and compactions without their texts.

use super::schema::{all, number, rowid};
use super::{Answer, SessionKey, Store, StoreError};
use crate::engine::timeline::{Fall, Reading};

/// A compaction without its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompactionSize {
    /// Its number in the session, from 1.
    pub n: u64,
    /// The provider's tokens of the messages before.
    pub tokens_before: u64,
    /// When, behind which event, and the size after.
    pub fall: Fall,
}

impl Store {
    /// Time and running total of these events, in the order given; events that are not there are left out.
    pub fn readings(&self, key: SessionKey, seqs: &[u64]) -> Result<Vec<Reading>, StoreError> {
        let select = || {
            let mut statement =
                self.connection.prepare_cached("SELECT rowid, at, total FROM events WHERE rowid = ?1")?;
            let mut readings = Vec::with_capacity(seqs.len());
            for &seq in seqs {
                let mut rows = statement.query([rowid(key, seq)])?;
                if let Some(row) = rows.next()? {
                    let total = row.get::<_, i64>(2)?.unsigned_abs();
                    readings.push(Reading { seq: number(row.get(0)?), at: row.get(1)?, total });
                }
            }
            Ok(readings)
        };
        select().map_err(|e| self.error(e))
    }

    /// All compactions of the session, oldest first.
    pub fn compaction_sizes(&self, key: SessionKey) -> Result<Vec<CompactionSize>, StoreError> {
        let select = || {
            let sql = "SELECT rowid, at, at_seq, tokens_before, tokens_after FROM compactions
                WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid";
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map(all(key), |row| {
                let seq = row.get::<_, i64>(2)?.unsigned_abs();
                let (tokens_before, estimate_after) = (row.get::<_, u32>(3)?.into(), row.get::<_, u32>(4)?.into());
                Ok(CompactionSize {
                    n: number(row.get(0)?),
                    tokens_before,
                    fall: Fall { seq, at: row.get(1)?, estimate_after },
                })
            })?;
            rows.collect::<Answer<_>>()
        };
        select().map_err(|e| self.error(e))
    }
}
