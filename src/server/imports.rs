//! `import`: reads a transcript on a thread of its own and hands its events to the main loop in batches, which take
//! their turn among the requests. The main loop itself only checks the parameters: a file of any size holds up nobody.
//!
//! A file may be read again at any time, from its start. Its events are known by their names; what it tells of going back
//! and compacting is done only where what follows is new.

mod batch;
mod follow;
mod read;
mod report;
mod take_in;

use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

pub use batch::Batch;
use batch::Target;
use follow::follow;
use read::read;
use report::Report;

use super::client::Client;
use super::convert::path_of;
use super::main_loop::Core;
use super::task::{Reply, Task};
use crate::host::follow::FollowHandle;
use crate::transcripts::{Format, Transcript};
use crate::wire::protocol::{ImportParams, RequestError, check_session_id, params};

/// The files that are being followed. The thread that has read such a file adds it.
#[derive(Clone, Default)]
pub struct Imports {
    following: Arc<Mutex<Vec<(String, FollowHandle)>>>,
}

impl Imports {
    /// Stops following all files.
    pub fn stop(&mut self) {
        self.following().clear();
    }

    /// Stops following the file of one session.
    pub fn stop_session(&mut self, session_id: &str) {
        self.following().retain(|(id, _)| id != session_id);
    }

    /// Whether the file of a session is followed.
    pub fn follows(&self, session_id: &str) -> bool {
        self.following().iter().any(|(id, _)| id == session_id)
    }

    /// Follows a file instead of the one that was followed for its session.
    fn follow(&self, session_id: &str, start: impl FnOnce() -> Option<FollowHandle>) {
        // Held while it starts: who hears that the import is done can stop it.
        let mut following = self.following();
        following.retain(|(id, _)| id != session_id);
        following.extend(start().map(|handle| (session_id.to_owned(), handle)));
    }

    fn following(&self) -> MutexGuard<'_, Vec<(String, FollowHandle)>> {
        self.following.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request asks for, checked as far as that can be done without the file.
struct Wanted {
    root: PathBuf,
    path: PathBuf,
    /// `None`: the file's first lines tell.
    format: Option<Format>,
    /// `None`: the file or its name tells.
    session_id: Option<String>,
    follow: bool,
    redact: bool,
    work_done_token: Option<Value>,
}

impl Core {
    pub(super) fn import(&mut self, text: &str, reply: Reply) {
        let wanted = match self.wanted(text) {
            Ok(wanted) => wanted,
            Err(error) => return drop(reply.send(Err(error))),
        };
        let (tasks, client, imports) = (self.tasks.clone(), self.client.clone(), self.imports.clone());
        let work = move || wanted.import(tasks, client, &imports, reply);
        if let Err(error) = std::thread::Builder::new().name("import".to_owned()).spawn(work) {
            tracing::error!("no thread for an import: {error}");
        }
    }

    fn wanted(&self, text: &str) -> Result<Wanted, RequestError> {
        let params: ImportParams = params(text)?;
        let root = self.folder(params.workspace_folder.as_deref())?;
        let path = path_of(&params.path).unwrap_or_else(|| root.join(&params.path));
        if let Some(id) = &params.session_id {
            check_session_id(id)?;
        }
        let format = match params.format.as_deref() {
            None | Some("auto") => None,
            Some(name) => Some(Format::from_name(name).ok_or_else(|| {
                RequestError::invalid("format", format!("{name:?} is unknown; accepted are auto, {}", Format::names()))
            })?),
        };
        let (session_id, follow, work_done_token) = (params.session_id, params.follow, params.work_done_token);
        Ok(Wanted { root, path, format, session_id, follow, redact: self.config.redact, work_done_token })
    }
}

impl Wanted {
    /// Reads the file and hands it over, on the import's own thread.
    fn import(self, tasks: Sender<Task>, client: Client, imports: &Imports, reply: Reply) {
        let Transcript { format, items, summary } = match read(&self.path, self.format) {
            Ok(read) => read,
            Err(error) => return drop(reply.send(Err(error))),
        };
        // A client that has cancelled meanwhile wants nothing stored.
        if reply.is_closed() {
            return;
        }
        let session_id = self.session_id.or(summary.agent_session_id).unwrap_or_else(|| "import".to_owned());
        let target = Target {
            tasks,
            root: self.root,
            session_id: session_id.clone(),
            format,
            context_limit: summary.context_limit,
            redact: self.redact,
        };
        let progress = client.progress(self.work_done_token, "Importing a conversation");
        let report = Report { target, total: items.len() as u64, skipped: summary.skipped, progress, reply };
        if self.follow {
            imports.follow(&session_id, || follow(&self.path, report, client));
        } else {
            report.import(items);
        }
    }
}
