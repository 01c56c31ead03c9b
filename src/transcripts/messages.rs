//! Conversations stored as messages of a model's API (Anthropic or OpenAI): a JSON array, an object with
//! `messages` (request bodies, mini-swe-agent trajectories) or `history` (SWE-agent), or one message a line.
//!
//! Messages have no ids of their own as a rule; one that has an `id` keeps it unless it was used before.

mod usage;

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use self::usage::usage_event;
use super::Item;
use super::json::{is_content, is_true, message_event, moment, raw_object, string};
use super::lines::Lines;

raw_object!(
    /// A message, in any of the notations.
    Message {
        role = "role",
        content = "content",
        id = "id",
        ts = "ts",
        timestamp = "timestamp",
        tool_calls = "tool_calls",
        function_call = "function_call",
        tool_call_id = "tool_call_id",
        tool_call_ids = "tool_call_ids",
        demo = "is_demo",
        extra = "extra",
    }
);

raw_object!(
    /// `extra` of mini-swe-agent's messages.
    Extra { timestamp = "timestamp", interrupt = "interrupt_type", response = "response" }
);

/// How the file is laid out; told by its first line.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Layout {
    #[default]
    Unknown,
    Lines,
    Document,
}

/// The importer: bytes in, items out.
#[derive(Default)]
pub(super) struct Importer {
    layout: Layout,
    lines: Lines,
    /// A document is read when it is complete.
    document: Vec<u8>,
    ids: HashSet<String>,
    out: Vec<Item>,
    pub(super) skipped: u64,
}

