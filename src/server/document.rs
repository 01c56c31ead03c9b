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
mod owner;
mod references;
mod show;
mod symbols;
mod work;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::oneshot::Sender;

use super::main_loop::Core;
use super::writer::Job;
use crate::engine::edits::Edits;
use crate::engine::outline::{Place, Span};
pub use actions::Action;
pub use check::{Finding, Severity};
pub use complete::{Completion, CompletionKind, Completions};
pub use lens::Lens;
pub use open::{Abilities, Change, Documents};
pub use owner::Owner;
pub use show::{ShowView, forget_views};
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

impl Core {
    /// Answers a request about a document.
    pub(super) fn document(&mut self, uri: &str, path: &Path, request: Request) {
        let Some((owner, text)) = self.memory_document(path) else { return };
        let edits = self.edits_of(&owner);
        // The one who asked may have gone; then nobody waits.
        match request {
            Request::Symbols(reply) => drop(reply.send(symbols::symbols(&text, edits.custom()))),
            Request::Folds(reply) => drop(reply.send(symbols::folds(&text, edits.custom()))),
            Request::References(at, reply) => {
                let names = self.names_of(&owner.root);
                drop(reply.send(references::references(uri, &text, edits.custom(), at, &names)));
            }
            Request::Lenses(reply) => drop(reply.send(self.lenses(&owner).unwrap_or_default())),
            Request::Slow(slow) => self.document_work(uri, path, &owner, text, slow),
        }
    }

    /// Hands work about a document to the writer's thread.
    fn document_work(&mut self, uri: &str, path: &Path, owner: &Owner, text: Arc<str>, slow: Slow) {
        let section_tokens = self.config.engine.section_tokens;
        let edits = self.edits_of(owner);
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
            edits,
            slow,
        };
        self.writer.send(Job::Document(Box::new(work)));
    }

    /// The user's layer over a memory.
    fn edits_of(&self, owner: &Owner) -> Edits {
        let entry = self.workspaces.get(&owner.root).and_then(|workspace| workspace.sessions.get(&owner.session));
        entry.map(|entry| entry.session.edits().clone()).unwrap_or_default()
    }

    /// The folder of a workspace by all of its names.
    fn names_of(&self, root: &Path) -> [PathBuf; 2] {
        let shown = self.workspaces.get(root).map_or_else(|| root.to_owned(), |workspace| workspace.root.clone());
        [shown, root.to_owned()]
    }
}
