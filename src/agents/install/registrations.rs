//! What is registered with each agent: for which events, and how its settings spell a handler.
//!
//! Nothing in a command changes with a version of this program: an agent that asks its user to trust a command asks once.

use serde_json::{Value, json};

use super::command::{cmd, native, posix, power_shell};
use super::document::Syntax;
use crate::agents::Agent;

/// Seconds that an agent waits for a hook at most; the program needs some milliseconds.
const TIMEOUT: u32 = 5;
/// What Codex allows the hooks of a session's end.
const CODEX_END_TIMEOUT: u32 = 3;
/// Claude Code cuts what one handler says at 10,000 characters, so several say a part each.
const CLAUDE_PARTS: usize = 4;

/// By what name Gemini CLI knows our hooks.
pub const GEMINI_NAME: &str = "session-memory";

/// What goes into an agent's settings.
#[derive(Clone, Debug)]
pub struct Registrations {
    /// The elements to add to the list of each event.
    pub events: Vec<(&'static str, Vec<Value>)>,
    /// Whether the file must say `"version": 1`.
    pub version: bool,
    /// What the agent accepts in the file.
    pub syntax: Syntax,
}

/// What is registered with an agent, run as `program`. Cline has no settings but files, see [`super::script`].
pub fn registrations(agent: Agent, program: &str) -> Registrations {
    let (events, version, syntax) = match agent {
        Agent::ClaudeCode => (claude_code(program), false, Syntax::Json),
        Agent::Codex => (codex(program), false, Syntax::Json),
        Agent::Copilot => (copilot(program), true, Syntax::Json),
        Agent::Gemini => (gemini(program), false, Syntax::Comments),
        Agent::Cursor => (cursor(program), true, Syntax::CommentsAndCommas),
        Agent::Cline => (Vec::new(), false, Syntax::Json),
    };
    Registrations { events, version, syntax }
}

/// Claude Code starts a program with arguments and no shell (`args`).
fn claude_code(program: &str) -> Vec<(&'static str, Vec<Value>)> {
    let handler = |more: &[&str]| {
        let args: Vec<&str> = ["hook", "--agent", "claude-code"].iter().chain(more).copied().collect();
        json!({"type": "command", "command": program, "args": args, "timeout": TIMEOUT})
    };
    let parts: Vec<Value> =
        (1..=CLAUDE_PARTS).map(|part| handler(&["--part", &format!("{part}/{CLAUDE_PARTS}")])).collect();
    let start = ("SessionStart", vec![json!({"matcher": "startup|resume|clear|compact", "hooks": parts})]);
    let others = [
        "UserPromptSubmit",
        "PostToolBatch",
        "PostToolUseFailure",
        "Stop",
        "SubagentStop",
        "PreCompact",
        "PostCompact",
        "SessionEnd",
    ];
    std::iter::once(start).chain(others.map(|event| (event, vec![json!({"hooks": [handler(&[])]})]))).collect()
}

/// Codex runs a command line; `additionalContextLimit` 0 lets a memory of any length through.
fn codex(program: &str) -> Vec<(&'static str, Vec<Value>)> {
    let args = ["hook", "--agent", "codex"];
    let line = native(cmd, program, &args);
    let handler = |timeout: u32| json!({"type": "command", "command": line, "timeout": timeout});
    let mut start = handler(TIMEOUT);
    start["additionalContextLimit"] = json!(0);
    let of = |event: &'static str, handler: Value| (event, vec![json!({"hooks": [handler]})]);
    let mut events = vec![of("SessionStart", start)];
    for event in ["UserPromptSubmit", "PostToolUse", "Stop", "PreCompact", "PostCompact"] {
        events.push(of(event, handler(TIMEOUT)));
    }
    events.push(of("SessionEnd", handler(CODEX_END_TIMEOUT)));
    events
}

/// Copilot in a terminal knows `bash` and `powershell`; in Visual Studio Code these count for Linux, macOS and Windows.
fn copilot(program: &str) -> Vec<(&'static str, Vec<Value>)> {
    let events = [
        "SessionStart",
        "UserPromptSubmit",
        "PostToolUse",
        "PostToolUseFailure",
        "Stop",
        "SubagentStop",
        "PreCompact",
        "SessionEnd",
    ];
    let handler = |event: &str| {
        let args = ["hook", "--agent", "copilot", "--event", event];
        let (bash, power) = (posix(program, &args), power_shell(program, &args));
        json!({"type": "command", "bash": bash, "powershell": power, "timeoutSec": TIMEOUT})
    };
    events.into_iter().map(|event| (event, vec![handler(event)])).collect()
}

/// Gemini CLI counts in milliseconds.
fn gemini(program: &str) -> Vec<(&'static str, Vec<Value>)> {
    let line = native(power_shell, program, &["hook", "--agent", "gemini"]);
    let handler = json!({"type": "command", "name": GEMINI_NAME, "command": line, "timeout": TIMEOUT * 1000});
    ["SessionStart", "BeforeAgent", "AfterAgent", "AfterTool", "PreCompress", "SessionEnd"]
        .map(|event| (event, vec![json!({"hooks": [handler]})]))
        .into()
}

/// Cursor has no groups: an event's list holds the handlers.
fn cursor(program: &str) -> Vec<(&'static str, Vec<Value>)> {
    let events = [
        "sessionStart",
        "beforeSubmitPrompt",
        "afterAgentResponse",
        "postToolUse",
        "postToolUseFailure",
        "preCompact",
        "stop",
        "sessionEnd",
    ];
    let handler = |event: &str| {
        let line = native(power_shell, program, &["hook", "--agent", "cursor", "--event", event]);
        json!({"command": line, "timeout": TIMEOUT})
    };
    events.into_iter().map(|event| (event, vec![handler(event)])).collect()
}
