//! Sessions that agents feed: their transcripts are followed into the store, and what other processes (hooks, commands, other
//! servers) have stored reaches the sessions in memory.
//!
//! Hooks only leave a note in the store ([`Feed`]) and poke ([`pokes`]). One process of a workspace follows,
//! the others only look ([`feeding`]).

mod thread;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use serde_json::json;
use tokio::sync::oneshot::Receiver;
use tokio::sync::oneshot::error::TryRecvError;

pub use thread::Feeder;

use super::main_loop::now;
use super::task::Task;
use crate::config::workspace_state_dir;
use crate::host::feeding::{self, Held};
use crate::host::pokes;
use crate::host::store::{Drained, Feed, Marks, PATIENCE, Store, StoreError};
use crate::transcripts::Place;
use crate::wire::protocol::{Method, RequestError};

/// How long ago a hook may have told of a session that is followed, in milliseconds.
const LIVELY_MS: i64 = 2 * 3_600_000;
/// How long a transcript is waited for that is not there, in milliseconds.
const PATIENCE_MS: i64 = 60_000;
/// Transcripts followed at once in a workspace.
const MOST: usize = 8;

/// The workspace that an agent in this folder works in, and the folder of its store: the nearest folder above that has a store,
/// or the repository, or the folder itself. Nothing above the repository counts.
pub fn workspace_of(state_dir: &Path, folder: &Path) -> (PathBuf, PathBuf) {
    let repository = folder.ancestors().find(|folder| folder.join(".git").exists());
    let inside = folder.ancestors().take_while(|above| repository.is_some_and(|top| above.starts_with(top)));
    let known = inside.map(|above| (above, workspace_state_dir(state_dir, above)));
    let known = known.into_iter().find(|(_, state)| state.join("store.db").exists());
    let (root, state) = known.unwrap_or_else(|| {
        let root = repository.unwrap_or(folder);
        (root, workspace_state_dir(state_dir, root))
    });
    (root.to_owned(), state)
}

/// Who follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A server with a client: it goes before a worker.
    Server,
    /// A process without one; it ends where a server is.
    Worker,
}

/// The sessions of one workspace that agents feed.
pub struct Feeding {
    root: PathBuf,
    state: PathBuf,
    role: Role,
    tasks: Sender<Task>,
    store: Option<Store>,
    changes: Option<i64>,
    /// There was no store yet at the first look, so everything in it is new.
    from_the_start: bool,
    serving: Option<Held>,
    turn: Option<Held>,
    /// Transcripts that are followed, each for its session.
    following: HashMap<String, String>,
    /// Imports that have not answered yet.
    starting: Vec<(String, Receiver<Result<String, RequestError>>)>,
    /// A transcript is not there yet.
    waiting: bool,
    /// Something that hooks have put aside could not be taken in.
    put_aside: bool,
    marks: HashMap<String, Marks>,
    /// Processes of agents that live as far as anyone knows.
    pub processes: HashSet<String>,
}

impl Feeding {
    /// For the workspace folder `root` with its store in `state`.
    pub fn new(root: PathBuf, state: PathBuf, role: Role, tasks: Sender<Task>) -> Feeding {
        Feeding {
            root,
            state,
            role,
            tasks,
            store: None,
            changes: None,
            from_the_start: false,
            serving: None,
            turn: None,
            following: HashMap::new(),
            starting: Vec::new(),
            waiting: false,
            put_aside: false,
            marks: HashMap::new(),
            processes: HashSet::new(),
        }
    }

    fn root(&self) -> &Path {
        &self.root
    }

    fn state_name(&self) -> Option<&std::ffi::OsStr> {
        self.state.file_name()
    }

    /// Something was not ready at the last look.
    pub fn is_waiting(&self) -> bool {
        self.waiting || self.put_aside || !self.starting.is_empty()
    }

    /// Whether this process is the one that follows; tries to be.
    pub fn is_feeder(&mut self) -> bool {
        if self.role == Role::Server && self.serving.is_none() {
            self.serving = feeding::serve(&self.state).ok().flatten();
        }
        if self.turn.is_none() {
            self.turn = feeding::feed(&self.state).ok().flatten();
        }
        self.turn.is_some()
    }

    /// Whether the store's folder is still the one that this process feeds.
    pub fn is_there(&self) -> bool {
        self.turn.as_ref().is_some_and(Held::is_there)
    }

