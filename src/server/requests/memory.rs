//! `refresh`, and the user's own edits of the file.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{RETRIES, busy, new_revision};
use crate::engine::effect::Effect;
use crate::engine::event::{Event, Origin};
use crate::engine::redact::redact;
use crate::server::client::Progress;
use crate::server::main_loop::{Core, now, refused};
use crate::server::task::Reply;
use crate::wire::protocol::{RequestError, SessionParams, params};

/// A `refresh` under way.
pub struct Refresh {
    root: PathBuf,
    id: String,
    reply: Reply,
    progress: Option<Progress>,
}

impl Core {
    pub(super) fn refresh(&mut self, text: &str, reply: Reply) {
        let found = params::<SessionParams>(text).and_then(|params| Ok((self.find(&params.session_id)?, params)));
        match found {
            Ok((root, params)) => {
                let progress = self.client.progress(params.work_done_token, "Updating the session memory");
                self.refresh_session(Refresh { root, id: params.session_id, reply, progress });
            }
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    /// A model that is at work already has not read the newest events: its answer is waited for, and then it is asked again.
    fn refresh_session(&mut self, refresh: Refresh) {
        if self.entry(&refresh.root, &refresh.id).is_some_and(|entry| entry.session.is_asked()) {
            self.refreshes.push(refresh);
            return;
        }
        let Refresh { root, id, reply, progress } = refresh;
        // A client that has cancelled meanwhile wants nothing done.
        let updated =
            if reply.is_closed() { Err(RequestError::cancelled()) } else { self.update(&root, &id, Origin::Refresh) };
        match updated {
            // A model's answer is waited for; otherwise the answer is given once the file is written.
            Ok(_) if let Some(at) = self.asked_at(&root, &id) => {
                let (_, _, ask) = self.asks.remove(at);
                self.ask_model(root, id, ask, Some(reply), progress);
            }
            Ok(answer) => self.write_file(&root, &id, None, None, Some((reply, answer))),
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    /// Goes on with what waited for a model.
    pub(super) fn refresh_waiting(&mut self, root: &Path, id: &str) {
        let all = std::mem::take(&mut self.refreshes);
        let (now, still) = all.into_iter().partition(|refresh| refresh.root == root && refresh.id == id);
        self.refreshes = still;
        let now: Vec<Refresh> = now;
        for refresh in now {
            self.refresh_session(refresh);
        }
    }

    /// Brings a memory up to date; gives the answer to `refresh`.
    pub(in crate::server) fn update(&mut self, root: &Path, id: &str, origin: Origin) -> Result<String, RequestError> {
        for _ in 0..RETRIES {
            let config = self.config.clone();
            if !self.workspace(root)?.load(id, &config).map_err(|error| refused(&error))? {
                return Err(RequestError::unknown_session(id));
            }
            self.look_at_file(root, id);
            let Some(entry) = self.entry(root, id) else { continue };
            let effects = entry.session.apply(now(), Event::Update { origin });
            let changed = effects.iter().any(|effect| matches!(effect, Effect::Revised(_)));
            let memory = entry.session.memory();
            let answer = json!({
                "revision": memory.map_or(0, |memory| memory.revision),
                "source": memory.map_or("extractive", |memory| memory.source),
                "changed": changed,
            });
            if self.perform(root, id, effects)?.is_some() {
                return Ok(answer.to_string());
            }
        }
        Err(busy(id))
    }

    /// The user's text becomes part of the memory, and the file gets what comes of it.
    pub(in crate::server) fn file_edited(&mut self, root: &Path, id: &str, base: String, text: &str) {
        let clean = if self.config.redact { redact(text).into_owned() } else { text.to_owned() };
        let Some(entry) = self.entry(root, id) else { return };
        let event = Event::FileEdited { base, text: clean };
        let effects = entry.session.apply(now(), event);
        let revision = effects.into_iter().find_map(|effect| match effect {
            Effect::Revised(revision) => Some(revision),
            _ => None,
        });
        let Some(workspace) = self.workspaces.get_mut(root) else { return };
        let Some(entry) = workspace.sessions.get_mut(id) else { return };
        if let Some(revision) = &revision {
            match workspace.store.add_revision(entry.key, entry.marks, &new_revision(revision)) {
                Ok(Ok(marks)) => entry.marks = marks,
                // Nothing is lost: the text is still in the file, and is met again at the next look.
                Ok(Err(_)) | Err(_) => {
                    workspace.sessions.remove(id);
                    return;
                }
            }
        }
        match revision {
            Some(_) => self.write_file(root, id, revision, Some(text.to_owned()), None),
            None => self.put_back(root, id, Some(text.to_owned())),
        }
    }
}
