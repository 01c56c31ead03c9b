//! What one hook tells, taken in as a whole: the note about the agent's session, and the events themselves where no
//! transcript has them. It is plain values, so that it can be put aside in a file ([`spool`](super::spool)).

use rusqlite::{Connection, TransactionBehavior};
use serde::{Deserialize, Serialize};

use super::events::{self, NewEvent, SessionMeta, role_named};
use super::feeds::{self, Feed, NewFeed};
use super::{Answer, Store, StoreError, sessions};
use crate::engine::conversation::{EventKind, Role};
use crate::engine::intake::Intake;

/// What a hook tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The agent's own id of its session.
    pub agent_session: String,
    /// The agent's name.
    pub agent: String,
    /// Its transcript, where it keeps one.
    pub transcript: Option<String>,
    /// Its process, where that is known.
    pub process: Option<String>,
    /// Its user has said something.
    pub prompted: bool,
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// A line that tells a person which session this is.
    pub title: Option<String>,
    /// What happened, without secrets.
    pub events: Vec<ToldEvent>,
}

/// An event of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldEvent {
    /// The name under which a second copy may be known already.
    before: String,
    at: i64,
    kind: String,
    role: Option<String>,
    id: Option<String>,
    tokens: u32,
    keys: Vec<String>,
    raw: String,
}

impl ToldEvent {
    /// An event that came through the door.
    pub fn new(intake: &Intake, before: String, now: i64) -> ToldEvent {
        let event = NewEvent::of(intake, now);
        ToldEvent {
            before,
            at: event.at,
            kind: event.kind.name().to_owned(),
            role: event.role.map(|role| role.name().to_owned()),
            id: event.id.map(str::to_owned),
            tokens: event.tokens,
            keys: event.keys.to_vec(),
            raw: event.raw.to_owned(),
        }
    }

    /// As the store has it. `None` for a kind or a role that is not known here.
    fn event(&self) -> Option<NewEvent<'_>> {
        let role: Option<Role> = match &self.role {
            Some(name) => Some(role_named(name)?),
            None => None,
        };
        Some(NewEvent {
            at: self.at,
            kind: EventKind::ALL.into_iter().find(|kind| kind.name() == self.kind)?,
            role,
            id: self.id.as_deref(),
            tokens: self.tokens,
            keys: &self.keys,
            raw: &self.raw,
        })
    }
}

/// A second time it changes nothing but the count of prompts: events have names.
fn take_in(connection: &mut Connection, told: &Told) -> Answer<Feed> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let new = NewFeed {
        agent_session: &told.agent_session,
        agent: &told.agent,
        transcript: told.transcript.as_deref(),
        process: told.process.as_deref(),
        prompted: told.prompted,
        at: told.at,
    };
    let feed = feeds::enter(&transaction, &new)?;
    // Where the transcript is known by another hook, that has it all.
    if let (Some(session), None) = (&feed.session, &feed.transcript) {
        let known = sessions::by_id(&transaction, session)?;
        let mut events = Vec::new();
        for event in &told.events {
            let is_known = match &known {
                Some(row) => events::knows(&transaction, row.key, &event.before)?,
                None => false,
            };
            events.extend(event.event().filter(|_| !is_known));
        }
        if !events.is_empty() {
            let meta = SessionMeta {
                id: session,
                agent: Some(&told.agent),
                title: told.title.as_deref(),
                now: told.at,
                ..SessionMeta::default()
            };
            events::add(&transaction, &meta, &events)?;
        }
    }
    transaction.commit()?;
    Ok(feed)
}

impl Store {
    /// Takes in what a hook tells: all of it or, after an error, nothing.
    pub fn take_in(&mut self, told: &Told) -> Result<Feed, StoreError> {
        take_in(&mut self.connection, told).map_err(|e| self.error(e))
    }
}
