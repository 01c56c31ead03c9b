//! What the program keeps on this machine: the store of the workspace, and the last problems in its log.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Finding;
use crate::host::store::Store;

/// Bytes at the end of a log that are looked at.
const END_BYTES: u64 = 256 << 10;
/// Problems that are shown.
const SHOWN: usize = 5;
/// How long an error needs attention, in seconds.
const RECENT_SECONDS: i64 = 24 * 3600;

/// The store.
pub(super) fn store(state_dir: &Path, state: &Path, findings: &mut Vec<Finding>) -> Value {
    let path = state.join("store.db");
    let writable = is_writable(state);
    if !writable {
        let what = format!("{} is not writable, so nothing can be stored", nearest(state).display());
        findings
            .push(Finding::problem(what, "give yourself the right to write there, or set SESSION_MEMORY_STATE_DIR"));
    }
    let exists = path.exists();
    let mut schema = None;
    if exists {
        match Store::open(state) {
            Ok(_) => schema = Some(Store::version()),
            Err(error) => findings.push(Finding::problem(error.to_string(), "see the message; nothing was changed")),
        }
    }
    let bytes = ["store.db", "store.db-wal"].iter().filter_map(|name| Some(fs::metadata(state.join(name)).ok()?.len()));
    let bytes: u64 = bytes.sum();
    json!({
        "path": path, "exists": exists, "writable": writable, "bytes": bytes, "schema": schema, "stateDir": state_dir,
    })
}

/// The nearest folder that exists.
fn nearest(path: &Path) -> &Path {
    path.ancestors().find(|path| path.exists()).unwrap_or(path)
}

fn is_writable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use rustix::fs::Access;
        rustix::fs::access(nearest(path), Access::WRITE_OK | Access::EXEC_OK).is_ok()
    }
    #[cfg(not(unix))]
    {
        fs::metadata(nearest(path)).is_ok_and(|metadata| !metadata.permissions().readonly())
    }
}

/// The last problems in the log.
pub(super) fn log(state_dir: &Path, findings: &mut Vec<Finding>) -> Value {
    let folder = state_dir.join("logs");
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    // Named by their day.
    files.sort();
    let mut lines: Vec<String> = Vec::new();
    for file in files.iter().rev() {
        let text = end(file).unwrap_or_default();
        let problems = text.lines().filter(|line| is_problem(line)).rev().map(str::to_owned);
        lines.extend(problems.take(SHOWN - lines.len()));
        if lines.len() == SHOWN {
            break;
        }
    }
    lines.reverse();
    let now = jiff::Timestamp::now();
    let recent = |line: &&String| {
        let at = line.split_whitespace().next().and_then(|at| at.parse::<jiff::Timestamp>().ok());
        line.contains(" ERROR ") && at.is_some_and(|at| now.as_second() - at.as_second() < RECENT_SECONDS)
    };
    if lines.iter().any(|line| recent(&line)) {
        let todo = format!("read {}", files.last().unwrap_or(&folder).display());
        findings.push(Finding::problem("the log has errors of the last day", todo));
    }
    json!({"path": folder, "problems": lines})
}

fn is_problem(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next().is_some_and(|at| at.ends_with('Z'))
        && words.next().is_some_and(|level| matches!(level, "WARN" | "ERROR"))
}

fn end(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(END_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(END_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
