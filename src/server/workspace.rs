//! A workspace folder: its store and the sessions of it that are in memory.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::config::{Config, workspace_state_dir};
use crate::engine::conversation::Role;
use crate::engine::edits::Edits;
use crate::engine::event::Stored;
use crate::engine::intake::Intake;
use crate::engine::session::{Memory, Restored, Saved, Session};
use crate::host::memory_file::MemoryFile;
use crate::host::store::{EventRow, Marks, SessionKey, SessionRow, Store, StoreError};

/// Sessions kept in memory for each workspace; the least recently used one goes first.
const KEPT_SESSIONS: usize = 32;
/// Bytes of events read from the store at once.
const READ_BYTES: usize = 8 << 20;

/// A folder that the client has open. However it is spelled, it is one workspace.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its path without links and detours: what tells folders apart.
    pub path: PathBuf,
    /// Its path as the client spells it: what its files are called in answers.
    pub shown: PathBuf,
}

impl Folder {
    /// A folder by any of its names.
    pub fn new(shown: PathBuf) -> Folder {
        Folder { path: canonical(&shown), shown: shown.components().collect() }
    }
}

/// A path without links and detours; one that does not exist stays as it is spelled.
pub fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.components().collect())
}

/// A session in memory.
pub struct Entry {
    /// The engine's side.
    pub session: Session,
    /// Its number in the store.
    pub key: SessionKey,
    /// How far it has come in the store, as far as `session` knows.
    pub marks: Marks,
    /// Where its memory is written.
    pub file: MemoryFile,
    /// Tokens of all its events when its state was last saved.
    pub saved_tokens: u64,
    /// Something happened that the events alone do not tell: the state is to be saved soon.
    pub save_soon: bool,
    /// Tokens of all its events.
    pub tokens: u64,
    /// State of the memory file when it was last looked at.
    pub stamp: Option<Stamp>,
    used: u64,
}

/// What tells that a file may have changed.
pub type Stamp = (SystemTime, u64);

/// The stamp of a file that exists.
pub fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::symlink_metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// A workspace folder with its store open.
pub struct Workspace {
    /// The folder as the client spells it.
    pub root: PathBuf,
    /// Its store's folder.
    pub state: PathBuf,
    /// Its store.
    pub store: Store,
    /// Its sessions in memory.
    pub sessions: HashMap<String, Entry>,
    uses: u64,
}

impl Workspace {
    /// Opens the store of a folder, which is made where it is missing.
    pub fn open(folder: &Folder, state_dir: &Path) -> Result<Workspace, StoreError> {
        let state = workspace_state_dir(state_dir, &folder.path);
        let store = Store::open(&state)?;
        Ok(Workspace { root: folder.shown.clone(), state, store, sessions: HashMap::new(), uses: 0 })
    }

    /// Brings a session into memory as it stands in the store, which other processes may have written to. False where
    /// there is no such session.
    pub fn load(&mut self, id: &str, config: &Config) -> Result<bool, StoreError> {
        let Some(row) = self.store.session(id)? else {
            self.sessions.remove(id);
            return Ok(false);
        };
        let current = self.sessions.get(id).is_some_and(|entry| entry.marks == row.marks && entry.key == row.key);
        if !current {
            tracing::debug!(session = id, seq = row.marks.last_seq, "loading");
            let entry = self.restore(&row, config)?;
            self.sessions.insert(id.to_owned(), entry);
        }
        self.touch(id);
        Ok(true)
    }

    /// Makes room for a session that does not exist yet.
    pub fn begin(&mut self, row: &SessionRow, config: &Config) -> Result<(), StoreError> {
        let entry = Entry {
            session: Session::new(&row.id, config.engine.clone()),
            key: row.key,
            marks: Marks::default(),
            file: self.memory_file(&row.id, config)?,
            saved_tokens: 0,
            save_soon: false,
            tokens: 0,
            stamp: None,
            used: 0,
        };
        self.sessions.insert(row.id.clone(), entry);
        self.touch(&row.id);
        Ok(())
    }

    /// Where the memory of a session lies.
    pub fn memory_file(&self, id: &str, config: &Config) -> Result<MemoryFile, StoreError> {
        let place = MemoryFile::locate(&self.root, &config.memory_file, id);
        place
            .map(|file| file.recorded_in(&self.state))
            .map_err(|error| StoreError::Io { path: self.root.clone(), detail: error.to_string() })
    }

