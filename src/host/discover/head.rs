//! What the beginning of a session's file tells: whose it is, which folder it belongs to, what it is about.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use memchr::memmem;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::walk::is_ours;
use super::{Candidate, Found, Look};
use crate::agents::discover::{HEAD_BYTES, Keeper, Proof, Shelf, field, harmless};
use crate::engine::intake::Intake;
use crate::engine::message::read::Body;
use crate::engine::redact::redact;
use crate::engine::session::title_of;
use crate::transcripts::{Item, detect, read_all};
use crate::wire::protocol::check_session_id;

/// Events of `OpenHands` in which the user's first words are looked for.
const FIRST_EVENTS: usize = 8;

/// Looks into a file of a place.
pub(super) fn look(shelf: &Shelf, candidate: &Candidate, root: &Path) -> Look {
    let Ok(head) = beginning(&candidate.path, HEAD_BYTES) else { return Look::Other };
    let full = head.len() == HEAD_BYTES;
    // Most files are told apart by this alone.
    let needle = match &shelf.proof {
        Proof::Folder => serde_json::to_string(root).unwrap_or_default().trim_matches('"').to_owned(),
        Proof::Hash(hash) => hash.clone(),
        Proof::Beside(..) => String::new(),
    };
    let text = String::from_utf8_lossy(&head);
    if memmem::find(&head, needle.as_bytes()).is_none() {
        // A file that grows may tell its folder later.
        let told = !grows(shelf.keeper) || text.contains("\"cwd\"") || text.contains("\"projectHash\"");
        return if full || told { Look::Other } else { Look::Early };
    }
    if shelf.keeper == Keeper::Codex && is_helper(&text) {
        return Look::Other;
    }
    let read = match shelf.keeper {
        Keeper::OpenCodeFiles => Read::record(&head),
        Keeper::OpenHands => Read::conversation(&text, &candidate.path),
        _ => Read::transcript(&head),
    };
    let Some(read) = read else { return if full { Look::Other } else { Look::Early } };
    let cwd = read.cwd.or_else(|| (shelf.keeper == Keeper::Codex).then(|| field(&text, "cwd")).flatten());
    let cwd = cwd.map(PathBuf::from);
    let here = match &shelf.proof {
        Proof::Folder => cwd.as_deref().is_some_and(|cwd| cwd.starts_with(root)),
        Proof::Hash(hash) => field(&text, "projectHash").is_some_and(|own| own == *hash),
        Proof::Beside(..) => true,
    };
    if !here {
        return if full || cwd.is_some() { Look::Other } else { Look::Early };
    }
    let Some(session_id) = session_id(shelf.keeper, &candidate.path, read.id) else { return Look::Other };
    let title = read.title.map(|title| harmless(&redact(&title))).filter(|title| !title.is_empty());
    // Nothing was said yet.
    if title.is_none() && !full {
        return Look::Early;
    }
    let (keeper, path, modified_at) = (shelf.keeper, candidate.path.clone(), candidate.modified_at);
    Look::Session(Box::new(Found { keeper, path, session_id, title, cwd, started_at: read.started_at, modified_at }))
}

/// Whether an agent only ever adds to its files.
fn grows(keeper: Keeper) -> bool {
    !matches!(keeper, Keeper::OpenCodeFiles | Keeper::Cline | Keeper::Roo | Keeper::OpenHands)
}

/// What a beginning tells.
#[derive(Default)]
struct Read {
    id: Option<String>,
    cwd: Option<String>,
    title: Option<String>,
    started_at: Option<i64>,
}

impl Read {
    /// Of a transcript: a title that it has, or what its user said first.
    fn transcript(head: &[u8]) -> Option<Read> {
        let format = detect(head)?;
        let (items, summary) = read_all(format, head);
        let mut read = Read { id: summary.agent_session_id, cwd: summary.cwd, title: summary.title, started_at: None };
        for item in &items {
            let Item::Event(raw) = item else { continue };
            if read.title.is_some() && read.started_at.is_some() {
                break;
            }
            let Ok(intake) = Intake::new(raw, true) else { continue };
            read.started_at = read.started_at.or(intake.event.at);
            if let Body::Turn(turn) = &intake.event.body {
                read.title = read.title.or_else(|| title_of(turn));
            }
        }
        Some(read)
    }

    /// Of the record of a session of opencode's.
    fn record(head: &[u8]) -> Option<Read> {
        let record: Value = serde_json::from_slice(head).ok()?;
        let text = |name: &str| record[name].as_str().map(str::to_owned);
        // A session with a parent is a helper's.
        record["parentID"].is_null().then(|| Read {
            id: text("id"),
            cwd: text("directory"),
            title: text("title"),
            started_at: record["time"]["created"].as_i64(),
        })
    }

    /// Of the state of a conversation of `OpenHands`, whose first events lie beside it.
    fn conversation(state: &str, path: &Path) -> Option<Read> {
        let mut names: Vec<PathBuf> =
            std::fs::read_dir(path.with_file_name("events")).ok()?.flatten().map(|entry| entry.path()).collect();
        names.sort();
        let mut events = Vec::new();
        for name in names.iter().take(FIRST_EVENTS) {
            events.extend(beginning(name, HEAD_BYTES - events.len()).ok()?);
            events.push(b'\n');
            if events.len() >= HEAD_BYTES {
                break;
            }
        }
        let told = Read::transcript(&events).unwrap_or_default();
        Some(Read { id: None, cwd: field(state, "working_dir"), ..told })
    }
}

/// Whether a file names a workspace folder of Visual Studio Code.
pub(super) fn is_beside(path: &Path, root: &Path) -> bool {
    let Ok(head) = beginning(path, HEAD_BYTES) else { return false };
    let uri = field(&String::from_utf8_lossy(&head), "folder");
    let path = uri.as_deref().and_then(|uri| uri.strip_prefix("file://"));
    path.is_some_and(|path| percent_decode_str(path).decode_utf8_lossy() == root.to_string_lossy())
}

/// The first bytes of a file of the user's; what has become a link meanwhile is not followed.
fn beginning(path: &Path, bytes: usize) -> io::Result<Vec<u8>> {
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
    let mut head = Vec::with_capacity(bytes.min(usize::try_from(metadata.len()).unwrap_or(bytes)));
    file.take(bytes as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Whether a session of Codex is one of its helpers', as its first record says.
fn is_helper(head: &str) -> bool {
    head.lines().next().is_some_and(|line| line.contains(r#""source":{"subagent""#))
}

/// The agent's own id, as its hooks tell it.
fn session_id(keeper: Keeper, path: &Path, told: Option<String>) -> Option<String> {
    let text = |name: Option<&std::ffi::OsStr>| name.and_then(|name| name.to_str()).map(str::to_owned);
    let (stem, folder) = (text(path.file_stem()), text(path.parent().and_then(Path::file_name)));
    let id = match keeper {
        // A session that was resumed may begin with the records of the one before.
        Keeper::ClaudeCode | Keeper::CopilotChat => stem,
        // `rollout-2026-03-01T10-00-00-<id>`
        Keeper::Codex => stem.and_then(|stem| stem.get(28..).map(str::to_owned)),
        Keeper::Cline | Keeper::Roo | Keeper::CopilotCli | Keeper::OpenHands => folder,
        Keeper::Gemini | Keeper::OpenCode | Keeper::OpenCodeFiles | Keeper::Pi => told.or(stem),
    };
    id.filter(|id| check_session_id(id).is_ok())
}
