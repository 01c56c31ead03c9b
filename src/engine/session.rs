//! One conversation: its live context, its memory, and the one place where they change.
//!
//! [`Session::apply`] takes an event that has already been stored and returns what is to be done about it.
//! Nothing here fails for reasons of the world: if the world refuses an effect, the caller drops the session and
//! loads it again from the store ([`Saved`] and the events since).

mod asking;
mod calls;
mod compaction;
mod freshness;
mod prepared;
mod restore;
mod revision;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod title;

use std::collections::HashSet;

use super::conversation::{Record, Role, Turn};
use super::edits::Edits;
use super::effect::Effect;
use super::event::{Agent, Event, Stored};
use super::extract::{Extractor, Prose};
use super::message::Format;
use super::schedule::{Due, Schedule};
use super::settings::{Pressure, Settings};
use super::tokens::Calibration;
pub use compaction::{MIN_TARGET, is_compacted};
pub use freshness::Freshness;
use prepared::Prepared;
pub use restore::{Restored, Saved, saved_calibration};
use revision::LastEdit;
pub use revision::Memory;
pub use title::title_of;

/// Window of a model that nobody named, in tokens.
pub const DEFAULT_CONTEXT_LIMIT: u64 = 200_000;

/// Tokens of turns that wait for the extractor at most, so that a later answer does not have to wait for them.
const MOST_UNREAD_TOKENS: u64 = 8_000;

/// A conversation.
#[derive(Clone, Debug)]
pub struct Session {
    id: String,
    settings: Settings,
    context_limit: u64,
    format: Option<Format>,
    last_seq: u64,
    live: Vec<Record>,
    /// What the last compaction has taken out of it, and its calls; given back to the system in the next quiet moment.
    past: (Vec<Record>, HashSet<String>),
    /// How many events at the start of `live` are the system messages that the conversation began with.
    system: usize,
    /// Estimated size of the live context, the memory message of the last compaction included.
    estimate: u64,
    /// Calls without a result, with the tool's names, in order.
    open: Vec<(String, String)>,
    abandoned: HashSet<String>,
    /// Calls and results of the live context.
    called: HashSet<String>,
    calibration: Calibration,
    extractor: Extractor,
    /// Turns that the extractor has not read yet: an acknowledgement need not wait for that.
    unread: Vec<(u64, i64, Turn)>,
    unread_tokens: u64,
    edits: Edits,
    /// The last edit of the file, and the layer before it.
    last_edit: Option<LastEdit>,
    /// What a model wrote last.
    prose: Option<Prose>,
    /// A model is at work.
    asked: bool,
    /// What stands before the messages in the agent's own requests.
    agent: Option<Box<Agent>>,
    schedule: Schedule,
    memory: Option<Memory>,
    pressure: Pressure,
    instructions: Vec<String>,
    title: Option<String>,
    /// Memory message that the live context begins with, after a compaction.
    head: Option<String>,
    /// The answer to the last or to the most likely request, valid until anything changes.
    prepared: Option<Prepared>,
    /// What takes its place with the next event.
    next: Option<Prepared>,
}

impl Session {
    /// A conversation of which nothing is known yet.
    pub fn new(id: impl Into<String>, settings: Settings) -> Session {
        Session {
            id: id.into(),
            settings,
            context_limit: DEFAULT_CONTEXT_LIMIT,
            format: None,
            last_seq: 0,
            live: Vec::new(),
            past: (Vec::new(), HashSet::new()),
            system: 0,
            estimate: 0,
            open: Vec::new(),
            abandoned: HashSet::new(),
            called: HashSet::new(),
            calibration: Calibration::default(),
            extractor: Extractor::new(),
            unread: Vec::new(),
            unread_tokens: 0,
            edits: Edits::default(),
            last_edit: None,
            prose: None,
            asked: false,
            agent: None,
            schedule: Schedule::default(),
            memory: None,
            pressure: Pressure::Low,
            instructions: Vec::new(),
            title: None,
            head: None,
            prepared: None,
            next: None,
        }
    }

