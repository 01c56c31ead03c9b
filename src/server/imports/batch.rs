//! The way of a transcript to the main loop: batches, each of which is stored before the next is handed over, so that
//! requests come in between.

use std::path::PathBuf;
use std::sync::mpsc::{Sender, SyncSender, sync_channel};

use crate::server::task::Task;
use crate::transcripts::{Format, Item};
use crate::wire::protocol::RequestError;

/// Events handed over at once; a request waits no longer than one such batch takes.
const BATCH: usize = 200;

/// A part of a transcript.
pub struct Batch {
    pub(super) root: PathBuf,
    pub(super) session_id: String,
    pub(super) agent: &'static str,
    /// Place of the first item in the file.
    pub(super) first: u64,
    pub(super) items: Vec<Item>,
    /// Told what became of it: events stored.
    pub(super) done: SyncSender<Result<u64, RequestError>>,
}

/// Where a transcript goes.
#[derive(Clone)]
pub(super) struct Target {
    pub tasks: Sender<Task>,
    pub root: PathBuf,
    pub session_id: String,
    pub format: Format,
}

impl Target {
    /// Hands items to the loop and waits until they are stored.
    fn send(&self, first: u64, items: Vec<Item>) -> Result<u64, RequestError> {
        let (done, answer) = sync_channel(1);
        let agent = self.format.name();
        let batch = Batch { root: self.root.clone(), session_id: self.session_id.clone(), agent, first, items, done };
        let ended = || RequestError::internal("the server is shutting down");
        self.tasks.send(Task::Imported(batch)).map_err(|_| ended())?;
        answer.recv().map_err(|_| ended())?
    }

    /// The same in batches; `first` is the place of the first item in the file.
    pub fn send_all(
        &self,
        first: u64,
        items: Vec<Item>,
        mut each: impl FnMut(u64) -> Result<(), RequestError>,
    ) -> Result<u64, RequestError> {
        let (mut stored, mut handed) = (0, 0);
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let batch: Vec<Item> = items.by_ref().take(BATCH).collect();
            let size = batch.len() as u64;
            stored += self.send(first + handed, batch)?;
            handed += size;
            each(handed)?;
        }
        Ok(stored)
    }
}
