//! Code lenses above the first row: how the memory stands, and what can be done with it.

use serde_json::{Value, json};

use super::Owner;
use crate::engine::tokens::grouped;
use crate::server::main_loop::{Core, refused};
use crate::wire::protocol::{Method, RequestError};

/// A line above the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Lens {
    /// What the user reads.
    pub title: String,
    /// What a click does: a command and its argument.
    pub command: Option<(String, Value)>,
}

impl Core {
    /// The lenses of a memory.
    pub(super) fn lenses(&mut self, owner: &Owner) -> Result<Vec<Lens>, RequestError> {
        let Owner { root, session } = owner;
        let budget = self.config.engine.memory_tokens;
        let workspace = self.workspace(root)?;
        let Some(entry) = workspace.sessions.get(session) else { return Ok(Vec::new()) };
        let Some(newest) = workspace.store.revision(entry.key, None).map_err(|error| refused(&error))? else {
            return Ok(Vec::new());
        };
        let state = &entry.session;
        let percent = state.context_tokens().saturating_mul(100) / state.context_limit().max(1);
        let mut lenses = vec![Lens {
            title: "Compact now".to_owned(),
            command: Some((
                Method::Compact.command(),
                json!({"sessionId": session, "format": "markdown", "show": true}),
            )),
        }];
        let before = newest.row.revision.saturating_sub(1);
        if before > 0 {
            let argument = json!({"sessionId": session, "from": before, "show": true});
            lenses.push(Lens { title: "What changed".to_owned(), command: Some((Method::Diff.command(), argument)) });
        }
        let title = format!(
            "{} of {} tokens · {} · context {percent} %",
            grouped(newest.row.tokens.into()),
            grouped(budget.into()),
            state.freshness().name(),
        );
        lenses.push(Lens { title, command: None });
        Ok(lenses)
    }
}
