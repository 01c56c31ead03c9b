//! The thread for what may be slow: memory files, the search index, searches. It has a store connection of its own,
//! so the main loop goes on meanwhile.

mod file;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::client::{Client, Urgency};
use super::document::{self, ShowView, Work};
use super::main_loop::refused;
use super::task::{Reply, Task};
use crate::engine::conversation::Role;
use crate::engine::effect::Revision;
use crate::engine::search_text::text_of;
use crate::host::memory_file::MemoryFile;
use crate::host::pokes;
use crate::host::store::{Query, Store, StoreError};
use crate::wire::protocol::RequestError;
pub use file::{edited, file_refused, revision_named};

/// Event text put into the search index in one transaction, in bytes; other writers wait that long.
const INDEX_BYTES: usize = 256 << 10;

/// Something to do.
pub enum Job {
    /// The newest version of a memory is to stand in its file.
    Write {
        /// The workspace folder.
        root: PathBuf,
        /// Its store's folder.
        state: PathBuf,
        /// The session.
        session_id: String,
        /// Where the file is.
        file: MemoryFile,
        /// A text on disk that is known and may be replaced, although it is none of the stored versions.
        known: Option<String>,
        /// The file is not to be written now: its user is at work on it.
        held: bool,
        /// The version that led here, to be announced.
        revision: Option<Box<Revision>>,
        /// A request that waits for it, with its answer.
        reply: Option<(Reply, String)>,
    },
    /// The file of a deleted session and its last bytes in the store are to go.
    Forget {
        /// The store's folder.
        state: PathBuf,
        /// The session.
        session_id: String,
        /// Where the file is.
        file: MemoryFile,
        /// The request that waits for it.
        reply: Reply,
    },
    /// New events are to be found by searches.
    Index {
        /// The store's folder.
        state: PathBuf,
    },
    /// A search.
    Search {
        /// Stores to search.
        states: Vec<PathBuf>,
        /// What for.
        query: String,
        /// Only in this session.
        session_id: Option<String>,
        /// Only these roles.
        roles: Option<Vec<Role>>,
        /// Most hits.
        limit: usize,
        /// Where the answer goes.
        reply: Reply,
    },
    /// Something about an open document.
    Document(Box<Work>),
    /// Nothing is wrong any more with the document of this URI.
    NothingWrong(String),
    /// A text to show in the editor.
    Show(ShowView),
    /// Everything sent before is done.
    Flush {
        /// Told then.
        reply: oneshot::Sender<()>,
    },
    /// The thread ends.
    End,
}

impl Job {
    /// Whether a client waits for it.
    pub fn is_awaited(&self) -> bool {
        matches!(self, Job::Write { reply: Some(_), .. } | Job::Forget { .. })
    }
}

/// The thread.
pub struct Writer {
    jobs: Sender<Job>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts it.
    pub fn start(tasks: Sender<Task>, client: Client) -> std::io::Result<Writer> {
        let (jobs, receiver) = channel();
        let worker = Worker { tasks, client, stores: HashMap::new(), unindexed: Vec::new() };
        let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(move || worker.run(&receiver))?;
        Ok(Writer { jobs, thread: Some(thread) })
    }

    /// Gives it something to do.
    pub fn send(&self, job: Job) {
        // The thread ends only after `end`.
        let _ = self.jobs.send(job);
    }