    /// Looks at the store. Whether anything was new.
    ///
    /// # Errors
    /// When the store cannot be read; the next look tries again.
    pub fn look(&mut self) -> Result<bool, StoreError> {
        self.report();
        // A workspace that no agent ever worked in has no store, and looking makes none.
        if self.store.is_none() {
            if !self.state.join("store.db").exists() {
                self.from_the_start = true;
                return Ok(false);
            }
            self.store = Some(Store::join(&self.state)?);
        }
        let was_feeder = self.turn.is_some();
        let feeder = self.is_feeder();
        let taken = self.take_in();
        let Some(store) = &self.store else { return Ok(false) };
        let changes = store.changes()?;
        let news = self.changes != Some(changes) || self.waiting || was_feeder != feeder || taken;
        if !news && !self.put_aside {
            return Ok(false);
        }
        let first = self.changes.replace(changes).is_none() && !self.from_the_start;
        self.waiting = false;
        let feeds = store.feeds(now() - LIVELY_MS)?;
        let sessions = store.sessions()?;
        self.processes = feeds.iter().filter_map(|feed| feed.process.clone()).collect();
        if feeder {
            self.follow(&feeds);
        }
        let told = |id: &str| feeds.iter().any(|feed| feed.transcript.is_none() && feed.session.as_deref() == Some(id));
        for row in sessions {
            let known = self.marks.insert(row.id.clone(), row.marks);
            // What a hook itself has stored is news to whoever it has started; the versions are not.
            let known = if first && !told(&row.id) { Some(row.marks) } else { known };
            if known != Some(row.marks) {
                let known = if first { row.marks.last_revision } else { known.map_or(0, |marks| marks.last_revision) };
                let revisions = known + 1..=row.marks.last_revision;
                self.tell(Task::Stored { root: self.root.clone(), session_id: row.id, revisions });
            }
        }
        Ok(news)
    }

    /// Takes in what hooks have put aside. Whether there was anything.
    fn take_in(&mut self) -> bool {
        let Some(store) = &mut self.store else { return false };
        let drained = store.drain(PATIENCE).unwrap_or_else(|error| {
            tracing::warn!("what hooks have put aside is not taken in yet: {error}");
            Drained { taken: 0, left: true, unreadable: 0 }
        });
        if drained.unreadable > 0 {
            tracing::warn!("{} files that hooks had put aside were unreadable", drained.unreadable);
        }
        self.put_aside = drained.left;
        drained.taken > 0
    }

    /// Follows the newest transcript of each session.
    fn follow(&mut self, feeds: &[Feed]) {
        let mut seen = HashSet::new();
        for feed in feeds {
            let (Some(session), Some(transcript)) = (&feed.session, &feed.transcript) else { continue };
            if !seen.insert(session) || seen.len() > MOST || self.following.get(session) == Some(transcript) {
                continue;
            }
            if Place::of(Path::new(transcript)).is_err() {
                // The agent has not written it yet, if it is still at work.
                self.waiting |= now() - feed.at < PATIENCE_MS;
                continue;
            }
            let params = json!({
                "path": transcript,
                "sessionId": session,
                "workspaceFolder": crate::host::memory_file::file_uri(&self.root),
                "follow": true,
            });
            let (reply, answer) = tokio::sync::oneshot::channel();
            self.tell(Task::Request { method: Method::Import, params: params.to_string(), reply });
            self.starting.push((session.clone(), answer));
            self.following.insert(session.clone(), transcript.clone());
        }
    }

    /// Takes note of imports that failed, so that they are tried again.
    fn report(&mut self) {
        let following = &mut self.following;
        self.starting.retain_mut(|(session, answer)| match answer.try_recv() {
            Ok(Ok(_)) | Err(TryRecvError::Closed) => false,
            Ok(Err(error)) => {
                tracing::warn!(session, "the agent's transcript is not followed: {error}");
                following.remove(session);
                false
            }
            Err(TryRecvError::Empty) => true,
        });
    }

    fn tell(&self, task: Task) {
        // The loop is gone only when the process ends.
        let _ = self.tasks.send(task);
    }
}

impl Drop for Feeding {
    /// Others may follow now, and hear of it.
    fn drop(&mut self) {
        let fed = self.turn.take().is_some();
        self.serving = None;
        if fed && let Err(error) = pokes::poke(&self.state) {
            tracing::debug!("others do not hear that nobody feeds any more: {error}");
        }
    }
}
