//! The methods of `sessionMemory/*`: names, parameters, results, errors. `docs/protocol.md` is checked against this
//! file by a test.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::engine::settings::Pressure;

mod error;

pub use error::{RequestError, check_session_id, code, from_value, params};

/// Version of the protocol, told at `initialize`.
pub const PROTOCOL: u32 = 1;

/// A request of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Stores events.
    Append,
    /// Answers with memory and tail.
    Compact,
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
    /// Lists sessions.
    Sessions,
    /// Reads an agent's transcript file.
    Import,
    /// Deletes a session.
    Forget,
}

impl Method {
    /// All methods.
    pub const ALL: [Method; 15] = [
        Method::Append,
        Method::Compact,
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
        Method::Sessions,
        Method::Import,
        Method::Forget,
    ];

    /// The method's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Method::Append => "sessionMemory/append",
            Method::Compact => "sessionMemory/compact",
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
            Method::Sessions => "sessionMemory/sessions",
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

/// Parameters of [`Method::Append`]. Events stay the text they came in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppendParams<'a> {
    /// The session.
    pub session_id: String,
    /// File URI; default: the first workspace folder.
    pub workspace_folder: Option<String>,
    /// The model's window in tokens.
    pub context_limit: Option<u64>,
    /// Name of the agent, shown and never interpreted.
    pub agent: Option<String>,
    /// What stands before the messages in the agent's own requests.
    #[serde(borrow)]
    pub request: Option<AgentRequest<'a>>,
    /// 1 to [`MAX_EVENTS`] events.
    #[serde(borrow)]
    pub events: Vec<&'a RawValue>,
}

/// The fields of an agent's own requests that stand before the messages. A model of the same name at the same provider can
/// then be asked behind them, where the provider's cache makes that cheaper. They stay the text they came in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentRequest<'a> {
    /// The agent's model.
    pub model: String,
    /// `system` (Anthropic).
    #[serde(borrow)]
    pub system: Option<&'a RawValue>,
    /// `tools`.
    #[serde(borrow)]
    pub tools: Option<&'a RawValue>,
    /// `thinking` (Anthropic).
    #[serde(borrow)]
    pub thinking: Option<&'a RawValue>,
}

/// Most events of one `append`.
pub const MAX_EVENTS: usize = 10_000;

/// Shape of a compact answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Anthropic Messages.
    Anthropic,
    /// OpenAI Chat Completions.
    OpenAi,
    /// One text.
    Markdown,
}

/// Parameters of [`Method::Compact`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompactParams {
    /// The session.
    pub session_id: String,
    /// The whole result must fit; refused below 1000.
    pub target_tokens: Option<u64>,
    /// Shape of the answer.
    pub format: Option<Format>,
    /// False only previews.
    #[serde(default = "yes")]
    pub apply: bool,
    /// What the user wants kept.
    pub instructions: Option<String>,
    /// The user's next prompt: passages it needs are brought back.
    pub query: Option<String>,
}

fn yes() -> bool {
    true
}

/// Parameters that name a session, and where it matters a revision or a range.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionParams {
    /// The session.
    pub session_id: String,
    /// Version of the memory ([`Method::Memory`], [`Method::Blame`]).
    pub revision: Option<u64>,
    /// Token under which progress is reported ([`Method::Refresh`]).
    pub work_done_token: Option<Value>,
}

/// Parameters of [`Method::Diff`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DiffParams {
    /// The session.
    pub session_id: String,
    /// The older version; 0 for nothing.
    pub from: u64,
    /// The newer version; default: the newest.
    pub to: Option<u64>,
}

/// Parameters of [`Method::Restore`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RestoreParams {
    /// The session.
    pub session_id: String,
    /// The version to go back to.
    pub revision: u64,
}

/// Parameters of [`Method::Explain`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainParams {
    /// The session.
    pub session_id: String,
    /// The compaction's number in the session, from 1; default: the newest.
    pub compaction: Option<u64>,
}

/// Parameters of [`Method::Pin`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PinParams {
    /// The session.
    pub session_id: String,
    /// The section's heading.
    pub section: String,
    /// The line without its list mark and source mark.
    pub text: String,
    /// False leaves it to the program again.
    #[serde(default = "yes")]
    pub pinned: bool,
}

