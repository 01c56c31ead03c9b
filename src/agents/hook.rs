//! What an agent's hook says, and what it is answered. Every agent speaks its own dialect of one shape (Claude Code's): a
//! JSON object with the event's name, the session, the working directory, and what happened.
//!
//! Pure: bytes in, a [`Call`] out; a context in, the agent's own JSON out.

mod dialect;
mod fields;
mod reply;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
mod wire;

use std::path::PathBuf;

use serde_json::Value;

use super::Agent;
pub use dialect::{Environment, agent_of};
pub use reply::{Reply, Room, parts};
pub use wire::events;

/// How a session begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// From nothing.
    New,
    /// After the context was cleared.
    Clear,
    /// After the agent compacted its context itself.
    Compact,
    /// With its history, which the agent restores itself.
    Resumed,
}

/// A tool that has run.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// The call's id, where the agent tells it.
    pub id: Option<String>,
    /// The tool's name.
    pub name: String,
    /// What it was called with.
    pub input: Value,
    /// What came of it, as text.
    pub output: String,
    /// It failed.
    pub failed: bool,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// A session begins or goes on.
    Started(Start),
    /// A session ends.
    Ended,
    /// The user has said something.
    Prompt(String),
    /// Tools have run.
    Tools(Vec<Tool>),
    /// The agent has said its last word of a turn. `again`: a hook made it go on, and may not do so forever.
    Answered {
        /// The word, where the agent tells it.
        text: Option<String>,
        /// A hook made it go on.
        again: bool,
    },
    /// The agent is about to compact its context itself.
    Compacting,
    /// Something that has no bearing on the memory.
    Other,
}

/// A hook's call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Who calls.
    pub agent: Agent,
    /// The event's name as the agent has it.
    pub event: String,
    /// The agent's own id of the session.
    pub session: String,
    /// What happened.
    pub happened: Happened,
    /// The folder that the agent works in.
    pub folder: Option<PathBuf>,
    /// The agent's transcript of the session.
    pub transcript: Option<PathBuf>,
    /// Its agent takes a context at the top of the answer: Copilot in a terminal, which tells no transcript at a start, or another
    /// casing.
    pub plain: bool,
    /// What makes the moment one of its own, where the agent tells: the id of a prompt or of a turn.
    pub moment: Option<String>,
}

/// Why a payload is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is no JSON object.
    #[error("what the agent sent is no JSON object: {0}")]
    NotAnObject(String),
    /// No session is named.
    #[error("what {0} sent for {1:?} names no session")]
    NoSession(&'static str, String),
}

impl Call {
    /// Reads what an agent sent. `agent` and `event` are from the command line, where the installer has put them.
    ///
    /// # Errors
    /// When it is no object or names no session.
    pub fn read(
        bytes: &[u8],
        agent: Option<Agent>,
        event: Option<&str>,
        environment: &Environment,
    ) -> Result<Call, Unusable> {
        let payload: Value = serde_json::from_slice(bytes).map_err(|error| Unusable::NotAnObject(error.to_string()))?;
        if !payload.is_object() {
            return Err(Unusable::NotAnObject("it is another value".to_owned()));
        }
        let agent = match (agent, agent_of(&payload, environment)) {
            // These two run what was registered for Claude Code.
            (Some(Agent::ClaudeCode), told @ (Agent::Copilot | Agent::Cursor)) | (None, told) => told,
            (Some(agent), _) => agent,
        };
        let named = fields::text(&payload, &["hook_event_name", "hookEventName", "hookName"]);
        let event = named.or(event).unwrap_or_default().to_owned();
        let session =
            fields::session(&payload).ok_or_else(|| Unusable::NoSession(agent.title(), event.clone()))?.to_owned();
        let (folder, transcript) = (fields::folder(&payload), fields::transcript(&payload));
        let moment = fields::text(&payload, &["prompt_id", "turn_id", "generation_id"]).map(str::to_owned);
        let plain = agent == Agent::Copilot && (transcript.is_none() || event.starts_with(char::is_lowercase));
        let happened = dialect::happened(&event, &payload);
        Ok(Call { agent, event, session, happened, folder, transcript, plain, moment })
    }

    /// Whether the session's events are read out of its transcript. They are where there is one that this program can
    /// read: it has everything in its order, and what it has need not be compared with what hooks say.
    pub fn has_transcript(&self) -> bool {
        let read = match self.agent {
            Agent::ClaudeCode | Agent::Codex | Agent::Copilot | Agent::Gemini => true,
            Agent::Cursor | Agent::Cline => false,
        };
        read && self.transcript.is_some()
    }
}
