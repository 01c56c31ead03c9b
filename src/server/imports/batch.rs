//! The way of a transcript to the main loop: batches, each of which is stored before the next is handed over, so that
//! requests come in between. Events are read and freed of secrets here, on the import's thread.

use std::path::PathBuf;
use std::sync::mpsc::{Sender, SyncSender, sync_channel};

use sha2::{Digest as _, Sha256};

use crate::engine::intake::Intake;
use crate::server::task::Task;
use crate::transcripts::{Format, Item};
use crate::wire::protocol::RequestError;

/// Events handed over at once; a request waits no longer than one such batch takes.
const BATCH: usize = 200;
/// Bytes after which a batch ends earlier.
const BATCH_BYTES: usize = 4 << 20;

/// An item on its way into the store.
pub(super) enum Step {
    /// An event.
    Event(Box<Intake>),
    /// The agent compacted.
    Compacted,
    /// The user went back to this event.
    Rewound(Option<String>),
}

/// A part of a transcript.
pub struct Batch {
    pub(super) root: PathBuf,
    pub(super) session_id: String,
    pub(super) agent: &'static str,
    pub(super) context_limit: Option<u64>,
    /// Secrets were taken out.
    pub(super) redacted: bool,
    pub(super) steps: Vec<Step>,
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
    pub context_limit: Option<u64>,
    pub redact: bool,
}

impl Target {
    /// Hands steps to the loop and waits until they are stored.
    fn send(&self, steps: Vec<Step>, context_limit: Option<u64>) -> Result<u64, RequestError> {
        let (done, answer) = sync_channel(1);
        let batch = Batch {
            root: self.root.clone(),
            session_id: self.session_id.clone(),
            agent: self.format.name(),
            context_limit,
            redacted: self.redact,
            steps,
            done,
        };
        let ended = || RequestError::internal("the server is shutting down");
        self.tasks.send(Task::Imported(batch)).map_err(|_| ended())?;
        answer.recv().map_err(|_| ended())?
    }

    /// The same with items in batches; `first` is the place of the first item in the file. A batch never ends with a
    /// turning where an event follows, because that event tells whether the turning is a new one.
    pub fn send_all(
        &self,
        first: u64,
        items: Vec<Item>,
        mut each: impl FnMut(u64) -> Result<(), RequestError>,
    ) -> Result<u64, RequestError> {
        let (mut stored, mut handed) = (0, 0);
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let (mut steps, mut bytes) = (Vec::new(), 0);
            for item in items.by_ref() {
                let place = first + handed;
                handed += 1;
                bytes += if let Item::Event(raw) = &item { raw.len() } else { 0 };
                let event = matches!(item, Item::Event(_));
                steps.extend(self.step(place, item));
                if event && (steps.len() >= BATCH || bytes >= BATCH_BYTES) {
                    break;
                }
            }
            // Said once: from then on the client may know better.
            let context_limit = self.context_limit.filter(|_| first == 0 && stored == 0);
            stored += self.send(steps, context_limit)?;
            each(handed)?;
        }
        Ok(stored)
    }

    fn step(&self, place: u64, item: Item) -> Option<Step> {
        Some(match item {
            Item::Compacted(_) => Step::Compacted,
            Item::Rewound { after } => Step::Rewound(after),
            Item::Event(raw) => match Intake::new(&raw, self.redact) {
                Ok(mut intake) => {
                    name_by_place(&mut intake, place);
                    Step::Event(Box::new(intake))
                }
                Err(error) => {
                    tracing::warn!(session = self.session_id, "an event of a transcript is skipped: {error}");
                    return None;
                }
            },
        })
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
