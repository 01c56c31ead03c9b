//! A session and the store around it, as small as they can be, with the laws that are checked at every step.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Value, json};
use session_memory::engine::compact::Shape;
use session_memory::engine::conversation::Role;
use session_memory::engine::effect::{CompactAnswer, Cut, Effect};
use session_memory::engine::event::{CompactRequest, Event, Origin, Stored};
use session_memory::engine::intake::Intake;
use session_memory::engine::message::Format;
use session_memory::engine::session::{Memory, Restored, Saved, Session};
use session_memory::engine::settings::Settings;

use super::SHAPES;
use super::steps::{Step, Told};
use crate::events::{Voice, call, mark, message, prose, result, text_block, tool_result, tool_use};
use crate::rules::{begins_with_user, strings, valid};

const CORRECTION: &str = "No, do not use tabs here. Always use four spaces instead.";

/// What of a session can be compared.
pub type View = (u64, u64, u64, Vec<String>, String, String);

pub struct World {
    session: Session,
    now: i64,
    /// Stored events, number 1 first.
    events: Vec<String>,
    /// Everything that was ever sent.
    sent: Vec<String>,
    keys: HashSet<String>,
    window: Option<u64>,
    memory: Option<Memory>,
    cut: Option<Cut>,
    /// The saved state and the newest event it knows.
    saved: Option<(String, u64)>,
    corrected: bool,
    /// Calls so far; they are named `c0` and so on.
    called: usize,
}

impl World {
    pub fn new() -> World {
        World {
            session: Session::new("s", Settings::default()),
            now: 0,
            events: Vec::new(),
            sent: Vec::new(),
            keys: HashSet::new(),
            window: None,
            memory: None,
            cut: None,
            saved: None,
            corrected: false,
            called: 0,
        }
    }

    pub fn take(&mut self, step: &Step) {
        self.now += 1000;
        let seq = self.sent.len() + 1;
        let text = |words: usize| format!("{} {}", mark(seq), prose(words, seq as u64));
        match step {
            Step::User { words, meta } => {
                let mut event = message(&format!("m{seq}"), json!({"role": "user", "content": text(*words)}));
                event["meta"] = json!(meta);
                self.append(&event.to_string());
            }
            Step::Correction => {
                self.corrected = true;
                self.append(&message(&format!("m{seq}"), json!({"role": "user", "content": CORRECTION})).to_string());
            }
            Step::System => {
                self.append(&message(&format!("m{seq}"), json!({"role": "system", "content": text(5)})).to_string())
            }
            Step::Assistant { words } => {
                self.append(
                    &message(&format!("m{seq}"), json!({"role": "assistant", "content": text(*words)})).to_string(),
                );
            }
            Step::Calls { count, told, words } => self.calls(*count, *told, *words),
            Step::Results { of, told, words, text } => {
                // The newest calls are the likeliest; one more than there are stands for a result without a call.
                let first = self.called.saturating_sub(6);
                let ids = of.iter().map(|index| first + index.index(self.called - first + 1)).collect();
                self.results(&ids, *told, *words, *text);
            }
            Step::Again(index) => {
                if !self.sent.is_empty() {
                    let event = index.get(&self.sent).clone();
                    self.append(&event);
                }
            }
            Step::Usage(tokens) => {
                self.append(&json!({"type": "usage", "inputTokens": tokens, "outputTokens": 10}).to_string())
            }
            Step::Window(limit) => {
                self.window = Some(*limit);
                self.session.apply(self.now, Event::Window(*limit));
            }
            Step::Update => self.update(),
            Step::Idle => drop(self.session.apply(self.now, Event::Idle)),
            Step::Save => self.save(),
            Step::Restart => {
                self.check_restored();
                self.restart();
            }
            Step::Compact { target, shape, apply } => {
                self.preview(SHAPES[*shape], *target);
                if *apply {
                    self.compact(SHAPES[*shape], *target, true);
                }
            }
        }
    }

    fn calls(&mut self, count: usize, told: Told, words: usize) {
        let ids: Vec<usize> = (self.called..self.called + count).collect();
        self.called += count;
        let seq = self.sent.len() + 1;
        let input = |at: usize| json!({"mark": mark(seq + at), "argument": prose(words, seq as u64)});
        match told {
            Told::Event => {
                for (at, id) in ids.iter().enumerate() {
                    self.append(&call(&format!("c{id}"), "Read", input(at)).to_string());
                }
            }
            Told::Message(Format::Anthropic) => {
                let mut blocks = vec![text_block(&mark(seq))];
                blocks.extend(ids.iter().map(|id| tool_use(&format!("c{id}"), "Read", input(0))));
                self.append(&message(&format!("m{seq}"), json!({"role": "assistant", "content": blocks})).to_string());
            }
            Told::Message(Format::OpenAi) => {
                let function = |id: &usize| json!({"id": format!("c{id}"), "type": "function", "function": {"name": "Read", "arguments": input(0).to_string()}});
                let calls: Vec<Value> = ids.iter().map(function).collect();
                let text = mark(seq);
                self.append(
                    &message(&format!("m{seq}"), json!({"role": "assistant", "content": text, "tool_calls": calls}))
                        .to_string(),
                );
            }
        }
    }

