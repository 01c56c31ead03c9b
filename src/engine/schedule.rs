//! When the memory is brought up to date. The thresholds are soft: past one, the update waits for the next
//! natural breakpoint, which is any moment without an open tool call.

use serde::{Deserialize, Serialize};

use super::settings::Settings;

/// What happened since the memory was last brought up to date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Tokens of events that the memory does not cover.
    pub new_tokens: u64,
    /// Tool calls finished among them.
    pub finished_calls: u32,
    /// Tokens among them that the user left out knowingly: they went back to an earlier version of the memory.
    pub waived: u64,
}

/// Whether to update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// No threshold is reached.
    No,
    /// A threshold is reached, but a tool call is open.
    Deferred,
    /// Now.
    Now,
}

impl Schedule {
    /// Counts an event.
    pub fn observe(&mut self, tokens: u32, finished_calls: usize) {
        self.new_tokens += u64::from(tokens);
        self.finished_calls = self.finished_calls.saturating_add(u32::try_from(finished_calls).unwrap_or(u32::MAX));
    }

    /// Whether an update is due, given whether a memory exists and a tool call is open.
    pub fn due(&self, settings: &Settings, has_memory: bool, mid_tool_use: bool) -> Due {
        let new_tokens = self.new_tokens.saturating_sub(self.waived);
        let reached = if has_memory {
            new_tokens >= settings.update_tokens
                || (self.finished_calls >= settings.update_tool_calls && new_tokens >= Settings::MIN_UPDATE_TOKENS)
        } else {
            self.new_tokens >= settings.init_tokens
        };
        match (reached, mid_tool_use) {
            (false, _) => Due::No,
            (true, true) => Due::Deferred,
            (true, false) => Due::Now,
        }
    }

    /// What is new so far is no reason for an update.
    pub fn waive(&mut self) {
        self.waived = self.new_tokens;
        self.finished_calls = 0;
    }

    /// The memory covers everything again.
    pub fn reset(&mut self) {
        *self = Schedule::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_and_breakpoints() {
        // (new tokens, finished calls, a memory exists, mid tool use)
        let cases = [
            ((9_999, 50, false, false), Due::No),
            ((10_000, 0, false, false), Due::Now),
            ((10_000, 0, false, true), Due::Deferred),
            ((4_999, 2, true, false), Due::No),
            ((5_000, 0, true, false), Due::Now),
            ((999, 3, true, false), Due::No),
            ((1_000, 3, true, false), Due::Now),
            ((1_000, 3, true, true), Due::Deferred),
            ((0, 0, true, true), Due::No),
        ];
        for ((new_tokens, finished_calls, has_memory, open), expected) in cases {
            let schedule = Schedule { new_tokens, finished_calls, waived: 0 };
            assert_eq!(
                schedule.due(&Settings::default(), has_memory, open),
                expected,
                "{schedule:?} {has_memory} {open}"
            );
        }
    }
}
