//! The newest events word for word: how far back they reach, and how their tool outputs are shortened.

use std::collections::{HashMap, HashSet};

use super::{Live, Shape};
use crate::engine::conversation::{Part, Record, Turn};
use crate::engine::message::Format;
use crate::engine::message::read::{Body, read_event};
use crate::engine::message::write::{
    Request, TailEvent, Treatment, Treatments, Written, mask_text, write_markdown, write_messages,
};
use crate::engine::tokens;

/// Size to which an old tool output is clipped before it is left out whole, in tokens. On real sessions, keeping the
/// head and the end of outputs at about this size and reaching further back for it keeps more of what the agent needs
/// next than whole outputs do.
const CLIP_TOKENS: u32 = 150;
/// The same for outputs that are JSON: their values are facts, which stand all over them.
const JSON_CLIP_TOKENS: u32 = 400;
/// Tokens of the mark that a clipped output carries.
const MARK_TOKENS: u32 = 15;

/// The size to which an output is clipped, the mark not counted.
fn clip_of(text: &str) -> u32 {
    if text.trim_start().starts_with(['{', '[']) { JSON_CLIP_TOKENS } else { CLIP_TOKENS }
}

/// The newest events, and how they are shortened.
pub struct Tail<'a> {
    pub records: &'a [Record],
    next_seq: u64,
    pub treatments: Treatments,
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
    pub fn empty(live: Live<'a>) -> Tail<'a> {
        let next_seq = live.records.last().map_or(1, |record| record.seq + 1);
        Tail { records: &[], next_seq, treatments: Treatments::default(), results: Vec::new(), tokens: 0 }
    }

    /// Reaches back from the newest event as far as `budget` allows. The newest `verbatim` tokens are kept whole,
    /// older tool outputs are counted (and later written) clipped.
    pub fn select(live: Live<'a>, first: usize, budget: u32, keep_recent: u32) -> Tail<'a> {
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
    pub fn shorten_results(&mut self, budget: u32) -> bool {
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
    pub fn write(&self, shape: Shape, head: &[Record], memory: Option<&str>, open: &HashSet<String>) -> Written {
        let events =
            head.iter().chain(self.records).map(|record| TailEvent { seq: record.seq, raw: &record.raw }).collect();
        let format = if let Shape::Messages(format) = shape { format } else { Format::Anthropic };
        let request = Request { format, memory, events, head: head.len(), treatments: &self.treatments, open };
        match shape {
            Shape::Messages(_) => write_messages(&request),
            Shape::Markdown => write_markdown(&request, false),
            Shape::Handover => write_markdown(&request, true),
        }
    }

    pub fn keep_from(&self) -> u64 {
        self.records.first().map_or(self.next_seq, |record| record.seq)
    }

    pub fn masked(&self) -> Vec<(u64, u32)> {
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
