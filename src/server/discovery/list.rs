//! The list of sessions that a request gets.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{By, Fed, belongs};
use crate::engine::memory::rfc3339;
use crate::host::discover::{Found, Places, is_live};
use crate::server::imports::Imports;
use crate::server::main_loop::{now, refused};
use crate::wire::protocol::RequestError;

/// Sessions of a list.
const LISTED: usize = 50;

/// The answer to a request for a list.
pub(super) fn list(
    folders: &[(PathBuf, PathBuf)],
    state_dir: &Path,
    imports: &Imports,
) -> Result<String, RequestError> {
    let mut all: Vec<(i64, Value)> = Vec::new();
    for (root, state) in folders {
        let Some(places) = Places::of(root) else { continue };
        let fed = Fed::read(state).map_err(|error| refused(&error))?;
        let inner = |found: &Found| {
            let of = |other: &&(PathBuf, PathBuf)| found.cwd.as_ref().is_some_and(|cwd| cwd.starts_with(&other.0));
            let deepest = folders.iter().filter(of).map(|(root, _)| root).max_by_key(|root| root.as_os_str().len());
            deepest.is_none_or(|deepest| deepest == root)
        };
        let sessions = places.sessions(LISTED, |found| inner(found) && belongs(state_dir, root, found));
        for found in sessions {
            let followed = || imports.follows(&found.session_id).then_some(By::Import);
            let by = fed.by(&found).or_else(followed);
            all.push((found.modified_at, describe(&found, by)));
        }
    }
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    all.truncate(LISTED);
    let sessions: Vec<Value> = all.into_iter().map(|(_, session)| session).collect();
    Ok(json!({ "sessions": sessions }).to_string())
}

/// A session for the list.
pub fn describe(found: &Found, by: Option<By>) -> Value {
    let mut row = json!({
        "agent": found.keeper.name(),
        "path": found.path,
        "sessionId": found.session_id,
        "title": found.title,
        "modifiedAt": rfc3339(found.modified_at),
        "live": is_live(found.modified_at, now()),
        "attached": by.is_some(),
        "by": by.map(By::name),
    });
    if let Some(at) = found.started_at {
        row["startedAt"] = json!(rfc3339(at));
    }
    row
}
