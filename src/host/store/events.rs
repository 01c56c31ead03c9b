//! Events: stored once each, numbered without a gap, read back in order.

use rusqlite::types::Type;
use rusqlite::{Connection, Row, TransactionBehavior, params};

use super::schema::{all, number, rowid};
use super::sessions::{self, SessionKey, SessionRow};
use super::{Answer, Store, StoreError};
use crate::engine::conversation::{EventKind, Role};
use crate::engine::intake::Intake;
use crate::engine::message::read::Body;

/// The role that [`Role::name`] calls so.
pub(super) fn role_named(name: &str) -> Option<Role> {
    [Role::System, Role::User, Role::Assistant, Role::Tool].into_iter().find(|role| role.name() == name)
}

/// The session that events are appended to. What is `None` stays as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionMeta<'a> {
    /// The client's name for it.
    pub id: &'a str,
    /// The agent's name.
    pub agent: Option<&'a str>,
    /// A line that tells a person which session this is; the first one given stays.
    pub title: Option<&'a str>,
    /// The API its messages come from.
    pub format: Option<&'a str>,
    /// The model's window, in tokens.
    pub context_limit: Option<u64>,
    /// The time, for a session that begins without an event.
    pub now: i64,
}

/// An event to store.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'a> {
    /// When it happened.
    pub at: i64,
    /// What it is.
    pub kind: EventKind,
    /// Who speaks; `None` for a usage report.
    pub role: Option<Role>,
    /// The client's id of it.
    pub id: Option<&'a str>,
    /// Estimated tokens.
    pub tokens: u32,
    /// The names under which a second copy of it is known. Where the first one is known in the session, the
    /// event is a second copy and is not stored; an empty name is never known.
    pub keys: &'a [String],
    /// Its JSON.
    pub raw: &'a str,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The session after it.
    pub row: SessionRow,
    /// The number each event got, in the batch's order; `None` for a second copy.
    pub seqs: Vec<Option<u64>>,
}

/// A stored event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Its number in the session, from 1.
    pub seq: u64,
    /// When it happened.
    pub at: i64,
    /// Estimated tokens of it.
    pub tokens: u32,
    /// Estimated tokens of it and all events before it.
    pub total: u64,
    /// What it is.
    pub kind: EventKind,
    /// Who speaks; `None` for a usage report.
    pub role: Option<Role>,
    /// The client's id of it.
    pub id: Option<String>,
    /// A rewind has taken it out of the conversation.
    pub abandoned: bool,
    /// Its JSON.
    pub raw: Box<str>,
}

fn append(connection: &mut Connection, meta: &SessionMeta, events: &[NewEvent]) -> Answer<Appended> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let appended = add(&transaction, meta, events)?;
    transaction.commit()?;
    Ok(appended)
}

/// The same within a transaction.
pub(super) fn add(transaction: &Connection, meta: &SessionMeta, events: &[NewEvent]) -> Answer<Appended> {
    let mut row = sessions::enter(transaction, meta, events.first().map_or(meta.now, |event| event.at))?;
    let mut seqs = Vec::with_capacity(events.len());
    {
        let sql = "INSERT OR IGNORE INTO event_keys (session, name, seq) VALUES (?1, ?2, ?3)";
        let mut insert_key = transaction.prepare_cached(sql)?;
        let sql = "INSERT INTO events (rowid, at, tokens, total, kind, role, id, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let mut insert = transaction.prepare_cached(sql)?;
        for event in events {
            let seq = row.marks.last_seq + 1;
            let mut known = false;
            for (index, name) in event.keys.iter().enumerate() {
                if name.is_empty() {
                    continue;
                }
                let new = insert_key.execute(params![row.key.0, name, seq.cast_signed()])? > 0;
                known = index == 0 && !new;
                if known {
                    break;
                }
            }
            if known {
                seqs.push(None);
                continue;
            }
            row.tokens += u64::from(event.tokens);
            let total = i64::try_from(row.tokens).unwrap_or(i64::MAX);
            let role = event.role.map(Role::name);
            insert.execute(params![
                rowid(row.key, seq),
                event.at,
                event.tokens,
                total,
                event.kind.name(),
                role,
                event.id,
                event.raw
            ])?;
            row.marks.last_seq = seq;
            row.last_at = event.at;
            seqs.push(Some(seq));
        }
    }
    Ok(Appended { row, seqs })
}

pub(super) fn knows(connection: &Connection, key: SessionKey, name: &str) -> Answer<bool> {
    let sql = "SELECT 1 FROM event_keys WHERE session = ?1 AND name = ?2";
    connection.prepare_cached(sql)?.exists(params![key.0, name])
}

