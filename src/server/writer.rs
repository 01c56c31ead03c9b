//! The thread for what may be slow: memory files, the search index, searches. It has a store connection of its own,
//! so the main loop goes on meanwhile.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::client::{Client, Urgency};
use super::document::{self, ShowView, Work};
use super::main_loop::refused;
use super::task::{Reply, Task};
use super::workspace::stamp;
use crate::engine::conversation::Role;
use crate::engine::effect::Revision;
use crate::engine::search_text::text_of;
use crate::host::memory_file::{FileError, MemoryFile};
use crate::host::store::{Query, SessionKey, Store, StoreError};
use crate::wire::protocol::{RequestError, code};

/// Event text put into the search index in one transaction, in bytes; other writers wait that long.
const INDEX_BYTES: usize = 256 << 10;
/// A file that was written no longer ago than this may still be being written.
const SETTLE: Duration = Duration::from_millis(50);
/// A file that is being written all the time is taken as it is.
const LONGEST_SETTLE: Duration = Duration::from_secs(1);

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
            Job::Write { root, state, session_id, file, known, revision, reply } => {
                let written = self.write(&root, &state, &session_id, &file, known.as_deref());
                if let (Ok(()), Some(revision)) = (&written, &revision) {
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
            let store = Store::open(state)?;
            self.stores.insert(state.to_owned(), store);
        }
        // The key was there or was just put there.
        self.stores.get_mut(state).ok_or_else(|| StoreError::Busy { path: state.to_owned() })
    }

    /// Puts the newest version into the file, unless the user has changed the file: then the loop hears of it first.
    fn write(
        &mut self,
        root: &Path,
        state: &Path,
        id: &str,
        file: &MemoryFile,
        known: Option<&str>,
    ) -> Result<(), RequestError> {
        // Two processes may write the same file: who comes second writes what is newest by then.
        let _lock = lock(state);
        let store = self.store(state).map_err(|error| refused(&error))?;
        let Some(row) = store.session(id).map_err(|error| refused(&error))? else { return Ok(()) };
        let Some(newest) = store.revision(row.key, None).map_err(|error| refused(&error))? else { return Ok(()) };
        let begun = Instant::now();
        loop {
            let Some(disk) = file.read().map_err(|error| file_refused(&error))? else { break };
            if disk == newest.text {
                return Ok(());
            }
            let edited = edited(store, row.key, &disk).map_err(|error| refused(&error))?;
            let Some(base) = edited else { break };
            // An editor that saves in place empties the file first, and what it still writes would be lost with the file
            // that is replaced under it.
            let age = stamp(&file.path()).and_then(|(modified, _)| modified.elapsed().ok()).unwrap_or_default();
            if age < SETTLE && begun.elapsed() < LONGEST_SETTLE {
                std::thread::sleep(SETTLE.saturating_sub(age));
                continue;
            }
            // An empty file is as good as none.
            if known == Some(disk.as_str()) || disk.trim().is_empty() {
                break;
            }
            let task = Task::FileEdited { root: root.to_owned(), session_id: id.to_owned(), base, text: disk };
            let _ = self.tasks.send(task);
            return Ok(());
        }
        file.write(&newest.text).map_err(|error| file_refused(&error))?;
        let _ = self.tasks.send(Task::Written { root: root.to_owned(), session_id: id.to_owned() });
        Ok(())
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

/// Holds other processes off a workspace's memory files; without it (a file system without locks) writes still are
/// atomic, only their order is not settled.
fn lock(state: &Path) -> Option<File> {
    let file = File::options().create(true).truncate(false).write(true).open(state.join("files.lock")).ok()?;
    file.lock().ok()?;
    Some(file)
}

/// The text that a user's edit was made on; `None` where the text is a version of ours.
pub fn edited(store: &Store, key: SessionKey, disk: &str) -> Result<Option<String>, StoreError> {
    let number = disk.lines().take(12).find_map(|line| line.strip_prefix("revision: ")?.trim().parse().ok());
    if let Some(number) = number
        && let Some(revision) = store.revision(key, Some(number))?
    {
        return Ok((revision.text != disk).then_some(revision.text));
    }
    // No version is named: the edit is seen against the newest.
    let newest = store.revision(key, None)?;
    Ok(Some(newest.map(|revision| revision.text).unwrap_or_default()))
}

/// The file's refusal on the wire.
pub fn file_refused(error: &FileError) -> RequestError {
    let data = serde_json::json!({"path": error.path().map(|path| path.display().to_string())});
    RequestError { code: code::WRITE_REFUSED, message: error.to_string(), data: Some(data) }
}
