//! Logs go to daily files under the state directory, never to stdout, which belongs to the protocol.
//! `SESSION_MEMORY_LOG` sets the level (`debug`, or any filter of `tracing`).

use std::path::Path;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{Builder, Rotation};
use tracing_subscriber::EnvFilter;

/// Days of logs that are kept.
const KEPT_FILES: usize = 7;

/// Lines that wait to be written at most; more are dropped, so that logging never holds anything up. The room for them
/// is taken at the start, and the library's own number of lines would cost 5 MB and a quarter of the start-up time.
const BUFFERED_LINES: usize = 4_096;

/// Writes one line into today's file, for a process that has seldom something to say and no time for a thread of its own.
pub fn line(state_dir: &Path, text: &str) {
    use std::io::Write as _;
    let folder = state_dir.join("logs");
    if crate::host::private_dir(&folder).is_err() {
        return;
    }
    let now = jiff::Timestamp::now();
    let file = folder.join(format!("session-memory.{}.log", now.strftime("%Y-%m-%d")));
    if let Ok(mut file) = std::fs::File::options().append(true).create(true).open(file) {
        let _ = writeln!(file, "{now}  WARN {}", text.replace(['\n', '\r'], " "));
    }
}

/// Starts logging; the guard must live to the end of `main`, or the last lines are lost. Without a writable state
/// directory there is no log, and that is no reason to fail.
pub fn start(state_dir: &Path) -> Option<WorkerGuard> {
    let folder = state_dir.join("logs");
    crate::host::private_dir(&folder).ok()?;
    let appender = Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("session-memory")
        .filename_suffix("log")
        .max_log_files(KEPT_FILES)
        .build(folder)
        .ok()?;
    let (writer, guard) = NonBlockingBuilder::default().buffered_lines_limit(BUFFERED_LINES).finish(appender);
    let filter = EnvFilter::try_from_env("SESSION_MEMORY_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false).try_init().ok()?;
    Some(guard)
}