    fn results(&mut self, ids: &BTreeSet<usize>, told: Told, words: usize, with_text: bool) {
        let seq = self.sent.len() + 1;
        let text = |at: usize| format!("{} {}", mark(seq + at), prose(words, seq as u64));
        match told {
            Told::Event => {
                for (at, id) in ids.iter().enumerate() {
                    self.append(&result(&format!("c{id}"), &text(at)).to_string());
                }
            }
            Told::Message(Format::Anthropic) => {
                let mut blocks: Vec<Value> = ids.iter().map(|id| tool_result(&format!("c{id}"), &text(0))).collect();
                if with_text {
                    blocks.insert(blocks.len() * usize::from(seq.is_multiple_of(2)), text_block(&mark(seq)));
                }
                self.append(&message(&format!("m{seq}"), json!({"role": "user", "content": blocks})).to_string());
            }
            Told::Message(Format::OpenAi) => {
                for (at, id) in ids.iter().enumerate() {
                    let content = json!({"role": "tool", "tool_call_id": format!("c{id}"), "content": text(at)});
                    self.append(&message(&format!("m{}", seq + at), content).to_string());
                }
            }
        }
    }

    /// In as the server does it: known events are skipped.
    fn append(&mut self, raw: &str) {
        self.sent.push(raw.to_owned());
        let intake = Intake::new(raw, true).unwrap();
        let known = intake.event.keys.first().is_some_and(|key| self.keys.contains(key));
        if known {
            return;
        }
        self.keys.extend(intake.event.keys.iter().cloned());
        self.events.push(intake.raw.to_string());
        let stored = intake.stored(self.events.len() as u64, self.now);
        self.session.apply(self.now, Event::Appended(vec![stored]));
        assert_eq!(self.session.last_seq(), self.events.len() as u64);
    }

    /// Everything that has an id comes a second time.
    pub fn send_all_again(&mut self) {
        for raw in self.sent.clone() {
            if !raw.contains(r#""type":"usage""#) {
                self.append(&raw);
            }
        }
    }

    fn update(&mut self) {
        let before = self.memory.as_ref().map_or(0, |memory| memory.revision);
        let effects = self.session.apply(self.now, Event::Update { origin: Origin::Refresh });
        self.keep(effects);
        let after = self.memory.as_ref().map_or(0, |memory| memory.revision);
        assert!(after == before || after == before + 1, "revisions {before} and {after}");
        assert!(self.events.is_empty() || self.session.behind_tokens() == 0);
    }

