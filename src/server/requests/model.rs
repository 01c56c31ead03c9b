//! A memory that a model is to write: asking for it, and what comes of it.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{RETRIES, busy};
use crate::engine::conduct::Outcome;
use crate::engine::effect::{Ask, Effect, Made};
use crate::engine::event::Event;
use crate::server::client::{Progress, Urgency};
use crate::server::main_loop::{Core, now, refused};
use crate::server::models::{Refusal, Report, Request, Response};
use crate::server::task::Reply;
use crate::wire::protocol::{RequestError, code};

impl Core {
    /// Where in the list a session's memory waits to be asked for.
    pub(super) fn asked_at(&self, root: &Path, id: &str) -> Option<usize> {
        self.asks.iter().position(|(place, session, _)| place == root && session == id)
    }

    /// Has a model write a memory, unless it is to be left alone for now.
    pub(in crate::server) fn ask_model(
        &mut self,
        root: PathBuf,
        id: String,
        ask: Box<Ask>,
        reply: Option<Reply>,
        progress: Option<Progress>,
    ) {
        let state = self.workspaces.get(&root).map(|workspace| workspace.state.clone());
        match (&self.models, state) {
            (Some(models), Some(state)) if self.conduct.may_ask(now()) => {
                models.write(Request { root, state, session_id: id, ask, reply, progress });
            }
            _ => {
                let reason = if self.conduct.is_stopped() {
                    "the model is not asked until the settings change; the last failure was shown then"
                } else {
                    "the model is left alone for a while, because it failed several times"
                };
                let result = Err(Refusal { reason: reason.to_owned(), retry_after: None, failed: true });
                let report = Report::default();
                self.answered(Response { root, session_id: id, ask, reply, result, report });
            }
        }
    }

    /// Takes over what a model wrote, or has the embedded backend write instead.
    pub(in crate::server) fn answered(&mut self, response: Response) {
        let Response { root, session_id: id, ask, reply, result, report } = response;
        if let Some(outcome) = report.outcome {
            self.conduct.learn(now(), outcome);
        }
        if let (Some(Outcome::Stopped), Err(refusal)) = (report.outcome, &result) {
            let message =
                format!("{}. The memory is written without a model until the settings change.", refusal.reason);
            self.client.show(Urgency::Error, message.clone());
            self.stopped = Some(message);
        }
        let event = match &result {
            Ok(written) => Event::Written(written.clone()),
            Err(_) => Event::Unwritten { origin: ask.origin },
        };
        let mut notes = report.notes.clone();
        notes.extend(result.as_ref().err().map(|refusal| format!("no answer was taken over: {}", refusal.reason)));
        let made = Made { usage: report.usage, cost: report.cost, notes };
        let outcome = self.take_over(&root, &id, &event, &made);
        match (reply, outcome, result) {
            (None, Err(error), _) if error.code != code::UNKNOWN_SESSION => {
                self.client.show(Urgency::Error, format!("the memory of session {id:?} was not updated: {error}"));
            }
            (None, ..) => {}
            (Some(reply), Err(error), _) => drop(reply.send(Err(error))),
            (Some(reply), Ok(_), Err(refusal)) if refusal.failed => drop(reply.send(Err(failed(&refusal)))),
            (Some(reply), Ok(answer), _) => self.write_file(&root, &id, None, None, Some((reply, answer))),
        }
        self.refresh_waiting(&root, &id);
    }

    /// Applies an event about a memory; gives the answer to `refresh`.
    fn take_over(&mut self, root: &Path, id: &str, event: &Event, made: &Made) -> Result<String, RequestError> {
        for _ in 0..RETRIES {
            let config = self.config.clone();
            if !self.workspace(root)?.load(id, &config).map_err(|error| refused(&error))? {
                return Err(RequestError::unknown_session(id));
            }
            self.look_at_file(root, id);
            let Some(entry) = self.entry(root, id) else { continue };
            let mut effects = entry.session.apply(now(), event.clone());
            let mut changed = false;
            for effect in &mut effects {
                if let Effect::Revised(revision) = effect {
                    changed = true;
                    revision.made = Some(made.clone());
                }
            }
            let memory = entry.session.memory();
            let answer = json!({
                "revision": memory.map_or(0, |memory| memory.revision),
                "source": memory.map_or("extractive", |memory| memory.source),
                "changed": changed,
            });
            if self.perform(root, id, effects)?.is_none() {
                continue;
            }
            if let (Event::Written(_), Some(workspace)) = (event, self.workspaces.get_mut(root)) {
                // The prose stands nowhere else, so it must survive this process.
                workspace.save(id);
            }
            self.changed(root, id);
            return Ok(answer.to_string());
        }
        Err(busy(id))
    }
}

fn failed(refusal: &Refusal) -> RequestError {
    let message = format!("{}. The memory was brought up to date without the model.", refusal.reason);
    RequestError { code: code::PROVIDER_FAILED, message, data: Some(json!({"retryAfterSeconds": refusal.retry_after})) }
}
