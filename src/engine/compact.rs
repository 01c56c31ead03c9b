//! Memory and tail within a target: where to cut, what to shorten, how much memory.
//!
//! The tail runs from the cut to the newest event without a gap. The cut is only made where no tool call is
//! separated from its result. When the tail does not fit, things go in this order: repeated outputs but the
//! last, the middle of old tool outputs, old tool outputs whole (a pointer stays), memory lines from the
//! lightest, the assistant's texts, and only then the user's.

use std::collections::{HashMap, HashSet};

use super::conversation::{MESSAGE_OVERHEAD, PART_OVERHEAD, Part, Record, Turn};
use super::message::Format;
use super::message::read::{Body, read_event};
use super::message::write::{
    Request, TailEvent, Treatment, Treatments, Written, mask_text, write_markdown, write_messages,
};
use super::tokens;

/// Size to which an old tool output is clipped before it is left out whole, in tokens. On real sessions, keeping the
/// head and the end of outputs at about this size and reaching further back for it keeps more of what the agent needs
/// next than whole outputs do.
pub const CLIP_TOKENS: u32 = 150;
/// The same for outputs that are JSON: their values are facts, which stand all over them.
const JSON_CLIP_TOKENS: u32 = 400;
/// Tokens of the mark that a clipped output carries.
const MARK_TOKENS: u32 = 15;
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

/// The size to which an output is clipped, the mark not counted.
fn clip_of(text: &str) -> u32 {
    if text.trim_start().starts_with(['{', '[']) { JSON_CLIP_TOKENS } else { CLIP_TOKENS }
}

/// The newest events, and how they are shortened.
struct Tail<'a> {
    records: &'a [Record],
    next_seq: u64,
    treatments: Treatments,
    /// Results of the tail, oldest first.
    results: Vec<ResultCost>,
    tokens: u32,
}

struct ResultCost {
    call: String,
    seq: u64,
    full: u32,
    cost: u32,
    /// The size it is clipped to, where it is.
    clip: u32,
    repeated: bool,
}

