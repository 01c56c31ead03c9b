//! Memory files that the client has open in an editor. While something is typed in one that is not saved, the file is not
//! written under its author's hands: what was to be written is held back until the buffer is saved, closed or as before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::document::Change;
use super::main_loop::Core;
use super::on_disk::is_blank;
use super::workspace::canonical;
use super::writer::edited;
use crate::host::memory_file::{MAX_BYTES, MemoryFile};

/// Most documents that are kept.
const MOST: usize = 64;

/// The open documents.
#[derive(Default)]
pub struct Buffers {
    open: Vec<Buffer>,
    /// Sessions whose file is to be written, by its path.
    held: BTreeMap<PathBuf, (PathBuf, String)>,
}

struct Buffer {
    /// Its path as the client spells it.
    shown: PathBuf,
    /// The path of the memory file that it is.
    file: PathBuf,
    /// `None`: larger than any memory, or not known.
    text: Option<String>,
    /// The text as it was last saved, and the time before.
    saved: Option<String>,
    saved_before: Option<String>,
}

impl Buffers {
    fn get(&self, path: &Path) -> Option<&Buffer> {
        self.open.iter().find(|buffer| buffer.file == path || buffer.shown == path)
    }
}

impl Core {
    /// Whether the client's editor is known to have saved `text` after it had saved `before`.
    pub(super) fn saved(&self, root: &Path, id: &str, before: &str, text: &str) -> bool {
        let entry = self.workspaces.get(root).and_then(|workspace| workspace.sessions.get(id));
        let buffer = entry.and_then(|entry| self.buffers.get(&entry.file.path()));
        buffer.is_some_and(|buffer| {
            // The file may be looked at before the client says that it was saved.
            let earlier = [&buffer.saved, &buffer.saved_before];
            buffer.text.as_deref() == Some(text) && earlier.iter().any(|saved| saved.as_deref() == Some(before))
        })
    }

    /// Takes in what the editor did with a document; those that are no memory file of ours are none of our business.
    pub(super) fn buffer_changed(&mut self, path: &Path, change: &Change) {
        let kept = |text: &String| Some(text.clone()).filter(|text| text.len() as u64 <= MAX_BYTES);
        let at = self.buffers.open.iter().position(|buffer| buffer.shown == path);
        let Some(at) = at else {
            if let Change::Text(text) = change {
                self.buffer_opened(path, kept(text));
            }
            return;
        };
        let buffer = &mut self.buffers.open[at];
        let file = buffer.file.clone();
        match change {
            Change::Text(text) => buffer.text = kept(text),
            Change::Lost => buffer.text = None,
            Change::Saved => {
                buffer.saved_before = std::mem::replace(&mut buffer.saved, buffer.text.clone());
                if let Some((root, _)) = self.memory_file_at(path) {
                    self.look_at_document(&root, &file);
                }
            }
            Change::Closed => drop(self.buffers.open.remove(at)),
            Change::Quiet => return,
        }
        self.release(&file);
    }

    fn buffer_opened(&mut self, path: &Path, text: Option<String>) {
        let Some((root, file)) = self.memory_file_at(path) else { return };
        self.buffers.open.retain(|buffer| buffer.file != file);
        if self.buffers.open.len() < MOST {
            let buffer = Buffer { shown: path.to_owned(), file: file.clone(), text, saved: None, saved_before: None };
            self.buffers.open.push(buffer);
        }
        self.look_at_document(&root, &file);
    }

    /// Whether a session's file must not be written now; it is written later then.
    pub(super) fn hold_back(&mut self, root: &Path, id: &str) -> bool {
        if self.buffers.open.is_empty() || !self.is_typed_in(root, id) {
            return false;
        }
        let entry = self.workspaces.get(root).and_then(|workspace| workspace.sessions.get(id));
        self.buffers.held.extend(entry.map(|entry| (entry.file.path(), (root.to_owned(), id.to_owned()))));
        true
    }

    /// Whether the client's editor has something that is neither on disk nor a version of ours.
    fn is_typed_in(&self, root: &Path, id: &str) -> bool {
        let Some(workspace) = self.workspaces.get(root) else { return false };
        let Some(entry) = workspace.sessions.get(id) else { return false };
        let Some(buffer) = self.buffers.get(&entry.file.path()) else { return false };
        let Some(text) = &buffer.text else { return true };
        if buffer.saved.as_ref() == Some(text) {
            return false;
        }
        match entry.file.read() {
            Ok(Some(disk)) if disk == *text => false,
            Ok(None) if is_blank(text) => false,
            _ => !matches!(edited(&workspace.store, entry.key, text), Ok(None)),
        }
    }

    /// Has written what was held back, if nothing is typed any more.
    fn release(&mut self, file: &Path) {
        let Some((root, id)) = self.buffers.held.get(file).cloned() else { return };
        let config = self.config.clone();
        let loaded = self.workspaces.get_mut(&root).map(|workspace| workspace.load(&id, &config));
        if matches!(loaded, Some(Ok(true))) && self.is_typed_in(&root, &id) {
            return;
        }
        self.buffers.held.remove(file);
        self.write_file(&root, &id, None, None, None);
    }

    /// The workspace and the path, as we spell it, of a document that is where memory files are.
    fn memory_file_at(&self, path: &Path) -> Option<(PathBuf, PathBuf)> {
        self.roots().into_iter().find_map(|root| {
            let known = self.workspaces.get(&root).map(|workspace| workspace.root.clone());
            let open = || self.folders.iter().find(|folder| folder.path == root).map(|folder| folder.shown.clone());
            let shown = known.or_else(open)?;
            let inside = path.strip_prefix(&shown).or_else(|_| path.strip_prefix(&root)).map(Path::to_owned);
            let inside = inside.or_else(|_| canonical(path).strip_prefix(&root).map(Path::to_owned)).ok()?;
            MemoryFile::may_be(&self.config.memory_file, &inside).then(|| (root, shown.join(inside)))
        })
    }

    /// Brings the session of a document into memory, so that its file is watched, and looks at the file.
    fn look_at_document(&mut self, root: &Path, file: &Path) {
        let config = self.config.clone();
        let Ok(workspace) = self.workspace(root) else { return };
        let loaded = workspace.sessions.iter().find(|(_, entry)| entry.file.path() == file).map(|(id, _)| id.clone());
        let stored = || {
            let rows = workspace.store.sessions().unwrap_or_default();
            let is_it = |id: &str| workspace.memory_file(id, &config).is_ok_and(|place| place.path() == file);
            rows.into_iter().map(|row| row.id).find(|id| is_it(id))
        };
        let Some(id) = loaded.or_else(stored) else { return };
        if matches!(workspace.load(&id, &config), Ok(true)) {
            self.look_at_file(root, &id);
        }
    }
}
