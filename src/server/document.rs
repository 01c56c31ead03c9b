//! Memory files as documents of an editor: what the standard requests of the LSP answer about them.
//!
//! The main loop finds out whose document it is and answers what the text alone tells. What looks into the store or at
//! files is handed to the writer's thread ([`Work`]). A request about any other document is dropped, which is an empty
//! answer. Nothing here knows a type of the LSP.

mod actions;
mod check;
mod complete;
mod event;
mod lens;
mod names;
mod open;
mod references;
mod show;
mod symbols;
mod work;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::oneshot::Sender;

use super::main_loop::Core;
use super::workspace::Folder;
use super::writer::Job;
use crate::engine::outline::{Front, Place, Rows, Span};
use crate::host::memory_file::MAX_BYTES;
pub use actions::Action;
pub use check::{Finding, Severity};
pub use complete::{Completion, CompletionKind, Completions};
pub use lens::Lens;
pub use open::{Abilities, Change, Documents};
pub use show::ShowView;
pub use symbols::{Fold, FoldKind, Symbol};
pub use work::{Slow, Work};

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The document.
    pub uri: String,
    /// The part.
    pub span: Span,
}

/// A tooltip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// Markdown.
    pub text: String,
    /// What it is about.
    pub span: Span,
}

/// A request about a document, with the way to its answer.
#[derive(Debug)]
pub enum Request {
    /// The outline.
    Symbols(Sender<Vec<Symbol>>),
    /// What can be folded.
    Folds(Sender<Vec<Fold>>),
    /// Other items that name the same.
    References(Place, Sender<Vec<Location>>),
    /// What stands above the first row.
    Lenses(Sender<Vec<Lens>>),
    /// What needs the store or the disk.
    Slow(Slow),
}

/// Whose memory a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The workspace folder, without links.
    pub root: PathBuf,
    /// The session.
    pub session: String,
}

impl Core {
    /// Answers a request about a document.
    pub(super) fn document(&mut self, uri: &str, path: &Path, request: Request) {
        let Some((owner, text)) = self.memory_document(path) else { return };
        // The one who asked may have gone; then nobody waits.
        match request {
            Request::Symbols(reply) => drop(reply.send(symbols::symbols(&text))),
            Request::Folds(reply) => drop(reply.send(symbols::folds(&text))),
            Request::References(at, reply) => {
                let names = self.names_of(&owner.root);
                drop(reply.send(references::references(uri, &text, at, &names)));
            }
            Request::Lenses(reply) => drop(reply.send(self.lenses(&owner).unwrap_or_default())),
            Request::Slow(slow) => self.document_work(uri, path, &owner, text, slow),
        }
    }

    /// Hands work about a document to the writer's thread.
    fn document_work(&mut self, uri: &str, path: &Path, owner: &Owner, text: Arc<str>, slow: Slow) {
        let section_tokens = self.config.engine.section_tokens;
        let Ok(workspace) = self.workspace(&owner.root) else { return };
        let work = Work {
            uri: uri.to_owned(),
            path: path.to_owned(),
            text,
            root: owner.root.clone(),
            shown: workspace.root.clone(),
            state: workspace.state.clone(),
            session: owner.session.clone(),
            section_tokens,
            slow,
        };
        self.writer.send(Job::Document(Box::new(work)));
    }

    /// The folder of a workspace by all of its names.
    fn names_of(&self, root: &Path) -> [PathBuf; 2] {
        let shown = self.workspaces.get(root).map_or_else(|| root.to_owned(), |workspace| workspace.root.clone());
        [shown, root.to_owned()]
    }

    /// The owner and the text of a memory file: the editor's text where it is open, else the one on disk.
    fn memory_document(&mut self, path: &Path) -> Option<(Owner, Arc<str>)> {
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
    fn candidates(&self, path: &Path) -> Vec<Folder> {
        let template: Vec<&str> =
            self.config.memory_file.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let fits = |folder: &Folder| {
            let Some(inside) = folder.inside(path) else { return false };
            let parts: Vec<_> = inside.components().collect();
            parts.len() == template.len()
                && parts
                    .iter()
                    .zip(&template)
                    .all(|(part, known)| known.contains("{session}") || part.as_os_str() == std::ffi::OsStr::new(known))
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
                let loaded = workspace.load(&session, &config);
                return loaded.is_ok_and(|loaded| loaded).then_some(Owner { root, session });
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
