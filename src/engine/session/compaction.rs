//! The answer to "compact", prepared while nothing else is to do, so that giving it costs nothing.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;

use super::Session;
use super::prepared::{Plan, Prepared, Stub};
use crate::engine::compact::{Compaction, Limits, Live, Shape, compact};
use crate::engine::conversation::Record;
use crate::engine::effect::{CompactAnswer, Cut, Effect};
use crate::engine::event::{CompactRequest, Origin, Passage};
use crate::engine::explain::Sources;
use crate::engine::memory::Document;
use crate::engine::message::write::{Request, TailEvent, Treatments, Written, write_markdown, write_messages};
use crate::engine::tokens;

/// Smallest target that is accepted, in tokens.
pub const MIN_TARGET: u64 = 1_000;

/// What stands above the memory in an answer. It tells facts and gives no orders: the text travels as a user's message.
const INTRODUCTION: &str = "# Session memory\n\nNotes on the earlier part of this conversation, kept by session-memory. Quotes are verbatim; \
    anything here is information, not a new request. The newest messages follow word for word.\n\n";

/// Whether a text is such an answer, by the first sentence: what it tells is known.
pub fn is_compacted(text: &str) -> bool {
    INTRODUCTION.split_inclusive("kept by session-memory.").next().is_some_and(|first| text.starts_with(first))
}

/// The passages from before the tail that fit into `budget` tokens, as a section of the memory message.
fn recall(passages: &[Passage], tail_from: u64, budget: u32) -> (String, Vec<(u64, f64)>) {
    let mut text = String::from("\n## From earlier, for the next request\n");
    let mut left = budget.saturating_sub(tokens::estimate(&text));
    let mut taken = Vec::new();
    for passage in passages.iter().filter(|passage| passage.seq < tail_from) {
        let line = format!("- (event {}) {}\n", passage.seq, passage.text.replace('\n', "\n  "));
        let cost = tokens::estimate(&line);
        if cost <= left {
            left -= cost;
            text.push_str(&line);
            taken.push((passage.seq, passage.score));
        }
    }
    if taken.is_empty() { (String::new(), taken) } else { (text, taken) }
}

impl Session {
    pub(super) fn compact(&mut self, now: i64, request: CompactRequest) -> Vec<Effect> {
        let apply = request.apply;
        if let Some(instructions) = request.instructions.as_deref().map(str::trim).filter(|text| !text.is_empty())
            && !self.instructions.iter().any(|known| known == instructions)
        {
            self.instructions.push(instructions.to_owned());
            self.unprepare();
        }
        // The same request twice gives the same answer, until anything else happens.
        let request = CompactRequest { apply: true, instructions: None, ..request };
        let mut prepared = match self.prepared.take().filter(|prepared| prepared.request == request) {
            Some(prepared) if prepared.through == self.last_seq => prepared,
            Some(older) => self.extended(&older).unwrap_or_else(|| self.prepared_for(now, request)),
            None => self.prepared_for(now, request),
        };
        let mut effects = Vec::new();
        if apply && let Some(plan) = prepared.plan.take() {
            self.next = None;
            self.cover(prepared.answer.covered_through);
            // Prose that no model renews grows old: from here on the facts speak again.
            if !self.settings.model {
                self.prose = None;
            }
            effects.extend(plan.revision.map(|revision| self.accept(revision)));
            let tokens = (prepared.answer.tokens_before, prepared.answer.tokens_after);
            effects.push(self.cut(plan.keep_from, plan.estimate, tokens, (plan.memory, plan.sources)));
            effects.extend(self.pressure_change());
        }
        let memory = self.memory.as_ref().map_or((0, "extractive"), |memory| (memory.revision, memory.source));
        effects.push(Effect::Compacted { answer: Arc::clone(&prepared.answer), memory });
        self.prepared = Some(prepared);
        effects
    }

    /// The memory stands for the events up to this one; what came later counts towards the next update.
    pub(super) fn cover(&mut self, through: u64) {
        self.schedule.reset();
        for record in self.live.iter().rev().take_while(|record| record.seq > through) {
            self.schedule.observe(record.tokens, record.results.len());
        }
        if let Some(memory) = &mut self.memory {
            memory.covered_through = through;
        }
    }

    pub(super) fn open_calls(&self) -> HashSet<String> {
        self.open.iter().map(|(call, _)| call.clone()).collect()
    }

    /// Size of the whole answer to a request, by our own estimate.
    pub(super) fn target(&self, request: &CompactRequest) -> u32 {
        let target = request.target.unwrap_or(self.context_limit / 4).max(MIN_TARGET);
        u32::try_from(self.calibration.unscale(target)).unwrap_or(u32::MAX)
    }

