//! The one thread that owns the sessions: it takes tasks in the order they arrived, stores before it acknowledges,
//! and gives every quick answer itself. What may be slow goes to the writer.

mod elsewhere;
mod quiet;
mod workspaces;

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::buffers::Buffers;
use super::client::{Client, Urgency};
use super::discovery::Discovery;
use super::document::Documents;
use super::feeding::Feeder;
use super::imports::Imports;
use super::models::Models;
use super::requests::Refresh;
use super::task::{ClientSettings, Task};
use super::workspace::{Folder, Workspace};
use super::writer::{Job, Writer};
use crate::config::{Author, Config, Source, state_dir};
use crate::engine::conduct::Conduct;
use crate::engine::effect::{Ask, Effect};
use crate::engine::event::Event;
use crate::host::store::StoreError;
use crate::host::watch::Watch;
use crate::wire::protocol::{RequestError, code};

/// Quiet time after which the likely next answer is prepared. Long enough that a client that sends one event after
/// the other is not slowed down by it.
const QUIET: Duration = Duration::from_millis(15);
/// Time that an answer has to reach the client before what it left to do begins: on one core the two are in each other's
/// way.
const ON_ITS_WAY: Duration = Duration::from_millis(2);
/// Time after which that begins where one request follows the other.
const LONGEST_WAY: Duration = Duration::from_millis(20);
/// Time after which that is done between two requests, where there is no quiet.
const LONGEST_WAIT: Duration = Duration::from_millis(250);

/// The loop's thread.
pub struct MainLoop {
    tasks: Sender<Task>,
    thread: JoinHandle<()>,
}

impl MainLoop {
    /// Starts the thread.
    pub fn start(config: Config, problems: Vec<String>, client: Client) -> std::io::Result<MainLoop> {
        let (tasks, receiver) = channel();
        let core = Core::new(config, problems, client, tasks.clone())?;
        let thread = std::thread::Builder::new().name("main-loop".to_owned()).spawn(move || core.run(&receiver))?;
        Ok(MainLoop { tasks, thread })
    }

    /// Where tasks are sent.
    pub fn tasks(&self) -> Sender<Task> {
        self.tasks.clone()
    }

    /// Ends the thread after all tasks sent so far, with everything saved.
    pub fn end(self) {
        let _ = self.tasks.send(Task::End);
        let _ = self.thread.join();
    }
}

/// The loop's state.
pub(super) struct Core {
    pub config: Config,
    /// What the user has set outside of the editor; the editor's settings are laid over it.
    user_config: Config,
    problems: Vec<String>,
    pub client: Client,
    pub tasks: Sender<Task>,
    pub writer: Writer,
    pub watch: Watch,
    pub buffers: Buffers,
    /// The thread on which models write, once the user has chosen one.
    pub models: Option<Models>,
    pub conduct: Conduct,
    /// Why the model is not asked any more, as the user was told.
    pub stopped: Option<String>,
    given: ClientSettings,
    /// Memories that a model is to write, once the present request is answered.
    pub asks: Vec<(PathBuf, String, Box<Ask>)>,
    /// What waits for a model that is at work already.
    pub refreshes: Vec<Refresh>,
    /// Changes of pressure that the client hears of after the answer.
    pub notices: Vec<(String, Effect)>,
    /// What the writer gets once the present request is answered: on one core it would come before the answer.
    pub later: Vec<Job>,
    /// When the answer was given behind which that is to be done.
    pub answered_at: Option<Instant>,
    pub imports: Imports,
    /// Follows what agents feed, for a client.
    feeder: Option<Feeder>,
    /// Finds what agents have here, for a client.
    discovery: Option<Discovery>,
    /// Versions that were made here and not seen in the store yet: the client hears of them anyway.
    pub made_here: HashSet<(String, u64)>,
    /// What the editor has open.
    pub documents: Documents,
    pub folders: Vec<Folder>,
    pub workspaces: HashMap<PathBuf, Workspace>,
    state_dir: PathBuf,
    /// Sessions with something new since their answer was prepared, and since when.
    waiting: VecDeque<(PathBuf, String, Instant)>,
}

impl Core {
    fn new(config: Config, problems: Vec<String>, client: Client, tasks: Sender<Task>) -> std::io::Result<Core> {
        let state_dir = state_dir().ok_or_else(|| {
            std::io::Error::new(
                std::io::ErrorKind::NotFound,
                "no state directory: set HOME, XDG_STATE_HOME or SESSION_MEMORY_STATE_DIR",
            )
        })?;
        let writer = Writer::start(tasks.clone(), client.clone())?;
        let looks = tasks.clone();
        let watch = Watch::start(move |files| drop(looks.send(Task::Look(files))))?;
        Ok(Core {
            user_config: config.clone(),
            config,
            problems,
            client,
            tasks,
            writer,
            watch,
            buffers: Buffers::default(),
            models: None,
            conduct: Conduct::default(),
            stopped: None,
            given: ClientSettings::default(),
            asks: Vec::new(),
            refreshes: Vec::new(),
            notices: Vec::new(),
            later: Vec::new(),
            answered_at: None,
            imports: Imports::default(),
            feeder: None,
            discovery: None,
            made_here: HashSet::new(),
            documents: Documents::default(),
            folders: Vec::new(),
            workspaces: HashMap::new(),
            state_dir,
            waiting: VecDeque::new(),
        })
    }

