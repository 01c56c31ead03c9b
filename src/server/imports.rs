//! `import`: reads a transcript on a thread of its own and hands its events to the main loop in batches, which take
//! their turn among the requests.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::client::{Client, Progress, Urgency};
use super::convert::path_of;
use super::main_loop::{Core, now};
use super::requests::Given;
use super::task::{Reply, Task};
use crate::engine::event::Event;
use crate::engine::intake::Intake;
use crate::host::follow::{Follow, FollowHandle};
use crate::transcripts::{Format, Item, detect, read_all};
use crate::wire::protocol::{ImportParams, RequestError, check_session_id, params};

/// Events handed over at once; a request waits no longer than one such batch takes.
const BATCH: usize = 200;
/// Largest transcript that is read, in bytes.
const MAX_BYTES: u64 = 2 << 30;

/// A part of a transcript.
pub struct Batch {
    root: PathBuf,
    session_id: String,
    agent: &'static str,
    /// Place of the first item in the file.
    first: u64,
    items: Vec<Item>,
    /// Told what became of it: events stored.
    done: SyncSender<Result<u64, RequestError>>,
}

/// The files that are being followed.
#[derive(Default)]
pub struct Imports {
    following: Vec<(String, FollowHandle)>,
}

impl Imports {
    /// Stops following all files.
    pub fn stop(&mut self) {
        self.following.clear();
    }

    /// Stops following the file of one session.
    pub fn stop_session(&mut self, session_id: &str) {
        self.following.retain(|(id, _)| id != session_id);
    }
}

