//! Agents' own sessions: which session here each one feeds, where its transcript is, and what its next conversation
//! is to begin with. Hooks write this; whoever feeds the workspace reads it.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Answer, Store, StoreError};

/// What a hook tells of its agent's session.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewFeed<'a> {
    /// The agent's own id of it.
    pub agent_session: &'a str,
    /// The agent's name.
    pub agent: &'a str,
    /// Its transcript, where it keeps one.
    pub transcript: Option<&'a str>,
    /// Its process, where that is known.
    pub process: Option<&'a str>,
    /// Its user has said something.
    pub prompted: bool,
    /// Now.
    pub at: i64,
}

/// A session of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The agent's own id of it.
    pub agent_session: String,
    /// The session here that its events go to; `None` once that was forgotten.
    pub session: Option<String>,
    /// The agent's name.
    pub agent: String,
    /// Its transcript.
    pub transcript: Option<String>,
    /// Its process.
    pub process: Option<String>,
    /// When a hook told of it last.
    pub at: i64,
    /// How many times its user has said something.
    pub prompts: u64,
}

/// How long an answer is kept, in milliseconds.
const ANSWERS_KEPT_MS: i64 = 24 * 3_600_000;

const COLUMNS: &str = "agent_session, session, agent, transcript, process, at, prompts";

fn read_feed(row: &Row) -> Answer<Feed> {
    Ok(Feed {
        agent_session: row.get(0)?,
        session: row.get(1)?,
        agent: row.get(2)?,
        transcript: row.get(3)?,
        process: row.get(4)?,
        at: row.get(5)?,
        prompts: row.get::<_, i64>(6)?.unsigned_abs(),
    })
}

fn feed(connection: &Connection, agent_session: &str) -> Answer<Option<Feed>> {
    let sql = format!("SELECT {COLUMNS} FROM feeds WHERE agent_session = ?1");
    connection.prepare_cached(&sql)?.query_row([agent_session], read_feed).optional()
}

pub(super) fn enter(connection: &Connection, new: &NewFeed) -> Answer<Feed> {
    let sql = "INSERT INTO feeds (agent_session, session, agent, transcript, process, at, prompts)
        VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT DO UPDATE SET agent = excluded.agent, at = max(at, excluded.at),
            transcript = coalesce(excluded.transcript, transcript), process = coalesce(excluded.process, process),
            prompts = prompts + excluded.prompts";
    let prompts = i64::from(new.prompted);
    let values = params![new.agent_session, new.agent, new.transcript, new.process, new.at, prompts];
    connection.prepare_cached(sql)?.execute(values)?;
    feed(connection, new.agent_session)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

impl Store {
    /// Notes what a hook tells; a session that is new here feeds the session of its own name.
    pub fn enter_feed(&mut self, new: &NewFeed) -> Result<Feed, StoreError> {
        enter(&self.connection, new).map_err(|e| self.error(e))
    }

    /// A session of an agent.
    pub fn feed(&self, agent_session: &str) -> Result<Option<Feed>, StoreError> {
        feed(&self.connection, agent_session).map_err(|e| self.error(e))
    }

    /// Those that hooks told of since a time, the newest first.
    pub fn feeds(&self, since: i64) -> Result<Vec<Feed>, StoreError> {
        let select = || {
            let sql = format!("SELECT {COLUMNS} FROM feeds WHERE at >= ?1 ORDER BY at DESC, agent_session");
            self.connection.prepare_cached(&sql)?.query_map([since], read_feed)?.collect::<Answer<_>>()
        };
        select().map_err(|e| self.error(e))
    }

    /// From now on the events of an agent's session go to another session here.
    pub fn join_feed(&mut self, agent_session: &str, session: &str) -> Result<(), StoreError> {
        let update = || {
            let sql = "UPDATE feeds SET session = ?2 WHERE agent_session = ?1";
            self.connection.prepare_cached(sql)?.execute([agent_session, session])
        };
        update().map(drop).map_err(|e| self.error(e))
    }

    /// The agent's next conversation is to begin with the compacted context of this session.
    pub fn request_handover(&mut self, agent: &str, session: &str, at: i64) -> Result<(), StoreError> {
        let insert = || {
            let sql = "INSERT OR REPLACE INTO handovers (agent, session, at) VALUES (?1, ?2, ?3)";
            self.connection.prepare_cached(sql)?.execute(params![agent, session, at])
        };
        insert().map(drop).map_err(|e| self.error(e))
    }

    /// The session that was asked for since a time, once.
    pub fn take_handover(&mut self, agent: &str, since: i64) -> Result<Option<String>, StoreError> {
        let take = || {
            let sql = "DELETE FROM handovers WHERE agent = ?1 RETURNING session, at";
            let read = |row: &Row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
            self.connection.prepare_cached(sql)?.query_row([agent], read).optional()
        };
        let taken = take().map_err(|e| self.error(e))?;
        Ok(taken.filter(|(_, at)| *at >= since).map(|(session, _)| session))
    }

    /// Keeps what an agent's session is to be given.
    pub fn put_answer(&mut self, agent_session: &str, at: i64, text: &str) -> Result<(), StoreError> {
        let insert = || {
            self.connection.prepare_cached("DELETE FROM answers WHERE at < ?1")?.execute([at - ANSWERS_KEPT_MS])?;
            let sql = "INSERT OR REPLACE INTO answers (agent_session, at, text) VALUES (?1, ?2, ?3)";
            self.connection.prepare_cached(sql)?.execute(params![agent_session, at, text])
        };
        insert().map(drop).map_err(|e| self.error(e))
    }

    /// What was kept for it since a time.
    pub fn answer(&self, agent_session: &str, since: i64) -> Result<Option<String>, StoreError> {
        let select = || {
            let sql = "SELECT text FROM answers WHERE agent_session = ?1 AND at >= ?2";
            self.connection.prepare_cached(sql)?.query_row(params![agent_session, since], |row| row.get(0)).optional()
        };
        select().map_err(|e| self.error(e))
    }

    /// A number that changes whenever another connection has written to the store.
    pub fn changes(&self) -> Result<i64, StoreError> {
        self.connection.pragma_query_value(None, "data_version", |row| row.get(0)).map_err(|e| self.error(e))
    }
}