    fn run(mut self, tasks: &Receiver<Task>) {
        loop {
            let task = if self.answered_at.is_some() {
                tasks.recv_timeout(ON_ITS_WAY)
            } else if self.waiting.is_empty() {
                tasks.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                tasks.recv_timeout(QUIET)
            };
            match task {
                Ok(Task::End) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(task) => {
                    self.handle(task);
                    let late = self.answered_at.is_none_or(|at| at.elapsed() > LONGEST_WAY);
                    if late || self.later.iter().any(Job::is_awaited) {
                        self.send_later();
                    }
                    if self.waiting.front().is_some_and(|(_, _, since)| since.elapsed() > LONGEST_WAIT) {
                        self.prepare_next();
                    }
                }
                Err(RecvTimeoutError::Timeout) if self.answered_at.is_some() => self.send_later(),
                Err(RecvTimeoutError::Timeout) => self.prepare_next(),
            }
        }
        self.discovery = None;
        self.feeder = None;
        self.imports.stop();
        self.watch.end();
        if let Some(mut models) = self.models.take() {
            models.end();
            // What was called off is written without a model.
            while let Ok(task) = tasks.try_recv() {
                if let Task::Answered(response) = task {
                    self.answered(*response);
                }
            }
        }
        self.save_all();
        self.writer.end();
    }

    fn handle(&mut self, task: Task) {
        match task {
            Task::Initialize { folders, settings } => {
                self.folders = folders;
                for problem in std::mem::take(&mut self.problems) {
                    self.client.show(Urgency::Warning, problem);
                }
                self.given = *settings;
                self.documents.abilities = self.given.abilities;
                self.configure();
                self.feed();
            }
            Task::Configure { settings } => {
                self.given.any = settings;
                self.configure();
            }
            Task::Folders { added, removed } => {
                self.folders.retain(|folder| !removed.iter().any(|gone| gone.path == folder.path));
                self.folders.extend(added);
                self.feed();
            }
            Task::Document { uri, path, request } => self.document(&uri, &path, request),
            Task::Changed { uri, path, version, change } => {
                self.buffer_changed(&path, &change);
                self.document_changed(&uri, &path, version, change);
            }
            Task::Request { method, params, reply } => self.request(method, &params, reply),
            Task::Imported(batch) => self.imported(batch),
            Task::Answered(response) => self.answered(*response),
            Task::Written { root, session_id } => {
                self.written(&root, &session_id);
                self.version_written(&root, &session_id);
            }
            Task::FileEdited { root, session_id, base, text } => self.take_in_edit(&root, &session_id, &base, &text),
            Task::Stored { root, session_id, revisions } => self.stored(&root, &session_id, revisions),
            Task::Look(files) => self.look_at(&files),
            Task::Flush { reply } => {
                self.save_all();
                self.writer.send(Job::Flush { reply });
            }
            Task::End => {}
        }
    }

    /// Does and hands over what had to wait for an answer.
    pub fn send_later(&mut self) {
        self.answered_at = None;
        for (id, effect) in std::mem::take(&mut self.notices) {
            self.client.did_change_pressure(&id, &effect);
        }
        for (root, id, ask) in std::mem::take(&mut self.asks) {
            self.ask_model(root, id, ask, None, None);
        }
        for job in self.later.drain(..) {
            self.writer.send(job);
        }
    }

    fn configure(&mut self) {
        let mut config = self.user_config.clone();
        let ClientSettings { any, user, credentials, lends, .. } = self.given.clone();
        for problem in config.merge(&user, &Source::User).into_iter().chain(config.merge(&any, &Source::Editor)) {
            self.client.show(Urgency::Warning, problem);
        }
        self.config = config;
        self.conduct = Conduct::default();
        if let Some(message) = self.stopped.take() {
            self.client.may_repeat(&message);
        }
        if self.config.model.author != Author::Extractive && self.models.is_none() {
            match Models::start(self.tasks.clone(), self.client.clone()) {
                Ok(models) => self.models = Some(models),
                Err(error) => self.client.show(Urgency::Error, format!("no model can be asked: {error}")),
            }
        }
        if let Some(models) = &self.models {
            models.settle(&self.config.model, credentials, lends);
        }
        for workspace in self.workspaces.values_mut() {
            for entry in workspace.sessions.values_mut() {
                entry.session.apply(now(), Event::Configured(self.config.engine.clone()));
            }
            // Files may have another place now.
            workspace.sessions.clear();
        }
        self.documents.disown();
    }
}

/// Milliseconds since the epoch.
pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// The store's refusal on the wire.
pub(super) fn refused(error: &StoreError) -> RequestError {
    let data = serde_json::json!({"path": error.path().display().to_string()});
    RequestError { code: code::WRITE_REFUSED, message: error.to_string(), data: Some(data) }
}