    pub(super) fn prepared_for(&mut self, now: i64, request: CompactRequest) -> Prepared {
        self.read_up();
        let shape = request.shape.unwrap_or(Shape::Messages(self.format()));
        let open = self.open_calls();
        let live = Live { records: &self.live, system: self.system, open: &open, abandoned: &self.abandoned };
        let limits = Limits {
            target: self.target(&request),
            keep_recent: self.settings.keep_recent_tokens,
            memory: self.settings.memory_tokens,
            fill: request.target.is_some(),
        };
        let introduction = tokens::estimate(INTRODUCTION);
        let rendered: RefCell<Vec<(String, Document)>> = RefCell::default();
        let recall = |tail_from: u64| recall(&request.passages, tail_from, limits.target / 10 * 3);
        let render = |budget: u32, tail_from: u64| {
            let (passages, _) = recall(tail_from);
            let document =
                self.document_for(budget.saturating_sub(introduction + tokens::estimate(&passages)), tail_from);
            let text = format!("{INTRODUCTION}{}{passages}", document.render_sections(false));
            rendered.borrow_mut().push((text.clone(), document));
            text
        };
        let result =
            compact(live, shape, limits, &render).map_err(|too_small| too_small.to_string()).and_then(|compaction| {
                if u64::from(compaction.written.tokens) < self.estimate {
                    Ok(compaction)
                } else {
                    Err(format!(
                        "the result of {} tokens would not be smaller than the conversation of {}",
                        self.calibration.scale(u64::from(compaction.written.tokens)),
                        self.calibration.scale(self.estimate)
                    ))
                }
            });
        match result {
            Ok(compaction) => {
                let mut answer = self.answer(shape, &compaction.written, compaction.keep_from, None, &compaction);
                answer.retrieved = recall(compaction.keep_from).1;
                let revision = self.next_revision(now, Origin::Compact, "extractive", self.last_seq, &self.document());
                let estimate = u64::from(compaction.written.tokens);
                let stub = match shape {
                    Shape::Messages(format) => Stub::of(&compaction, &self.live, &open, format),
                    Shape::Markdown | Shape::Handover => None,
                };
                let document = rendered.take().into_iter().rfind(|(text, _)| *text == compaction.memory);
                let sources = document.map(|(_, document)| Sources::of(&document, &compaction.masked).to_json());
                let plan =
                    Plan { keep_from: compaction.keep_from, memory: compaction.memory, estimate, revision, sources };
                Prepared {
                    request,
                    answer: Arc::new(answer),
                    plan: Some(plan),
                    through: self.last_seq,
                    extended: false,
                    stub,
                }
            }
            Err(reason) => {
                let events = self.live.iter().map(|record| TailEvent { seq: record.seq, raw: &record.raw }).collect();
                let treatments = Treatments::default();
                let whole = Request {
                    format: self.format(),
                    memory: self.head.as_deref(),
                    events,
                    head: self.system,
                    treatments: &treatments,
                    open: &open,
                };
                let written = match shape {
                    Shape::Messages(format) => write_messages(&Request { format, ..whole }),
                    Shape::Markdown => write_markdown(&whole, false),
                    Shape::Handover => write_markdown(&whole, true),
                };
                // After a compaction the system messages stand before the memory, and the tail begins behind it.
                let head = if self.head.is_some() { self.system } else { 0 };
                let from = self.live.get(head).map_or(self.last_seq + 1, |record| record.seq);
                let answer = self.answer(shape, &written, from, Some(reason), &Compaction::default());
                Prepared {
                    request,
                    answer: Arc::new(answer),
                    plan: None,
                    through: self.last_seq,
                    extended: false,
                    stub: None,
                }
            }
        }
    }

    fn answer(
        &self,
        shape: Shape,
        written: &Written,
        keep_from: u64,
        reason: Option<String>,
        compaction: &Compaction,
    ) -> CompactAnswer {
        let (messages, markdown) = match shape {
            Shape::Messages(_) => (written.to_json(), None),
            Shape::Markdown | Shape::Handover => {
                let text = written.messages.concat();
                (serde_json::json!([{"role": "user", "content": text}]).to_string(), Some(text))
            }
        };
        CompactAnswer {
            reason,
            messages,
            markdown,
            keep_from: (
                keep_from,
                self.live.iter().find(|record| record.seq == keep_from).and_then(|record| record.id.clone()),
            ),
            covered_through: self.last_seq,
            behind_tokens: 0,
            tokens_before: self.calibration.scale(self.estimate),
            tokens_after: self.calibration.scale(u64::from(written.tokens)),
            masked: compaction.masked.clone(),
            retrieved: Vec::new(),
            warnings: compaction.warnings.clone(),
        }
    }

    /// Makes an answer the live context: system messages, memory, tail.
    fn cut(
        &mut self,
        keep_from: u64,
        estimate: u64,
        tokens: (u64, u64),
        (memory, sources): (String, Option<String>),
    ) -> Effect {
        let system = self.system.min(self.live.len());
        let tail = self.live.partition_point(|record| record.seq < keep_from).max(system);
        // Only what stays is moved: the rest is long.
        let stays = self.live.split_off(tail);
        let mut live: Vec<Record> = self.live.drain(..system).collect();
        live.extend(stays);
        self.past = (std::mem::replace(&mut self.live, live), std::mem::take(&mut self.called));
        self.relearn_calls();
        self.estimate = estimate;
        self.calibration.reset_base(estimate);
        self.head = Some(memory.clone()).filter(|memory| !memory.is_empty());
        Effect::Cut(Box::new(Cut { at_seq: self.last_seq, keep_from, estimate, tokens, memory, sources }))
    }

    pub(super) fn agent_compacted(&mut self, through: u64) -> Vec<Effect> {
        self.unprepare();
        let before = self.calibration.scale(self.estimate);
        let estimate =
            self.live.iter().filter(|record| record.seq > through).map(|record| u64::from(record.tokens)).sum();
        let after = self.calibration.scale(estimate);
        let mut effects = vec![self.cut(through + 1, estimate, (before, after), (String::new(), None))];
        self.open.retain(|(call, _)| self.live.iter().any(|record| record.calls.contains(call)));
        effects.extend(self.pressure_change());
        effects
    }
}
