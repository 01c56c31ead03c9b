//! The texts of documents that the editor has open: they count, not what is on disk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::Check;
use super::{Owner, Slow};
use crate::server::main_loop::Core;
use crate::server::writer::Job;

/// Documents of a client kept at most; a client that never closes any does not fill the memory.
const MOST: usize = 64;

/// What an editor does with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is open, with this text; or it has this text now.
    Text(String),
    /// It has another text, which is not known: a client tells parts although it was asked for the whole.
    Lost,
    /// It was saved.
    Saved,
    /// Nothing was typed for a while since that version.
    Quiet,
    /// It is closed.
    Closed,
}

#[derive(Debug)]
struct Document {
    uri: String,
    version: i64,
    text: Arc<str>,
    owner: Option<Owner>,
    /// The client was told what is wrong with it.
    told: bool,
}

/// What a client says it can do with documents: without it, an answer has the older or plainer of two shapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of the LSP")]
pub struct Abilities {
    /// It can open a document for us.
    pub shows: bool,
    /// It can be told that code lenses have changed.
    pub refreshes_lenses: bool,
    /// It shows symbols below symbols; else it wants a flat list.
    pub nests_symbols: bool,
    /// It shows markdown; else it wants plain text.
    pub renders_markdown: bool,
    /// It takes code actions with their edits; else it can do nothing with ours.
    pub takes_edits: bool,
}

/// The open documents that may be memory files.
#[derive(Debug, Default)]
pub struct Documents {
    /// What the client can do.
    pub abilities: Abilities,
    open: HashMap<PathBuf, Document>,
}

impl Documents {
    /// The text of an open document.
    pub fn text(&self, path: &Path) -> Option<Arc<str>> {
        self.open.get(path).map(|document| Arc::clone(&document.text))
    }

    /// Whose memory an open document is, as far as that was found out.
    pub(super) fn owner(&self, path: &Path) -> Option<Owner> {
        self.open.get(path).and_then(|document| document.owner.clone())
    }

    pub(super) fn own(&mut self, path: &Path, owner: &Owner) {
        if let Some(document) = self.open.get_mut(path) {
            document.owner = Some(owner.clone());
        }
    }

    /// Memory files may have other places now.
    pub fn disown(&mut self) {
        for document in self.open.values_mut() {
            document.owner = None;
        }
    }

    fn of(&self, owner: &Owner) -> Vec<PathBuf> {
        let owned = self.open.iter().filter(|(_, document)| document.owner.as_ref() == Some(owner));
        owned.map(|(path, _)| path.clone()).collect()
    }
}

impl Core {
    /// Takes in what the editor did with a document.
    pub(in crate::server) fn document_changed(&mut self, uri: &str, path: &Path, version: i64, change: Change) {
        match change {
            Change::Text(text) => {
                let known = self.documents.open.contains_key(path);
                if !known && (self.candidates(path).is_empty() || self.documents.open.len() >= MOST) {
                    return;
                }
                let owner = self.documents.owner(path);
                let told = self.documents.open.get(path).is_some_and(|document| document.told);
                let document = Document { uri: uri.to_owned(), version, text: text.into(), owner, told };
                self.documents.open.insert(path.to_owned(), document);
                if !known {
                    self.check(path);
                }
            }
            Change::Saved => self.check(path),
            Change::Quiet => {
                // Where somebody typed meanwhile, another quiet will follow.
                if self.documents.open.get(path).is_some_and(|document| document.version == version) {
                    self.check(path);
                }
            }
            Change::Lost | Change::Closed => {
                let Some(document) = self.documents.open.remove(path) else { return };
                if document.told {
                    self.nothing_wrong(document.uri);
                }
            }
        }
    }

    /// Looks a memory over again after a new version of it.
    pub(in crate::server) fn version_written(&mut self, root: &Path, session: &str) {
        let owner = Owner { root: root.to_owned(), session: session.to_owned() };
        let open = self.documents.of(&owner);
        if !open.is_empty() && self.documents.abilities.refreshes_lenses {
            self.client.lenses_changed();
        }
        for path in open {
            self.check(&path);
        }
    }

    fn check(&mut self, path: &Path) {
        let Some(document) = self.documents.open.get(path) else { return };
        let (uri, version) = (document.uri.clone(), document.version);
        let memory = self.memory_document(path);
        let told = self
            .documents
            .open
            .get_mut(path)
            .is_some_and(|document| std::mem::replace(&mut document.told, memory.is_some()));
        match memory {
            Some((owner, text)) => {
                let slow = Slow::Check(Check { version: i32::try_from(version).ok() });
                self.document_work(&uri, path, &owner, text, slow);
            }
            // It was a memory until its session was forgotten.
            None if told => self.nothing_wrong(uri),
            None => {}
        }
    }

    /// Takes back what was told about a document, behind the checks that are under way.
    fn nothing_wrong(&mut self, uri: String) {
        self.writer.send(Job::NothingWrong(uri));
    }
}