/// Parameters of [`Method::Events`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventsParams {
    /// The session.
    pub session_id: String,
    /// First event.
    pub from_seq: u64,
    /// Last event.
    pub to_seq: u64,
}

/// Parameters of [`Method::Search`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchParams {
    /// Words, `"phrases"`, `prefix*`.
    pub query: String,
    /// Only in this session.
    pub session_id: Option<String>,
    /// Most hits, 1 to 100.
    #[serde(default = "ten")]
    pub limit: usize,
    /// Only events of these roles.
    pub roles: Option<Vec<String>>,
}

fn ten() -> usize {
    10
}

/// Parameters of [`Method::Sessions`].
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionsParams {
    /// File URI; default: all workspace folders.
    pub workspace_folder: Option<String>,
}

/// Parameters of [`Method::Import`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportParams {
    /// The transcript file, absolute or below the first workspace folder.
    pub path: String,
    /// `auto`, `claude-code`, `messages`.
    pub format: Option<String>,
    /// The session to fill; default: the one that the file names.
    pub session_id: Option<String>,
    /// File URI; default: the first workspace folder.
    pub workspace_folder: Option<String>,
    /// Keep tailing the file.
    #[serde(default)]
    pub follow: bool,
    /// Token under which progress is reported.
    pub work_done_token: Option<Value>,
}

/// State of a memory, as [`Method::Append`] and [`Method::Sessions`] tell it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemoryState {
    /// 0 where there is none yet.
    pub revision: u64,
    /// `none`, `fresh`, `stale`.
    pub freshness: &'static str,
    /// Tokens that it does not cover.
    pub behind_tokens: u64,
    /// An update is under way.
    pub updating: bool,
    /// An update is due and waits for an open tool call to end.
    pub deferred: bool,
}

/// Result of [`Method::Append`].
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppendResult<'a> {
    /// Number of the last event stored.
    pub seq: u64,
    /// Events stored.
    pub stored: usize,
    /// Events skipped because they were known.
    pub duplicates: usize,
    /// Use of the window.
    pub context_tokens: u64,
    /// The window.
    pub context_limit: u64,
    /// Its level.
    pub pressure: Pressure,
    /// Calls without a result.
    pub open_tool_calls: Vec<&'a str>,
    /// The memory.
    pub memory: MemoryState,
}

/// A shortened or left-out event in a compact answer.
#[derive(Debug, Serialize)]
pub struct Masked {
    /// The event.
    pub seq: u64,
    /// What it would have cost.
    pub tokens: u32,
}

/// An event brought back into a compact answer.
#[derive(Debug, Serialize)]
pub struct Retrieved {
    /// The event.
    pub seq: u64,
    /// How well it fits the query, higher is better.
    pub score: f64,
}

/// First verbatim event of a compact answer.
#[derive(Debug, Serialize)]
pub struct KeepFrom<'a> {
    /// Its number.
    pub seq: u64,
    /// The client's id of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
}

/// The memory behind a compact answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompactMemory<'a> {
    /// Its version.
    pub revision: u64,
    /// The last event it stands for.
    pub covered_through: u64,
    /// `model`, `extractive`, `user`.
    pub source: &'a str,
    /// `fresh` or `stale`.
    pub freshness: &'static str,
    /// Tokens it does not cover.
    pub behind_tokens: u64,
    /// The file.
    pub uri: &'a str,
}

/// Result of [`Method::Compact`], its `messages` aside: they are JSON already and are spliced in as they are.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompactResult<'a> {
    /// False: nothing was gained, nothing was applied.
    pub compacted: bool,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// The same as one text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<&'a str>,
    /// First verbatim event.
    pub keep_from: KeepFrom<'a>,
    /// The memory.
    pub memory: CompactMemory<'a>,
    /// Size of the messages before.
    pub tokens_before: u64,
    /// Size of the answer.
    pub tokens_after: u64,
    /// Tool outputs left out.
    pub masked: Vec<Masked>,
    /// Events brought back for a query.
    pub retrieved: Vec<Retrieved>,
    /// What the caller should know.
    pub warnings: &'a [String],
    /// Time the server took.
    pub elapsed_micros: u64,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