impl Importer {
    /// Takes the next bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.push(bytes, |line| self.line(line));
        self.lines = lines;
    }

    /// The file is at rest: a last line that is complete but for its newline counts.
    pub(super) fn settle(&mut self) {
        if self.layout != Layout::Document && is_message(self.lines.torn()) {
            let torn = self.lines.take();
            self.line(&torn);
        }
    }

    /// The file is at its end.
    pub(super) fn finish(&mut self) {
        let torn = self.lines.take();
        self.line(&torn);
        if self.layout == Layout::Document {
            let document = std::mem::take(&mut self.document);
            let text = String::from_utf8_lossy(&document);
            let text = text.trim_start_matches('\u{feff}');
            let read = Document(self).deserialize(&mut serde_json::Deserializer::from_str(text));
            self.skipped += u64::from(read.is_err());
        }
    }

    /// The items since the last call.
    pub(super) fn take(&mut self) -> impl Iterator<Item = Item> {
        self.out.drain(..)
    }

    /// The file is one document, by its first line or by what there is of it.
    pub(super) fn is_document(&self) -> bool {
        match self.layout {
            Layout::Document => true,
            Layout::Lines => false,
            Layout::Unknown => !self.lines.torn().trim_ascii().is_empty() && !is_message(self.lines.torn()),
        }
    }

    fn line(&mut self, line: &[u8]) {
        if self.layout == Layout::Document {
            self.document.extend_from_slice(line);
            self.document.push(b'\n');
            return;
        }
        // Some editors put a byte order mark before the first line.
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            return;
        }
        if self.layout == Layout::Unknown {
            self.layout = if is_message(line) { Layout::Lines } else { Layout::Document };
            return self.line(line);
        }
        match serde_json::from_str::<&RawValue>(&String::from_utf8_lossy(line)) {
            Ok(raw) => self.message(raw, false),
            Err(_) => self.skipped += 1,
        }
    }

    /// Puts out a message. `observed` says that a user message here is the environment's answer.
    fn message(&mut self, raw: &RawValue, observed: bool) {
        let Ok(message) = serde_json::from_str::<Message>(raw.get()) else {
            self.skipped += 1;
            return;
        };
        if is_true(message.demo) {
            return;
        }
        let role = string(message.role).unwrap_or_default();
        let says = match role.as_ref() {
            // A tool may have nothing to say, but its call is answered.
            "tool" | "function" => message.content.is_some_and(|raw| raw.get().starts_with(['"', '['])),
            "assistant" => is_content(message.content) || calls(&message),
            "user" | "system" | "developer" => is_content(message.content),
            _ => false,
        };
        if !says {
            self.skipped += 1;
            return;
        }
        let extra: Option<Extra> = message.extra.and_then(|raw| serde_json::from_str(raw.get()).ok());
        // mini-swe-agent's own interruptions ("FormatError") speak in the user's name; `User…` are the human's.
        let interrupted = extra.and_then(|extra| string(extra.interrupt)).is_some_and(|kind| !kind.starts_with("User"));
        // Before it had tools, it answered in the user's name.
        let observed = observed || string(message.content).is_some_and(|text| text.starts_with("<returncode>"));
        let meta = role == "user" && (observed || interrupted);
        let at = moment(message.ts)
            .or_else(|| moment(message.timestamp))
            .or_else(|| moment(extra.and_then(|extra| extra.timestamp)));
        let mut unused = |id: &str| !id.is_empty() && self.ids.insert(id.to_owned());
        let id = message.id.filter(|raw| string(Some(raw)).is_some_and(|id| unused(&id))).map(RawValue::get);
        let event = match (role.as_ref(), message.tool_call_id, first(message.tool_call_ids)) {
            // SWE-agent lists the calls that an observation answers, and makes one call at a time. The list
            // stays; the API's own field is put before it, because without it the call would never end.
            ("tool", None, Some(call)) => {
                let rest = raw.get().trim_start().strip_prefix('{').unwrap_or_default();
                message_event(id, at.as_ref(), meta, &format!(r#"{{"tool_call_id":{call},{rest}"#))
            }
            _ => message_event(id, at.as_ref(), meta, raw.get()),
        };
        self.out.push(Item::Event(event));
        if role == "assistant" {
            self.out.extend(usage_event(extra.and_then(|extra| extra.response), at.as_ref()).map(Item::Event));
        }
    }
}

/// The roles of both APIs.
pub(super) fn is_role(role: Option<&str>) -> bool {
    matches!(role, Some("system" | "developer" | "user" | "assistant" | "tool" | "function"))
}

/// The line is a message.
fn is_message(line: &[u8]) -> bool {
    serde_json::from_str::<Message>(&String::from_utf8_lossy(line)).is_ok_and(|message| message.role.is_some())
}

/// The message calls a tool.
fn calls(message: &Message) -> bool {
    message.tool_calls.is_some_and(|raw| raw.get().starts_with('[') && is_content(Some(raw)))
        || message.function_call.is_some_and(|raw| raw.get().starts_with('{'))
}

/// The first id of a list, as JSON.
fn first(ids: Option<&RawValue>) -> Option<&str> {
    let ids: Vec<&RawValue> = serde_json::from_str(ids?.get()).ok()?;
    ids.into_iter().map(RawValue::get).find(|id| id.starts_with('"'))
}

/// A whole document. Its messages are put out one by one while it is read, so that of a torn one all that is
/// complete is kept.
struct Document<'i>(&'i mut Importer);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("messages, or an object that holds them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        Elements { importer: self.0, history: false }.visit_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "messages" | "history" if !found => {
                    map.next_value_seed(Elements { importer: &mut *self.0, history: key == "history" })?;
                    found = !self.0.out.is_empty();
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// The list of messages.
struct Elements<'i> {
    importer: &'i mut Importer,
    /// SWE-agent's `history`: the first user message is the task, later ones are observations.
    history: bool,
}

impl<'de> DeserializeSeed<'de> for Elements<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut task_given = false;
        while let Some(raw) = seq.next_element::<&RawValue>()? {
            self.importer.message(raw, self.history && task_given);
            task_given |= serde_json::from_str::<Message>(raw.get())
                .is_ok_and(|message| string(message.role).as_deref() == Some("user") && !is_true(message.demo));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
