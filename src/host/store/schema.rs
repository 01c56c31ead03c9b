//! The tables, as the steps that made them: step n turns format n into format n + 1, and `user_version` says
//! which format a database has. A step that has been released is never edited; changes are new steps.

use rusqlite::{Connection, TransactionBehavior};

use super::{Answer, SessionKey};

/// Bits of a row's key below the session's number: 10^12 events in a session, 8 million sessions in a store.
const NUMBER_BITS: u32 = 40;
const NUMBER_MASK: i64 = (1 << NUMBER_BITS) - 1;

/// The key of row `number` of a session.
pub(super) fn rowid(session: SessionKey, number: u64) -> i64 {
    session.0 << NUMBER_BITS | i64::try_from(number).unwrap_or(NUMBER_MASK).min(NUMBER_MASK)
}

/// The number of the row with this key in its session.
pub(super) fn number(rowid: i64) -> u64 {
    (rowid & NUMBER_MASK).unsigned_abs()
}

/// The session that the row with this key belongs to.
pub(super) fn session(rowid: i64) -> SessionKey {
    SessionKey(rowid >> NUMBER_BITS)
}

/// The keys of all rows of a session.
pub(super) fn all(session: SessionKey) -> (i64, i64) {
    (rowid(session, 0), rowid(session, u64::MAX))
}

