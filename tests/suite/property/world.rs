//! A session and the store around it, as small as they can be, with the laws that are checked at every step.

use std::collections::HashSet;

use serde_json::json;
use session_memory::engine::conversation::Role;
use session_memory::engine::effect::{Ask, CompactAnswer, Cut, Effect};
use session_memory::engine::event::{Event, Origin, Stored, Written};
use session_memory::engine::intake::Intake;
use session_memory::engine::memory::{Document, Section};
use session_memory::engine::session::{Memory, Restored, Saved, Session};
use session_memory::engine::settings::Settings;

use super::SHAPES;
use super::steps::Step;
use crate::events::{mark, message, prose};

pub(super) const CORRECTION: &str = "No, do not use tabs here. Always use four spaces instead.";

pub struct World {
    pub(super) session: Session,
    pub(super) settings: Settings,
    /// What a model was asked and has not answered.
    asked: Option<Box<Ask>>,
    /// Lines that a model wrote so far.
    written: usize,
    pub(super) now: i64,
    /// Stored events, number 1 first.
    pub(super) events: Vec<String>,
    /// Everything that was ever sent.
    pub(super) sent: Vec<String>,
    pub(super) keys: HashSet<String>,
    pub(super) window: Option<u64>,
    pub(super) memory: Option<Memory>,
    /// All versions of the memory with the user's layer as it was stored.
    pub(super) versions: Vec<(Memory, String)>,
    /// Lines that the user typed and has not removed.
    pub(super) typed: Vec<String>,
    pub(super) cut: Option<Cut>,
    /// The saved state and the newest event it knows.
    pub(super) saved: Option<(String, u64)>,
    pub(super) corrected: bool,
    /// The user has removed it from the memory again.
    pub(super) taken_back: bool,
    /// Calls so far; they are named `c0` and so on.
    pub(super) called: usize,
}

impl World {
    /// With a model that is asked for the prose, or without.
    pub fn new(model: bool) -> World {
        let settings = Settings { model, ..Settings::default() };
        World {
            session: Session::new("s", settings.clone()),
            settings,
            asked: None,
            written: 0,
            now: 0,
            events: Vec::new(),
            sent: Vec::new(),
            keys: HashSet::new(),
            window: None,
            memory: None,
            versions: Vec::new(),
            typed: Vec::new(),
            cut: None,
            saved: None,
            corrected: false,
            taken_back: false,
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
                self.append(&message(&format!("m{seq}"), json!({"role": "system", "content": text(5)})).to_string());
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
                let named = |index: usize| if index < self.called { index } else { 1_000_000 + seq };
                let ids = of.iter().map(|index| named(first + index.index(self.called - first + 1))).collect();
                self.results(&ids, *told, *words, *text);
            }
            Step::Again(index) => {
                if !self.sent.is_empty() {
                    let event = index.get(&self.sent).clone();
                    self.append(&event);
                }
            }
            Step::Usage(tokens) => {
                self.append(&json!({"type": "usage", "inputTokens": tokens, "outputTokens": 10}).to_string());
            }
            Step::Window(limit) => {
                self.window = Some(*limit);
                self.session.apply(self.now, Event::Window(*limit));
            }
            Step::Update => self.update(),
            Step::Answered { well } => self.answered(*well),
            Step::Typed { version, at, kind } => self.type_line(*version, *at, *kind),
            Step::Removed { version, at } => self.remove_line(*version, *at),
            Step::Restored(version) => self.go_back(*version),
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

    /// In as the server does it: known events are skipped.
    pub(super) fn append(&mut self, raw: &str) {
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
        assert!(self.events.is_empty() || self.asked.is_some() || self.session.behind_tokens() == 0);
    }

    /// The model answers, well or not; what it was asked may be long past.
    fn answered(&mut self, well: bool) {
        let Some(ask) = self.asked.take() else { return };
        let event = if well {
            self.written += 1;
            let mut prose = Document::default();
            // The guard accepts nothing without what the user wants.
            let intent = if self.corrected { CORRECTION } else { "The user wants something." };
            prose.push(Section::UserIntent, intent, 2.0);
            prose.push(Section::CurrentState, format!("The model has written {} times.", self.written), 1.0);
            prose.push(Section::CompletedWork, prose_line(self.written), 1.0);
            Event::Written(Box::new(Written { through: ask.through, base: ask.base, origin: ask.origin, prose }))
        } else {
            Event::Unwritten { origin: ask.origin }
        };
        let effects = self.session.apply(self.now, event);
        self.keep(effects);
        assert!(!self.session.is_asked());
        // The server saves the state then.
        self.save();
    }

    /// What the store keeps of the effects.
    pub(super) fn keep(&mut self, effects: Vec<Effect>) -> Option<(CompactAnswer, (u64, &'static str))> {
        let mut answered = None;
        for effect in effects {
            match effect {
                Effect::Ask(ask) => {
                    assert!(self.settings.model, "nobody chose a model: {ask:?}");
                    assert!(self.asked.is_none(), "one at a time");
                    assert!(ask.base < ask.through && ask.through <= self.session.last_seq(), "{ask:?}");
                    self.asked = Some(ask);
                }
                Effect::Revised(revision) => {
                    assert_eq!(revision.revision, self.memory.as_ref().map_or(0, |memory| memory.revision) + 1);
                    let memory = Memory {
                        revision: revision.revision,
                        covered_through: revision.covered_through,
                        source: revision.source,
                        updated_at: revision.at,
                        text: revision.text.clone(),
                    };
                    let before = self.versions.last().map(|(_, layer)| layer.clone()).unwrap_or_default();
                    self.versions.push((memory.clone(), revision.layer.unwrap_or(before)));
                    self.memory = Some(memory);
                    self.check_typed();
                }
                // The server saves the state with every cut.
                Effect::Cut(cut) => {
                    self.cut = Some(*cut);
                    self.save();
                }
                Effect::Compacted { answer, memory } => answered = Some(((*answer).clone(), memory)),
                Effect::Pressure { .. } => {}
            }
        }
        answered
    }

    pub(super) fn save(&mut self) {
        let (saved, seq) = self.session.saved();
        self.saved = Some((serde_json::to_string(&saved).unwrap(), seq));
    }

    /// What the server reads out of its store.
    pub(super) fn restored(&self) -> Session {
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
        let layer = self.versions.last().map(|(_, layer)| layer.as_str()).filter(|layer| !layer.is_empty());
        let restored = Restored {
            saved,
            edits: layer.map(|layer| serde_json::from_str(layer).unwrap()).unwrap_or_default(),
            memory: self.memory.clone(),
            cut: self.cut.as_ref().map(|cut| (cut.at_seq, cut.keep_from, cut.estimate, cut.memory.clone())),
            context_limit: self.window,
            events,
        };
        Session::restore("s", self.settings.clone(), restored)
    }

    pub fn restart(&mut self) {
        self.session = self.restored();
        self.asked = None;
    }
}

/// What a model says of the work so far, other words each time.
fn prose_line(number: usize) -> String {
    prose(12, number as u64)
}