impl<'a> Tail<'a> {
    fn empty(live: Live<'a>) -> Tail<'a> {
        let next_seq = live.records.last().map_or(1, |record| record.seq + 1);
        Tail { records: &[], next_seq, treatments: Treatments::default(), results: Vec::new(), tokens: 0 }
    }

    /// Reaches back from the newest event as far as `budget` allows. The newest `verbatim` tokens are kept whole,
    /// older tool outputs are counted (and later written) clipped.
    fn select(live: Live<'a>, first: usize, budget: u32, keep_recent: u32) -> Tail<'a> {
        // Half of a tail that is too small for the newest events as a whole goes to older, clipped ones.
        let verbatim = if budget == keep_recent { budget } else { keep_recent.max(budget / 4).min(budget / 2) };
        let mut tail = Tail::empty(live);
        let place: HashMap<&str, usize> = live
            .records
            .iter()
            .enumerate()
            .flat_map(|(at, record)| record.calls.iter().map(move |call| (call.as_str(), at)))
            .collect();
        let mut needed: HashSet<&str> = live.open.iter().map(String::as_str).collect();
        let mut seen = HashSet::new();
        let (mut used, mut whole) = (0u32, 0u32);
        let mut chosen: Option<(usize, usize, u32)> = None;
        let mut found: Vec<Vec<ResultCost>> = Vec::new();
        for at in (first..live.records.len()).rev() {
            let record = &live.records[at];
            let Some(turn) = turn_of(record) else { continue };
            whole = whole.saturating_add(turn.tokens());
            let results = costs(record, &turn, live.records, &place, &mut seen, whole <= verbatim);
            let shortened: u32 = results.iter().map(|result| result.full - result.cost).sum();
            used = used.saturating_add(turn.tokens() - shortened);
            found.push(results);
            for call in &record.calls {
                needed.remove(call.as_str());
            }
            for call in &record.results {
                if place.get(call.as_str()).is_some_and(|&place| place < at) && !live.abandoned.contains(call) {
                    needed.insert(call);
                }
            }
            if used > budget && chosen.is_some() {
                break;
            }
            if needed.is_empty() {
                chosen = Some((at, found.len(), used));
                if used > budget {
                    break;
                }
            }
        }
        let Some((at, kept, used)) = chosen else { return tail };
        found.truncate(kept);
        tail.records = &live.records[at..];
        tail.results = found.into_iter().rev().flatten().collect();
        tail.tokens = used;
        for result in &tail.results {
            if result.cost < result.full {
                let treatment = if result.repeated { Treatment::Repeated } else { Treatment::Clip(result.clip) };
                tail.treatments.results.insert(result.call.clone(), treatment);
            }
        }
        tail
    }

    /// Shortens tool outputs, oldest first, until the tail costs no more than `budget`; true if anything changed.
    fn shorten_results(&mut self, budget: u32) -> bool {
        let mut changed = false;
        let clip: fn(&ResultCost) -> (Treatment, u32) =
            |result| (Treatment::Clip(result.clip), result.clip + MARK_TOKENS);
        let mask: fn(&ResultCost) -> (Treatment, u32) =
            |result| (Treatment::Mask, tokens::estimate(&mask_text(result.seq, result.full)));
        for shorten in [clip, mask] {
            for result in &mut self.results {
                if self.tokens <= budget {
                    return changed;
                }
                let (treatment, cost) = shorten(result);
                if cost < result.cost {
                    self.tokens = self.tokens.saturating_sub(result.cost - cost);
                    result.cost = cost;
                    self.treatments.results.insert(result.call.clone(), treatment);
                    changed = true;
                }
            }
        }
        changed
    }

    /// The messages: system messages of the head, the memory, the tail.
    fn write(&self, shape: Shape, head: &[Record], memory: Option<&str>, open: &HashSet<String>) -> Written {
        let events =
            head.iter().chain(self.records).map(|record| TailEvent { seq: record.seq, raw: &record.raw }).collect();
        let format = if let Shape::Messages(format) = shape { format } else { Format::Anthropic };
        let request = Request { format, memory, events, head: head.len(), treatments: &self.treatments, open };
        match shape {
            Shape::Messages(_) => write_messages(&request),
            Shape::Markdown => write_markdown(&request),
        }
    }

    fn keep_from(&self) -> u64 {
        self.records.first().map_or(self.next_seq, |record| record.seq)
    }

    fn masked(&self) -> Vec<(u64, u32)> {
        let left_out =
            |call: &str| matches!(self.treatments.results.get(call), Some(Treatment::Mask | Treatment::Repeated));
        self.results.iter().filter(|result| left_out(&result.call)).map(|result| (result.seq, result.full)).collect()
    }
}

fn turn_of(record: &Record) -> Option<Turn> {
    match read_event(&record.raw).ok()?.body {
        Body::Turn(turn) => Some(turn),
        Body::Usage(_) => None,
    }
}

/// What each result of a record costs in the tail.
fn costs(
    record: &Record,
    turn: &Turn,
    records: &[Record],
    place: &HashMap<&str, usize>,
    seen: &mut HashSet<String>,
    verbatim: bool,
) -> Vec<ResultCost> {
    let mut costs = Vec::new();
    for part in &turn.parts {
        let Part::Result { call, text, .. } = part else { continue };
        let full = tokens::estimate(text);
        let mut result =
            ResultCost { call: call.clone(), seq: record.seq, full, cost: full, clip: clip_of(text), repeated: false };
        // Going backwards, a call that was already met stands again further down.
        let again = place
            .get(call.as_str())
            .and_then(|&at| reading_call(&records[at], call))
            .is_some_and(|key| !seen.insert(key));
        let (cost, repeated) = if again { (20, true) } else { (result.clip + MARK_TOKENS, false) };
        if (again || !verbatim) && cost < full {
            result.cost = cost;
            result.repeated = repeated;
        }
        costs.push(result);
    }
    costs
}

/// Name and input of a call that reads a file, as one key; `None` for calls whose answer can differ each time.
fn reading_call(record: &Record, call: &str) -> Option<String> {
    let turn = turn_of(record)?;
    turn.parts.iter().find_map(|part| match part {
        Part::Call { id, name, input } if id == call => {
            let object = input.as_object()?;
            let reads =
                ["file_path", "path", "filePath", "filename", "file"].iter().any(|key| object.contains_key(*key));
            let writes = ["content", "new_string", "new_str", "file_text", "patch", "edits", "insert_text"]
                .iter()
                .any(|key| object.contains_key(*key));
            (reads && !writes).then(|| format!("{name}\n{input}"))
        }
        _ => None,
    })
}
