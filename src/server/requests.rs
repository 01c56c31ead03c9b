//! The requests, one file for each kind. A request stores first and answers then; what it wants written to a file is
//! handed to the writer.

mod append;
mod compact;
mod deliver;
mod discover;
mod find;
mod memory;
mod model;
mod timeline;
mod versions;

use std::path::{Path, PathBuf};
use std::time::Instant;

pub use append::Given;
pub use memory::Refresh;

use super::convert::path_of;
use super::main_loop::{Core, now, refused};
use super::task::Reply;
use super::workspace::{Entry, canonical};
use super::writer::Job;
use crate::engine::effect::{Cut, Effect, Revision};
use crate::host::store::{CompactionKind, NewCompaction, NewRevision};
use crate::wire::protocol::{Method, RequestError, SessionParams, params};

/// Times that a request starts over because another process changed the session meanwhile.
const RETRIES: u32 = 5;

impl Core {
    /// Handles a request; the answer may come later.
    pub(super) fn request(&mut self, method: Method, text: &str, reply: Reply) {
        let result = match method {
            Method::Append => self.append(text),
            Method::Compact => self.compact(text),
            Method::Memory => self.memory(text),
            Method::History => self.history(text),
            Method::Diff => self.diff(text),
            Method::Blame => self.blame(text),
            Method::Explain => self.explain(text),
            Method::Restore => return self.restore(text, reply),
            Method::Pin => return self.pin(text, reply),
            Method::Events => self.events(text),
            Method::Timeline => self.timeline(text),
            Method::Sessions => self.sessions(text),
            Method::Deliver => return self.deliver(text, reply),
            Method::Refresh => return self.refresh(text, reply),
            Method::Search => return self.search(text, reply),
            Method::Discover => return self.discover(text, reply),
            Method::Forget => return self.forget(text, reply),
            Method::Import => return self.import(text, reply),
        };
        match result {
            Ok((answer, then)) => {
                self.show_answer(method, text, &answer);
                let _ = reply.send(Ok(answer));
                if !(self.later.is_empty() && self.notices.is_empty() && self.asks.is_empty()) {
                    self.answered_at.get_or_insert_with(Instant::now);
                }
                if let Some((root, id)) = then {
                    self.changed(&root, &id);
                }
            }
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    /// The folder that a `workspaceFolder` names; without one the client's first.
    pub(super) fn folder(&self, named: Option<&str>) -> Result<PathBuf, RequestError> {
        let Some(named) = named else {
            return self.folders.first().map(|folder| folder.path.clone()).ok_or_else(|| {
                RequestError::invalid(
                    "workspaceFolder",
                    "is missing, and the client has no workspace folder open; a file URI of a folder is accepted",
                )
            });
        };
        let path = path_of(named).ok_or_else(|| {
            RequestError::invalid("workspaceFolder", format!("{named:?} is not a file URI of a folder on this machine"))
        })?;
        if path.is_dir() {
            Ok(canonical(&path))
        } else {
            Err(RequestError::invalid("workspaceFolder", format!("{} is not a folder", path.display())))
        }
    }

    fn entry(&mut self, root: &Path, id: &str) -> Option<&mut Entry> {
        self.workspaces.get_mut(root)?.sessions.get_mut(id)
    }

    /// Does what the engine asks. `None`: another process was faster, and the session is to be loaded again.
    pub(super) fn perform(&mut self, root: &Path, id: &str, effects: Vec<Effect>) -> Result<Option<()>, RequestError> {
        let mut revision: Option<Box<Revision>> = None;
        let mut cut: Option<Box<Cut>> = None;
        for effect in effects {
            match effect {
                Effect::Revised(revised) => revision = Some(revised),
                Effect::Cut(made) => cut = Some(made),
                Effect::Pressure { .. } => self.notices.push((id.to_owned(), effect)),
                Effect::Ask(ask) => self.asks.push((root.to_owned(), id.to_owned(), ask)),
                Effect::Compacted { .. } => {}
            }
        }
        let Some(workspace) = self.workspaces.get_mut(root) else { return Ok(None) };
        let Some(entry) = workspace.sessions.get_mut(id) else { return Ok(None) };
        let swapped = match (&cut, &revision) {
            // Both before the answer: who has it may ask another server for the version.
            (Some(cut), revision) => {
                let revision = revision.as_deref().map(new_revision);
                workspace.store.add_compaction(entry.key, entry.marks, &new_compaction(cut), revision.as_ref())
            }
            (None, Some(revision)) => workspace.store.add_revision(entry.key, entry.marks, &new_revision(revision)),
            (None, None) => Ok(Ok(entry.marks)),
        };
        match swapped {
            Ok(Ok(marks)) => {
                let revised = marks.last_revision > entry.marks.last_revision;
                entry.marks = marks;
                // What the reports so far have taught about token counts does not follow from the events behind a cut.
                entry.save_soon |= cut.is_some();
                // Where another process made a version meanwhile, that one is as good, and the session is loaded again
                // at its next use.
                if let Some(revision) = revision.filter(|_| revised) {
                    self.write_file(root, id, Some(revision), None, None);
                }
                Ok(Some(()))
            }
            // The engine is ahead of the store now: only loading the session again is safe.
            Ok(Err(_)) => {
                workspace.sessions.remove(id);
                Ok(None)
            }
            Err(error) => {
                workspace.sessions.remove(id);
                Err(refused(&error))
            }
        }
    }

    /// Has the newest memory written to its file, or held back while its user types in it.
    pub(super) fn write_file(
        &mut self,
        root: &Path,
        id: &str,
        revision: Option<Box<Revision>>,
        known: Option<String>,
        reply: Option<(Reply, String)>,
    ) {
        self.made_here.extend(revision.iter().map(|revision| (id.to_owned(), revision.revision)));
        let held = self.hold_back(root, id);
        let Some(workspace) = self.workspaces.get(root) else { return };
        let Some(entry) = workspace.sessions.get(id) else { return };
        self.later.push(Job::Write {
            root: root.to_owned(),
            state: workspace.state.clone(),
            session_id: id.to_owned(),
            file: entry.file.clone(),
            known,
            held,
            revision,
            reply,
        });
    }

    fn forget(&mut self, text: &str, reply: Reply) {
        let forgotten = params::<SessionParams>(text).and_then(|params| {
            let root = self.find(&params.session_id)?;
            self.imports.stop_session(&params.session_id);
            let workspace = self.workspace(&root)?;
            let file = workspace.sessions.remove(&params.session_id).map(|entry| entry.file);
            workspace.store.delete(&params.session_id).map_err(|error| refused(&error))?;
            let state = workspace.state.clone();
            file.map(|file| (file, state, params.session_id.clone()))
                .ok_or_else(|| RequestError::unknown_session(&params.session_id))
        });
        match forgotten {
            Ok((file, state, session_id)) => self.later.push(Job::Forget { state, session_id, file, reply }),
            Err(error) => drop(reply.send(Err(error))),
        }
    }
}

/// An answer, and the session that has something new.
type Answer = Result<(String, Option<(PathBuf, String)>), RequestError>;

fn to_json(value: &impl serde::Serialize) -> Result<String, RequestError> {
    serde_json::to_string(value).map_err(|error| RequestError::internal(error.to_string()))
}

fn busy(id: &str) -> RequestError {
    RequestError::internal(format!("session {id:?} is being changed by other processes all the time; try again"))
}

fn new_revision(revision: &Revision) -> NewRevision<'_> {
    NewRevision {
        at: revision.at,
        source: revision.source,
        origin: revision.origin.name(),
        covered: revision.covered_through,
        tokens: revision.tokens,
        added: revision.diff.added,
        removed: revision.diff.removed,
        text: &revision.text,
        layer: revision.layer.as_deref(),
    }
}

fn new_compaction(cut: &Cut) -> NewCompaction<'_> {
    let small = |tokens: u64| u32::try_from(tokens).unwrap_or(u32::MAX);
    let ours = !cut.memory.is_empty();
    NewCompaction {
        at: now(),
        at_seq: cut.at_seq,
        keep_from: cut.keep_from,
        tokens_before: small(cut.tokens.0),
        // What the live context begins with when it is loaded again: an estimate like those of the events.
        tokens_after: small(cut.estimate),
        kind: if ours { CompactionKind::Ours } else { CompactionKind::Agent },
        memory: ours.then_some(cut.memory.as_str()),
        sources: cut.sources.as_deref(),
    }
}
