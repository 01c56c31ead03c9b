//! Forgetting a session so that none of its bytes stay in the files.
//!
//! Deleting rows is not enough: `SQLite` leaves their bytes in free pages, in the gaps of pages that were
//! rearranged, and in the write-ahead log (its `secure_delete` does not reach all of these), and the search
//! index keeps words until their segment is rewritten. So the index is rewritten, the database built anew from
//! the rows that are left, and the log cut to nothing. That takes time in proportion to the store, other
//! writers wait meanwhile; a note in the database lets the next call or start finish what a crash interrupted.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, ffi};

use super::schema::all;
use super::{Answer, SessionKey, Store, StoreError};

/// Deletes the rows and leaves the note. Whether there was such a session.
fn delete(connection: &mut Connection, id: &str) -> Answer<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let key = transaction.query_row("SELECT key FROM sessions WHERE id = ?1", [id], |row| row.get(0).map(SessionKey));
    let Some(key) = key.optional()? else { return Ok(false) };
    for table in ["events", "rewinds", "revisions", "layers", "compactions", "search"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE rowid BETWEEN ?1 AND ?2"), all(key))?;
    }
    for table in ["event_keys", "snapshots", "indexed", "leases"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE session = ?1"), [key.0])?;
    }
    // What an agent goes on to say in it is not taken in again.
    transaction.execute(
        "DELETE FROM answers WHERE agent_session IN (SELECT agent_session FROM feeds WHERE session = ?1)",
        [id],
    )?;
    transaction
        .execute("UPDATE feeds SET session = NULL, transcript = NULL, process = NULL WHERE session = ?1", [id])?;
    transaction.execute("DELETE FROM handovers WHERE session = ?1", [id])?;
    // What was spent stays spent; see the ledger.
    transaction.execute("UPDATE calls SET session = NULL WHERE session = ?1", [key.0])?;
    transaction.execute("DELETE FROM sessions WHERE key = ?1", [key.0])?;
    transaction.execute("INSERT INTO forgetting (since) VALUES (unixepoch())", [])?;
    transaction.commit()?;
    Ok(true)
}

/// Rewrites the files without what was deleted, where the note says so.
fn erase(connection: &Connection) -> Answer<()> {
    let noted = connection.prepare_cached("SELECT 1 FROM forgetting")?.exists([])?;
    if !noted {
        return Ok(());
    }
    connection.execute("INSERT INTO search (search) VALUES ('optimize')", [])?;
    connection.execute_batch("VACUUM")?;
    let waited_in_vain: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if waited_in_vain {
        return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None));
    }
    connection.execute("DELETE FROM forgetting", [])?;
    Ok(())
}

impl Store {
    /// Deletes every trace of a session, also the bytes in the database's files. Whether there was one. The ledger
    /// of model calls keeps its numbers without the session.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another process kept reading: the session is gone, its bytes may not be; call
    /// again, or the next [`Store::open`] does the rest.
    pub fn forget(&mut self, id: &str) -> Result<bool, StoreError> {
        let existed = self.delete(id)?;
        self.erase()?;
        Ok(existed)
    }

    /// The quick half of [`Store::forget`]: nothing finds the session any more, and its id is free for a new one.
    /// Its bytes stay in the files until [`Store::erase`].
    ///
    /// # Errors
    /// [`StoreError::Busy`] also where what hooks have put aside is being taken in all the time: it may be of the session.
    pub fn delete(&mut self, id: &str) -> Result<bool, StoreError> {
        if self.drain(super::PATIENCE)?.left {
            return Err(StoreError::Busy { path: self.path.clone() });
        }
        delete(&mut self.connection, id).map_err(|e| self.error(e))
    }

    /// The slow half: no byte of what was deleted stays in the files.
    ///
    /// # Errors
    /// As for [`Store::forget`].
    pub fn erase(&self) -> Result<(), StoreError> {
        erase(&self.connection).map_err(|e| self.error(e))
    }

    /// Finishes a [`Store::forget`] that was interrupted. Where that fails (others are busy, no room) the store
    /// is as usable as before, and the note stays for the next start.
    pub(super) fn finish_forgetting(&self) {
        let _ = erase(&self.connection);
    }
}
