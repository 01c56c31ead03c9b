//! A session out of the store: what was saved of it, its newest memory, its last compaction, and the events since.

use serde::{Deserialize, Serialize};

use super::{Memory, Session};
use crate::engine::conversation::Role;
use crate::engine::edits::Edits;
use crate::engine::event::Stored;
use crate::engine::extract::{Extractor, Prose};
use crate::engine::message::Format;
use crate::engine::schedule::Schedule;
use crate::engine::settings::Settings;
use crate::engine::tokens::Calibration;

/// What cannot be had from the live context alone. Written now and then; the events after it are read again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    extractor: Extractor,
    #[serde(default)]
    prose: Option<Prose>,
    calibration: Calibration,
    openai: Option<bool>,
    title: Option<String>,
    instructions: Vec<String>,
}

/// How the provider counts, out of a saved state, without reading the rest of it.
pub fn saved_calibration(state: &[u8]) -> Option<Calibration> {
    #[derive(Deserialize)]
    struct Part {
        calibration: Calibration,
    }
    serde_json::from_slice::<Part>(state).ok().map(|part| part.calibration)
}

/// Everything that the store knows of a session.
#[derive(Debug, Default)]
pub struct Restored {
    /// The saved part and the newest event it knows.
    pub saved: Option<(Saved, u64)>,
    /// The user's layer.
    pub edits: Edits,
    /// The newest version of the memory.
    pub memory: Option<Memory>,
    /// The last compaction: newest event at that time, first event of the tail, estimate, memory message.
    pub cut: Option<(u64, u64, u64, String)>,
    /// The model's window.
    pub context_limit: Option<u64>,
    /// Leading system messages, then all events from the tail or from the saved part on, whichever is earlier.
    pub events: Vec<Stored>,
}

impl Session {
    /// What is to be saved, and the newest event it knows.
    pub fn saved(&mut self) -> (Saved, u64) {
        self.read_up();
        let saved = Saved {
            extractor: self.extractor.clone(),
            prose: self.prose.clone(),
            calibration: self.calibration.clone(),
            openai: self.format.map(|format| format == Format::OpenAi),
            title: self.title.clone(),
            instructions: self.instructions.clone(),
        };
        (saved, self.last_seq)
    }

    /// Loads a session. Usage reports and facts that the saved part knows are not learned twice.
    pub fn restore(id: impl Into<String>, settings: Settings, restored: Restored) -> Session {
        let mut session = Session::new(id, settings);
        session.context_limit = restored.context_limit.unwrap_or(super::DEFAULT_CONTEXT_LIMIT);
        let (at_seq, keep_from, estimate, memory) = restored.cut.unwrap_or((0, 0, 0, String::new()));
        session.head = Some(memory).filter(|memory| !memory.is_empty());
        let mut known = 0;
        if let Some((saved, seq)) = restored.saved {
            known = seq;
            session.extractor = saved.extractor;
            session.prose = saved.prose;
            session.calibration = saved.calibration;
            session.format = saved.openai.map(|openai| if openai { Format::OpenAi } else { Format::Anthropic });
            session.title = saved.title;
            session.instructions = saved.instructions;
        }
        session.edits = restored.edits;
        let covered = restored.memory.as_ref().map_or(0, |memory| memory.covered_through).max(at_seq);
        session.memory = restored.memory;
        // Up to the compaction the events are already counted in its estimate.
        session.estimate = estimate;
        // The system messages that the conversation began with: the first events, one after the other.
        let mut head = 0;
        for stored in restored.events {
            let seq = stored.seq();
            let is_head =
                seq == head + 1 && matches!(&stored, Stored::Turn { record, .. } if record.role == Role::System);
            head += u64::from(is_head);
            let before = (session.estimate, session.schedule);
            // A report about a context that is gone says nothing about the present one.
            let outdated = matches!(stored, Stored::Usage { .. }) && seq <= at_seq;
            session.observe_restored(stored, seq > known && !outdated, is_head || seq >= keep_from);
            if at_seq > 0 && seq <= at_seq {
                session.estimate = before.0;
            }
            if seq <= covered {
                session.schedule = before.1;
            }
        }
        session.relearn_calls();
        if covered > 0 && session.last_seq <= covered {
            session.schedule = Schedule::default();
        }
        session.pressure_change();
        session
    }

    fn observe_restored(&mut self, stored: Stored, learn: bool, live: bool) {
        match stored {
            stored if learn => {
                let turn = matches!(stored, Stored::Turn { .. });
                self.observe(stored);
                if turn && !live {
                    self.live.pop();
                }
            }
            Stored::Usage { seq, .. } => self.last_seq = self.last_seq.max(seq),
            Stored::Turn { mut record, turn, .. } => {
                self.last_seq = self.last_seq.max(record.seq);
                if live {
                    self.name_old_functions(&mut record, &turn);
                    self.track_calls(&record, &turn);
                    self.estimate += u64::from(record.tokens);
                    self.schedule.observe(record.tokens, record.results.len());
                    self.keep(record);
                }
            }
        }
    }
}
