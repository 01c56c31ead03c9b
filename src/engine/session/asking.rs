//! Asking a model for the prose of the memory, and what becomes of its answer. The embedded backend goes on meanwhile:
//! an answer only ever replaces prose, and only that which it was made from.

use std::collections::HashSet;

use super::Session;
use crate::engine::conversation::Role;
use crate::engine::effect::{Ask, Effect};
use crate::engine::event::{Agent, Origin, Written};
use crate::engine::extract::Prose;
use crate::engine::message::write::{Request, TailEvent, Treatments, write_messages};

/// Tokens of the facts that a model is shown beside the events.
const FACTS: u32 = 6_000;

impl Session {
    /// Asks for a memory of everything so far. The very first one is not waited for: the embedded backend writes it too.
    pub(super) fn ask(&mut self, now: i64, origin: Origin) -> Vec<Effect> {
        let mut effects = if self.memory.is_none() { self.embedded(now, origin) } else { Vec::new() };
        self.schedule.reset();
        self.read_up();
        self.asked = true;
        let mut kept = self.extractor.facts(FACTS);
        for (section, line) in self.edits.own() {
            kept.push(section, line, f32::INFINITY);
        }
        effects.push(Effect::Ask(Box::new(Ask {
            base: self.prose.as_ref().map_or(0, |prose| prose.through),
            through: self.last_seq,
            origin,
            prose: self.prose.as_ref().map(|prose| prose.document.clone()),
            kept,
            instructions: self.instructions.clone(),
            removed: self.edits.removed(),
            budget: (self.settings.memory_tokens, self.settings.section_tokens),
            agent: self.agent_request(),
        })));
        effects
    }

    /// The agent's own request as it would be now. `None` where it is not known to the letter: after a compaction, with a
    /// secret taken out of it, or while a call is open.
    fn agent_request(&self) -> Option<(Box<Agent>, i64)> {
        let agent = self.agent.as_ref()?;
        let changed = self.live.iter().any(|record| record.raw.contains("[redacted:"));
        if self.live.first().is_none_or(|record| record.seq != 1)
            || self.head.is_some()
            || changed
            || !self.open.is_empty()
        {
            return None;
        }
        let used = self.live.iter().rev().find(|record| record.role == Role::Assistant)?.at;
        let (open, treatments) = (HashSet::new(), Treatments::default());
        let written = write_messages(&Request {
            format: self.format(),
            memory: None,
            events: self.live.iter().map(|record| TailEvent { seq: record.seq, raw: &record.raw }).collect(),
            head: 0,
            treatments: &treatments,
            open: &open,
        });
        let mut agent = agent.clone();
        agent.tokens += self.calibration.scale(u64::from(written.tokens));
        agent.context.messages = written.messages;
        Some((agent, used))
    }

    /// Takes over what a model wrote, unless the prose it started from is another one by now.
    pub(super) fn written(&mut self, now: i64, written: Written) -> Vec<Effect> {
        self.asked = false;
        let base = self.prose.as_ref().map_or(0, |prose| prose.through);
        if base != written.base || written.through > self.last_seq || written.through <= base {
            return self.embedded(now, written.origin);
        }
        self.unprepare();
        self.read_up();
        self.prose = Some(Prose { document: written.prose, through: written.through });
        let document = self.document();
        self.revise(now, written.origin, "model", written.through, &document).into_iter().collect()
    }

    /// No model wrote: the embedded backend does.
    pub(super) fn unwritten(&mut self, now: i64, origin: Origin) -> Vec<Effect> {
        self.asked = false;
        self.embedded(now, origin)
    }
}
