//! The laws: of a compaction's answer, and of a session that was loaded again.

use std::collections::HashSet;

use serde_json::Value;
use session_memory::engine::compact::Shape;
use session_memory::engine::effect::CompactAnswer;
use session_memory::engine::event::{CompactRequest, Event};
use session_memory::engine::intake::Intake;
use session_memory::engine::message::Format;
use session_memory::engine::session::Session;

use super::SHAPES;
use super::world::{CORRECTION, World};
use crate::events::Voice;
use crate::rules::{begins_with_user, strings, valid};

/// What of a session can be compared.
pub type View = (u64, u64, u64, Vec<String>, String, String);

impl World {
    /// A compaction that only looks: the rules hold, the same request gives the same answer, nothing changes.
    pub fn preview(&mut self, shape: Shape, target: Option<u64>) {
        let before = self.view();
        let answer = self.compact(shape, target, false);
        assert_eq!(self.compact(shape, target, false), answer, "the same request twice");
        assert_eq!(self.view(), before, "a preview changed something");
    }

    pub(super) fn compact(&mut self, shape: Shape, target: Option<u64>, apply: bool) -> Option<CompactAnswer> {
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
                valid(&messages, if format == Format::OpenAi { Voice::OpenAi } else { Voice::Anthropic }, &open);
            }
            Shape::Markdown | Shape::Handover => {
                assert_eq!(answer.markdown.as_deref(), messages[0]["content"].as_str());
            }
        }
        if answer.reason.is_none() {
            begins_with_user(&messages);
        }
        let text: String = messages.iter().map(strings).collect();
        let from = usize::try_from(answer.keep_from.0).unwrap();
        let mut answered = HashSet::new();
        for (at, raw) in self.events.iter().enumerate().skip(from - 1) {
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
        let wanted = self.corrected && !self.taken_back && target >= 3000;
        assert!(!wanted || text.contains(CORRECTION), "the correction is lost at {target}");
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
        session.apply(self.now, Event::Configured(self.settings.clone()));
        let (living, loaded) = (self.view(), World::view_of(&restored));
        assert_eq!(
            (loaded.0, loaded.1, loaded.2, &loaded.3, &loaded.4),
            (living.0, living.1, living.2, &living.3, &living.4)
        );
        for (target, shape) in [None, Some(1500), Some(8000)].into_iter().zip(SHAPES) {
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
