//! The events that a model is to read, out of the store.

use crate::engine::conversation::Turn;
use crate::engine::event::Stored;
use crate::engine::intake::Intake;
use crate::host::store::{SessionKey, Store, StoreError};

/// Bytes of events read from the store at once.
const READ_BYTES: usize = 8 << 20;

/// The events from `first` to `last`. What was abandoned by the agent is not a part of the conversation any more.
pub fn read(store: &Store, key: SessionKey, first: u64, last: u64) -> Result<Vec<(u64, Turn)>, StoreError> {
    let mut turns = Vec::new();
    let mut next = first;
    while next <= last {
        let rows = store.events(key, next, last, READ_BYTES)?;
        let Some(newest) = rows.last() else { break };
        next = newest.seq + 1;
        for row in rows.into_iter().filter(|row| !row.abandoned) {
            if let Ok(intake) = Intake::new(&row.raw, false)
                && let Stored::Turn { turn, .. } = intake.stored(row.seq, row.at)
            {
                turns.push((row.seq, turn));
            }
        }
    }
    Ok(turns)
}