    fn touch(&mut self, id: &str) {
        self.uses += 1;
        if let Some(entry) = self.sessions.get_mut(id) {
            entry.used = self.uses;
        }
        if self.sessions.len() > KEPT_SESSIONS
            && let Some(oldest) = self.sessions.iter().min_by_key(|(_, entry)| entry.used).map(|(id, _)| id.clone())
        {
            self.save(&oldest);
            self.sessions.remove(&oldest);
        }
    }

    fn restore(&self, row: &SessionRow, config: &Config) -> Result<Entry, StoreError> {
        let store = &self.store;
        let saved =
            store.snapshot(row.key)?.and_then(|snapshot| match serde_json::from_slice::<Saved>(&snapshot.state) {
                Ok(saved) => Some((saved, snapshot.seq)),
                Err(error) => {
                    tracing::warn!(session = row.id, "the saved state is of another version and is made anew: {error}");
                    None
                }
            });
        let cut = store.last_compaction(row.key)?;
        let first = cut.as_ref().map_or(1, |cut| cut.keep_from);
        let first = saved.as_ref().map_or(1, |(_, seq)| first.min(seq + 1));
        let mut events = Vec::new();
        if first > 1 {
            let head = store.events(row.key, 1, first - 1, 1 << 20)?;
            events.extend(head.into_iter().take_while(|event| event.role == Some(Role::System)).filter_map(stored));
        }
        let mut next = first;
        while next <= row.marks.last_seq {
            let rows = store.events(row.key, next, row.marks.last_seq, READ_BYTES)?;
            let Some(last) = rows.last() else { break };
            next = last.seq + 1;
            events.extend(rows.into_iter().filter(|event| !event.abandoned).filter_map(stored));
        }
        let memory = store.revision(row.key, None)?.map(|revision| Memory {
            revision: revision.row.revision,
            covered_through: revision.row.covered,
            source: source(&revision.row.source),
            updated_at: revision.row.at,
            text: revision.text,
        });
        let layer = store.layer(row.key, None)?;
        let restored = Restored {
            saved,
            edits: layer.map(|layer| edits(&row.id, &layer)).unwrap_or_default(),
            memory,
            cut: cut
                .map(|cut| (cut.at_seq, cut.keep_from, u64::from(cut.tokens_after), cut.memory.unwrap_or_default())),
            context_limit: row.context_limit,
            events,
        };
        Ok(Entry {
            session: Session::restore(&row.id, config.engine.clone(), restored),
            key: row.key,
            marks: row.marks,
            file: self.memory_file(&row.id, config)?,
            saved_tokens: row.tokens,
            save_soon: false,
            tokens: row.tokens,
            stamp: None,
            used: 0,
        })
    }

    /// Saves the state of a session, so that it need not read all its events again. Losing it loses nothing.
    pub fn save(&mut self, id: &str) {
        let Some(entry) = self.sessions.get_mut(id) else { return };
        let (saved, _) = entry.session.saved();
        let result = serde_json::to_vec(&saved).map_err(|error| error.to_string()).and_then(|state| {
            self.store.save_snapshot(entry.key, entry.marks, &state).map_err(|error| error.to_string())
        });
        match result {
            Ok(_) => {
                entry.saved_tokens = entry.tokens;
                entry.save_soon = false;
            }
            Err(error) => tracing::warn!(session = id, "the state was not saved: {error}"),
        }
    }
}

/// The user's layer as stored.
pub fn edits(id: &str, layer: &str) -> Edits {
    serde_json::from_str(layer).unwrap_or_else(|error| {
        tracing::error!(session = id, "the user's lines in the memory are unreadable: {error}");
        Edits::default()
    })
}

/// The engine's name of a source.
pub fn source(name: &str) -> &'static str {
    match name {
        "model" => "model",
        "user" => "user",
        _ => "extractive",
    }
}

/// A stored event as the engine takes it. What was readable when it came is readable now.
fn stored(row: EventRow) -> Option<Stored> {
    let (seq, at) = (row.seq, row.at);
    match Intake::new(&row.raw, false) {
        Ok(intake) => Some(intake.stored(seq, at)),
        Err(error) => {
            tracing::error!(seq, "a stored event is unreadable: {error}");
            None
        }
    }
}
