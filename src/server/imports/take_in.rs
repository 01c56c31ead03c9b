//! What the main loop does with a part of a transcript: events are stored like those of `append`, and what the agent
//! or its user undid is undone.

use std::path::Path;

use super::batch::{Batch, Step};
use crate::engine::event::Event;
use crate::engine::intake::Intake;
use crate::server::main_loop::{Core, now, refused};
use crate::server::requests::Given;
use crate::wire::protocol::RequestError;

impl Core {
    /// Takes in a part of a transcript.
    pub(in crate::server) fn imported(&mut self, mut batch: Batch) {
        let steps = std::mem::take(&mut batch.steps);
        let result = self.take_in_batch(&batch, steps);
        if result.is_ok() {
            self.changed(&batch.root, &batch.session_id);
        }
        let _ = batch.done.send(result);
    }

    fn take_in_batch(&mut self, batch: &Batch, steps: Vec<Step>) -> Result<u64, RequestError> {
        let (mut stored, mut intakes) = (0, Vec::new());
        let mut steps = steps.into_iter();
        while let Some(step) = steps.next() {
            if let Step::Event(intake) = step {
                intakes.extend(self.checked(batch, *intake));
                continue;
            }
            stored += self.take_in_some(batch, std::mem::take(&mut intakes))?;
            // A file that is read again tells of the same turnings again; then what follows is known.
            let next = steps.as_slice().iter().find_map(|step| match step {
                Step::Event(intake) => Some(intake.event.keys.first().map_or("", String::as_str)),
                Step::Compacted | Step::Rewound(_) => None,
            });
            self.turned(batch, step, next)?;
        }
        Ok(stored + self.take_in_some(batch, intakes)?)
    }

    /// The event without secrets, also where that was asked for after the import had begun.
    fn checked(&self, batch: &Batch, intake: Intake) -> Option<Intake> {
        if batch.redacted || !self.config.redact {
            return Some(intake);
        }
        let mut clean = Intake::new(&intake.raw, true).ok()?;
        clean.event.keys = intake.event.keys;
        Some(clean)
    }

    fn take_in_some(&mut self, batch: &Batch, intakes: Vec<Intake>) -> Result<u64, RequestError> {
        if intakes.is_empty() {
            return Ok(0);
        }
        let given = Given { id: &batch.session_id, agent: Some(batch.agent), context_limit: batch.context_limit };
        self.take_in(&batch.root, given, intakes).map(|(stored, _)| stored as u64)
    }

    /// The agent compacted its context, or its user went back to an event. `next` names the event that follows in the file.
    fn turned(&mut self, batch: &Batch, step: Step, next: Option<&str>) -> Result<(), RequestError> {
        let config = self.config.clone();
        let (root, id): (&Path, &str) = (&batch.root, &batch.session_id);
        let workspace = self.workspace(root)?;
        if !workspace.load(id, &config).map_err(|error| refused(&error))? {
            return Ok(());
        }
        let Some(entry) = workspace.sessions.get_mut(id) else { return Ok(()) };
        let key = entry.key;
        if let Some(next) = next
            && workspace.store.knows(key, next).map_err(|error| refused(&error))?
        {
            return Ok(());
        }
        match step {
            Step::Event(_) => Ok(()),
            Step::Compacted => {
                let through = entry.session.last_seq();
                let known = workspace.store.last_compaction(key).map_err(|error| refused(&error))?;
                // Nothing came since the last one: it is told again.
                if known.is_some_and(|known| known.at_seq >= through) {
                    return Ok(());
                }
                let effects = entry.session.apply(now(), Event::AgentCompacted { through });
                self.perform(root, id, effects).map(drop)
            }
            Step::Rewound(after) => {
                let through = after.map_or(Some(0), |after| {
                    let mut live = entry.session.live().iter().rev();
                    live.find(|record| record.id.as_ref() == Some(&after)).map(|record| record.seq)
                });
                if let Some(through) = through {
                    workspace.store.abandon_after(key, through, now()).map_err(|error| refused(&error))?;
                    // Loaded again without what was abandoned.
                    workspace.sessions.remove(id);
                }
                Ok(())
            }
        }
    }
}
