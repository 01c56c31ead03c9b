//! A conversation at its own pace: the engine asks for memories when it would, the caps on spending hold, and the
//! window is compacted when it is full.

use session_memory::config::ModelConfig;
use session_memory::engine::conversation::Turn;
use session_memory::engine::effect::{Ask, Effect};
use session_memory::engine::event::{CompactRequest, Event, Origin, Stored, Written};
use session_memory::engine::memory::Document;
use session_memory::engine::prompt::{self, AgentContext, LARGEST_REQUEST, Plan, Prompt, Source};
use session_memory::engine::session::Session;
use session_memory::engine::settings::Settings;
use session_memory::engine::tokens;

use super::context::{Clock, Context, FULL};
use super::conversation::{Conversation, Step};
use super::request::{Request, Seen};

/// Tokens of an answer beside the memory: its analysis.
const ANALYSIS: u64 = 1_000;
/// Time until a model has answered, in milliseconds: half of what a summary takes.
const ANSWER: i64 = 30_000;
/// Rest after which the server does what is due, in milliseconds.
const QUIET: i64 = 15;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// The requests of each way to keep a memory.
#[derive(Default)]
pub struct Ways {
    /// Requests of our own with what is new.
    pub incremental: Vec<Request>,
    /// The same memories asked for behind the agent's context.
    pub cached: Vec<Request>,
    /// Summaries of the whole context when the window is full.
    pub blocking: Vec<Request>,
    /// Memories that the embedded backend wrote, because a cap was reached.
    pub capped: u64,
}

struct Simulation {
    session: Session,
    context: Context,
    turns: Vec<(u64, Turn)>,
    clock: Clock,
    compacted: bool,
    ways: Ways,
    /// What a model is writing, and when it will be done.
    writing: Option<(i64, Event)>,
    config: ModelConfig,
}

/// Simulates a conversation.
pub fn run(conversation: &Conversation) -> Ways {
    let mut session = Session::new("cost", Settings { model: true, ..Settings::default() });
    session.apply(0, Event::Window(conversation.window));
    let mut simulation = Simulation {
        session,
        context: Context::new(conversation.window),
        turns: Vec::new(),
        clock: Clock::default(),
        compacted: false,
        ways: Ways::default(),
        writing: None,
        config: ModelConfig::default(),
    };
    let mut now = 0;
    for step in &conversation.steps {
        match step {
            Step::Event(at, stored) => {
                if *at - now > QUIET {
                    simulation.rest(now, *at);
                }
                now = *at;
                simulation.append(now, stored);
            }
            Step::Compacted => {
                let summary = simulation.context.compacted(now);
                if summary.is_some() {
                    simulation.ways.blocking.extend(summary);
                    simulation.compact(now);
                }
            }
        }
    }
    simulation.rest(now, i64::MAX);
    simulation.ways
}

impl Simulation {
    fn append(&mut self, now: i64, stored: &Stored) {
        let summary = self.context.append(now, stored);
        self.ways.blocking.extend(summary);
        if matches!(stored, Stored::Usage { .. }) && self.compacted {
            return;
        }
        self.clock.observe(now, stored, self.session.context_tokens());
        if let Stored::Turn { record, turn, .. } = stored {
            self.turns.push((record.seq, turn.clone()));
        }
        self.session.apply(now, Event::Appended(vec![stored.clone()]));
        let full = self.session.context_tokens() * 100 >= self.session.context_limit() * FULL;
        if full && self.session.open_tool_calls().next().is_none() {
            self.compact(now);
        }
    }

    fn compact(&mut self, now: i64) {
        let request =
            CompactRequest { target: None, shape: None, apply: true, instructions: None, passages: Vec::new() };
        let effects = self.session.apply(now, Event::Compact(request));
        if effects.iter().any(|effect| matches!(effect, Effect::Cut(_))) {
            self.compacted = true;
            self.clock.seen = None;
        }
    }

