//! Which process asks a model about a session. An update by a model takes seconds and money, so two processes must
//! not both start one; what they write is guarded by [`Marks`](super::Marks) in any case.

use rusqlite::{OptionalExtension as _, params};

use super::{SessionKey, Store, StoreError};

/// The longest lease, in milliseconds. One that seems to last longer was taken before the clock was set back; it
/// would stand in the way until the clock is there again, so it counts as expired.
pub const LONGEST_LEASE_MS: u64 = 600_000;

impl Store {
    /// Takes the session for `holder`, or extends what it has. `false` where another holds it, and where there is
    /// no such session. `holder` names one process or task and nobody else, a later start of the same program
    /// neither. A holder that crashed loses the session after `for_ms` milliseconds, at most [`LONGEST_LEASE_MS`].
    pub fn try_lease(&mut self, key: SessionKey, holder: &str, now: i64, for_ms: u64) -> Result<bool, StoreError> {
        let longest = now.saturating_add(LONGEST_LEASE_MS.cast_signed());
        let until = now.saturating_add(for_ms.min(LONGEST_LEASE_MS).cast_signed());
        let upsert = || {
            let sql = "INSERT INTO leases (session, holder, until) SELECT key, ?2, ?3 FROM sessions WHERE key = ?1
                ON CONFLICT DO UPDATE SET holder = excluded.holder, until = excluded.until
                    WHERE holder = excluded.holder OR until <= ?4 OR until > ?5";
            self.connection.prepare_cached(sql)?.execute(params![key.0, holder, until, now, longest])
        };
        upsert().map(|changed| changed > 0).map_err(|e| self.error(e))
    }

    /// Who has the session, as it called itself. `None` where nobody does.
    pub fn lease_holder(&self, key: SessionKey) -> Result<Option<String>, StoreError> {
        let select = || {
            let sql = "SELECT holder FROM leases WHERE session = ?1";
            self.connection.prepare_cached(sql)?.query_row([key.0], |row| row.get(0)).optional()
        };
        select().map_err(|e| self.error(e))
    }

    /// Gives the session back. `false` where `holder` did not have it any more.
    pub fn release(&mut self, key: SessionKey, holder: &str) -> Result<bool, StoreError> {
        let delete = || {
            let sql = "DELETE FROM leases WHERE session = ?1 AND holder = ?2";
            self.connection.prepare_cached(sql)?.execute(params![key.0, holder])
        };
        delete().map(|changed| changed > 0).map_err(|e| self.error(e))
    }
}
