//! Notifications to the client, from any thread, in the order they were given.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::document::Finding;
use crate::engine::effect::{Effect, Revision};
use crate::wire::protocol::{DID_CHANGE_PRESSURE, DID_UPDATE, code};

/// How urgent a message to the user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Urgency {
    /// Something was not done.
    Error,
    /// Something is not as the user may think.
    Warning,
}

/// Who takes the user's answer to a question; `None` is no answer.
pub struct Answered(Box<dyn FnOnce(Option<String>) + Send>);

impl Answered {
    /// Gives the answer.
    pub fn give(self, title: Option<String>) {
        (self.0)(title);
    }
}

impl std::fmt::Debug for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answered")
    }
}

/// Something to tell the client.
#[derive(Debug)]
pub enum Notice {
    /// A notification of ours or of the LSP: method and params.
    Notification(&'static str, Value),
    /// `window/showMessage`, logged as well.
    Show(Urgency, String),
    /// `window/showMessageRequest`: the message, the buttons, and who takes the title of the one that was chosen.
    Ask(String, Vec<&'static str>, Answered),
    /// `sessionMemory/complete`: the client's own model is asked.
    Complete(Value, oneshot::Sender<Result<Value, (i64, String)>>),
    /// `textDocument/publishDiagnostics`: the document, the version looked at, what is wrong.
    Diagnostics(String, Option<i32>, Vec<Finding>),
    /// `window/showDocument`: the editor opens a file.
    Open(PathBuf),
    /// `workspace/codeLens/refresh`.
    LensesChanged,
    /// Everything given before this one is on its way.
    Delivered(oneshot::Sender<()>),
}

/// The sending end; cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    sender: UnboundedSender<Notice>,
    /// What the user was told already.
    told: Arc<Mutex<HashSet<String>>>,
}

impl Client {
    /// A client and the queue that the runtime empties.
    pub fn new() -> (Client, UnboundedReceiver<Notice>) {
        let (sender, receiver) = unbounded_channel();
        (Client { sender, told: Arc::default() }, receiver)
    }

    fn send(&self, notice: Notice) {
        // The receiver is gone only when the server ends.
        let _ = self.sender.send(notice);
    }

    /// Waits until everything given so far is on its way, so that an answer cannot overtake it.
    pub fn delivered(&self) -> impl Future<Output = ()> + Send + use<> {
        let (sender, receiver) = oneshot::channel();
        self.send(Notice::Delivered(sender));
        async move {
            let _ = receiver.await;
        }
    }

    /// Asks the client's own model; an error is its code and words.
    pub async fn complete(&self, params: Value) -> Result<Value, (i64, String)> {
        let (sender, receiver) = oneshot::channel();
        self.send(Notice::Complete(params, sender));
        receiver.await.unwrap_or_else(|_| Err((code::CANCELLED, "the connection is closing".to_owned())))
    }

    /// Asks the user, who may never answer.
    pub fn ask(
        &self,
        message: String,
        buttons: Vec<&'static str>,
        answered: impl FnOnce(Option<String>) + Send + 'static,
    ) {
        self.send(Notice::Ask(message, buttons, Answered(Box::new(answered))));
    }

    /// Tells of a new version of a memory.
    pub fn did_update(&self, session_id: &str, uri: &str, revision: &Revision) {
        let mut params = json!({
            "sessionId": session_id,
            "revision": revision.revision,
            "uri": uri,
            "origin": revision.origin.name(),
            "source": revision.source,
            "coveredThrough": revision.covered_through,
            "unified": revision.diff.unified,
            "addedLines": revision.diff.added,
            "removedLines": revision.diff.removed,
        });
        if let Some(made) = &revision.made {
            params["usage"] = json!({
                "inputTokens": made.usage.input_tokens,
                "outputTokens": made.usage.output_tokens,
                "cacheReadTokens": made.usage.cache_read_tokens,
            });
            if let Some(cost) = made.cost {
                params["usage"]["costUsd"] = json!(cost);
            }
            params["notes"] = json!(made.notes);
        }
        self.send(Notice::Notification(DID_UPDATE, params));
    }

    /// Tells of another level of pressure.
    pub fn did_change_pressure(&self, session_id: &str, effect: &Effect) {
        if let Effect::Pressure { pressure, context_tokens, context_limit } = effect {
            let params = json!({
                "sessionId": session_id,
                "pressure": pressure,
                "contextTokens": context_tokens,
                "contextLimit": context_limit,
            });
            self.send(Notice::Notification(DID_CHANGE_PRESSURE, params));
        }
    }

    /// Tells the user; the same thing only once.
    pub fn show(&self, urgency: Urgency, message: impl Into<String>) {
        let message = message.into();
        tracing::warn!("{message}");
        if self.told.lock().is_ok_and(|mut told| told.insert(message.clone())) {
            self.send(Notice::Show(urgency, message));
        }
    }

    /// Tells what is wrong with a document.
    pub fn diagnostics(&self, uri: String, version: Option<i32>, findings: Vec<Finding>) {
        self.send(Notice::Diagnostics(uri, version, findings));
    }

    /// Has a file opened, where the client said that it can.
    pub fn open(&self, path: PathBuf) {
        self.send(Notice::Open(path));
    }

    /// Tells that code lenses are to be asked for again, where the client said that it can.
    pub fn lenses_changed(&self) {
        self.send(Notice::LensesChanged);
    }

    /// What was shown may be shown again, because the user has changed something about it.
    pub fn may_repeat(&self, message: &str) {
        if let Ok(mut told) = self.told.lock() {
            told.remove(message);
        }
    }

    /// Reports progress under a token of the client's; the end is reported when the value is dropped.
    pub fn progress(&self, token: Option<Value>, title: &str) -> Option<Progress> {
        let progress = Progress { client: self.clone(), token: token? };
        progress.report(json!({"kind": "begin", "title": title, "cancellable": true, "percentage": 0}));
        Some(progress)
    }
}

/// Work that is under way.
#[derive(Debug)]
pub struct Progress {
    client: Client,
    token: Value,
}

impl Progress {
    fn report(&self, value: Value) {
        let params = json!({"token": self.token, "value": value});
        self.client.send(Notice::Notification("$/progress", params));
    }

    /// How far it is.
    pub fn at(&self, done: u64, of: u64, message: &str) {
        let percentage = (done * 100).checked_div(of).unwrap_or(100).min(100);
        self.report(json!({"kind": "report", "percentage": percentage, "message": message}));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.report(json!({"kind": "end"}));
    }
}
