//! The versions of a memory: `memory`, `history`, `diff`, `restore`, `blame`, `explain`, and `pin`, which makes one.

use std::path::Path;

use serde_json::{Value, json};

use super::{Answer, RETRIES, busy};
use crate::engine::blame::Blame;
use crate::engine::diff::{diff, hunks};
use crate::engine::edits::Edits;
use crate::engine::event::{Event, Version};
use crate::engine::explain::{Sources, explain};
use crate::engine::memory::{plain, rfc3339};
use crate::host::store::{CompactionKind, Revision};
use crate::server::main_loop::{Core, now, refused};
use crate::server::task::Reply;
use crate::server::workspace::{Entry, Workspace, edits, source};
use crate::wire::protocol::{
    DiffParams, ExplainParams, PinParams, RequestError, RestoreParams, SessionParams, code, params,
};

/// A session that is there, in its workspace.
fn there<'a>(core: &'a Core, root: &Path, id: &str) -> Result<(&'a Workspace, &'a Entry), RequestError> {
    let workspace = core.workspaces.get(root).ok_or_else(|| RequestError::unknown_session(id))?;
    let entry = workspace.sessions.get(id).ok_or_else(|| RequestError::unknown_session(id))?;
    Ok((workspace, entry))
}

/// A version; the newest one for `None`.
fn version(workspace: &Workspace, entry: &Entry, number: Option<u64>) -> Result<Revision, RequestError> {
    let found = workspace.store.revision(entry.key, number).map_err(|error| refused(&error))?;
    let id = entry.session.id();
    found.ok_or_else(|| RequestError {
        code: code::UNKNOWN_REVISION,
        message: match number {
            Some(number) => {
                format!("session {id:?} has no revision {number}; it has {} so far", entry.marks.last_revision)
            }
            None => format!("session {id:?} has no memory yet; `sessionMemory/refresh` makes one"),
        },
        data: None,
    })
}

/// The user's layer as of a version.
fn layer(workspace: &Workspace, entry: &Entry, number: u64) -> Result<Edits, RequestError> {
    let layer = workspace.store.layer(entry.key, Some(number)).map_err(|error| refused(&error))?;
    Ok(layer.map(|layer| edits(entry.session.id(), &layer)).unwrap_or_default())
}

impl Core {
    /// The folder of a session, with what the user typed and what is due in its memory.
    fn up_to_date(&mut self, id: &str) -> Result<std::path::PathBuf, RequestError> {
        let root = self.find(id)?;
        self.look_at_file(&root, id);
        self.update_due(&root, id);
        Ok(root)
    }

    pub(super) fn memory(&mut self, text: &str) -> Answer {
        let params: SessionParams = params(text)?;
        let root = self.up_to_date(&params.session_id)?;
        let (workspace, entry) = there(self, &root, &params.session_id)?;
        let revision = version(workspace, entry, params.revision)?;
        let answer = json!({
            "markdown": revision.text,
            "revision": revision.row.revision,
            "coveredThrough": revision.row.covered,
            "source": revision.row.source,
            "uri": entry.file.uri(),
            "updatedAt": rfc3339(revision.row.at),
        });
        Ok((answer.to_string(), None))
    }