    /// Takes in what happened at time `now` (milliseconds since the epoch); returns what is to be done.
    pub fn apply(&mut self, now: i64, event: Event) -> Vec<Effect> {
        match event {
            Event::Appended(stored) => {
                for stored in stored {
                    self.observe(stored);
                }
                self.pressure_change()
            }
            Event::Window(limit) => {
                if self.context_limit != limit {
                    self.unprepare();
                }
                self.context_limit = limit;
                self.pressure_change()
            }
            Event::Agent(agent) => {
                self.agent = Some(agent);
                Vec::new()
            }
            Event::Configured(settings) => {
                self.settings = settings;
                self.unprepare();
                self.pressure_change()
            }
            Event::Update { origin } => self.update(now, origin),
            Event::Written(written) => self.written(now, *written),
            Event::Unwritten { origin } => self.unwritten(now, origin),
            Event::FileEdited { base, text } => self.file_edited(now, &base, &text),
            Event::Pin { section, text, pinned } => self.pin(now, section, &text, pinned),
            Event::Restored(restored) => self.restored(now, &restored),
            Event::Compact(request) => self.compact(now, request),
            Event::Idle => {
                self.prepare(now);
                Vec::new()
            }
            Event::AgentCompacted { through } => self.agent_compacted(through),
        }
    }

    fn observe(&mut self, stored: Stored) {
        self.outdate();
        self.last_seq = self.last_seq.max(stored.seq());
        match stored {
            Stored::Usage { usage, .. } => {
                // A report is about one request. Where its reply is already part of the context, what came out counts too.
                let replied = self.live.last().is_some_and(|record| record.role == Role::Assistant);
                let output = if replied { usage.output_tokens } else { 0 };
                self.calibration.observe(self.estimate, usage.input_tokens.saturating_add(output));
            }
            Stored::Turn { mut record, turn, format } => {
                self.format = self.format.or(format);
                self.name_old_functions(&mut record, &turn);
                self.track_calls(&record, &turn);
                self.title = self.title.take().or_else(|| title_of(&turn));
                self.unread_tokens += u64::from(record.tokens);
                self.unread.push((record.seq, record.at, turn));
                if self.unread_tokens >= MOST_UNREAD_TOKENS {
                    self.read_up();
                }
                self.estimate += u64::from(record.tokens);
                self.schedule.observe(record.tokens, record.results.len());
                self.keep(record);
            }
        }
    }

    /// Adds an event to the live context.
    fn keep(&mut self, record: Record) {
        let first = u64::try_from(self.system).is_ok_and(|system| record.seq == system + 1);
        if first && self.live.len() == self.system && record.role == Role::System {
            self.system += 1;
        }
        self.live.push(record);
    }

    /// Lets the extractor read what came since it read last.
    fn read_up(&mut self) {
        self.unread_tokens = 0;
        for (seq, at, turn) in self.unread.drain(..) {
            self.extractor.observe(seq, at, &turn);
        }
    }

    fn pressure_change(&mut self) -> Vec<Effect> {
        let pressure = Pressure::of(self.context_tokens(), self.context_limit, self.settings.pressure_levels);
        if pressure == self.pressure {
            return Vec::new();
        }
        self.pressure = pressure;
        vec![Effect::Pressure { pressure, context_tokens: self.context_tokens(), context_limit: self.context_limit }]
    }

    /// Whether an update of the memory is due.
    pub fn due(&self) -> Due {
        // One at a time: what arrives meanwhile waits for the next breakpoint.
        if self.asked {
            return Due::No;
        }
        self.schedule.due(&self.settings, self.memory.is_some(), !self.open.is_empty())
    }

    /// Whether a model is at work on the memory.
    pub fn is_asked(&self) -> bool {
        self.asked
    }

    /// The session's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The first words of the conversation.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Number of the newest event; 0 where there is none.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// The API whose shape the conversation has.
    pub fn format(&self) -> Format {
        self.format.unwrap_or_default()
    }

    /// Use of the window in the provider's tokens.
    pub fn context_tokens(&self) -> u64 {
        self.calibration.context(self.estimate)
    }

    /// How the provider counts.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// The window.
    pub fn context_limit(&self) -> u64 {
        self.context_limit
    }

    /// The present level.
    pub fn pressure(&self) -> Pressure {
        self.pressure
    }

    /// Ids of the calls without a result.
    pub fn open_tool_calls(&self) -> impl Iterator<Item = &str> {
        self.open.iter().map(|(call, _)| call.as_str())
    }

    /// The memory, if there is one yet.
    pub fn memory(&self) -> Option<&Memory> {
        self.memory.as_ref()
    }

    /// The user's layer over the memory.
    pub fn edits(&self) -> &Edits {
        &self.edits
    }

    /// Events of the live context.
    pub fn live(&self) -> &[Record] {
        &self.live
    }
}
