//! Memory and tail within a target: where to cut, what to shorten, how much memory.
//!
//! The tail runs from the cut to the newest event without a gap. The cut is only made where no tool call is
//! separated from its result. When the tail does not fit, things go in this order: repeated outputs but the
//! last, the middle of old tool outputs, old tool outputs whole (a pointer stays), memory lines from the
//! lightest, the assistant's texts, and only then the user's.

mod tail;

use std::collections::HashSet;

use super::conversation::{MESSAGE_OVERHEAD, PART_OVERHEAD, Record};
use super::message::Format;
use super::message::write::{Treatments, Written};
use super::tokens;
use tail::Tail;

/// Share of a target that is left free, in percent: the token estimate of a single text can be off by that much.
const MARGIN_PERCENT: u32 = 5;
/// Steps by which texts are clipped when nothing else is left to give.
const TEXT_STEPS: [u32; 4] = [800, 300, 100, 30];
/// Tokens left over that are worth a second look at the memory.
const SPARE_TOKENS: u32 = 40;
/// Tokens of the memory message beyond the memory's own text.
const MEMORY_OVERHEAD: u32 = MESSAGE_OVERHEAD + PART_OVERHEAD;

/// How large what may be, in tokens by our own estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The whole answer.
    pub target: u32,
    /// Newest events that are wanted word for word.
    pub keep_recent: u32,
    /// Largest memory.
    pub memory: u32,
    /// The caller named the target: use all of it instead of only what is needed.
    pub fill: bool,
}

/// The live context.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a> {
    /// Its events, oldest first.
    pub records: &'a [Record],
    /// How many of them, at the start, are the system messages that the conversation began with.
    pub system: usize,
    /// Calls waiting for a result.
    pub open: &'a HashSet<String>,
    /// Calls given up because the user spoke before a result came.
    pub abandoned: &'a HashSet<String>,
}

/// The shape of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Native messages.
    Messages(Format),
    /// One text.
    Markdown,
    /// One text for a new session of the agent, without what system and harness write there anyway.
    Handover,
}

/// A compaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compaction {
    /// The answer.
    pub written: Written,
    /// Number of the first event of the tail; one past the newest where the memory covers all.
    pub keep_from: u64,
    /// The memory message's text.
    pub memory: String,
    /// Tool outputs left out, and what they would have cost.
    pub masked: Vec<(u64, u32)>,
    /// How the tail is shortened.
    pub treatments: Treatments,
    /// What the caller should know.
    pub warnings: Vec<String>,
}

/// The target is below what must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the target of {target} tokens is too small: the open tool calls alone need {needed}")]
pub struct TooSmall {
    /// What was asked for.
    pub target: u32,
    /// What is needed.
    pub needed: u32,
}

/// What may be used of a target.
pub fn margin(target: u32) -> u32 {
    target - target / 100 * MARGIN_PERCENT
}

/// Builds the answer. `memory(budget, tail_from)` renders the memory within a budget for a tail that begins at
/// that event.
pub fn compact(
    live: Live,
    shape: Shape,
    limits: Limits,
    memory: &dyn Fn(u32, u64) -> String,
) -> Result<Compaction, TooSmall> {
    let target = margin(limits.target);
    let mut warnings = Vec::new();
    let system = live.system;
    let mut head: &[Record] = &live.records[..system];
    let mut system_tokens: u32 = head.iter().map(|record| record.tokens).sum();
    if system_tokens > target / 2 {
        warnings.push(format!(
            "the system message ({system_tokens} tokens) does not fit the target and is left out: keep your own copy"
        ));
        (head, system_tokens) = (&[], 0);
    }
    let room = target.saturating_sub(system_tokens);
    let share = limits.memory.min(room - tail_share(room));
    // Where the target is to be used, the tail also gets what the memory has no use for.
    let reserved = if limits.fill { tokens::estimate(&memory(share, u64::MAX)).min(share) } else { share };
    let left = room.saturating_sub(reserved + MEMORY_OVERHEAD);
    let wanted = if limits.fill { left } else { limits.keep_recent.min(left) };
    let mut tail = Tail::select(live, system, wanted, limits.keep_recent);
    tail.shorten_results(left);
    // The assistant's longest texts go before the memory loses its better half.
    let mut steps = TEXT_STEPS.iter();
    while tail.write(shape, head, None, live.open).tokens + reserved / 2 + MEMORY_OVERHEAD > target
        && let Some(&step) = steps.next()
    {
        tail.treatments.assistant_clip = Some(step);
    }
    let beside = tail.write(shape, head, None, live.open).tokens + MEMORY_OVERHEAD;
    let most = if limits.fill { limits.memory } else { share };
    let mut budget = most.min(target.saturating_sub(beside));
    let mut steps = TEXT_STEPS.iter();
    let mut fitting: Option<Compaction> = None;
    loop {
        let text = memory(budget, tail.keep_from());
        let written = tail.write(shape, head, Some(&text), live.open);
        if written.tokens <= target {
            let spare = target - written.tokens;
            let (keep_from, masked) = (tail.keep_from(), tail.masked());
            let grown = fitting.is_some();
            let treatments = tail.treatments.clone();
            fitting =
                Some(Compaction { written, keep_from, memory: text, masked, treatments, warnings: warnings.clone() });
            if !limits.fill || grown || spare < SPARE_TOKENS || budget + spare > most {
                break;
            }
            // A memory rarely uses its whole budget: once, it gets what is left over.
            budget += spare;
        } else if fitting.is_some() {
            break;
        } else if budget > 0 {
            budget = budget.saturating_sub(written.tokens - target + 8);
        } else if let Some(&step) = steps.next() {
            tail.treatments.user_clip = Some(step);
        } else if live.open.is_empty() && !tail.records.is_empty() {
            tail = Tail::empty(live);
            budget = most.min(room);
        } else {
            return Err(TooSmall { target: limits.target, needed: written.tokens });
        }
    }
    fitting.ok_or(TooSmall { target: limits.target, needed: beside })
}

/// What the tail gets of a room of this size: a quarter of a small one, where facts say more than words, half of a large one.
fn tail_share(room: u32) -> u32 {
    let percent = 25 + room.saturating_sub(4_000) / 480;
    room / 100 * percent.min(50)
}
