//! The context of an agent that summarises when it must, as the agent of the transcript did.

use session_memory::engine::conversation::Role;
use session_memory::engine::event::{Event, Origin, Stored};
use session_memory::engine::memory::{Custom, Document, parse_file};
use session_memory::engine::session::Session;
use session_memory::engine::settings::Settings;

use super::request::{Request, Seen};

/// Share of the window at which an agent summarises, in percent.
pub const FULL: u64 = 80;
/// Tokens of a summary of a whole context, and of the question for it: the median of 65 real ones has 11,600 letters.
const SUMMARY: u64 = 3_000;
const QUESTION: u64 = 1_000;

/// The agent's context. The memory that the embedded backend would write is known here too.
pub struct Context {
    session: Session,
    /// Tokens of the summary that it begins with.
    summary: u64,
    /// It was summarised for its size, and the agent of the transcript has not done so since.
    ahead: bool,
    clock: Clock,
}

/// What the agent has sent last.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// Time of the newest event.
    newest: i64,
    answered: bool,
    /// The prefix that the agent's provider has.
    pub seen: Option<Seen>,
}

impl Clock {
    /// Takes in an event at `now`, before which the context had `tokens` tokens.
    pub fn observe(&mut self, now: i64, stored: &Stored, tokens: u64) {
        let Stored::Turn { record, .. } = stored else { return };
        let answers = record.role == Role::Assistant;
        if answers && !self.answered {
            // The request began when there was something to answer.
            self.seen = Some(Seen { at: self.newest, tokens });
        }
        self.answered = answers;
        self.newest = now;
    }
}

impl Context {
    /// An empty one.
    pub fn new(window: u64) -> Context {
        let mut session = Session::new("agent", Settings::default());
        session.apply(0, Event::Window(window));
        Context { session, summary: 0, ahead: false, clock: Clock::default() }
    }

    /// Its size in the provider's tokens.
    fn tokens(&self) -> u64 {
        self.session.context_tokens() + self.summary
    }

    /// Takes in an event; gives the request for a summary where the window is full.
    pub fn append(&mut self, now: i64, stored: &Stored) -> Option<Request> {
        // A report of the original agent is about another context, once there was a summary.
        if matches!(stored, Stored::Usage { .. }) && self.summary > 0 {
            return None;
        }
        self.clock.observe(now, stored, self.tokens());
        self.session.apply(now, Event::Appended(vec![stored.clone()]));
        self.session.apply(now, Event::Update { origin: Origin::Background });
        let full = self.tokens() * 100 >= self.session.context_limit() * FULL;
        let summary = (full && self.session.open_tool_calls().next().is_none()).then(|| self.summarise(now));
        self.ahead |= summary.is_some();
        summary
    }

    /// The agent of the transcript has summarised; `None` where that was done already.
    pub fn compacted(&mut self, now: i64) -> Option<Request> {
        (!std::mem::take(&mut self.ahead)).then(|| self.summarise(now))
    }

    /// The request for a summary, which then takes the place of everything.
    fn summarise(&mut self, now: i64) -> Request {
        let seen = self.clock.seen.take();
        let request = Request { at: now, seen, prefix: self.tokens(), rest: QUESTION, output: SUMMARY };
        self.session.apply(now, Event::AgentCompacted { through: self.session.last_seq() });
        self.summary = SUMMARY;
        request
    }

    /// The memory that the embedded backend writes now.
    pub fn memory(&mut self, now: i64) -> Document {
        self.session.apply(now, Event::Update { origin: Origin::Refresh });
        self.session.memory().map(|memory| parse_file(&memory.text, &Custom::default()).document).unwrap_or_default()
    }
}