    /// Ends it after everything sent so far.
    pub fn end(&mut self) {
        self.send(Job::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Worker {
    tasks: Sender<Task>,
    client: Client,
    stores: HashMap<PathBuf, Store>,
    /// Stores with events that are not in the index yet.
    unindexed: Vec<PathBuf>,
}

impl Worker {
    fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            let job = if self.unindexed.is_empty() {
                jobs.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                // Between two steps of indexing everything else goes first.
                jobs.recv_timeout(Duration::ZERO)
            };
            match job {
                Ok(Job::End) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(job) => self.handle(job),
                Err(RecvTimeoutError::Timeout) => self.index_step(),
            }
        }
    }

    fn handle(&mut self, job: Job) {
        let client = self.client.clone();
        match job {
            Job::Write { root, state, session_id, file, known, held, revision, reply } => {
                let poked = state.clone();
                let written = if held {
                    // There is a new version all the same.
                    let task = Task::Written { root, session_id: session_id.clone() };
                    let _ = self.tasks.send(task);
                    Ok(())
                } else {
                    self.write(&root, &state, &session_id, &file, known.as_deref())
                };
                // It is stored, whatever became of the file.
                if let Some(revision) = &revision {
                    if let Err(error) = pokes::poke(&poked) {
                        tracing::debug!("other processes do not hear of a new version: {error}");
                    }
                    self.client.did_update(&session_id, &file.uri(), revision);
                }
                match (written, reply) {
                    (Ok(()), Some((reply, answer))) => drop(reply.send(Ok(answer))),
                    (Err(error), Some((reply, _))) => drop(reply.send(Err(error))),
                    (Ok(()), None) => {}
                    (Err(error), None) => self.client.show(Urgency::Error, error.message),
                }
            }
            Job::Forget { state, session_id, file, reply } => {
                let removed = file.remove().map_err(|error| file_refused(&error));
                let erased = self.store(&state).and_then(|store| store.erase()).map_err(|error| refused(&error));
                let views = document::forget_views(&state, &session_id);
                let _ = reply.send(removed.and(erased).and(views).map(|()| "{}".to_owned()));
            }
            Job::Document(work) => match self.store(&work.state) {
                Ok(store) => work.run(store, &client),
                Err(error) => tracing::warn!("{error}"),
            },
            Job::NothingWrong(uri) => self.client.diagnostics(uri, None, Vec::new()),
            Job::Show(view) => view.run(&self.client),
            Job::Index { state } => {
                if !self.unindexed.contains(&state) {
                    self.unindexed.push(state);
                }
            }
            Job::Search { states, query, session_id, roles, limit, reply } => {
                let _ = reply.send(self.search(&states, &query, session_id.as_deref(), roles.as_deref(), limit));
            }
            Job::Flush { reply } => {
                let _ = reply.send(());
            }
            Job::End => {}
        }
    }

    fn store(&mut self, state: &Path) -> Result<&mut Store, StoreError> {
        if !self.stores.contains_key(state) {
            let store = Store::open_again(state)?;
            self.stores.insert(state.to_owned(), store);
        }
        // The key was there or was just put there.
        self.stores.get_mut(state).ok_or_else(|| StoreError::Busy { path: state.to_owned() })
    }

    fn index_step(&mut self) {
        let Some(state) = self.unindexed.last().cloned() else { return };
        let more = self.store(&state).and_then(|store| store.index_pending(INDEX_BYTES, &text_of));
        if !matches!(more, Ok(true)) {
            self.unindexed.pop();
        }
        if let Err(error) = more {
            tracing::warn!("the search index is not up to date: {error}");
        }
    }

    fn search(
        &mut self,
        states: &[PathBuf],
        query: &str,
        session: Option<&str>,
        roles: Option<&[Role]>,
        limit: usize,
    ) -> Result<String, RequestError> {
        let mut hits = Vec::new();
        for state in states {
            let store = self.store(state).map_err(|error| refused(&error))?;
            let query = Query { text: query, session, roles: roles.unwrap_or_default(), limit, ..Query::default() };
            hits.extend(store.search(&query, &text_of).map_err(|error| refused(&error))?);
        }
        hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        hits.truncate(limit);
        let hits: Vec<_> = hits
            .iter()
            .map(|hit| {
                serde_json::json!({
                    "sessionId": hit.session_id,
                    "seq": hit.seq,
                    "role": hit.role.map(Role::name),
                    "score": hit.score,
                    "snippet": hit.snippet,
                    "at": crate::engine::memory::rfc3339(hit.at),
                })
            })
            .collect();
        Ok(serde_json::json!({ "hits": hits }).to_string())
    }
}
