//! The memory file as it stands on disk: what an event of the watcher, a request or the writer gives reason to look at,
//! and what follows from what is there.

mod put_back;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::client::Urgency;
use super::main_loop::Core;
use super::workspace::{Entry, Workspace};
use super::writer::{edited, revision_named};
use crate::host::memory_file::{FileError, MemoryFile, Stamp};
use crate::host::store::{SessionKey, Store, StoreError};
use put_back::{PutBack, When};

/// Times that an edit is taken in anew because another process changed the session meanwhile.
const RETRIES: u32 = 5;

/// What is known of a session's file.
#[derive(Default)]
pub struct OnDisk {
    /// Its state when it was last looked at.
    stamp: Option<Stamp>,
    /// It has nothing but white space in it.
    blank: bool,
    /// The last text that was taken in as an edit.
    taken: Option<String>,
    put_back: PutBack,
}

/// What a look at the file finds.
enum Found {
    /// The newest version, or a file that nobody has to care for.
    Nothing,
    /// No file, or one that an accident has emptied.
    Gone,
    /// An older version of ours.
    Older,
    /// Words of the user's.
    Edited { base: String, text: String },
    /// Something that is no text of a memory.
    Unreadable,
    /// It cannot be looked at.
    Refused(String),
}

impl Core {
    /// Looks at the files that the watcher names.
    pub(super) fn look_at(&mut self, files: &BTreeSet<PathBuf>) {
        let named = |(root, workspace): (&PathBuf, &Workspace)| {
            let ids = workspace.sessions.iter().filter(|(_, entry)| files.contains(&entry.file.path()));
            ids.map(|(id, _)| (root.clone(), id.clone())).collect::<Vec<_>>()
        };
        let sessions: Vec<(PathBuf, String)> = self.workspaces.iter().flat_map(named).collect();
        for (root, id) in sessions {
            self.look_at_file(&root, &id);
        }
    }

    /// The writer has written a file; what is looked at now need not be looked at when an answer is waited for.
    pub(super) fn written(&mut self, root: &Path, id: &str) {
        if let Some(entry) = self.workspaces.get(root).and_then(|workspace| workspace.sessions.get(id)) {
            self.watch.check(entry.file.path());
        }
        self.look_at_file(root, id);
    }

    /// Takes in what has happened to the memory file since it was last looked at.
    pub(super) fn look_at_file(&mut self, root: &Path, id: &str) {
        let Some(workspace) = self.workspaces.get_mut(root) else { return };
        let Workspace { store, sessions, .. } = workspace;
        let Some(entry) = sessions.get_mut(id) else { return };
        let seen = Stamp::of(&entry.file.path());
        if seen == entry.on_disk.stamp && !entry.on_disk.put_back.is_due(Instant::now()) {
            return;
        }
        entry.on_disk.stamp = seen;
        let found = look(store, entry.key, &entry.file).unwrap_or_else(|error| Found::Refused(error.to_string()));
        entry.on_disk.blank = matches!(found, Found::Gone);
        if matches!(found, Found::Older) {
            // Whoever goes on from here has not seen what was typed since.
            entry.on_disk.taken = None;
        }
        match found {
            Found::Nothing | Found::Gone => {}
            // The writer moves away what is no text.
            Found::Older | Found::Unreadable => self.put_back(root, id, None),
            Found::Edited { base, text } => self.take_in_edit(root, id, &base, &text),
            Found::Refused(problem) => self.client.show(Urgency::Warning, problem),
        }
    }

    /// The user's text becomes part of the memory, whoever else is changing that meanwhile.
    pub(super) fn take_in_edit(&mut self, root: &Path, id: &str, base: &str, text: &str) {
        for _ in 0..RETRIES {
            let config = self.config.clone();
            let Some(workspace) = self.workspaces.get_mut(root) else { return };
            let taken = workspace.sessions.get_mut(id).and_then(|entry| entry.on_disk.taken.take());
            if !matches!(workspace.load(id, &config), Ok(true)) {
                return;
            }
            // An editor that has not read what was made of its last text saves a change of that text. Of an editor that is
            // not known it is not known whether it has seen that text: what stands in it is no less the user's.
            let base = match taken {
                Some(taken) if revision_named(&taken) == revision_named(text) && self.saved(root, id, &taken, text) => {
                    taken
                }
                _ => base.to_owned(),
            };
            self.file_edited(root, id, base, text);
            if let Some(entry) = self.workspaces.get_mut(root).and_then(|workspace| workspace.sessions.get_mut(id)) {
                entry.on_disk.taken = Some(text.to_owned());
                return;
            }
        }
    }

    /// Has the newest version written in the place of another text that says nothing new, but not in a fight with a tool
    /// that writes that text again and again.
    pub(super) fn put_back(&mut self, root: &Path, id: &str, known: Option<String>) {
        let Some(workspace) = self.workspaces.get_mut(root) else { return };
        let Some(entry) = workspace.sessions.get_mut(id) else { return };
        match entry.on_disk.put_back.ask(Instant::now()) {
            When::Now => self.write_file(root, id, None, known, None),
            When::In(delay) => self.watch.later(entry.file.path(), delay),
            When::Waiting => {}
        }
    }

    /// Has a file written again that was deleted or emptied, because someone asks for the memory.
    pub(super) fn bring_back(&mut self, root: &Path, id: &str) {
        let gone = |entry: &Entry| {
            let workspace_is_there = entry.file.folders().first().is_some_and(|workspace| workspace.is_dir());
            entry.on_disk.blank || workspace_is_there && Stamp::of(&entry.file.path()).is_none()
        };
        let entry = self.workspaces.get(root).and_then(|workspace| workspace.sessions.get(id));
        if entry.is_some_and(gone) {
            self.write_file(root, id, None, None, None);
        }
    }
}

fn look(store: &Store, key: SessionKey, file: &MemoryFile) -> Result<Found, StoreError> {
    let Some(newest) = store.revision(key, None)? else { return Ok(Found::Nothing) };
    let text = match file.read() {
        Ok(Some(text)) => text,
        Ok(None) | Err(FileError::Missing { .. }) => return Ok(Found::Gone),
        Err(error) if error.is_content() => return Ok(Found::Unreadable),
        Err(error) => return Ok(Found::Refused(error.to_string())),
    };
    Ok(if text == newest.text {
        Found::Nothing
    } else if is_blank(&text) {
        Found::Gone
    } else {
        match edited(store, key, &text)? {
            Some(base) => Found::Edited { base, text },
            None => Found::Older,
        }
    })
}

/// Whether nothing is written there.
pub fn is_blank(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim().is_empty()
}
