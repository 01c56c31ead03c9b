//! opencode's storage folder, before it had a database: `session/<project>/<session>.json`, `message/<session>/*.json`,
//! `part/<message>/*.json`; in the beginning all parts lay in `part` itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::live::Found;
use crate::transcripts::live::{Stamp, names, stamp};

/// The files of a session.
pub(super) struct Files {
    session: PathBuf,
    root: PathBuf,
    id: String,
}

impl Files {
    pub(super) fn new(session: &Path) -> io::Result<Files> {
        let record = read(session)?;
        let id = record["id"].as_str().unwrap_or_default().to_owned();
        let root = session.ancestors().nth(3).unwrap_or(Path::new("")).to_owned();
        // The id names a folder; it must not lead out of this one.
        if id.is_empty() || id.contains(['/', '\\']) || id.starts_with('.') {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the session's id names no folder"));
        }
        Ok(Files { session: session.to_owned(), root, id })
    }

    pub(super) fn messages(&self) -> PathBuf {
        self.root.join("message").join(&self.id)
    }

    /// The session, with the messages from this place on. Fails where a file is half written.
    pub(super) fn read(&self, from: usize) -> io::Result<Found> {
        let session = read(&self.session)?;
        let ids = names(&self.messages())?;
        let mut messages = Vec::new();
        let flat = self.flat_parts()?;
        for name in ids.iter().skip(from) {
            let info = read(&self.messages().join(name))?;
            let parts = self.parts(info["id"].as_str().unwrap_or_default(), &flat)?;
            messages.push(json!({"info": info, "parts": parts}));
        }
        Ok(Found { session, ids, from, messages })
    }

    fn parts(&self, message: &str, flat: &[Value]) -> io::Result<Vec<Value>> {
        if message.is_empty() || message.contains(['/', '\\']) || message.starts_with('.') {
            return Ok(Vec::new());
        }
        let folder = self.root.join("part").join(message);
        let mut parts: Vec<Value> = flat.iter().filter(|part| part["messageID"] == message).cloned().collect();
        for name in names(&folder)? {
            parts.push(read(&folder.join(name))?);
        }
        Ok(parts)
    }

    fn flat_parts(&self) -> io::Result<Vec<Value>> {
        let folder = self.root.join("part");
        names(&folder)?.iter().map(|name| read(&folder.join(name))).collect()
    }

    /// Of everything that may still change.
    pub(super) fn stamp(&self, from: usize) -> Vec<Stamp> {
        let folder = self.messages();
        let mut stamps = vec![stamp(&self.session), stamp(&folder)];
        for name in names(&folder).unwrap_or_default().iter().skip(from) {
            stamps.push(stamp(&folder.join(name)));
            let Ok(info) = read(&folder.join(name)) else { continue };
            let parts = self.root.join("part").join(info["id"].as_str().unwrap_or_default());
            stamps.push(stamp(&parts));
            stamps.extend(names(&parts).unwrap_or_default().iter().map(|name| stamp(&parts.join(name))));
        }
        stamps
    }
}

fn read(path: &Path) -> io::Result<Value> {
    let bytes = fs::read(path)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        io::Error::new(io::ErrorKind::WouldBlock, format!("{} is half written: {error}", path.display()))
    })
}