/// Where a transcript goes.
#[derive(Clone)]
struct Target {
    tasks: Sender<Task>,
    root: PathBuf,
    session_id: String,
    format: Format,
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
    fn send_all(
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

impl Core {
    pub(super) fn import(&mut self, text: &str, reply: Reply) {
        if let Err((error, reply)) = self.start_import(text, reply) {
            let _ = reply.send(Err(error));
        }
    }

    fn start_import(&mut self, text: &str, reply: Reply) -> Result<(), (RequestError, Reply)> {
        let prepared = params::<ImportParams>(text).and_then(|params| {
            let root = self.folder(params.workspace_folder.as_deref())?;
            let path = path_of(&params.path).unwrap_or_else(|| root.join(&params.path));
            if let Some(id) = &params.session_id {
                check_session_id(id)?;
            }
            let format = match params.format.as_deref() {
                None | Some("auto") => None,
                Some(name) => Some(Format::from_name(name).ok_or_else(|| {
                    RequestError::invalid(
                        "format",
                        format!("{name:?} is unknown; accepted are auto, claude-code, messages"),
                    )
                })?),
            };
            let (bytes, format) = read(&path, format)?;
            Ok((root, path, bytes, format, params))
        });
        let (root, path, bytes, format, params) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return Err((error, reply)),
        };
        let (items, summary) = read_all(format, &bytes);
        let named = params
            .session_id
            .or(summary.agent_session_id)
            .or_else(|| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        let session_id = named.unwrap_or_else(|| "import".to_owned());
        let target = Target { tasks: self.tasks.clone(), root, session_id: session_id.clone(), format };
        let progress = self.client.progress(params.work_done_token, "Importing a conversation");
        let report = Report { target, total: items.len() as u64, skipped: summary.skipped, progress, reply };
        if params.follow {
            self.imports.stop_session(&session_id);
            let handle = follow(&path, report, self.client.clone());
            self.imports.following.extend(handle.map(|handle| (session_id, handle)));
            return Ok(());
        }
        let work = move || report.import(items);
        if let Err(error) = std::thread::Builder::new().name("import".to_owned()).spawn(work) {
            tracing::error!("no thread for an import: {error}");
        }
        Ok(())
    }

    /// Takes in a part of a transcript.
    pub(super) fn imported(&mut self, batch: Batch) {
        let (root, id) = (batch.root.clone(), batch.session_id.clone());
        let result = self.take_in_batch(&batch);
        if result.is_ok() {
            self.changed(&root, &id);
        }
        let _ = batch.done.send(result);
    }

    fn take_in_batch(&mut self, batch: &Batch) -> Result<u64, RequestError> {
        let (mut stored, mut intakes) = (0, Vec::new());
        let given = Given { id: &batch.session_id, agent: Some(batch.agent), context_limit: None };
        for (place, item) in (batch.first..).zip(&batch.items) {
            match item {
                Item::Event(raw) => match Intake::new(raw, self.config.redact) {
                    Ok(mut intake) => {
                        name_by_place(&mut intake, place);
                        intakes.push(intake);
                    }
                    Err(error) => {
                        tracing::warn!(session = batch.session_id, "an event of a transcript is skipped: {error}");
                    }
                },
                Item::Compacted(_) | Item::Rewound { .. } => {
                    stored += self.take_in_some(&batch.root, given, std::mem::take(&mut intakes))?;
                    self.turned_back(batch, item)?;
                }
            }
        }
        Ok(stored + self.take_in_some(&batch.root, given, intakes)?)
    }

    fn take_in_some(&mut self, root: &Path, given: Given, intakes: Vec<Intake>) -> Result<u64, RequestError> {
        if intakes.is_empty() {
            return Ok(0);
        }
        self.take_in(root, given, intakes).map(|(stored, _)| stored as u64)
    }

    /// The agent compacted its context, or its user went back in the conversation.
    fn turned_back(&mut self, batch: &Batch, item: &Item) -> Result<(), RequestError> {
        let config = self.config.clone();
        let (root, id) = (&batch.root, &batch.session_id);
        let workspace = self.workspace(root)?;
        if !workspace.load(id, &config).map_err(|error| super::main_loop::refused(&error))? {
            return Ok(());
        }
        let Some(entry) = workspace.sessions.get_mut(id) else { return Ok(()) };
        match item {
            Item::Compacted(compaction) => {
                // A file that is read again tells of the same compactions again.
                let known =
                    workspace.store.last_compaction(entry.key).map_err(|error| super::main_loop::refused(&error))?;
                if known.is_some_and(|known| known.at >= compaction.at_ms && compaction.at_ms > 0) {
                    return Ok(());
                }
                let through = entry.session.last_seq();
                let effects = entry.session.apply(now(), Event::AgentCompacted { through });
                self.perform(root, id, effects).map(drop)
            }
            Item::Rewound { after } => {
                let through = after.as_ref().map_or(Some(0), |after| {
                    entry
                        .session
                        .live()
                        .iter()
                        .rev()
                        .find(|record| record.id.as_ref() == Some(after))
                        .map(|record| record.seq)
                });
                let key = entry.key;
                if let Some(through) = through {
                    workspace
                        .store
                        .abandon_after(key, through, now())
                        .map_err(|error| super::main_loop::refused(&error))?;
                    // Loaded again without what was abandoned.
                    workspace.sessions.remove(id);
                }
                Ok(())
            }
            Item::Event(_) => Ok(()),
        }
    }
}

/// A message without an id is known again by its place and its text, so that a file can be imported twice.
fn name_by_place(intake: &mut Intake, place: u64) {
    if let Some(name) = intake.event.keys.first_mut().filter(|name| name.is_empty()) {
        let digest = Sha256::digest(intake.raw.as_bytes());
        let short = digest.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        *name = format!("i:{place}:{short:016x}");
    }
}

/// The request that an import answers.
struct Report {
    target: Target,
    /// Items that the file had when it was first read.
    total: u64,
    skipped: u64,
    progress: Option<Progress>,
    reply: Reply,
}

impl Report {
    /// Imports all items and answers. A client that has cancelled stops it.
    fn import(self, items: Vec<Item>) {
        let result = self.target.send_all(0, items, |handed| self.advance(handed));
        self.answer(result);
    }

    fn advance(&self, handed: u64) -> Result<(), RequestError> {
        if let Some(progress) = &self.progress {
            progress.at(handed, self.total, &format!("{handed} of {}", self.total));
        }
        if self.reply.is_closed() { Err(RequestError::cancelled()) } else { Ok(()) }
    }

    fn answer(self, result: Result<u64, RequestError>) {
        drop(self.progress);
        let (id, format) = (&self.target.session_id, self.target.format.name());
        let answer = result.map(|stored| {
            json!({"sessionId": id, "format": format, "events": stored, "skipped": self.skipped}).to_string()
        });
        let _ = self.reply.send(answer);
    }
}

/// Items at the end of a file that a follower holds back for a moment: the usage of the last message, a line without an end.
const HELD_BACK: u64 = 2;

/// Follows a file; the request is answered once everything that the file has now is stored.
fn follow(path: &Path, report: Report, client: Client) -> Option<FollowHandle> {
    let (target, format, total) = (report.target.clone(), report.target.format, report.total);
    let waiting = Arc::new(Mutex::new(Some(report)));
    let answer = {
        let waiting = Arc::clone(&waiting);
        move |result: Result<u64, RequestError>| {
            if let Some(report) = waiting.lock().ok().and_then(|mut report| report.take()) {
                report.answer(result);
            }
        }
    };
    if total <= HELD_BACK {
        answer(Ok(0));
    }
    let (mut handed, mut stored) = (0, 0);
    let tell = answer.clone();
    let on_items = move |items: Vec<Item>| {
        let first = handed;
        handed += items.len() as u64;
        match target.send_all(first, items, |_| Ok(())) {
            Ok(new) => stored += new,
            Err(error) => {
                client.show(
                    Urgency::Error,
                    format!("the file of session {:?} is not followed any more: {error}", target.session_id),
                );
                tell(Err(error));
                return false;
            }
        }
        if handed + HELD_BACK >= total {
            tell(Ok(stored));
        }
        true
    };
    match Follow::start(path, format, on_items) {
        Ok(handle) => Some(handle),
        Err(error) => {
            answer(Err(unreadable(path, &error)));
            None
        }
    }
}

fn read(path: &Path, format: Option<Format>) -> Result<(Vec<u8>, Format), RequestError> {
    use std::io::Read as _;
    let io = |error: std::io::Error| unreadable(path, &error);
    let metadata = std::fs::metadata(path).map_err(io)?;
    if !metadata.is_file() {
        return Err(RequestError::invalid("path", format!("{} is not a file", path.display())));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(io)?.take(MAX_BYTES).read_to_end(&mut bytes).map_err(io)?;
    let format = format.or_else(|| detect(&bytes)).ok_or_else(|| {
        let text = "is not a transcript this version can read: it takes Claude Code sessions and arrays or JSON lines of Anthropic or OpenAI messages";
        RequestError::invalid("path", format!("{} {text}", path.display()))
    })?;
    Ok((bytes, format))
}

fn unreadable(path: &Path, error: &std::io::Error) -> RequestError {
    RequestError::invalid("path", format!("{} cannot be read: {error}", path.display()))
}
