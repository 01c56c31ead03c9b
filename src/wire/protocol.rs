//! The methods of `sessionMemory/*`: names, parameters, results, errors. `docs/protocol.md` is checked against
//! them by a test.

mod error;
mod parameters;
mod results;

pub use error::{RequestError, check_session_id, code, from_value, params};
pub use parameters::{
    AgentRequest, AppendParams, CompactParams, DeliverParams, DiffParams, DiscoverParams, EventsParams, ExplainParams,
    Format, ImportParams, MAX_EVENTS, PinParams, RestoreParams, SearchParams, SessionParams, SessionsParams,
    TimelineParams,
};
pub use results::{AppendResult, CompactMemory, CompactResult, KeepFrom, Masked, MemoryState, Retrieved};

/// Version of the protocol, told at `initialize`.
pub const PROTOCOL: u32 = 1;

/// A request of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Stores events.
    Append,
    /// Answers with memory and tail.
    Compact,
    /// Brings the compacted context back into the agent.
    Deliver,
    /// Brings the memory up to date.
    Refresh,
    /// Gives a version of the memory.
    Memory,
    /// Lists the versions.
    History,
    /// Compares two versions.
    Diff,
    /// Goes back to a version.
    Restore,
    /// Tells where each line comes from.
    Blame,
    /// Tells what became of the events at a compaction.
    Explain,
    /// Makes a line the user's own.
    Pin,
    /// Finds events.
    Search,
    /// Gives events as stored.
    Events,
    /// Gives the size of the context over time.
    Timeline,
    /// Lists sessions.
    Sessions,
    /// Lists the sessions that agents have in a workspace.
    Discover,
    /// Reads an agent's transcript file.
    Import,
    /// Deletes a session.
    Forget,
}

impl Method {
    /// All methods.
    pub const ALL: [Method; 18] = [
        Method::Append,
        Method::Compact,
        Method::Deliver,
        Method::Refresh,
        Method::Memory,
        Method::History,
        Method::Diff,
        Method::Restore,
        Method::Blame,
        Method::Explain,
        Method::Pin,
        Method::Search,
        Method::Events,
        Method::Timeline,
        Method::Sessions,
        Method::Discover,
        Method::Import,
        Method::Forget,
    ];

    /// The method's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Method::Append => "sessionMemory/append",
            Method::Compact => "sessionMemory/compact",
            Method::Deliver => "sessionMemory/deliver",
            Method::Refresh => "sessionMemory/refresh",
            Method::Memory => "sessionMemory/memory",
            Method::History => "sessionMemory/history",
            Method::Diff => "sessionMemory/diff",
            Method::Restore => "sessionMemory/restore",
            Method::Blame => "sessionMemory/blame",
            Method::Explain => "sessionMemory/explain",
            Method::Pin => "sessionMemory/pin",
            Method::Search => "sessionMemory/search",
            Method::Events => "sessionMemory/events",
            Method::Timeline => "sessionMemory/timeline",
            Method::Sessions => "sessionMemory/sessions",
            Method::Discover => "sessionMemory/discover",
            Method::Import => "sessionMemory/import",
            Method::Forget => "sessionMemory/forget",
        }
    }

    /// The command of `workspace/executeCommand` that does the same.
    pub fn command(self) -> String {
        self.name().replace('/', ".")
    }

    /// The method behind a command.
    pub fn from_command(command: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|method| method.command() == command)
    }
}

/// Notification: a new revision of a memory.
pub const DID_UPDATE: &str = "sessionMemory/didUpdate";
/// Request to the client: it lends its own model.
pub const COMPLETE: &str = "sessionMemory/complete";
/// Notification: another level of pressure.
pub const DID_CHANGE_PRESSURE: &str = "sessionMemory/didChangePressure";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
