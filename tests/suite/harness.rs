//! A language client for tests: starts the real program, speaks over its pipes, and takes note of everything that
//! comes back. A test claims what it expects; what nobody claimed fails it at the end, as do a wrong exit code, a byte
//! on stdout that is no frame, and anything on stderr.

mod claims;
mod reading;
mod server;
mod strace;
mod workspace;

use std::time::Duration;

pub use server::{Options, RpcError, Server};
pub use strace::{Strace, strace_works};
pub use workspace::{Workspace, file_uri, files_under, has_bytes};

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_session-memory");
/// How long anything may take before a test gives up. A bound for failures, not a measure of anything.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Notification of a new revision.
pub const DID_UPDATE: &str = "sessionMemory/didUpdate";
/// Notification of another pressure.
pub const DID_CHANGE_PRESSURE: &str = "sessionMemory/didChangePressure";
/// A message for the user.
pub const SHOW: &str = "window/showMessage";

/// Asks `ready` again and again until it gives something; for what the program does not announce.
pub fn await_some<T>(what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let begun = std::time::Instant::now();
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(begun.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