/// The steps, oldest first. Times are milliseconds since the epoch. Large columns stand last, so that what is
/// before them is read without them.
pub(super) const STEPS: &[&str] = &[
    "
CREATE TABLE sessions (
    key           INTEGER PRIMARY KEY AUTOINCREMENT CHECK (key < 8388608),
    id            TEXT NOT NULL UNIQUE,
    agent         TEXT,
    title         TEXT,
    format        TEXT,
    context_limit INTEGER,
    started_at    INTEGER NOT NULL
) STRICT;

-- rowid: session << 40 | seq. total: tokens of this event and all before it.
CREATE TABLE events (
    rowid  INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    total  INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    role   TEXT,
    id     TEXT,
    raw    TEXT NOT NULL
) STRICT;

-- The names under which a second copy of an event is known.
CREATE TABLE event_keys (
    session INTEGER NOT NULL,
    name    TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (session, name)
) STRICT, WITHOUT ROWID;

-- rowid: session << 40 | n. Events after `after`, up to `through`, were abandoned.
CREATE TABLE rewinds (
    rowid   INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    after   INTEGER NOT NULL,
    through INTEGER NOT NULL
) STRICT;

-- rowid: session << 40 | revision.
CREATE TABLE revisions (
    rowid     INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    source    TEXT NOT NULL,
    origin    TEXT NOT NULL,
    covered   INTEGER NOT NULL,
    tokens    INTEGER NOT NULL,
    added     INTEGER NOT NULL,
    removed   INTEGER NOT NULL,
    text      TEXT NOT NULL,
    generated TEXT
) STRICT;

-- rowid: session << 40 | n.
CREATE TABLE compactions (
    rowid         INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    at_seq        INTEGER NOT NULL,
    keep_from     INTEGER NOT NULL,
    tokens_before INTEGER NOT NULL,
    tokens_after  INTEGER NOT NULL,
    revision      INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    memory        TEXT
) STRICT;

-- The engine's state after event `seq`, so that it need not read all events again.
CREATE TABLE snapshots (
    session INTEGER PRIMARY KEY,
    seq     INTEGER NOT NULL,
    state   BLOB NOT NULL
) STRICT;

-- How far the search index has come.
CREATE TABLE indexed (
    session INTEGER PRIMARY KEY,
    seq     INTEGER NOT NULL
) STRICT;

-- Has a row while a session is forgotten but its bytes are still in the files.
CREATE TABLE forgetting (
    since INTEGER NOT NULL
) STRICT;

-- rowid as in events. `parts` has the parts of words like getUserName.
CREATE VIRTUAL TABLE search USING fts5 (
    text, parts, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO search (search, rank) VALUES ('rank', 'bm25(1.0, 0.5)');
INSERT INTO search (search, rank) VALUES ('automerge', 0);
",
    "
-- Calls to models. session: NULL once it was forgotten. cost, saved: millionths of a USD; NULL where the model has no
-- known price. elapsed: milliseconds.
CREATE TABLE calls (
    rowid          INTEGER PRIMARY KEY,
    at             INTEGER NOT NULL,
    session        INTEGER,
    provider       TEXT NOT NULL,
    model          TEXT NOT NULL,
    purpose        TEXT NOT NULL,
    outcome        TEXT NOT NULL,
    input          INTEGER NOT NULL,
    output         INTEGER NOT NULL,
    cache_read     INTEGER NOT NULL,
    cache_creation INTEGER NOT NULL,
    cost           INTEGER,
    saved          INTEGER,
    elapsed        INTEGER NOT NULL
) STRICT;
CREATE INDEX calls_by_time ON calls (at);

-- Which process asks a model about a session.
CREATE TABLE leases (
    session INTEGER PRIMARY KEY,
    holder  TEXT NOT NULL,
    until   INTEGER NOT NULL
) STRICT;
",
    "
-- The user's layer over the memory from a revision on. rowid as in revisions.
CREATE TABLE layers (
    rowid INTEGER PRIMARY KEY,
    layer TEXT NOT NULL
) STRICT;
ALTER TABLE revisions DROP COLUMN generated;
-- What a compaction can be explained by, as JSON.
ALTER TABLE compactions ADD COLUMN sources TEXT;
",
    "
-- Sessions of agents as their hooks told of them. session: the session here that such a one's events go to, NULL once that was
-- forgotten. process: the agent's process and its start. prompts: what its user has said in it so far.
CREATE TABLE feeds (
    agent_session TEXT PRIMARY KEY,
    session       TEXT,
    agent         TEXT NOT NULL,
    transcript    TEXT,
    process       TEXT,
    at            INTEGER NOT NULL,
    prompts       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Sessions whose compacted context the agent's next conversation begins with.
CREATE TABLE handovers (
    agent   TEXT PRIMARY KEY,
    session TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Compacted contexts on their way into an agent.
CREATE TABLE answers (
    agent_session TEXT PRIMARY KEY,
    at            INTEGER NOT NULL,
    text          TEXT NOT NULL
) STRICT, WITHOUT ROWID;
",
];

/// Brings the database to the newest format, one transaction a step. `Some(found)` when its format is newer
/// than these steps; nothing is changed then.
pub(super) fn migrate(connection: &mut Connection, steps: &[&str]) -> Answer<Option<i64>> {
    loop {
        let found = version(connection)?;
        let Ok(index) = usize::try_from(found) else { return Ok(Some(found)) };
        if index >= steps.len() {
            return Ok((index > steps.len()).then_some(found));
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have taken the step while this one waited for the lock.
        if version(&transaction)? == found {
            transaction.execute_batch(steps.get(index).copied().unwrap_or_default())?;
            transaction.pragma_update(None, "user_version", found + 1)?;
        }
        transaction.commit()?;
    }
}

fn version(connection: &Connection) -> Answer<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn tables(connection: &Connection) -> Vec<String> {
        let mut statement = connection.prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn migrated(steps: &[&str]) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        assert_eq!(migrate(&mut connection, steps), Ok(None));
        connection
    }

    /// From every earlier format the newest one is reached, and it is the same as from nothing.
    fn check(steps: &[&str]) {
        let newest = migrated(steps);
        assert_eq!(version(&newest), Ok(i64::try_from(steps.len()).unwrap()));
        for from in 0..=steps.len() {
            let mut older = migrated(&steps[..from]);
            assert_eq!(migrate(&mut older, steps), Ok(None));
            assert_eq!(tables(&older), tables(&newest), "from format {from}");
        }
    }

    #[test]
    fn every_earlier_format_becomes_the_newest() {
        check(STEPS);
        check(&["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y", "CREATE INDEX i ON a (y)"]);
        check(&[]);
    }

    #[test]
    fn data_survives_a_step() {
        let mut connection = migrated(&["CREATE TABLE a (x)"]);
        connection.execute("INSERT INTO a VALUES (7)", []).unwrap();
        let steps = ["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1"];
        assert_eq!(migrate(&mut connection, &steps), Ok(None));
        assert_eq!(connection.query_row("SELECT y FROM a", [], |row| row.get::<_, i64>(0)), Ok(8));
    }

    #[test]
    fn a_failing_step_leaves_the_format_before_it() {
        let mut connection = migrated(&["CREATE TABLE a (x)"]);
        let before = tables(&connection);
        let steps = ["CREATE TABLE a (x)", "CREATE TABLE b (x); CREATE TABLE a (x)"];
        assert!(migrate(&mut connection, &steps).is_err());
        assert_eq!((version(&connection), tables(&connection)), (Ok(1), before));
    }

    #[test]
    fn a_newer_format_is_left_alone() {
        for found in [2, 99, -1] {
            let mut connection = migrated(&["CREATE TABLE a (x)"]);
            connection.pragma_update(None, "user_version", found).unwrap();
            let before = tables(&connection);
            assert_eq!(migrate(&mut connection, &["CREATE TABLE a (x)"]), Ok(Some(found)));
            assert_eq!((version(&connection), tables(&connection)), (Ok(found), before));
        }
    }

    #[test]
    fn keys_hold_session_and_number() {
        for (key, seq) in [(1, 0), (1, 1), (7, (1 << 40) - 1), ((1 << 23) - 1, 12_345)] {
            let rowid = rowid(SessionKey(key), seq);
            assert_eq!((session(rowid), number(rowid)), (SessionKey(key), seq));
        }
        assert_eq!(number(rowid(SessionKey(1), u64::MAX)), (1 << 40) - 1);
        assert!(all(SessionKey(1)).1 < all(SessionKey(2)).0);
    }
}