    /// What the store keeps of the effects.
    fn keep(&mut self, effects: Vec<Effect>) -> Option<(CompactAnswer, (u64, &'static str))> {
        let mut answered = None;
        for effect in effects {
            match effect {
                Effect::Revised(revision) => {
                    assert_eq!(revision.revision, self.memory.as_ref().map_or(0, |memory| memory.revision) + 1);
                    self.memory = Some(Memory {
                        revision: revision.revision,
                        covered_through: revision.covered_through,
                        source: revision.source,
                        updated_at: revision.at,
                        text: revision.text.clone(),
                    });
                }
                Effect::Cut(cut) => {
                    self.cut = Some(*cut);
                    self.save()
                }
                Effect::Compacted { answer, memory } => answered = Some(((*answer).clone(), memory)),
                Effect::Pressure { .. } => {}
            }
        }
        answered
    }

    /// A compaction that only looks: the rules hold, the same request gives the same answer, nothing changes.
    pub fn preview(&mut self, shape: Shape, target: Option<u64>) {
        let before = self.view();
        let answer = self.compact(shape, target, false);
        assert_eq!(self.compact(shape, target, false), answer, "the same request twice");
        assert_eq!(self.view(), before, "a preview changed something");
    }

    fn compact(&mut self, shape: Shape, target: Option<u64>, apply: bool) -> Option<CompactAnswer> {
        if self.events.is_empty() {
            return None;
        }
        let request = CompactRequest { target, shape: Some(shape), apply, instructions: None, passages: Vec::new() };
        let effects = self.session.apply(self.now, Event::Compact(request));
        assert!(apply || effects.len() == 1, "a preview has effects");
        let (answer, _) = self.keep(effects).expect("an answer");
        self.check(&answer, shape, target.unwrap_or((self.session.context_limit() / 4).max(1000)));
        Some(answer)
    }

    /// The rules of an answer.
    fn check(&self, answer: &CompactAnswer, shape: Shape, target: u64) {
        let messages: Vec<Value> = serde_json::from_str(&answer.messages).unwrap();
        let open: Vec<String> = self.session.open_tool_calls().map(str::to_owned).collect();
        match shape {
            Shape::Messages(format) => {
                valid(&messages, if format == Format::OpenAi { Voice::OpenAi } else { Voice::Anthropic }, &open)
            }
            Shape::Markdown => assert_eq!(answer.markdown.as_deref(), messages[0]["content"].as_str()),
        }
        if answer.reason.is_none() {
            begins_with_user(&messages);
        }
        let text: String = messages.iter().map(strings).collect();
        let from = usize::try_from(answer.keep_from.0).unwrap();
        let mut answered = HashSet::new();
        let skip = if answer.reason.is_some() { self.cut.as_ref().map_or(0, |c| c.keep_from as usize - 1) } else { 0 };
        for (at, raw) in self.events.iter().enumerate().skip((from - 1).max(skip)) {
            let seq = at + 1;
            let event: Value = serde_json::from_str(raw).unwrap();
            let first = strings(&event).find("MARK").map(|place| strings(&event)[place..place + 8].to_owned());
            // Usage has no mark; a result left out has a pointer; a call has one result, whatever comes later.
            let results = Intake::new(raw, false).unwrap().event.keys;
            let again =
                results.iter().filter(|key| key.starts_with("r:") && !answered.insert((*key).clone())).count() > 0;
            let there =
                first.is_none_or(|mark| text.contains(&mark)) || text.contains(&format!("event {seq} ")) || again;
            assert!(there, "event {seq} is lost, the tail begins at {from}: {raw:.200}\n{text}");
        }
        if answer.reason.is_some() {
            return;
        }
        assert!(answer.tokens_after <= target, "{} tokens of {target}", answer.tokens_after);
        assert!(answer.tokens_after < answer.tokens_before);
        assert!(answer.covered_through + 1 >= answer.keep_from.0);
        for call in &open {
            let there = self
                .session
                .live()
                .iter()
                .any(|record| record.calls.contains(call) && record.seq >= answer.keep_from.0);
            assert!(there, "the open call {call} is not in the tail, which begins at {from}");
        }
        assert!(!self.corrected || target < 3000 || text.contains(CORRECTION), "the correction is lost at {target}");
    }

    fn save(&mut self) {
        let (saved, seq) = self.session.saved();
        self.saved = Some((serde_json::to_string(&saved).unwrap(), seq));
    }

    /// What the server reads out of its store.
    fn restored(&self) -> Session {
        let saved: Option<(Saved, u64)> =
            self.saved.as_ref().map(|(text, seq)| (serde_json::from_str(text).unwrap(), *seq));
        let first = self.cut.as_ref().map_or(1, |cut| cut.keep_from);
        let first = saved.as_ref().map_or(1, |(_, seq)| first.min(seq + 1));
        let read = |seq: u64| {
            Intake::new(&self.events[usize::try_from(seq).unwrap() - 1], false).unwrap().stored(seq, self.now)
        };
        let is_system = |stored: &Stored| matches!(stored, Stored::Turn { record, .. } if record.role == Role::System);
        let mut events: Vec<Stored> = (1..first).map(read).take_while(is_system).collect();
        events.extend((first..=self.events.len() as u64).map(read));
        let restored = Restored {
            saved,
            memory: self.memory.clone(),
            cut: self.cut.as_ref().map(|cut| (cut.at_seq, cut.keep_from, cut.estimate, cut.memory.clone())),
            context_limit: self.window,
            events,
        };
        Session::restore("s", Settings::default(), restored)
    }

    pub fn restart(&mut self) {
        self.session = self.restored();
    }

    fn view_of(session: &Session) -> View {
        let open = session.open_tool_calls().map(str::to_owned).collect();
        let live: Vec<u64> = session.live().iter().map(|record| record.seq).collect();
        let facts =
            format!("{:?} {:?} {:?} {:?}", session.pressure(), session.format(), session.title(), session.memory());
        (session.last_seq(), session.context_tokens(), session.context_limit(), open, format!("{live:?}"), facts)
    }

    pub fn view(&self) -> View {
        World::view_of(&self.session)
    }

    /// A session out of the store is the living one.
    pub fn check_restored(&self) {
        let (mut session, mut restored) = (self.session.clone(), self.restored());
        // The living one may still have the answer to the last request at hand, which says what was before it.
        session.apply(self.now, Event::Configured(Settings::default()));
        let (living, loaded) = (self.view(), World::view_of(&restored));
        assert_eq!(
            (loaded.0, loaded.1, loaded.2, &loaded.3, &loaded.4),
            (living.0, living.1, living.2, &living.3, &living.4)
        );
        for target in [None, Some(1500), Some(8000)] {
            for shape in SHAPES {
                let request = || CompactRequest {
                    target,
                    shape: Some(shape),
                    apply: false,
                    instructions: None,
                    passages: Vec::new(),
                };
                let living = session.apply(self.now, Event::Compact(request()));
                let loaded = restored.apply(self.now, Event::Compact(request()));
                assert_eq!(loaded, living, "{target:?} {shape:?}");
            }
        }
    }
}
