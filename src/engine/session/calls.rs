//! Which tool calls of the live context have no result yet, and which were given up.

use std::collections::HashMap;

use super::Session;
use crate::engine::conversation::{Part, Record, Role, Turn};

impl Session {
    /// OpenAI's old `function_call` has no ids: the call is named after its event, and the next `function` message
    /// answers the last one of these.
    pub(super) fn name_old_functions(&self, record: &mut Record, turn: &Turn) {
        if turn.calls().any(str::is_empty) {
            record.calls = vec![format!("function_{}", record.seq)];
        }
        if turn.results().any(str::is_empty)
            && let Some((call, _)) = self.open.iter().rev().find(|(call, _)| call.starts_with("function_"))
        {
            record.results = vec![call.clone()];
        }
    }

    /// Keeps the calls without a result.
    pub(super) fn track_calls(&mut self, record: &Record, turn: &Turn) {
        // Whoever speaks while a call is open has given it up. A message of the harness is not speaking.
        let speaks = turn.role == Role::User && !turn.meta && !turn.text().trim().is_empty();
        for call in &record.results {
            self.open.retain(|(open, _)| open != call);
        }
        if speaks {
            self.abandoned.extend(self.open.drain(..).map(|(call, _)| call));
        }
        let names: HashMap<&str, &str> = turn
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Call { id, name, .. } => Some((id.as_str(), name.as_str())),
                _ => None,
            })
            .collect();
        for call in &record.calls {
            if self.called.contains(call) {
                // Where it stood first decides: an answer cannot just go on.
                self.unprepare();
            } else if !record.results.contains(call) {
                let name = names.get(call.as_str()).copied().unwrap_or_default();
                self.open.push((call.clone(), name.to_owned()));
            }
        }
        self.called.extend(record.calls.iter().chain(&record.results).cloned());
    }

    /// Takes the calls from the live context, which has become another one.
    pub(super) fn relearn_calls(&mut self) {
        self.called = self.live.iter().flat_map(|record| record.calls.iter().chain(&record.results)).cloned().collect();
    }
}
