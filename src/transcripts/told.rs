//! What an importer has read out of a file so far, and the events made of it. Formats that do not hold messages of an
//! API get messages in the shape of OpenAI's, with a `toolResult` event for what a tool answered, because only that can
//! say of any tool that it failed.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::json::{Moment, message_event, repaired};
use super::{Compaction, Item, Summary};

/// Longest id that an event takes over, in bytes.
const LONGEST_ID: usize = 512;

/// What was read.
#[derive(Default)]
pub(super) struct Told {
    /// Items that nobody has taken yet.
    pub(super) items: Vec<Item>,
    /// See [`Summary::skipped`].
    pub(super) skipped: u64,
    pub(super) title: Option<String>,
    pub(super) session_id: Option<String>,
    pub(super) cwd: Option<String>,
    /// The size of the model's window in tokens.
    pub(super) context_limit: Option<u64>,
    /// The id of the last message, call or result.
    pub(super) last: Option<String>,
    ids: HashSet<String>,
    /// How often an id was asked for that others may have as well.
    uses: HashMap<String, u64>,
}

/// What the model's API reported for one request.
#[derive(Clone, Copy, Default)]
pub(super) struct Usage {
    /// Everything that went in, cached or not.
    pub(super) input: u64,
    pub(super) output: u64,
    pub(super) cache_read: u64,
    pub(super) cache_creation: u64,
}

impl Told {
    /// A message. The same id twice is the same message.
    pub(super) fn message(&mut self, id: &str, at: Option<&Moment>, meta: bool, message: &Value) {
        self.native(id, at, meta, &message.to_string());
    }

    /// A message that the file holds as the API has it, passed on byte for byte.
    ///
    /// Where it has no name, or one that grows with every loading (Cline's do), a hash stands for it.
    pub(super) fn native(&mut self, id: &str, at: Option<&Moment>, meta: bool, message: &str) {
        let hash;
        let id = if id.is_empty() || id.len() > LONGEST_ID {
            hash = hashed(if id.is_empty() { message } else { id });
            &hash
        } else {
            id
        };
        if self.is_new(id) {
            let event = message_event(Some(&quoted(id)), at, meta, message);
            self.items.push(Item::Event(event));
            self.last = Some(id.to_owned());
        }
    }

    /// A text in one of the roles `user`, `assistant` and `system`; an empty one is none.
    pub(super) fn text(&mut self, id: &str, at: Option<&Moment>, role: &str, meta: bool, text: &str) {
        if !text.trim().is_empty() {
            self.message(id, at, meta, &json!({"role": role, "content": text}));
        }
    }

    /// The model calls a tool.
    pub(super) fn call(&mut self, at: Option<&Moment>, call: &str, name: &str, input: &Value) {
        let arguments = match input {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let function = json!({"name": name, "arguments": arguments});
        let calls = json!([{"id": call, "type": "function", "function": function}]);
        let message = json!({"role": "assistant", "content": null, "tool_calls": calls});
        self.message(&format!("call:{call}"), at, false, &message);
    }

    /// A tool answers; `content` is a text or a list of blocks.
    pub(super) fn result(&mut self, at: Option<&Moment>, call: &str, content: &Value, failed: bool) {
        if call.is_empty() || call.len() > LONGEST_ID {
            // It answers no call.
            self.skipped += 1;
        } else if self.is_new(&format!("result:{call}")) {
            let mut event = json!({"type": "toolResult", "id": call});
            if let Some(at) = at {
                event["at"] = json!(at.token.trim_matches('"'));
            }
            event["content"] = content.clone();
            if failed {
                event["isError"] = json!(true);
            }
            self.items.push(Item::Event(repaired(event.to_string())));
            self.last = Some(call.to_owned());
        }
    }

    /// Usage of one request; nothing where it counts nothing.
    pub(super) fn usage(&mut self, id: &str, at: Option<&Moment>, usage: Usage) {
        let id = format!("usage:{id}");
        if usage.input > 0 && self.is_new(&id) {
            let mut event = json!({"type": "usage", "id": id});
            if let Some(at) = at {
                event["at"] = json!(at.token.trim_matches('"'));
            }
            event["inputTokens"] = json!(usage.input);
            event["outputTokens"] = json!(usage.output);
            event["cacheReadTokens"] = json!(usage.cache_read);
            event["cacheCreationTokens"] = json!(usage.cache_creation);
            self.items.push(Item::Event(event.to_string()));
        }
    }

    /// The agent compacted its context.
    pub(super) fn compacted(&mut self, compaction: Compaction) {
        self.items.push(Item::Compacted(compaction));
    }

    /// The user went back to this event.
    pub(super) fn rewound(&mut self, after: Option<String>) {
        self.last.clone_from(&after);
        self.items.push(Item::Rewound { after });
    }

    /// The id, with a number from the second time on: some collections replace ids by one word.
    pub(super) fn unique(&mut self, id: &str) -> String {
        let uses = self.uses.entry(id.to_owned()).or_default();
        *uses += 1;
        if *uses == 1 { id.to_owned() } else { format!("{id}#{uses}") }
    }

    /// What stands beside the items.
    pub(super) fn summary(&self) -> Summary {
        Summary {
            skipped: self.skipped,
            abandoned: 0,
            title: self.title.clone(),
            agent_session_id: self.session_id.clone(),
            cwd: self.cwd.clone(),
            context_limit: self.context_limit,
        }
    }

    /// The first title, session or folder that a file tells holds.
    pub(super) fn keep_first(slot: &mut Option<String>, value: &Value) {
        if slot.is_none() {
            *slot = value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        }
    }

    fn is_new(&mut self, id: &str) -> bool {
        self.ids.insert(id.to_owned())
    }
}

/// A name for a record that has none: the hash of its text.
pub(super) fn hashed(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let short = digest.iter().take(10).fold(0u128, |number, byte| number << 8 | u128::from(*byte));
    format!("{short:020x}")
}

/// The text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A number of a report; what is none counts as 0.
pub(super) fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::engine::intake::Intake;

    #[test]
    fn every_event_has_a_name_that_the_protocol_accepts() {
        let mut told = Told::default();
        for id in ["", "a", &"b".repeat(3000)] {
            told.text(id, None, "user", false, &format!("text of {}", id.len()));
            told.result(None, id, &json!("x"), false);
        }
        assert_eq!((told.items.len(), told.skipped), (4, 2));
        let mut names = HashSet::new();
        for item in &told.items {
            let Item::Event(event) = item else { panic!("{item:?}") };
            names.insert(Intake::new(event, false).unwrap().event.keys[0].clone());
        }
        assert_eq!(names.len(), 4);
        // Said again it is the same.
        told.text("", None, "user", false, "text of 0");
        assert_eq!(told.items.len(), 4);
    }
}
