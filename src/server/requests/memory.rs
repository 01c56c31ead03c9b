//! `refresh`, and the user's own edits of the file.

use std::path::Path;

use serde_json::json;

use super::{RETRIES, busy, new_revision};
use crate::engine::effect::Effect;
use crate::engine::event::{Event, Origin};
use crate::engine::redact::redact;
use crate::server::client::Urgency;
use crate::server::main_loop::{Core, now, refused};
use crate::server::task::Reply;
use crate::server::workspace::{Workspace, stamp};
use crate::server::writer::{edited, file_refused};
use crate::wire::protocol::{RequestError, SessionParams, params};

impl Core {
    pub(super) fn refresh(&mut self, text: &str, reply: Reply) {
        let refreshed = params::<SessionParams>(text).and_then(|params| {
            let root = self.find(&params.session_id)?;
            let progress = self.client.progress(params.work_done_token, "Updating the session memory");
            // A client that has cancelled meanwhile wants nothing done.
            if reply.is_closed() {
                return Err(RequestError::cancelled());
            }
            let answer = self.update(&root, &params.session_id, Origin::Refresh)?;
            Ok((root, params.session_id, answer, progress))
        });
        match refreshed {
            // A model's answer is waited for; otherwise the answer is given once the file is written.
            Ok((root, id, _, progress)) if let Some(at) = self.asked_at(&root, &id) => {
                let (_, _, ask) = self.asks.remove(at);
                self.ask_model(root, id, ask, Some(reply), progress);
            }
            Ok((root, id, answer, _)) => self.write_file(&root, &id, None, None, Some((reply, answer))),
            Err(error) => drop(reply.send(Err(error))),
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

    /// Takes in what the user has changed in the memory file since it was last looked at.
    pub(in crate::server) fn look_at_file(&mut self, root: &Path, id: &str) {
        let Some(workspace) = self.workspaces.get_mut(root) else { return };
        let Workspace { store, sessions, .. } = workspace;
        let Some(entry) = sessions.get_mut(id) else { return };
        let seen = stamp(&entry.file.path());
        if seen == entry.stamp || entry.session.memory().is_none() {
            return;
        }
        let disk = entry.file.read();
        // Empty: it is being saved, or will be written anew with the next version.
        if matches!(&disk, Ok(Some(text)) if text.trim().is_empty()) {
            return;
        }
        entry.stamp = seen;
        let found = match disk {
            Ok(Some(disk)) => edited(store, entry.key, &disk)
                .map_err(|error| refused(&error))
                .map(|base| base.map(|base| (base, disk))),
            Ok(None) => return,
            Err(error) => Err(file_refused(&error)),
        };
        match found {
            Ok(Some((base, disk))) => self.file_edited(root, id, base, &disk),
            Ok(None) => {}
            Err(error) => self.client.show(Urgency::Warning, error.message),
        }
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
        self.write_file(root, id, revision, Some(text.to_owned()), None);
    }
}
