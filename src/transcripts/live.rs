//! Conversations that are no file of their own, read while they are being written. Each look gives what is new; a record
//! that is half written is taken at the next.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::opencode::live::Session;
use super::openhands::folder::Folder;
use super::{Format, Item, Place, Summary};

/// A conversation in a folder or in a database.
pub struct Live {
    kind: Kind,
    stamp: Option<Vec<Stamp>>,
}

enum Kind {
    Folder(Box<Folder>),
    Session(Box<Session>),
}

/// What metadata tell of a file or folder.
pub(super) type Stamp = Option<(u64, SystemTime)>;

impl Live {
    /// A conversation at its start; `None` for one that has a file of its own.
    pub fn open(place: &Place) -> io::Result<Option<Live>> {
        let kind = match place {
            Place::File(_) => return Ok(None),
            Place::Events(folder) => Kind::Folder(Box::new(Folder::new(folder.clone()))),
            Place::Storage(session) => Kind::Session(Box::new(Session::in_files(session)?)),
            Place::Database(path, session) => Kind::Session(Box::new(Session::in_database(path, session.as_deref())?)),
        };
        Ok(Some(Live { kind, stamp: None }))
    }

    /// The format of its records.
    pub fn format(&self) -> Format {
        match self.kind {
            Kind::Folder(_) => Format::OpenHands,
            Kind::Session(_) => Format::OpenCode,
        }
    }

    /// What is new. Unless `told` that something happened, metadata have to show that there may be anything.
    pub fn look(&mut self, told: bool) -> io::Result<Vec<Item>> {
        let stamp = Some(match &self.kind {
            Kind::Folder(folder) => folder.stamp(),
            Kind::Session(session) => session.stamp(),
        });
        if !told && self.stamp == stamp {
            return Ok(Vec::new());
        }
        let news = match &mut self.kind {
            Kind::Folder(folder) => folder.look(),
            Kind::Session(session) => session.look(),
        }?;
        self.stamp = stamp;
        Ok(news)
    }

    /// What a last look leaves: texts that were not finished.
    pub fn finish(&mut self) -> Vec<Item> {
        match &mut self.kind {
            Kind::Folder(_) => Vec::new(),
            Kind::Session(session) => session.finish(),
        }
    }

    /// What it has told beside its items.
    pub fn summary(&self) -> Summary {
        match &self.kind {
            Kind::Folder(folder) => folder.summary(),
            Kind::Session(session) => session.summary(),
        }
    }

    /// The folder in which something happens when it grows, and how the names begin that count there.
    pub fn watched(&self) -> (PathBuf, String) {
        match &self.kind {
            Kind::Folder(folder) => (folder.events(), String::new()),
            Kind::Session(session) => session.watched(),
        }
    }
}

/// The stamp of a path.
pub(super) fn stamp(path: &Path) -> Stamp {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

/// The names in a folder, in order; none where there is no folder.
pub(super) fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_some_and(|kind| kind == "json") && entry.file_type()?.is_file() {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}