    pub(super) fn history(&mut self, text: &str) -> Answer {
        let params: SessionParams = params(text)?;
        let root = self.up_to_date(&params.session_id)?;
        let (workspace, entry) = there(self, &root, &params.session_id)?;
        let rows = workspace.store.revisions(entry.key).map_err(|error| refused(&error))?;
        let revisions: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({
                    "revision": row.revision,
                    "at": rfc3339(row.at),
                    "source": row.source,
                    "origin": row.origin,
                    "coveredThrough": row.covered,
                    "tokens": row.tokens,
                    "addedLines": row.added,
                    "removedLines": row.removed,
                })
            })
            .collect();
        Ok((json!({ "revisions": revisions }).to_string(), None))
    }

    pub(super) fn diff(&mut self, text: &str) -> Answer {
        let params: DiffParams = params(text)?;
        let root = self.up_to_date(&params.session_id)?;
        let (workspace, entry) = there(self, &root, &params.session_id)?;
        let new = version(workspace, entry, params.to)?;
        let old = match params.from {
            0 => String::new(),
            from => plain(&version(workspace, entry, Some(from))?.text),
        };
        let text = plain(&new.text);
        let change = diff(&old, &text);
        let hunks: Vec<Value> = hunks(&old, &text)
            .into_iter()
            .map(|hunk| {
                json!({
                    "oldStart": hunk.old_start,
                    "oldLines": hunk.old_lines,
                    "newStart": hunk.new_start,
                    "newLines": hunk.new_lines,
                    "lines": hunk.lines,
                })
            })
            .collect();
        let answer = json!({
            "from": params.from,
            "to": new.row.revision,
            "unified": change.unified,
            "hunks": hunks,
            "addedLines": change.added,
            "removedLines": change.removed,
        });
        Ok((answer.to_string(), None))
    }

    pub(super) fn restore(&mut self, text: &str, reply: Reply) {
        let restored = params::<RestoreParams>(text).and_then(|params| {
            let id = &params.session_id;
            self.change(id, |workspace, entry| {
                let earlier = version(workspace, entry, Some(params.revision))?;
                Ok(Event::Restored(Box::new(Version {
                    layer: layer(workspace, entry, params.revision)?,
                    covered_through: earlier.row.covered,
                    source: source(&earlier.row.source),
                    text: earlier.text,
                })))
            })
        });
        self.changed_by_request(restored, reply);
    }

    pub(super) fn pin(&mut self, text: &str, reply: Reply) {
        let pinned = params::<PinParams>(text).and_then(|params| {
            self.change(&params.session_id, |_, entry| {
                let section = entry.session.edits().custom().section(&params.section).ok_or_else(|| {
                    RequestError::invalid("section", format!("{:?} is no section of the memory", params.section))
                })?;
                if !params.pinned && !entry.session.edits().is_own(section, &params.text) {
                    return Err(RequestError::invalid("text", "is no line of the user's in this section"));
                }
                let memory = entry.session.memory().map(|memory| plain(&memory.text)).unwrap_or_default();
                let first = params.text.lines().next().unwrap_or_default();
                if params.pinned && !memory.lines().any(|row| row.strip_prefix("- ") == Some(first)) {
                    return Err(RequestError::invalid("text", "is no line of the newest memory"));
                }
                Ok(Event::Pin { section, text: params.text.clone(), pinned: params.pinned })
            })
        });
        self.changed_by_request(pinned, reply);
    }

    /// Applies an event that changes the newest version, on a session that nobody else has changed meanwhile.
    fn change(
        &mut self,
        id: &str,
        event: impl Fn(&Workspace, &Entry) -> Result<Event, RequestError>,
    ) -> Result<(std::path::PathBuf, String, String), RequestError> {
        for _ in 0..RETRIES {
            let root = self.up_to_date(id)?;
            let (workspace, entry) = there(self, &root, id)?;
            let event = event(workspace, entry)?;
            let Some(entry) = self.entry(&root, id) else { continue };
            let effects = entry.session.apply(now(), event);
            let memory = entry.session.memory();
            let answer = json!({
                "revision": memory.map_or(0, |memory| memory.revision),
                "source": memory.map_or("extractive", |memory| memory.source),
                "coveredThrough": memory.map_or(0, |memory| memory.covered_through),
                "uri": entry.file.uri(),
            });
            if self.perform(&root, id, effects)?.is_some() {
                // What the next version starts from stands in the saved state.
                if let Some(workspace) = self.workspaces.get_mut(&root) {
                    workspace.save(id);
                }
                return Ok((root, id.to_owned(), answer.to_string()));
            }
        }
        Err(busy(id))
    }

    /// The answer is given once the file is written.
    fn changed_by_request(
        &mut self,
        changed: Result<(std::path::PathBuf, String, String), RequestError>,
        reply: Reply,
    ) {
        match changed {
            Ok((root, id, answer)) => self.write_file(&root, &id, None, None, Some((reply, answer))),
            Err(error) => drop(reply.send(Err(error))),
        }
        self.send_later();
    }

    pub(super) fn blame(&mut self, text: &str) -> Answer {
        let params: SessionParams = params(text)?;
        let root = self.up_to_date(&params.session_id)?;
        let (workspace, entry) = there(self, &root, &params.session_id)?;
        let newest = version(workspace, entry, params.revision)?;
        let rows = workspace.store.revisions(entry.key).map_err(|error| refused(&error))?;
        let number = newest.row.revision;
        let own = layer(workspace, entry, number)?;
        let mut blame = Blame::new(number, &newest.text, &own);
        for older in (1..number).rev() {
            if !blame.is_open() {
                break;
            }
            let older = version(workspace, entry, Some(older))?;
            blame.older(older.row.revision, &older.text, &own);
        }
        let lines: Vec<Value> = blame
            .lines()
            .into_iter()
            .map(|line| {
                let row = rows.iter().find(|row| row.revision == line.revision);
                json!({
                    "section": own.custom().title(line.section),
                    "text": line.text,
                    "event": (line.event > 0).then_some(line.event),
                    "revision": line.revision,
                    "at": row.map(|row| rfc3339(row.at)),
                    "origin": row.map(|row| row.origin.as_str()),
                    "own": line.own,
                })
            })
            .collect();
        Ok((json!({ "revision": number, "lines": lines }).to_string(), None))
    }

    pub(super) fn explain(&mut self, text: &str) -> Answer {
        let params: ExplainParams = params(text)?;
        let root = self.find(&params.session_id)?;
        let (workspace, entry) = there(self, &root, &params.session_id)?;
        let found = workspace.store.compaction(entry.key, params.compaction).map_err(|error| refused(&error))?;
        let found = found.ok_or_else(|| {
            let so_far = match entry.marks.compactions {
                0 => "was never compacted".to_owned(),
                so_far => format!("has compactions 1 to {so_far}"),
            };
            RequestError::invalid("compaction", format!("session {:?} {so_far}", params.session_id))
        })?;
        let sources = found.sources.as_deref().map(Sources::from_json).unwrap_or_default();
        let memory = found.memory.as_deref().unwrap_or_default();
        let explained = explain(memory, &sources, found.keep_from, found.at_seq);
        let range = |(first, last): (u64, u64)| json!({"fromSeq": first, "toSeq": last});
        let ours = found.kind == CompactionKind::Ours;
        let answer = json!({
            "compaction": found.n,
            "at": rfc3339(found.at),
            "by": if ours { "session-memory" } else { "agent" },
            "revision": found.revision,
            "tokensBefore": found.tokens_before,
            "tokensAfter": found.tokens_after,
            "verbatim": explained.verbatim.map(range),
            "lines": explained.lines.iter().map(|line| json!({
                "section": line.section.title(),
                "text": line.text,
                "event": (line.event > 0).then_some(line.event),
            })).collect::<Vec<_>>(),
            "masked": explained.masked.iter().map(|(seq, tokens)| json!({"seq": seq, "tokens": tokens})).collect::<Vec<_>>(),
            "searchable": explained.searchable.iter().copied().map(range).collect::<Vec<_>>(),
            "summary": explained.summary(),
        });
        Ok((answer.to_string(), None))
    }
}
