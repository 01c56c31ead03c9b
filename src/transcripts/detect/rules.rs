//! Which shape is whose. The most particular come first.

use super::shape::Shape;
use crate::transcripts::Format;
use crate::transcripts::messages::is_role;

/// The format of a file that holds a record of this shape; `words` are its first bytes.
pub(super) fn format(shape: &Shape, words: &str) -> Option<Format> {
    let first = shape.first();
    let roo = ["\"condenseParent\"", "\"condenseId\"", "\"truncationParent\""].iter().any(|word| words.contains(word));
    let cline = if roo { Format::Roo } else { Format::Cline };
    let rules = [
        (is_codex(shape), Format::Codex),
        (is_gemini(shape) || first.is_some_and(is_gemini_message), Format::Gemini),
        (first.is_some_and(|first| first.has_all(&["info", "parts"])), Format::OpenCode),
        (is_copilot(shape), Format::Copilot),
        (is_open_hands(shape), Format::OpenHands),
        (shape.kind == "session" && shape.has_all(&["id", "cwd"]), Format::Pi),
        (is_cline(shape, words), cline),
        (is_claude_code(shape), Format::ClaudeCode),
        (is_trajectory(shape), Format::SweAgent),
        (is_messages(shape) && is_mini(shape, words), Format::MiniSweAgent),
        (is_messages(shape), Format::Messages),
    ];
    rules.into_iter().find(|(matches, _)| *matches).map(|(_, format)| format)
}

/// An event of the CLI, or of a transcript of the chat in VS Code.
fn is_copilot(shape: &Shape) -> bool {
    let kind = shape.kind.as_str();
    shape.has_all(&["data", "id", "timestamp"]) && (kind.contains('.') || kind == "abort")
        || kind == "session.start" && shape.has("data")
}

fn is_open_hands(shape: &Shape) -> bool {
    let kinds = ["Event", "Observation", "Condensation", "CondensationRequest"];
    shape.has_all(&["source", "timestamp"]) && kinds.iter().any(|kind| shape.event.ends_with(kind))
}

/// A session of the SDK says whose it is; a task of the extensions begins with a wrapped one.
fn is_cline(shape: &Shape, words: &str) -> bool {
    let Some(first) = shape.first().filter(|first| is_message(first)) else { return false };
    shape.has("sessionId") && (shape.has("agent") || shape.has("updated_at"))
        || shape.keys.is_empty()
            && (first.has("ts") || words.contains("\"ts\""))
            && ["<task>", "<environment_details>", "<user_message>"].iter().any(|word| words.contains(word))
}

/// SWE-agent's `trajectory` of steps, or the `history` of its messages, which know their agent.
fn is_trajectory(shape: &Shape) -> bool {
    let Some((name, Some(first))) = &shape.list else { return false };
    first.has_all(&["action", "observation"]) || name == "history" && is_message(first) && first.has("agent")
}

/// mini-swe-agent names its trajectories; before it did, its prompts give it away.
fn is_mini(shape: &Shape, words: &str) -> bool {
    shape.list.is_some()
        && (shape.has("info") && (words.contains("\"mini_version\"") || words.contains("\"trajectory_format\""))
            || words.contains("mswea_bash_command"))
}

/// A line of a rollout; versions before 0.32 began with the session's data alone.
fn is_codex(shape: &Shape) -> bool {
    const KINDS: [&str; 6] = ["session_meta", "response_item", "event_msg", "turn_context", "compacted", "world_state"];
    shape.has("payload") && KINDS.contains(&shape.kind.as_str())
        || shape.kind.is_empty() && shape.has_all(&["id", "timestamp", "instructions"])
}

fn is_gemini(shape: &Shape) -> bool {
    shape.has_all(&["sessionId", "projectHash"])
}

/// A message of a session, or of a checkpoint in the shape of Gemini's API.
fn is_gemini_message(shape: &Shape) -> bool {
    let kinds = ["user", "gemini", "model", "info", "warning", "error"];
    shape.role.is_empty() && shape.has_all(&["id", "timestamp"]) && kinds.contains(&shape.kind.as_str())
        || matches!(shape.role.as_str(), "user" | "model" | "gemini") && shape.has("parts")
}

fn is_claude_code(shape: &Shape) -> bool {
    match shape.kind.as_str() {
        "" => false,
        "file-history-snapshot" => true,
        "summary" => shape.has("leafUuid"),
        "user" | "assistant" => {
            shape.has("sessionId") || shape.has("message") && (shape.has("uuid") || shape.has("parentUuid"))
        }
        _ => shape.has("sessionId"),
    }
}

/// A message of an API, or a list of them.
fn is_messages(shape: &Shape) -> bool {
    match &shape.list {
        Some((_, None)) => true,
        Some((_, Some(first))) => is_message(first),
        None => is_message(shape),
    }
}

fn is_message(shape: &Shape) -> bool {
    is_role(Some(&shape.role)) && (shape.has("content") || shape.has("tool_calls"))
}
