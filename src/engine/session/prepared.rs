//! An answer that is ready, and how it goes on with the conversation until it is built anew.
//!
//! To build an answer takes milliseconds. What is asked for right after an event must not wait for that: the new
//! event is put behind the answer that was ready before it. The memory in it then stands for the events up to that
//! point, and the tail reaches to the newest one.

use std::collections::HashSet;
use std::sync::Arc;

use super::Session;
use crate::engine::compact::{Compaction, margin};
use crate::engine::conversation::{Record, Role};
use crate::engine::effect::{CompactAnswer, Revision};
use crate::engine::event::CompactRequest;
use crate::engine::message::Format;
use crate::engine::message::write::{Request, TailEvent, Treatments, Written, write_messages};

/// Messages of the assistant that are tried as the place from which an answer is written on.
const TRIED: usize = 3;

/// An answer that is ready.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    /// What it answers, applied or not.
    pub request: CompactRequest,
    pub answer: Arc<CompactAnswer>,
    /// What is left to do when it is applied; `None` once that is done, or where nothing is gained.
    pub plan: Option<Plan>,
    /// The newest event that stands in it.
    pub through: u64,
    /// It went on from an older answer.
    pub extended: bool,
    /// From where it can be written on.
    pub stub: Option<Stub>,
}

#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub keep_from: u64,
    pub memory: String,
    pub estimate: u64,
    /// The version of the memory that goes with it, where it reads differently from the newest.
    pub revision: Option<Box<Revision>>,
    /// What the memory can be explained by.
    pub sources: Option<String>,
}

/// The beginning of an answer, which no later event changes: all before one of the assistant's last messages.
#[derive(Clone, Debug)]
pub(super) struct Stub {
    /// Its length in the answer's JSON.
    bytes: usize,
    tokens: u32,
    /// First event behind it.
    from: u64,
    treatments: Treatments,
    format: Format,
}

fn write(live: &[Record], treatments: &Treatments, format: Format, open: &HashSet<String>) -> Written {
    let events = live.iter().map(|record| TailEvent { seq: record.seq, raw: &record.raw }).collect();
    write_messages(&Request { format, memory: None, events, head: 0, treatments, open })
}

/// Whether every result here answers a call that is made here too.
fn is_closed(records: &[Record]) -> bool {
    let calls: HashSet<&str> = records.iter().flat_map(|record| &record.calls).map(String::as_str).collect();
    records.iter().flat_map(|record| &record.results).all(|result| calls.contains(result.as_str()))
}

impl Stub {
    /// The longest beginning of an answer that stays as it is.
    pub fn of(compaction: &Compaction, live: &[Record], open: &HashSet<String>, format: Format) -> Option<Stub> {
        let tail = live.get(live.partition_point(|record| record.seq < compaction.keep_from)..)?;
        let treatments = compaction.treatments.clone();
        // Of the array stands its bracket.
        Stub { bytes: 1, tokens: 0, from: compaction.keep_from, treatments, format }.moved_on(
            tail,
            &compaction.written,
            open,
        )
    }

    /// A longer beginning: behind it stand the same messages as when the events from there on are written alone.
    /// `written` is what stands behind this one, and ends with the events of `tail`.
    fn moved_on(&self, tail: &[Record], written: &Written, open: &HashSet<String>) -> Option<Stub> {
        let speaks = |at: &usize| {
            let role = |at: usize| tail.get(at).map(|record| record.role);
            role(*at) == Some(Role::Assistant) && at.checked_sub(1).and_then(role) != Some(Role::Assistant)
        };
        (0..tail.len()).rev().filter(speaks).take(TRIED).find_map(|at| {
            let (before, behind) = tail.split_at_checked(at)?;
            if before.iter().flat_map(|record| &record.calls).any(|call| open.contains(call)) || !is_closed(behind) {
                return None;
            }
            let alone = write(behind, &self.treatments, self.format, open);
            let stays =
                written.messages.strip_suffix(alone.messages.as_slice()).filter(|_| !alone.messages.is_empty())?;
            // Behind each message stands a comma.
            let bytes = self.bytes + stays.iter().map(|message| message.len() + 1).sum::<usize>();
            let tokens = self.tokens + written.tokens.checked_sub(alone.tokens)?;
            Some(Stub { bytes, tokens, from: behind.first()?.seq, ..self.clone() })
        })
    }
}

impl Session {
    /// What was prepared is about a state that is gone.
    pub(super) fn unprepare(&mut self) {
        self.prepared = None;
        self.next = None;
    }

    /// An event came: what was prepared can only be gone on from.
    pub(super) fn outdate(&mut self) {
        let newest = self.next.take().or_else(|| self.prepared.take());
        // An answer that was applied, or that gained nothing, is about a context that is another one now.
        self.prepared = newest.filter(|prepared| prepared.plan.is_some());
    }

    /// Builds the answer that will probably be asked for next. One that went on from an older one and was given stays
    /// until an event comes, so that the same request gives the same answer; then the new one takes its place.
    pub(super) fn prepare(&mut self, now: i64) {
        self.past = (Vec::new(), HashSet::new());
        let current = self.prepared.as_ref().filter(|prepared| prepared.through == self.last_seq);
        let due = current.is_none_or(|prepared| prepared.extended && prepared.plan.is_some() && self.next.is_none());
        if !due || self.last_seq == 0 {
            return;
        }
        let keep = current.is_some();
        let usual = CompactRequest { target: None, shape: None, apply: true, instructions: None, passages: Vec::new() };
        let built = Some(self.prepared_for(now, usual));
        if keep { self.next = built } else { self.prepared = built }
    }

    /// An older answer with what has come since behind it; `None` where that does not fit, or would not be valid.
    pub(super) fn extended(&self, older: &Prepared) -> Option<Prepared> {
        let (stub, plan) = (older.stub.as_ref()?, older.plan.as_ref()?);
        let behind = self.live.get(self.live.partition_point(|record| record.seq < stub.from)..)?;
        if !is_closed(behind) {
            return None;
        }
        let open = self.open_calls();
        let written = write(behind, &stub.treatments, stub.format, &open);
        let tokens = stub.tokens + written.tokens;
        if tokens > margin(self.target(&older.request)) || u64::from(tokens) >= self.estimate {
            return None;
        }
        let mut messages = older.answer.messages.get(..stub.bytes)?.to_owned();
        messages.push_str(&written.messages.join(","));
        messages.push(']');
        let new = behind.iter().filter(|record| record.seq > older.answer.covered_through);
        let behind_tokens = new.map(|record| u64::from(record.tokens)).sum();
        let answer = CompactAnswer {
            messages,
            behind_tokens: self.calibration.scale(behind_tokens),
            tokens_before: self.calibration.scale(self.estimate),
            tokens_after: self.calibration.scale(u64::from(tokens)),
            ..CompactAnswer::clone(&older.answer)
        };
        Some(Prepared {
            request: older.request.clone(),
            answer: Arc::new(answer),
            plan: Some(Plan { estimate: u64::from(tokens), ..plan.clone() }),
            through: self.last_seq,
            extended: true,
            stub: stub.moved_on(behind, &written, &open).or_else(|| Some(stub.clone())),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
