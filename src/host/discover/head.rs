//! What the beginning of a session's file tells: whose it is, which folder it belongs to, what it is about.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::walk::is_ours;
use super::{Candidate, Found, Look};
use crate::agents::discover::{HEAD_BYTES, Keeper, Proof, Shelf, folder_in_beginning, harmless};
use crate::engine::intake::Intake;
use crate::engine::message::read::Body;
use crate::engine::redact::redact;
use crate::engine::session::title_of;
use crate::transcripts::{Item, Summary, detect, read_all};
use crate::wire::protocol::check_session_id;

/// Looks into a file of a place.
pub(super) fn look(shelf: &Shelf, candidate: &Candidate, root: &Path) -> Look {
    let Ok(head) = beginning(&candidate.path) else { return Look::Other };
    let full = head.len() == HEAD_BYTES;
    let early = |there: bool| if full || there { Look::Other } else { Look::Early };
    // Most files are told apart by this alone.
    let needle = match &shelf.proof {
        Proof::Folder => serde_json::to_string(root).unwrap_or_default().trim_matches('"').to_owned(),
        Proof::Hash(hash) => hash.clone(),
        Proof::Beside(..) => String::new(),
    };
    if memmem::find(&head, needle.as_bytes()).is_none() {
        return early(memmem::find(&head, b"\"cwd\"").is_some());
    }
    if shelf.keeper == Keeper::Codex && is_helper(&head) {
        return Look::Other;
    }
    let Some(format) = detect(&head) else { return early(false) };
    let (items, summary) = read_all(format, &head);
    let cwd = summary.cwd.clone().or_else(|| {
        let text = String::from_utf8_lossy(&head);
        (shelf.keeper == Keeper::Codex).then(|| folder_in_beginning(&text)).flatten()
    });
    let cwd = cwd.map(PathBuf::from);
    let here = match &shelf.proof {
        Proof::Folder => cwd.as_deref().is_some_and(|cwd| cwd.starts_with(root)),
        Proof::Hash(hash) => names_hash(&head, hash),
        Proof::Beside(..) => true,
    };
    if !here {
        return early(cwd.is_some());
    }
    let Some(session_id) = session_id(shelf.keeper, &candidate.path, &summary) else { return Look::Other };
    let (title, started_at) = told(&items, &summary);
    // Nothing was said yet.
    if title.is_none() && !full {
        return Look::Early;
    }
    let (keeper, path, modified_at) = (shelf.keeper, candidate.path.clone(), candidate.modified_at);
    Look::Session(Box::new(Found { keeper, path, session_id, title, cwd, started_at, modified_at }))
}

/// The first bytes of a file of the user's; what has become a link meanwhile is not followed.
fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::CLOEXEC;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, i32::try_from(flags.bits()).unwrap_or_default());
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || !is_ours(&metadata) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut head = Vec::with_capacity(HEAD_BYTES.min(usize::try_from(metadata.len()).unwrap_or(HEAD_BYTES)));
    file.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Whether a session of Codex is one of its helpers', as its first record says.
fn is_helper(head: &[u8]) -> bool {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    memmem::find(line, br#""source":{"subagent""#).is_some()
}

/// Whether the session says that it is of the folder with this hash. In texts of a conversation the quotes have a backslash.
fn names_hash(head: &[u8], hash: &str) -> bool {
    let text = String::from_utf8_lossy(head);
    let mut behind = text.split("\"projectHash\"").skip(1);
    behind.next().is_some_and(|rest| rest.trim_start_matches([':', ' ', '"']).starts_with(hash))
}

/// The agent's own id, as its hooks tell it.
fn session_id(keeper: Keeper, path: &Path, summary: &Summary) -> Option<String> {
    let stem = || path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
    let id = match keeper {
        // A session that was resumed may begin with the records of the one before.
        Keeper::ClaudeCode => stem(),
        // `rollout-2026-03-01T10-00-00-<id>`
        Keeper::Codex => stem().and_then(|stem| stem.get(28..).map(str::to_owned)),
        _ => summary.agent_session_id.clone().or_else(stem),
    };
    id.filter(|id| check_session_id(id).is_ok())
}

/// What it is about, and when it began. Without secrets: a title is shown.
fn told(items: &[Item], summary: &Summary) -> (Option<String>, Option<i64>) {
    let (mut title, mut started_at) = (summary.title.as_deref().map(|title| redact(title).into_owned()), None);
    for item in items {
        let Item::Event(raw) = item else { continue };
        if title.is_some() && started_at.is_some() {
            break;
        }
        let Ok(intake) = Intake::new(raw, true) else { continue };
        started_at = started_at.or(intake.event.at);
        if let Body::Turn(turn) = &intake.event.body {
            title = title.or_else(|| title_of(turn));
        }
    }
    (title.map(|title| harmless(&title)).filter(|title| !title.is_empty()), started_at)
}
