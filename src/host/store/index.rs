//! Brings the search index up to the events. Storing an event does not index it, which would make it several
//! times slower; the index follows in short transactions when there is time, at the latest before a search.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::schema::{number, rowid};
use super::{Answer, SessionKey, Store, StoreError, words};

/// JSON indexed in one transaction, in bytes: some milliseconds, so that no writer waits long.
const CHUNK: usize = 128 << 10;
/// Index pages rewritten in one transaction to merge what earlier ones left in pieces. FTS5 would do this
/// inside the transactions that add to it, which makes some of them ten times longer than the others.
const MERGE_PAGES: i64 = 100;
/// Text indexed of one event, in bytes; what is behind that is stored but not found. Bounds the longest transaction.
const LONGEST: usize = 256 << 10;

/// Events of one session to index next.
struct Batch {
    session: SessionKey,
    /// The newest event that is indexed already, and the newest one of the batch.
    range: (i64, i64),
    /// Bytes of JSON.
    bytes: usize,
    /// Row key and columns of each event that has text.
    rows: Vec<(i64, String, String)>,
}

fn next(connection: &Connection, text_of: &dyn Fn(&str) -> String) -> Answer<Option<Batch>> {
    let sql = "SELECT s.key, coalesce(i.seq, 0) AS done FROM sessions s LEFT JOIN indexed i ON i.session = s.key
        WHERE EXISTS (SELECT 1 FROM events WHERE rowid > (s.key << 40) + coalesce(i.seq, 0)
            AND rowid <= (s.key << 40) + 0xFFFFFFFFFF) LIMIT 1";
    let pending =
        connection.prepare_cached(sql)?.query_row([], |row| Ok((SessionKey(row.get(0)?), row.get(1)?))).optional()?;
    let Some((session, done)) = pending else { return Ok(None) };
    let mut batch = Batch { session, range: (done, done), bytes: 0, rows: Vec::new() };
    let sql = "SELECT rowid, raw FROM events WHERE rowid > ?1 AND rowid <= ?2 ORDER BY rowid";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([rowid(session, done.unsigned_abs()), rowid(session, u64::MAX)])?;
    while batch.bytes < CHUNK
        && let Some(row) = rows.next()?
    {
        let (rowid, raw) = (row.get(0)?, row.get_ref(1)?.as_str()?);
        let text = text_of(raw);
        let (text, parts) = words::for_index(text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default());
        batch.bytes += raw.len();
        batch.range.1 = number(rowid).cast_signed();
        if !text.is_empty() {
            batch.rows.push((rowid, text.into_owned(), parts));
        }
    }
    Ok(Some(batch))
}

/// Writes the batch, unless another process was faster or the session was forgotten.
fn write(connection: &mut Connection, batch: &Batch) -> Answer<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (done, last) = batch.range;
    let sql = "INSERT INTO indexed (session, seq) SELECT key, ?3 FROM sessions
        WHERE key = ?1 AND coalesce((SELECT seq FROM indexed WHERE session = ?1), 0) = ?2
        ON CONFLICT DO UPDATE SET seq = excluded.seq";
    if transaction.prepare_cached(sql)?.execute([batch.session.0, done, last])? > 0 {
        let mut insert = transaction.prepare_cached("INSERT INTO search (rowid, text, parts) VALUES (?1, ?2, ?3)")?;
        for (rowid, text, parts) in &batch.rows {
            insert.execute(params![rowid, text, parts])?;
        }
    }
    transaction.commit()?;
    connection.prepare_cached("INSERT INTO search (search, rank) VALUES ('merge', ?1)")?.execute([MERGE_PAGES])?;
    Ok(())
}

impl Store {
    /// Indexes events for [`Store::search`] until about `max_bytes` of their JSON are done, in transactions of a
    /// few milliseconds. `text_of` gives an event's text from its JSON. Answers whether more is left.
    pub fn index_pending(&mut self, max_bytes: usize, text_of: &dyn Fn(&str) -> String) -> Result<bool, StoreError> {
        let mut done = 0;
        while done < max_bytes {
            let Some(batch) = next(&self.connection, text_of).map_err(|e| self.error(e))? else { return Ok(false) };
            write(&mut self.connection, &batch).map_err(|e| self.error(e))?;
            done += batch.bytes;
        }
        Ok(true)
    }
}
