//! The real agents, Claude Code, Codex, GitHub Copilot and Gemini CLI, driven against a model on the loopback address that takes
//! down what it is asked: headless, in a pseudo terminal, and as a server. `tests/agents/setup` installs them.
//!
//! Each test has its own home, so nothing of the machine's user is read or written, and nothing leaves the machine.
#![cfg(unix)]

mod claude;
mod claude_in_a_terminal;
mod claude_is_found;
mod claude_resumes;
mod claude_works;
mod codex;
mod codex_in_a_terminal;
mod codex_is_seeded;
mod codex_works;
mod copilot;
mod gemini;
mod memory;
mod model;
mod payloads;
mod place;
mod process;
mod recorder;
mod terminal;
mod waiting;

use std::time::Duration;

/// How long a real agent may take for one thing. They start slowly, and many at once on a small machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Asks `ready` again and again until it gives something; `state` tells how things stand when it never does.
#[track_caller]
fn await_in<T>(what: &str, state: impl Fn() -> String, mut ready: impl FnMut() -> Option<T>) -> T {
    let begun = std::time::Instant::now();
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(begun.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}\n{}", state());
        std::thread::sleep(Duration::from_millis(10));
    }
}
