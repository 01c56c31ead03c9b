//! Tells a file's format from its first records, whatever its name.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Format;
use super::json::string;

/// Records looked at before a file counts as unknown: comments of collections and bookkeeping may come first.
const RECORDS: usize = 100;

/// The format of a file that starts with these bytes; `None` for formats of other agents and for anything else.
///
/// 64 KB are enough for every file that grows line by line. Of a document whose messages come late, as many
/// bytes are needed as there are before them.
pub fn detect(head: &[u8]) -> Option<Format> {
    let text = String::from_utf8_lossy(head);
    let mut rest = text.trim_start_matches('\u{feff}');
    for _ in 0..RECORDS {
        rest = rest.trim_start();
        let line = rest.lines().next()?;
        let mut read = line.len();
        if !line.starts_with("//") {
            let mut shape = Shape::default();
            let mut values = serde_json::Deserializer::from_str(rest);
            let complete = shape.deserialize(&mut values).is_ok();
            if let Some(format) = shape.format() {
                return Some(format);
            }
            if complete {
                read = values.into_iter::<IgnoredAny>().byte_offset();
            }
        }
        rest = rest.get(read..)?;
    }
    None
}

/// What was seen of a value, also when it broke off.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says of one field whether it was seen")]
struct Shape {
    kind: String,
    session: bool,
    linked: bool,
    leaf: bool,
    message: bool,
    role: bool,
    content: bool,
    action: bool,
    observation: bool,
    payload: bool,
    timestamp: bool,
    instructions: bool,
    id: bool,
    /// It is or holds a list of messages.
    list: bool,
}

impl Shape {
    fn format(&self) -> Option<Format> {
        if self.is_codex() {
            return Some(Format::Codex);
        }
        let claude = match self.kind.as_str() {
            "" => false,
            "file-history-snapshot" => true,
            "summary" => self.leaf,
            "user" | "assistant" => self.session || self.message && self.linked,
            _ => self.session,
        };
        if claude {
            return Some(Format::ClaudeCode);
        }
        (self.list || self.role && self.content).then_some(Format::Messages)
    }

    /// A line of a rollout; versions before 0.32 began with the session's data alone.
    fn is_codex(&self) -> bool {
        const KINDS: [&str; 6] =
            ["session_meta", "response_item", "event_msg", "turn_context", "compacted", "world_state"];
        self.payload && KINDS.contains(&self.kind.as_str())
            || self.kind.is_empty() && self.id && self.timestamp && self.instructions
    }
}

impl<'de> DeserializeSeed<'de> for &mut Shape {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Shape {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a record or a list of records")
    }

    /// The first element decides, and the rest is not read once it has.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut first = Shape::default();
        let read = seq.next_element_seed(&mut first);
        // A message, or a step of SWE-agent's `trajectory`, which stands before its `history`.
        self.list = first.role && first.content || first.action && first.observation || matches!(read, Ok(None));
        if self.list {
            return Err(A::Error::custom("seen"));
        }
        read?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<str>>()? {
            match key.as_ref() {
                "type" => self.kind = string(Some(map.next_value::<&RawValue>()?)).unwrap_or_default().into_owned(),
                "role" => self.role = super::messages::is_role(string(Some(map.next_value::<&RawValue>()?)).as_deref()),
                "messages" | "history" | "trajectory" => map.next_value_seed(&mut *self)?,
                key => {
                    match key {
                        "sessionId" => self.session = true,
                        "uuid" | "parentUuid" => self.linked = true,
                        "leafUuid" => self.leaf = true,
                        "message" => self.message = true,
                        "content" | "tool_calls" => self.content = true,
                        "action" => self.action = true,
                        "observation" => self.observation = true,
                        "payload" => self.payload = true,
                        "timestamp" => self.timestamp = true,
                        "instructions" => self.instructions = true,
                        "id" => self.id = true,
                        _ => {}
                    }
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
