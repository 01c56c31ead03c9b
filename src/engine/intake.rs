//! The door: an event as a client sent it becomes one that may be kept. Secrets are taken out here, before anything
//! else sees the text, so nothing behind the door ever holds one.

use super::conversation::Record;
use super::event::Stored;
use super::message::read::{Body, InvalidEvent, read_event};
use super::message::{Event, Format};
use super::redact::redact_json;

/// An event that may be stored.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Its JSON without secrets.
    pub raw: Box<str>,
    /// What it says.
    pub event: Event,
    /// Estimated tokens in a request; 0 for a usage report.
    pub tokens: u32,
}

impl Intake {
    /// Lets an event in.
    ///
    /// # Errors
    /// When it is not an event of the protocol.
    pub fn new(raw: &str, redact: bool) -> Result<Intake, InvalidEvent> {
        let clean = if redact { redact_json(raw) } else { raw.into() };
        let event = read_event(&clean)?;
        let tokens = match &event.body {
            Body::Turn(turn) => turn.tokens(),
            Body::Usage(_) => 0,
        };
        Ok(Intake { raw: clean.into(), event, tokens })
    }

    /// The event under its number; `now` stands in for a time that was not given.
    pub fn stored(self, seq: u64, now: i64) -> Stored {
        let at = self.event.at.unwrap_or(now);
        match self.event.body {
            Body::Usage(usage) => Stored::Usage { seq, at, usage },
            Body::Turn(turn) => {
                let record = Record {
                    seq,
                    id: self.event.id,
                    at,
                    raw: self.raw,
                    role: turn.role,
                    tokens: self.tokens,
                    calls: turn.calls().map(str::to_owned).collect(),
                    results: turn.results().map(str::to_owned).collect(),
                };
                Stored::Turn { record, turn, format: self.event.format }
            }
        }
    }

    /// The API the event comes from, where its shape tells.
    pub fn format(&self) -> Option<Format> {
        self.event.format
    }
}
