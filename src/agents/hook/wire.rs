//! What a hook tells, as events of the protocol. Only for sessions whose transcript cannot be read.
//!
//! A hook may be registered twice, and both tell the same. So an event is named by what it says and by when: by the
//! agent's own id of the moment, or by the clock.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Call, Happened, Tool};

/// Two calls that say the same within this time are one, in milliseconds, where the agent has no name for the moment.
const SAME_MOMENT_MS: i64 = 4_000;

/// The events, each with the name under which a second copy may be known already.
pub fn events(call: &Call, now: i64) -> Vec<(String, String)> {
    match &call.happened {
        Happened::Prompt(text) => vec![message(call, "prompt", "user", text, now)],
        Happened::Answered { text: Some(text), .. } => vec![message(call, "answer", "assistant", text, now)],
        Happened::Tools(tools) => {
            tools.iter().flat_map(|tool| [called(call, tool, now), came(call, tool, now)]).collect()
        }
        _ => Vec::new(),
    }
}

fn message(call: &Call, kind: &str, role: &str, text: &str, now: i64) -> (String, String) {
    let [id, before] = names(call, kind, text, now);
    let event = json!({"type": "message", "id": id, "message": {"role": role, "content": text}});
    (event.to_string(), format!("m:{before}"))
}

fn called(call: &Call, tool: &Tool, now: i64) -> (String, String) {
    let [id, before] = tool_names(call, tool, now);
    let event = json!({"type": "toolCall", "id": id, "name": tool.name, "input": tool.input});
    (event.to_string(), format!("c:{before}"))
}

fn came(call: &Call, tool: &Tool, now: i64) -> (String, String) {
    let [id, before] = tool_names(call, tool, now);
    let event = json!({"type": "toolResult", "id": id, "content": tool.output, "isError": tool.failed});
    (event.to_string(), format!("r:{before}"))
}

fn tool_names(call: &Call, tool: &Tool, now: i64) -> [String; 2] {
    match &tool.id {
        Some(id) => [id.clone(), id.clone()],
        None => names(call, "tool", &Value::from(vec![tool.name.clone().into(), tool.input.clone()]).to_string(), now),
    }
}

/// The event's name, and the one that the moment before would have given it.
fn names(call: &Call, kind: &str, text: &str, now: i64) -> [String; 2] {
    let name = |moment: &str| {
        let mut hash = Sha256::new();
        for part in [&call.session, moment, text] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let hash: u64 = hash.finalize().iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte));
        format!("{kind}:{hash:016x}")
    };
    match &call.moment {
        Some(moment) => [name(moment), name(moment)],
        None => {
            let slot = now.div_euclid(SAME_MOMENT_MS);
            [name(&slot.to_string()), name(&(slot - 1).to_string())]
        }
    }
}
