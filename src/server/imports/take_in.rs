//! What the main loop does with a part of a transcript: events are stored like those of `append`, and what the agent
//! or its user undid is undone.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::Batch;
use crate::engine::event::Event;
use crate::engine::intake::Intake;
use crate::server::main_loop::{Core, now, refused};
use crate::server::requests::Given;
use crate::transcripts::Item;
use crate::wire::protocol::RequestError;

impl Core {
    /// Takes in a part of a transcript.
    pub(in crate::server) fn imported(&mut self, batch: Batch) {
        let (root, id) = (batch.root.clone(), batch.session_id.clone());
        let result = self.take_in_batch(&batch);
        if result.is_ok() {
            self.changed(&root, &id);
        }
        let _ = batch.done.send(result);
    }

    fn take_in_batch(&mut self, batch: &Batch) -> Result<u64, RequestError> {
        let (mut stored, mut intakes) = (0, Vec::new());
        let given = Given { id: &batch.session_id, agent: Some(batch.agent), context_limit: None };
        for (place, item) in (batch.first..).zip(&batch.items) {
            match item {
                Item::Event(raw) => match Intake::new(raw, self.config.redact) {
                    Ok(mut intake) => {
                        name_by_place(&mut intake, place);
                        intakes.push(intake);
                    }
                    Err(error) => {
                        tracing::warn!(session = batch.session_id, "an event of a transcript is skipped: {error}");
                    }
                },
                Item::Compacted(_) | Item::Rewound { .. } => {
                    stored += self.take_in_some(&batch.root, given, std::mem::take(&mut intakes))?;
                    self.turned_back(batch, item)?;
                }
            }
        }
        Ok(stored + self.take_in_some(&batch.root, given, intakes)?)
    }

    fn take_in_some(&mut self, root: &Path, given: Given, intakes: Vec<Intake>) -> Result<u64, RequestError> {
        if intakes.is_empty() {
            return Ok(0);
        }
        self.take_in(root, given, intakes).map(|(stored, _)| stored as u64)
    }

    /// The agent compacted its context, or its user went back in the conversation.
    fn turned_back(&mut self, batch: &Batch, item: &Item) -> Result<(), RequestError> {
        let config = self.config.clone();
        let (root, id) = (&batch.root, &batch.session_id);
        let workspace = self.workspace(root)?;
        if !workspace.load(id, &config).map_err(|error| refused(&error))? {
            return Ok(());
        }
        let Some(entry) = workspace.sessions.get_mut(id) else { return Ok(()) };
        match item {
            Item::Compacted(compaction) => {
                // A file that is read again tells of the same compactions again.
                let known = workspace.store.last_compaction(entry.key).map_err(|error| refused(&error))?;
                if known.is_some_and(|known| known.at >= compaction.at_ms && compaction.at_ms > 0) {
                    return Ok(());
                }
                let through = entry.session.last_seq();
                let effects = entry.session.apply(now(), Event::AgentCompacted { through });
                self.perform(root, id, effects).map(drop)
            }
            Item::Rewound { after } => {
                let through = after.as_ref().map_or(Some(0), |after| {
                    entry
                        .session
                        .live()
                        .iter()
                        .rev()
                        .find(|record| record.id.as_ref() == Some(after))
                        .map(|record| record.seq)
                });
                let key = entry.key;
                if let Some(through) = through {
                    workspace.store.abandon_after(key, through, now()).map_err(|error| refused(&error))?;
                    // Loaded again without what was abandoned.
                    workspace.sessions.remove(id);
                }
                Ok(())
            }
            Item::Event(_) => Ok(()),
        }
    }
}

/// A message without an id is known again by its place and its text, so that a file can be imported twice.
fn name_by_place(intake: &mut Intake, place: u64) {
    if let Some(name) = intake.event.keys.first_mut().filter(|name| name.is_empty()) {
        let digest = Sha256::digest(intake.raw.as_bytes());
        let short = digest.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        *name = format!("i:{place}:{short:016x}");
    }
}
