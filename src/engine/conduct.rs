//! Whether a model may be asked now: after failures ever later, and after one that only the user can mend not before the
//! settings change. One value for each provider, whatever the number of sessions.

/// Failures in a row after which the model is left alone for a while.
const PATIENCE: u32 = 3;
/// That while at first and at most, in milliseconds; it doubles with every further failure.
const FIRST_PAUSE: i64 = 60_000;
const LONGEST_PAUSE: i64 = 30 * 60_000;
/// Longest time that a provider can ask to be left alone, in milliseconds.
const LONGEST_WAIT: i64 = 5 * 60_000;

/// What a call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer, good or not.
    Answered,
    /// Nothing; another call may do better, after so many milliseconds where the provider says so.
    Failed {
        /// What the provider asks for.
        retry_after: Option<i64>,
    },
    /// Nothing, and no call will do better until the user changes something: key, account, model.
    Stopped,
}

/// The state of affairs with a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conduct {
    failures: u32,
    /// Milliseconds since the epoch.
    not_before: i64,
    stopped: bool,
}

impl Conduct {
    /// Whether a call may be made at `now`, in milliseconds since the epoch.
    pub fn may_ask(&self, now: i64) -> bool {
        // A clock that was set back must not silence the model for days.
        !self.stopped && (now >= self.not_before || self.not_before.saturating_sub(now) > LONGEST_PAUSE)
    }

    /// Whether only the user can mend it.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Takes in how a call ended.
    pub fn learn(&mut self, now: i64, outcome: Outcome) {
        match outcome {
            Outcome::Answered => *self = Conduct::default(),
            Outcome::Stopped => self.stopped = true,
            Outcome::Failed { retry_after } => {
                self.failures = self.failures.saturating_add(1);
                let doubled = self.failures.saturating_sub(PATIENCE).min(10);
                let pause = if self.failures < PATIENCE { 0 } else { (FIRST_PAUSE << doubled).min(LONGEST_PAUSE) };
                let asked = retry_after.unwrap_or_default().clamp(0, LONGEST_WAIT);
                self.not_before = now.saturating_add(pause.max(asked));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn pauses_grow_and_an_answer_ends_them() {
        let mut conduct = Conduct::default();
        // Failures so far, and the pause after the next one in minutes.
        for (failures, pause) in [0, 0, 1, 2, 4, 8, 16, 30, 30, 30].into_iter().enumerate() {
            conduct.learn(0, Outcome::Failed { retry_after: None });
            assert!(conduct.may_ask(pause * MINUTE), "{failures}");
            assert!(pause == 0 || !conduct.may_ask(pause * MINUTE - 1), "{failures}");
        }
        conduct.learn(0, Outcome::Answered);
        assert!(conduct.may_ask(0));
        conduct.learn(0, Outcome::Failed { retry_after: None });
        assert!(conduct.may_ask(0), "it counts from the beginning again");
    }

    #[test]
    fn the_provider_may_ask_for_time() {
        for (asked, wait) in [(1_000, 1_000), (2 * MINUTE, 2 * MINUTE), (i64::MAX, 5 * MINUTE), (-5, 0)] {
            let mut conduct = Conduct::default();
            conduct.learn(10, Outcome::Failed { retry_after: Some(asked) });
            assert!(conduct.may_ask(10 + wait), "{asked}");
            assert!(wait == 0 || !conduct.may_ask(10 + wait - 1), "{asked}");
        }
    }

    #[test]
    fn what_only_the_user_can_mend_stops_it() {
        let mut conduct = Conduct::default();
        conduct.learn(0, Outcome::Stopped);
        assert!(conduct.is_stopped() && !conduct.may_ask(i64::MAX));
        assert!(Conduct::default().may_ask(0));
    }

    #[test]
    fn a_clock_that_is_set_back_silences_nothing() {
        let mut conduct = Conduct::default();
        conduct.learn(1_000_000 * MINUTE, Outcome::Failed { retry_after: Some(MINUTE) });
        assert!(conduct.may_ask(0));
    }
}