    /// Nothing happens from `now` to `until`: answers come, and what is due is asked for.
    fn rest(&mut self, now: i64, until: i64) {
        self.answered(now);
        self.update(now.saturating_add(QUIET));
        while self.writing.as_ref().is_some_and(|(done, _)| *done < until) {
            let done = self.writing.as_ref().map_or(until, |(done, _)| *done);
            self.answered(done);
            self.update(done);
        }
    }

    fn answered(&mut self, now: i64) {
        if let Some((done, event)) = self.writing.take_if(|(done, _)| *done <= now) {
            self.session.apply(done, event);
        }
    }

    fn update(&mut self, now: i64) {
        for effect in self.session.apply(now, Event::Update { origin: Origin::Background }) {
            if let Effect::Ask(ask) = effect {
                self.ask(now, &ask);
            }
        }
    }

    /// The requests for one memory, as the server would make them.
    fn ask(&mut self, now: i64, ask: &Ask) {
        let events: Vec<(u64, &Turn)> = self
            .turns
            .iter()
            .filter(|(seq, _)| (ask.base + 1..=ask.through).contains(seq))
            .map(|(seq, turn)| (*seq, turn))
            .collect();
        let source = Source {
            events: &events,
            memory: ask.prose.as_ref(),
            kept: &ask.kept,
            instructions: &ask.instructions,
            removed: &ask.removed,
            memory_tokens: ask.budget.0,
            section_tokens: ask.budget.1,
            nonce: "0123456789abcdef",
            largest_request: LARGEST_REQUEST,
        };
        if self.is_capped(now) {
            self.ways.capped += 1;
            self.session.apply(now, Event::Unwritten { origin: ask.origin });
            return;
        }
        let memory = self.context.memory(now);
        let output = u64::from(memory.tokens()) + ANALYSIS;
        for prompt in prompts(&source, &memory) {
            let prefix = constant_tokens(&prompt);
            let seen = self.ways.incremental.last().map(|last| Seen { at: last.at, tokens: last.prefix });
            self.ways.incremental.push(Request { at: now, seen, prefix, rest: said_tokens(&prompt), output });
        }
        let agent = AgentContext {
            messages: self.session.live().iter().map(|record| record.raw.to_string()).collect(),
            ..AgentContext::default()
        };
        let prefix = self.session.context_tokens();
        let rest = said_tokens(&prompt::cached(&source, agent));
        self.ways.cached.push(Request { at: now, seen: self.clock.seen, prefix, rest, output });
        // The agent's next request finds what this one wrote, and this one kept it alive.
        self.clock.seen = Some(Seen { at: now, tokens: prefix });
        let written = Written { through: ask.through, base: ask.base, origin: ask.origin, prose: memory };
        self.writing = Some((now.saturating_add(ANSWER), Event::Written(Box::new(written))));
    }

    fn is_capped(&self, now: i64) -> bool {
        let spent = |since: i64| -> u64 {
            let requests = self.ways.incremental.iter().rev().take_while(|request| request.at >= since);
            requests.map(|request| request.prefix + request.rest + request.output).sum()
        };
        spent(now.saturating_sub(HOUR)) >= self.config.tokens_per_hour
            || spent(now.div_euclid(DAY).saturating_mul(DAY)) >= self.config.tokens_per_day
    }
}

/// All requests for one memory, where each answer is `memory`.
fn prompts(source: &Source, memory: &Document) -> Vec<Prompt> {
    let mut all = Vec::new();
    let mut step = prompt::plan(source);
    loop {
        match step {
            Plan::One(prompt) => {
                all.push(prompt);
                return all;
            }
            Plan::Parts(prompts) => {
                let answers = vec![memory.render_sections(false); prompts.len()];
                all.extend(prompts);
                step = prompt::join(source, &answers);
            }
        }
    }
}

/// Estimated tokens of our own part before the messages, which is the same in every request.
fn constant_tokens(prompt: &Prompt) -> u64 {
    match &prompt.context {
        prompt::Context::Instructions(text) => u64::from(tokens::estimate(text)),
        prompt::Context::Agent(_) => 0,
    }
}

/// Estimated tokens of our messages.
fn said_tokens(prompt: &Prompt) -> u64 {
    prompt.messages.iter().map(|said| u64::from(tokens::estimate(&said.text))).sum()
}
