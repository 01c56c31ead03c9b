//! How far the memory is behind the conversation.

use super::Session;

/// How fresh the memory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// There is none yet.
    None,
    /// It covers all but the tail it should keep.
    Fresh,
    /// It is further behind.
    Stale,
}

impl Freshness {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Freshness::None => "none",
            Freshness::Fresh => "fresh",
            Freshness::Stale => "stale",
        }
    }
}

impl Session {
    /// Tokens of events that the memory does not cover.
    pub fn behind_tokens(&self) -> u64 {
        self.calibration.scale(self.schedule.new_tokens)
    }

    /// How fresh the memory is.
    pub fn freshness(&self) -> Freshness {
        match &self.memory {
            None => Freshness::None,
            Some(_) => self.freshness_of(self.behind_tokens()),
        }
    }

    /// How fresh a memory is that is so many tokens behind.
    pub fn freshness_of(&self, behind_tokens: u64) -> Freshness {
        if behind_tokens <= u64::from(self.settings.keep_recent_tokens) { Freshness::Fresh } else { Freshness::Stale }
    }
}
