//! How often a file is put back to what it should be: at once the first time, and then, where a tool undoes that each
//! time, ever more slowly.

use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(30);
/// After so long a time without one it is the first time again.
const CALM: Duration = Duration::from_mins(1);

/// The state of one file.
#[derive(Debug, Default)]
pub struct PutBack {
    /// When the last one was or is to be.
    last: Option<Instant>,
    /// How long the next one has to wait.
    delay: Duration,
    /// One is to be at `last`.
    waiting: bool,
}

/// When to do it.
#[derive(Debug, PartialEq, Eq)]
pub enum When {
    /// Now.
    Now,
    /// After this time, if it still is called for.
    In(Duration),
    /// At the time that was said before.
    Waiting,
}

impl PutBack {
    /// The file is to be put back: when?
    pub fn ask(&mut self, now: Instant) -> When {
        if self.waiting {
            if !self.is_due(now) {
                return When::Waiting;
            }
            self.waiting = false;
            self.last = Some(now);
            return When::Now;
        }
        if self.last.is_none_or(|last| now.saturating_duration_since(last) >= CALM) {
            self.last = Some(now);
            self.delay = FIRST;
            return When::Now;
        }
        let delay = self.delay;
        self.delay = (delay * 2).min(LONGEST);
        self.last = Some(now + delay);
        self.waiting = true;
        When::In(delay)
    }

    /// Whether the time has come that was said.
    pub fn is_due(&self, now: Instant) -> bool {
        self.waiting && self.last.is_some_and(|at| at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tool that undoes it at once each time.
    #[test]
    fn a_fight_becomes_slow_and_calm_ends_it() {
        let (mut state, mut now) = (PutBack::default(), Instant::now());
        assert_eq!(state.ask(now), When::Now);
        for millis in [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000] {
            let delay = Duration::from_millis(millis);
            assert_eq!(state.ask(now), When::In(delay));
            assert_eq!(state.ask(now + delay / 2), When::Waiting);
            assert!(!state.is_due(now + delay / 2) && state.is_due(now + delay));
            now += delay;
            assert_eq!(state.ask(now), When::Now);
        }
        now += CALM;
        assert_eq!(state.ask(now), When::Now);
        assert_eq!(state.ask(now), When::In(FIRST));
    }
}
