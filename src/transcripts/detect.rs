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
    /// It is or holds a list of messages.
    list: bool,
}

impl Shape {
    fn format(&self) -> Option<Format> {
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
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_content() {
        let claude = Some(Format::ClaudeCode);
        let messages = Some(Format::Messages);
        let check = |head: &str, expected: Option<Format>| assert_eq!(detect(head.as_bytes()), expected, "{head}");
        check(r#"{"parentUuid":null,"sessionId":"s","type":"user","message":{"role":"user"},"uuid":"u"}"#, claude);
        check(r#"{"type":"assistant","uuid":"u","message":{"role":"assistant"}}"#, claude);
        check("\u{feff}// a comment\n\n{\"type\":\"summary\",\"summary\":\"t\",\"leafUuid\":\"l\"}\n", claude);
        check(r#"{"type":"file-history-snapshot","messageId":"m","snapshot":{}}"#, claude);
        check("{\"odd\":1}\nnonsense\n{\"type\":\"queue-operation\",\"sessionId\":\"s\"}", claude);
        check(r#"{"parentUuid":"p","sessionId":"s","type":"user","message":{"role":"us"#, claude);

        check(r#"[{"role":"user","content":"x"}]"#, messages);
        check(r#"  { "system": "s", "messages" : [ {"content": [], "role": "assistant"}, "#, messages);
        check(r#"{"info":{"messages":3},"messages":[{"role":"system","content":"#, messages);
        check(r#"{"trajectory":[{"action":"ls","observation":"a"},"#, messages);
        check(r#"{"environment":"e","history":[{"role":"system","content":"x","agent":"a"}]}"#, messages);
        check(r#"{"messages":[],"budget":1}"#, messages);
        check("{\"role\":\"user\",\"content\":\"x\"}\n{\"role\":\"assistant\",\"content\":\"y\"}\n", messages);
        check(r#"{"role":"assistant","content":null,"tool_calls":[]}"#, messages);

        // Codex, Gemini, OpenCode, Pi, Copilot, OpenHands.
        check(r#"{"timestamp":"t","type":"session_meta","payload":{"id":"i","cwd":"/"}}"#, None);
        check(r#"{"sessionId":"s","projectHash":"h","messages":[{"id":"1","type":"user","content":"x"}]}"#, None);
        check("{\"sessionId\":\"s\",\"kind\":\"main\"}\n{\"id\":\"1\",\"type\":\"user\",\"content\":[]}", None);
        check(r#"{"info":{"id":"ses"},"messages":[{"info":{"role":"user"},"parts":[]}]}"#, None);
        check("{\"type\":\"session\",\"id\":\"i\"}\n{\"type\":\"message\",\"message\":{\"role\":\"user\"}}", None);
        check(r#"{"type":"session.start","data":{"sessionId":"s"},"id":"e"}"#, None);
        check(r#"{"id":"i","source":"agent","kind":"ActionEvent","action":{}}"#, None);
        check("", None);
        check("plain text\nin lines", None);
        check("[1,2]", None);
        check("{", None);
    }
}
