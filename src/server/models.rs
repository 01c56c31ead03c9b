//! The thread on which models write memories. It has a runtime and store connections of its own, so nothing that a
//! provider does or fails to do is felt anywhere else: what comes of a request reaches the main loop as one task.

mod cached;
mod lease;
mod turns;
mod update;
mod writer;

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::{JoinSet, LocalSet};

use super::client::{Client, Progress};
use super::task::{Reply, Task};
use crate::config::ModelConfig;
use crate::engine::conduct;
use crate::engine::effect::Ask;
use crate::engine::event::Written;
use crate::engine::prompt::{LARGEST_REQUEST, Usage};
pub use writer::Credentials;
use writer::Writer;

/// A memory to be written.
pub struct Request {
    /// The workspace folder.
    pub root: PathBuf,
    /// Its store's folder.
    pub state: PathBuf,
    /// The session.
    pub session_id: String,
    /// What is asked.
    pub ask: Box<Ask>,
    /// A `refresh` that waits for it; when that is cancelled, so is this.
    pub reply: Option<Reply>,
    /// Where its progress is reported.
    pub progress: Option<Progress>,
}

/// What came of a request.
pub struct Response {
    /// The workspace folder.
    pub root: PathBuf,
    /// The session.
    pub session_id: String,
    /// What was asked.
    pub ask: Box<Ask>,
    /// The `refresh` that waits for it.
    pub reply: Option<Reply>,
    /// The memory, or why there is none.
    pub result: Result<Box<Written>, Refusal>,
    /// What it took.
    pub report: Report,
}

/// Why a model wrote nothing.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What happened, and what to do.
    pub reason: String,
    /// Seconds after which it is worth another try, where the provider says so.
    pub retry_after: Option<u64>,
    /// Something failed: a `refresh` is told. Otherwise the embedded backend's memory is as good an answer as any.
    pub failed: bool,
}

/// What a request took, whatever came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The model that was asked.
    pub model: String,
    /// Tokens of all calls.
    pub usage: Usage,
    /// Their cost in USD, where the model has a price.
    pub cost: Option<f64>,
    /// What was repaired or refused.
    pub notes: Vec<String>,
    /// What the calls say about the provider; `None` where there was no call.
    pub outcome: Option<conduct::Outcome>,
}

/// The settings that the thread works by.
struct Terms {
    config: ModelConfig,
    writer: Result<Writer, String>,
    /// Largest request that the model takes, as far as is known.
    largest_request: Cell<u32>,
}

enum Job {
    Use(Box<ModelConfig>, Credentials, bool),
    Write(Box<Request>),
    End,
}

/// The thread.
pub struct Models {
    jobs: UnboundedSender<Job>,
    thread: Option<JoinHandle<()>>,
}

impl Models {
    /// Starts it. It does nothing until it has settings.
    pub fn start(tasks: Sender<Task>, client: Client) -> std::io::Result<Models> {
        let (jobs, receiver) = unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let work = move || LocalSet::new().block_on(&runtime, serve(receiver, tasks, client));
        let thread = std::thread::Builder::new().name("models".to_owned()).spawn(work)?;
        Ok(Models { jobs, thread: Some(thread) })
    }

    /// New settings, for requests from now on. `lends`: the editor offers its own model.
    pub fn settle(&self, config: &ModelConfig, credentials: Credentials, lends: bool) {
        let _ = self.jobs.send(Job::Use(Box::new(config.clone()), credentials, lends));
    }

    /// Has a memory written. The thread ends only after [`Models::end`], so an answer will come.
    pub fn write(&self, request: Request) {
        let _ = self.jobs.send(Job::Write(Box::new(request)));
    }

    /// Calls off what is under way and ends the thread.
    pub fn end(&mut self) {
        let _ = self.jobs.send(Job::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(mut jobs: UnboundedReceiver<Job>, tasks: Sender<Task>, client: Client) {
    let (stop, stopped) = watch::channel(false);
    let mut terms: Option<Rc<Terms>> = None;
    let mut settings: Option<(ModelConfig, Credentials, bool)> = None;
    let mut running = JoinSet::new();
    loop {
        // Finished ones are collected as they come.
        let job = tokio::select! {
            job = jobs.recv() => job,
            Some(_) = running.join_next() => continue,
        };
        match job {
            Some(Job::Use(config, credentials, lends)) => {
                settings = Some((*config, credentials, lends));
                terms = None;
            }
            Some(Job::Write(request)) => {
                let Some((config, credentials, lends)) = &settings else { continue };
                // The client is made when it is first needed: it reads the system's certificates.
                let terms = terms.get_or_insert_with(|| {
                    let writer = Writer::new(config, credentials, *lends, &client);
                    let largest_request = Cell::new(LARGEST_REQUEST);
                    Rc::new(Terms { config: config.clone(), writer, largest_request })
                });
                running.spawn_local(update::run(*request, Rc::clone(terms), tasks.clone(), stopped.clone()));
            }
            Some(Job::End) | None => break,
        }
    }
    let _ = stop.send(true);
    while running.join_next().await.is_some() {}
}
