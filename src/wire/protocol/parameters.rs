//! Parameters of the methods as a client sends them.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[cfg(doc)]
use super::Method;

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
    /// One text for a new session of the agent.
    Handover,
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

/// Parameters of [`Method::Deliver`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliverParams {
    /// The session.
    pub session_id: String,
    /// How; default: only say how it can be done.
    pub way: Option<String>,
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

/// Parameters of [`Method::Timeline`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineParams {
    /// The session.
    pub session_id: String,
    /// About how many points, 2 to 2000.
    #[serde(default = "two_hundred")]
    pub points: usize,
}

fn two_hundred() -> usize {
    200
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
