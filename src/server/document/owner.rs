//! Whose memory a document is. A client may ask about any path, and a front matter may say anything: what counts is that
//! the memory file of a session has exactly this path.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::outline::{Front, Rows};
use crate::host::memory_file::{FileError, MAX_BYTES, MemoryFile};
use crate::server::main_loop::Core;
use crate::server::workspace::Folder;

/// Whose memory a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The workspace folder, without links.
    pub root: PathBuf,
    /// The session.
    pub session: String,
}

impl Core {
    /// The owner and the text of a memory file: the editor's text where it is open, else the one on disk.
    pub(super) fn memory_document(&mut self, path: &Path) -> Option<(Owner, Arc<str>)> {
        let open = self.documents.text(path);
        let known = self.documents.owner(path);
        let text = match open {
            Some(text) => text,
            None => {
                let id = self.owner_of(path, "")?;
                let entry = self.workspace(&id.root).ok()?.sessions.get(&id.session)?;
                entry.file.read().ok()??.into()
            }
        };
        if u64::try_from(text.len()).is_ok_and(|bytes| bytes > MAX_BYTES) {
            return None;
        }
        let owner = match known {
            Some(owner) => owner,
            None => self.owner_of(path, &text)?,
        };
        self.documents.own(path, &owner);
        // The session may have been forgotten, or its place in memory given to another one.
        let config = self.config.clone();
        match self.workspace(&owner.root).ok()?.load(&owner.session, &config) {
            Ok(true) => Some((owner, text)),
            Ok(false) => None,
            Err(error) => {
                tracing::warn!("{}: {error}", path.display());
                None
            }
        }
    }

    /// The workspace folders in which this path could be a memory file, as far as the words of the path tell.
    pub(super) fn candidates(&self, path: &Path) -> Vec<Folder> {
        let fits = |folder: &Folder| {
            folder.inside(path).is_some_and(|inside| MemoryFile::may_be(&self.config.memory_file, inside))
        };
        let folder = |root: PathBuf| {
            let known = self.folders.iter().find(|folder| folder.path == root).cloned();
            known.unwrap_or_else(|| Folder::new(root))
        };
        self.roots().into_iter().map(folder).filter(fits).collect()
    }

    /// The session whose memory file has this path. The front matter only says which one to try first: what it names
    /// counts where the file of that session is this one.
    fn owner_of(&mut self, path: &Path, text: &str) -> Option<Owner> {
        let config = self.config.clone();
        for folder in self.candidates(path) {
            let root = folder.path.clone();
            let Ok(workspace) = self.workspace(&root) else { continue };
            let Some(inside) = folder.inside(path) else { continue };
            let is_its_file = |id: &str| {
                let file = workspace.memory_file(id, &config);
                file.is_ok_and(|file| folder.inside(&file.path()) == Some(inside))
            };
            let named = Front::read(&Rows::new(text)).session;
            let named =
                named.filter(|id| is_its_file(id) && workspace.store.session(id).is_ok_and(|row| row.is_some()));
            let session = match named {
                Some(id) => Some(id),
                None => {
                    let rows = workspace.store.sessions().unwrap_or_default();
                    rows.into_iter().map(|row| row.id).find(|id| is_its_file(id))
                }
            };
            if let Some(session) = session {
                if !workspace.load(&session, &config).is_ok_and(|loaded| loaded) {
                    return None;
                }
                // A file of the user's that stands where the memory belongs is none.
                let entry = workspace.sessions.get(&session)?;
                let foreign = matches!(entry.file.read(), Err(FileError::NotOurs { .. }));
                return (!foreign).then_some(Owner { root, session });
            }
        }
        None
    }
}

impl Folder {
    /// The part of a path below this folder, by whichever of its names.
    fn inside<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        path.strip_prefix(&self.shown).or_else(|_| path.strip_prefix(&self.path)).ok()
    }
}