/// The ranges of abandoned events: after the first number, up to the second.
fn rewinds(connection: &Connection, key: SessionKey) -> Answer<Vec<(u64, u64)>> {
    let mut statement =
        connection.prepare_cached("SELECT after, through FROM rewinds WHERE rowid BETWEEN ?1 AND ?2")?;
    let range = |row: &Row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()));
    statement.query_map(all(key), range)?.collect()
}

fn read_event(row: &Row, rewinds: &[(u64, u64)]) -> Answer<EventRow> {
    let seq = number(row.get(0)?);
    let kind = row.get_ref(4)?.as_str()?;
    let kind = EventKind::ALL.into_iter().find(|known| known.name() == kind);
    let kind = kind.ok_or_else(|| rusqlite::Error::InvalidColumnType(4, "kind".to_owned(), Type::Text))?;
    let role = row.get_ref(5)?.as_str_or_null()?;
    Ok(EventRow {
        seq,
        at: row.get(1)?,
        tokens: row.get(2)?,
        total: row.get::<_, i64>(3)?.unsigned_abs(),
        kind,
        role: role.and_then(role_named),
        id: row.get(6)?,
        abandoned: rewinds.iter().any(|&(after, through)| (after + 1..=through).contains(&seq)),
        raw: row.get_ref(7)?.as_str()?.into(),
    })
}

impl<'a> NewEvent<'a> {
    /// An event that came through the door; `now` stands in for a time that was not given.
    pub fn of(intake: &'a Intake, now: i64) -> NewEvent<'a> {
        let event = &intake.event;
        let role = match &event.body {
            Body::Usage(_) => None,
            Body::Turn(turn) => Some(turn.role),
        };
        NewEvent {
            at: event.at.unwrap_or(now),
            kind: event.kind,
            role,
            id: event.id.as_deref(),
            tokens: intake.tokens,
            keys: &event.keys,
            raw: &intake.raw,
        }
    }
}

impl Store {
    /// Stores events at the end of a session, which begins with its first append. All of them or, after an
    /// error, none.
    pub fn append(&mut self, meta: &SessionMeta, events: &[NewEvent]) -> Result<Appended, StoreError> {
        append(&mut self.connection, meta, events).map_err(|e| self.error(e))
    }

    /// The events from `first` to `last`, in order; stops after the one with which their JSON has reached
    /// `max_bytes`, so that at least one event is answered where there is any.
    pub fn events(
        &self,
        key: SessionKey,
        first: u64,
        last: u64,
        max_bytes: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        let select = || {
            let rewinds = rewinds(&self.connection, key)?;
            let sql = "SELECT rowid, at, tokens, total, kind, role, id, raw FROM events WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid";
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query([rowid(key, first), rowid(key, last)])?;
            let (mut events, mut bytes) = (Vec::new(), 0);
            while bytes < max_bytes
                && let Some(row) = rows.next()?
            {
                let event = read_event(row, &rewinds)?;
                bytes += event.raw.len();
                events.push(event);
            }
            Ok(events)
        };
        select().map_err(|e| self.error(e))
    }

    /// Has events known under these names that were never stored: what this program itself has written into an agent's
    /// transcript is no news.
    pub fn know(&mut self, session: &str, names: &[String]) -> Result<(), StoreError> {
        let mut insert = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let sql =
                "INSERT OR IGNORE INTO event_keys (session, name, seq) SELECT key, ?2, 0 FROM sessions WHERE id = ?1";
            for name in names {
                transaction.prepare_cached(sql)?.execute([session, name])?;
            }
            transaction.commit()
        };
        insert().map_err(|e| self.error(e))
    }

    /// Whether an event is known in the session under this name (see [`NewEvent::keys`]).
    pub fn knows(&self, key: SessionKey, name: &str) -> Result<bool, StoreError> {
        knows(&self.connection, key, name).map_err(|e| self.error(e))
    }

    /// Marks the events after `seq` as abandoned and drops the session's snapshot. They stay stored, searchable
    /// and known as copies. Answers whether there were any.
    pub fn abandon_after(&mut self, key: SessionKey, seq: u64, now: i64) -> Result<bool, StoreError> {
        let abandon = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let Some(marks) = sessions::marks(&transaction, key)?.filter(|marks| marks.last_seq > seq) else {
                return Ok(false);
            };
            let row = rowid(key, marks.rewinds + 1);
            let range = (number(rowid(key, seq)), number(rowid(key, marks.last_seq)));
            let sql = "INSERT INTO rewinds (rowid, at, after, through) VALUES (?1, ?2, ?3, ?4)";
            transaction.execute(sql, params![row, now, range.0.cast_signed(), range.1.cast_signed()])?;
            transaction.execute("DELETE FROM snapshots WHERE session = ?1", [key.0])?;
            transaction.commit()?;
            Ok(true)
        };
        abandon(&mut self.connection).map_err(|e| self.error(e))
    }
}
