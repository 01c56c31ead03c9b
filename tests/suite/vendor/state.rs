//! What the threads of a fake vendor share: the script, what has happened, and the gate.

use std::collections::{HashMap, VecDeque};
use std::net::TcpStream;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Behaviour, Recorded};

/// The counters and the script, under one lock.
pub struct State {
    pub requests: Vec<Recorded>,
    pub script: VecDeque<Behaviour>,
    pub otherwise: Behaviour,
    /// No answer begins.
    pub held: bool,
    /// How often `release` was called.
    pub releases: usize,
    /// Connections that came.
    pub connections: usize,
    /// Answers that stood still, each once for every time.
    pub stalled: usize,
    /// Answers whose client went before their end.
    pub abandoned: usize,
    /// The vendor is dropped.
    pub ended: bool,
    /// Open connections, to end them.
    pub streams: HashMap<usize, TcpStream>,
}

/// The state, and the means to wait for a change of it.
pub struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    pub fn new() -> Shared {
        let state = State {
            requests: Vec::new(),
            script: VecDeque::new(),
            otherwise: Behaviour::text("An answer."),
            held: false,
            releases: 0,
            connections: 0,
            stalled: 0,
            abandoned: 0,
            ended: false,
            streams: HashMap::new(),
        };
        Shared { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Reads.
    pub fn look(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something, and wakes who waits for that.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let given = change(&mut self.look());
        self.changed.notify_all();
        given
    }

    /// Waits until `is_so`; gives whether it is, and not merely that the vendor has ended.
    pub fn wait(&self, is_so: impl Fn(&State) -> bool) -> bool {
        let mut state = self.look();
        while !is_so(&state) && !state.ended {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.ended
    }

    /// The same with a limit; gives whether it is so.
    pub fn wait_for(&self, limit: Duration, is_so: impl Fn(&State) -> bool) -> bool {
        let until = Instant::now() + limit;
        let mut state = self.look();
        loop {
            if is_so(&state) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
