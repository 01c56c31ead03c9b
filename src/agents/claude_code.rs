//! A session of Claude Code made of a compacted context: its transcript, as Claude Code itself would have written it, so that
//! `/resume` takes it up.
//!
//! The format is nobody's promise. So it is written only for versions of the form that was tried (2.1, live with 2.1.197), and
//! read back before anyone is told of it.

use serde_json::value::RawValue;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The versions whose form is known.
const KNOWN: &str = "2.1.";

/// What stays the same in all records.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// The new session's id.
    pub id: &'a str,
    /// The folder that the agent works in.
    pub cwd: &'a str,
    /// The version that wrote the session before.
    pub version: &'a str,
    /// The model that answered last.
    pub model: &'a str,
    /// Now, in RFC 3339.
    pub at: &'a str,
}

/// Whether this version's form is known.
pub fn is_known(version: &str) -> bool {
    version.starts_with(KNOWN)
}

/// An id for a session or a record, always the same for the same parts.
pub fn id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let number: u128 = hash.finalize().iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte));
    // As one of version 4: what these two fields must say.
    let number = number & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{number:032x}");
    [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or_default()).join("-")
}

/// The transcript: `messages` is the compacted context in the form of the Anthropic API. `None` where there is no message.
pub fn transcript(session: &Session, messages: &str) -> Option<String> {
    let messages: Vec<&RawValue> = serde_json::from_str(messages).ok()?;
    let mut text = String::new();
    let mut parent: Option<String> = None;
    let mut add = |message: Value, summary: bool| {
        let uuid = id(&[session.id, &text.len().to_string()]);
        let role = message["role"].clone();
        let mut record = json!({
            "parentUuid": parent, "isSidechain": false, "userType": "external", "cwd": session.cwd, "sessionId": session.id,
            "version": session.version, "type": role, "message": message, "uuid": uuid, "timestamp": session.at,
        });
        if summary {
            record["isCompactSummary"] = true.into();
            record["isVisibleInTranscriptOnly"] = true.into();
        }
        text.push_str(&record.to_string());
        text.push('\n');
        parent = Some(uuid);
    };
    for (index, message) in messages.iter().enumerate() {
        let message: Value = serde_json::from_str(message.get()).ok()?;
        match message["role"].as_str()? {
            "assistant" => add(assistant(session, index, &message), false),
            "user" if index == 0 => {
                // The memory is a message of its own; what it shares one with is the user's.
                let mut blocks = message["content"].as_array().cloned().unwrap_or_default();
                if blocks.len() < 2 {
                    add(message, true);
                } else {
                    let rest = blocks.split_off(1);
                    add(json!({"role": "user", "content": blocks}), true);
                    add(json!({"role": "user", "content": rest}), false);
                }
            }
            "user" => add(message, false),
            // Claude Code writes its system prompt itself.
            _ => {}
        }
    }
    (!text.is_empty()).then_some(text)
}

/// An answer as the API gives it, which is more than a request may hold.
fn assistant(session: &Session, index: usize, message: &Value) -> Value {
    let content = match &message["content"] {
        Value::String(text) => json!([{"type": "text", "text": text}]),
        blocks => blocks.clone(),
    };
    let calls = content.as_array().is_some_and(|blocks| blocks.iter().any(|block| block["type"] == "tool_use"));
    json!({
        "id": format!("msg_{}", id(&[session.id, "message", &index.to_string()]).replace('-', "")),
        "type": "message",
        "role": "assistant",
        "model": session.model,
        "content": content,
        "stop_reason": if calls { "tool_use" } else { "end_turn" },
        "stop_sequence": null,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::transcripts::{Format, Item, detect, read_all};

    const SESSION: Session =
        Session { id: "s", cwd: "/w", version: "2.1.197", model: "m", at: "2026-01-02T03:04:05.678Z" };

    #[test]
    fn our_own_reader_takes_it_for_a_session() {
        let messages = json!([
            {"role": "user", "content": [{"type": "text", "text": "# Session memory"}, {"type": "text", "text": "Now this."}]},
            {"role": "assistant", "content": [{"type": "text", "text": "I look."}, {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "a"}]},
            {"role": "assistant", "content": "Done."},
        ]);
        let text = transcript(&SESSION, &messages.to_string()).unwrap();
        assert_eq!(detect(text.as_bytes()), Some(Format::ClaudeCode));
        let (items, summary) = read_all(Format::ClaudeCode, text.as_bytes());
        assert_eq!((summary.skipped, summary.abandoned, summary.cwd.as_deref()), (0, 0, Some("/w")));
        let events = items.iter().filter(|item| matches!(item, Item::Event(_))).count();
        assert_eq!(events, 5, "{items:?}");
        // A chain: each record but the first names the one before it.
        let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(records[0]["parentUuid"].is_null() && records[0]["isCompactSummary"] == true);
        assert!(records.windows(2).all(|pair| pair[1]["parentUuid"] == pair[0]["uuid"]));
        assert_eq!(records[2]["message"]["stop_reason"], "tool_use");
    }

    #[test]
    fn what_is_no_conversation_is_none() {
        for messages in ["", "{}", "[]", "[7]", r#"[{"role":"system","content":"x"}]"#] {
            assert_eq!(transcript(&SESSION, messages), None, "{messages}");
        }
        assert!(is_known("2.1.7") && !is_known("3.0.0") && !is_known("2.10.1") && !is_known(""));
    }

    #[test]
    fn ids_are_stable_and_well_formed() {
        let one = id(&["a", "b"]);
        assert_eq!(one, id(&["a", "b"]));
        assert_ne!(one, id(&["ab", ""]));
        let parts: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&one.as_bytes()[19]));
    }
}
