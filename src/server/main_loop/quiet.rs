//! What is done in quiet moments, so that no answer has to wait for it: memories are updated, the likely next answers
//! prepared, states saved.

use std::path::Path;
use std::time::Instant;

use super::{Core, now};
use crate::engine::event::{Event, Origin};
use crate::engine::schedule::Due;
use crate::server::client::Urgency;
use crate::server::writer::Job;

/// Tokens after which the state of a session is saved again: what is read anew after a crash.
const SAVE_TOKENS: u64 = 50_000;

impl Core {
    /// Notes that a session has something new.
    pub fn changed(&mut self, root: &Path, id: &str) {
        if !self.waiting.iter().any(|(known, session, _)| known == root && session == id) {
            self.waiting.push_back((root.to_owned(), id.to_owned(), Instant::now()));
        }
    }

    /// Updates a memory where that is due: in the next quiet moment, so that a compaction right after an event does not
    /// have to wait for it, or when it is asked for.
    pub fn update_due(&mut self, root: &Path, id: &str) {
        let due = self
            .workspaces
            .get(root)
            .and_then(|workspace| workspace.sessions.get(id))
            .is_some_and(|entry| entry.session.due() == Due::Now);
        if due && let Err(error) = self.update(root, id, Origin::Background) {
            self.client.show(Urgency::Error, format!("the memory of session {id:?} was not updated: {error}"));
        }
    }

    /// Updates and prepares the session that waits longest, and saves it where that is due.
    pub(super) fn prepare_next(&mut self) {
        let Some((root, id, _)) = self.waiting.pop_front() else { return };
        self.update_due(&root, &id);
        self.send_later();
        let Some(workspace) = self.workspaces.get_mut(&root) else { return };
        let Some(entry) = workspace.sessions.get_mut(&id) else { return };
        entry.session.apply(now(), Event::Idle);
        if entry.save_soon || entry.tokens >= entry.saved_tokens + SAVE_TOKENS {
            workspace.save(&id);
        }
        self.writer.send(Job::Index { state: workspace.state.clone() });
        sort_freed_memory();
    }

    /// Memories up to date, states saved.
    pub(super) fn save_all(&mut self) {
        for (root, id, _) in std::mem::take(&mut self.waiting) {
            self.update_due(&root, &id);
        }
        self.send_later();
        for workspace in self.workspaces.values_mut() {
            let ids: Vec<String> = workspace
                .sessions
                .iter()
                .filter(|(_, entry)| entry.save_soon || entry.tokens > entry.saved_tokens)
                .map(|(id, _)| id.clone())
                .collect();
            for id in ids {
                workspace.save(&id);
            }
        }
    }
}

/// The allocator of glibc puts what was freed in order at the next large request. A compaction gives up thousands of events:
/// without this, the answer after the next one waits for that, up to a millisecond.
fn sort_freed_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(64 << 10)));
}
