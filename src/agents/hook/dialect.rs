//! Which agent speaks, and what its event means.

use serde_json::Value;

use super::super::Agent;
use super::fields::{plain, text};
use super::{Happened, Start, Tool};

/// The environment variables of a hook's process that tell agents apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Environment {
    /// `CLAUDECODE` or `CLAUDE_PROJECT_DIR` is set.
    pub claude: bool,
    /// `GEMINI_SESSION_ID` or `GEMINI_PROJECT_DIR` is set.
    pub gemini: bool,
    /// `CURSOR_VERSION` is set.
    pub cursor: bool,
}

/// The agent that sent this. Cursor and Gemini CLI set Claude Code's variables as well, so theirs are asked for first; Copilot
/// and Codex run hooks that were written for Claude Code, so their own fields count before its variables.
pub fn agent_of(payload: &Value, environment: &Environment) -> Agent {
    let has = |name: &str| payload.get(name).is_some();
    let under =
        |part: &str| text(payload, &["transcript_path", "transcriptPath"]).is_some_and(|path| path.contains(part));
    if has("hookName") && has("taskId") {
        Agent::Cline
    } else if environment.cursor || has("conversation_id") {
        Agent::Cursor
    } else if environment.gemini {
        Agent::Gemini
    } else if has("sessionId")
        || under("GitHub.copilot-chat")
        || under("/.copilot/")
        || (has("timestamp") && has("hook_event_name") && !under(".gemini"))
    {
        Agent::Copilot
    } else if has("turn_id") || under("rollout-") {
        Agent::Codex
    } else if has("timestamp") && !environment.claude {
        Agent::Gemini
    } else {
        Agent::ClaudeCode
    }
}

/// What an event means.
pub(super) fn happened(event: &str, payload: &Value) -> Happened {
    // A helper's own turns are no part of the conversation. Claude Code's own summariser is one without a type.
    if text(payload, &["agent_id"]).is_some() {
        return Happened::Other;
    }
    let prompt = || text(payload, &["prompt", "initialPrompt"]).map(str::to_owned);
    let said = |names: &[&str]| text(payload, names).map(str::to_owned);
    let again = payload.get("stop_hook_active").and_then(Value::as_bool).unwrap_or(false);
    match event {
        "SessionStart" | "sessionStart" => Happened::Started(start(text(payload, &["source"]))),
        "TaskStart" => Happened::Started(Start::New),
        "TaskResume" => Happened::Started(Start::Resumed),
        "SessionEnd" | "sessionEnd" | "TaskComplete" | "TaskCancel" => Happened::Ended,
        "UserPromptSubmit" | "userPromptSubmitted" | "BeforeAgent" | "beforeSubmitPrompt" => {
            let inner = payload.get("userPromptSubmit").and_then(|inner| text(inner, &["prompt"])).map(str::to_owned);
            // What Claude Code itself says there when an agent of its own is done.
            let said = prompt().or(inner).filter(|text| !text.trim_start().starts_with("<task-notification>"));
            said.map_or(Happened::Other, Happened::Prompt)
        }
        "PostToolBatch" => {
            let calls = payload.get("tool_calls").and_then(Value::as_array);
            Happened::Tools(calls.into_iter().flatten().filter_map(|call| tool(call, false)).collect())
        }
        "PostToolUse" | "postToolUse" | "AfterTool" => {
            let call = payload.get("postToolUse").unwrap_or(payload);
            Happened::Tools(tool(call, false).into_iter().collect())
        }
        "PostToolUseFailure" => Happened::Tools(tool(payload, true).into_iter().collect()),
        "Stop" | "agentStop" | "AfterAgent" | "stop" => {
            Happened::Answered { text: said(&["last_assistant_message", "prompt_response"]), again }
        }
        "afterAgentResponse" => Happened::Answered { text: said(&["text"]), again },
        "PreCompact" | "preCompact" | "PreCompress" => Happened::Compacting,
        _ => Happened::Other,
    }
}

fn start(source: Option<&str>) -> Start {
    match source {
        Some("clear") => Start::Clear,
        Some("compact") => Start::Compact,
        Some("resume" | "fork") => Start::Resumed,
        _ => Start::New,
    }
}

fn tool(call: &Value, failed: bool) -> Option<Tool> {
    let name = text(call, &["tool_name", "toolName"])?.to_owned();
    let value = |names: &[&str]| names.iter().find_map(|name| call.get(*name)).cloned().unwrap_or_default();
    let output = plain(&value(&["tool_response", "tool_result", "toolResult", "tool_output", "result", "error"]));
    let told = call.get("success").and_then(Value::as_bool) == Some(false)
        || call
            .get("tool_response")
            .is_some_and(|response| response.get("error").is_some_and(|error| !error.is_null()));
    Some(Tool {
        id: text(call, &["tool_use_id", "toolCallId", "tool_call_id"]).map(str::to_owned),
        name,
        input: value(&["tool_input", "toolArgs", "parameters"]),
        output,
        failed: failed || told,
    })
}
