//! Work about a document that needs the store or the disk, done on the writer's thread.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::oneshot::Sender;

use super::actions::{self, Action};
use super::check::{self, Check, Finding};
use super::complete::{self, Completions};
use super::event;
use super::names::Target;
use super::{Hover, Location};
use crate::engine::edits::Edits;
use crate::engine::outline::word::Named;
use crate::engine::outline::{Place, Span};
use crate::host::memory_file::file_uri;
use crate::host::store::{SessionKey, Store, StoreError};
use crate::host::tree::Tree;
use crate::host::views;
use crate::server::client::Client;

/// What is asked.
#[derive(Debug)]
pub enum Slow {
    /// A tooltip.
    Hover(Place, Sender<Option<Hover>>),
    /// Where what stands there is.
    Definition(Place, Sender<Vec<Location>>),
    /// What could be typed there.
    Completion(Place, Sender<Completions>),
    /// What could be done there.
    Actions(Span, Sender<Vec<Action>>),
    /// What is wrong with the document.
    Check(Check),
}

/// The work with all that it needs to know.
#[derive(Debug)]
pub struct Work {
    /// The document as the client names it.
    pub uri: String,
    /// Its path.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
    /// The workspace folder, without links.
    pub root: PathBuf,
    /// The workspace folder as the client spells it.
    pub shown: PathBuf,
    /// The folder of its store.
    pub state: PathBuf,
    /// The session.
    pub session: String,
    /// Largest section.
    pub section_tokens: u32,
    /// The user's layer over the memory.
    pub edits: Edits,
    /// What is asked.
    pub slow: Slow,
}

/// What the parts of the work share.
pub(super) struct Ground<'a> {
    pub text: &'a str,
    pub session: &'a str,
    pub section_tokens: u32,
    pub edits: &'a Edits,
    pub state: &'a Path,
    pub store: &'a Store,
    pub key: SessionKey,
    pub tree: &'a Tree,
}

impl Work {
    /// Does it and answers. What fails is logged, and the answer is an empty one.
    pub fn run(self, store: &Store, client: &Client) {
        let Work { uri, path, text, root, shown, state, session, section_tokens, edits, slow } = self;
        let tree = match Tree::open(&shown, &root) {
            Ok(tree) => tree,
            Err(error) => return tracing::warn!("{}: {error}", root.display()),
        };
        let key = match store.session(&session) {
            Ok(Some(row)) => row.key,
            Ok(None) => return,
            Err(error) => return tracing::warn!("{}: {error}", path.display()),
        };
        let (text, state) = (&*text, &*state);
        let ground = Ground { text, session: &session, section_tokens, edits: &edits, state, store, key, tree: &tree };
        let done = match slow {
            Slow::Hover(at, reply) => ground.hover(at).map(|hover| drop(reply.send(hover))),
            Slow::Definition(at, reply) => ground.definition(at).map(|found| drop(reply.send(found))),
            Slow::Completion(at, reply) => {
                let _ = reply.send(complete::completions(text, edits.custom(), at, &tree));
                Ok(())
            }
            Slow::Actions(at, reply) => actions::actions(&ground, at).map(|found| drop(reply.send(found))),
            Slow::Check(Check { version }) => check::findings(&ground).map(|findings: Vec<Finding>| {
                client.diagnostics(uri, version, findings);
            }),
        };
        if let Err(error) = done {
            tracing::warn!("{}: {error}", path.display());
        }
    }
}

impl Ground<'_> {
    /// What happened in the event of a mark, in the newest one that names an identifier, or in the item's own.
    fn hover(&self, at: Place) -> Result<Option<Hover>, StoreError> {
        let Some(target) = Target::at(self.text, self.edits.custom(), at) else { return Ok(None) };
        let named = match (&target.on_mark, target.identifier()) {
            (None, Some((word, span))) => event::newest_with(self, word)?.map(|seq| (seq, span)),
            _ => None,
        };
        let marked = || match target.on_mark {
            Some(on_mark) => Some(on_mark),
            None => target.item.mark.as_ref().map(|(event, _)| (*event, target.span)),
        };
        let Some((seq, span)) = named.or_else(marked) else { return Ok(None) };
        let page = event::page(self, seq)?;
        Ok(page.map(|page| Hover { text: page.short(), span }))
    }

    /// The file of a path, or the event of a mark as a document.
    fn definition(&self, at: Place) -> Result<Vec<Location>, StoreError> {
        let Some(target) = Target::at(self.text, self.edits.custom(), at) else { return Ok(Vec::new()) };
        if let Some((seq, _)) = target.on_mark {
            let Some(page) = event::page(self, seq)? else { return Ok(Vec::new()) };
            return Ok(match views::write(self.state, self.session, &format!("event-{seq}.md"), &page.long()) {
                Ok(path) => vec![Location { uri: file_uri(&path), span: Span::default() }],
                Err(error) => {
                    tracing::warn!("event {seq} cannot be shown: {error}");
                    Vec::new()
                }
            });
        }
        let found = target.words.iter().find_map(|(word, _, _)| {
            // A file may be called `a:10`; most are not.
            let plain = Named { path: word, line: None, column: None };
            [plain, Named::read(word)].into_iter().find_map(|named| {
                let found = self.tree.find(named.path).filter(|found| !found.is_folder)?;
                let place = Place {
                    row: named.line.unwrap_or(1).saturating_sub(1),
                    column: named.column.unwrap_or(1).saturating_sub(1),
                };
                Some(Location { uri: file_uri(&found.path), span: Span { start: place, end: place } })
            })
        });
        Ok(found.into_iter().collect())
    }
}
