//! Where a conversation is kept: in a file as a rule, but for some agents in a folder of small files or in a database
//! with those of other sessions.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file of its own.
    File(PathBuf),
    /// A conversation of `OpenHands`: the folder that holds `events`.
    Events(PathBuf),
    /// A session in opencode's storage folder: the session's file.
    Storage(PathBuf),
    /// A session in opencode's database; `None` is the one that was used last.
    Database(PathBuf, Option<String>),
}

/// Files that hold the conversation of a folder that was named.
const IN_FOLDERS: [&str; 2] = ["api_conversation_history.json", "events.jsonl"];

impl Place {
    /// The place that a path names. A session of a database is named behind a `#`: `opencode.db#ses_1`.
    pub fn of(path: &Path) -> io::Result<Place> {
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => return Place::in_database(path)?.ok_or(error),
        };
        if metadata.is_dir() {
            return Place::in_folder(path);
        }
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
        }
        if is_database(path)? {
            return Ok(Place::Database(path.to_owned(), None));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        if path.file_name().is_some_and(|name| name == "base_state.json") && folder.join("events").is_dir() {
            return Ok(Place::Events(folder.to_owned()));
        }
        // `storage/session/<project>/<session>.json`
        let storage = path.ancestors().nth(3).is_some_and(|root| root.join("message").is_dir());
        if storage && metadata.len() < 1 << 20 && is_session(&fs::read(path)?) {
            return Ok(Place::Storage(path.to_owned()));
        }
        Ok(Place::File(path.to_owned()))
    }

    fn in_folder(path: &Path) -> io::Result<Place> {
        if path.join("events").is_dir() {
            return Ok(Place::Events(path.to_owned()));
        }
        let name = path.file_name().map(|name| format!("{}.messages.json", name.to_string_lossy()));
        let names = IN_FOLDERS.into_iter().map(str::to_owned).chain(name);
        let file = names.map(|name| path.join(name)).find(|file| file.is_file());
        file.map(Place::File).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, "it is not a file, nor a folder that holds one conversation")
        })
    }

    fn in_database(path: &Path) -> io::Result<Option<Place>> {
        let Some((file, session)) = path.to_str().and_then(|path| path.rsplit_once('#')) else { return Ok(None) };
        let file = Path::new(file);
        let known = file.is_file() && is_database(file)?;
        Ok(known.then(|| Place::Database(file.to_owned(), Some(session.to_owned()))))
    }

    /// The name of a session that does not say its own: that of its file, or of the folder where all files have one name.
    pub(super) fn name(&self) -> Option<String> {
        let path = match self {
            Place::Database(_, session) => return session.clone(),
            Place::File(path) | Place::Events(path) | Place::Storage(path) => path,
        };
        let name = path.file_name()?.to_string_lossy().into_owned();
        if IN_FOLDERS.contains(&name.as_str()) {
            return Some(path.parent()?.file_name()?.to_string_lossy().into_owned());
        }
        let stem = name.strip_suffix(".messages.json").or_else(|| name.rsplit_once('.').map(|(stem, _)| stem));
        Some(stem.filter(|stem| !stem.is_empty()).unwrap_or(&name).to_owned())
    }
}

fn is_database(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    fs::File::open(path)?.take(16).read_to_end(&mut head)?;
    Ok(head.starts_with(b"SQLite format 3\0"))
}

/// The record of a session of opencode's.
fn is_session(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Value>(bytes)
        .is_ok_and(|value| value["id"].is_string() && value["projectID"].is_string() && value["time"].is_object())
}
