//! The beginning of an agent's own request with a breakpoint of the cache at its end. Everything else keeps its value:
//! what the provider has in its cache is found only by the same words.
//!
//! A body may hold four breakpoints. The agent's own count; where there are too many, the first go, because those
//! behind them cover what they cover. A breakpoint of one hour must not follow one of five minutes.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::cache_control;
use crate::engine::prompt::AgentContext;
use crate::host::model::Ttl;

/// Most breakpoints in a body.
const MAX_BREAKPOINTS: usize = 4;
/// How deep blocks can stand within each other: message, content, block, its content, block, source.
const DEPTH: usize = 10;
const FIELD: &str = "cache_control";

/// The fields of the body that are the agent's, as JSON.
pub(super) struct Agent {
    pub tools: Option<String>,
    pub system: Option<String>,
    pub messages: Vec<String>,
}

impl Agent {
    /// The agent's fields with a breakpoint on the last block that can have one.
    pub(super) fn marked(context: &AgentContext, ttl: Ttl) -> Agent {
        let AgentContext { system, tools, messages, .. } = context.clone();
        let mut agent = Agent { tools, system, messages };
        let mut lifetimes = Vec::new();
        agent.walk(&mut |control| {
            lifetimes.push(if control.contains("1h") { Ttl::OneHour } else { Ttl::FiveMinutes });
            true
        });
        let beside_ours = lifetimes.iter().rev().take(MAX_BREAKPOINTS - 1);
        let ttl = beside_ours.copied().find(|ttl| *ttl == Ttl::FiveMinutes).unwrap_or(ttl);
        let mut count = lifetimes.len();
        for message in agent.messages.iter_mut().rev() {
            match mark(message, ttl) {
                Mark::Set(marked) => {
                    *message = marked;
                    count += 1;
                }
                Mark::Present => {}
                Mark::Impossible => continue,
            }
            break;
        }
        let mut surplus = count.saturating_sub(MAX_BREAKPOINTS);
        if surplus > 0 {
            agent.walk(&mut |_| {
                let keep = surplus == 0;
                surplus = surplus.saturating_sub(1);
                keep
            });
        }
        agent
    }

    /// Shows every breakpoint in the order of the cache; where `keep` says no, it is taken out.
    fn walk(&mut self, keep: &mut dyn FnMut(&str) -> bool) {
        for part in self.tools.iter_mut().chain(&mut self.system).chain(&mut self.messages) {
            if part.contains(FIELD)
                && let Ok(raw) = serde_json::from_str(part)
                && let Some(changed) = walk(raw, DEPTH, keep)
            {
                *part = changed;
            }
        }
    }
}

/// The JSON without the breakpoints that are not kept; `None` where it stays as it is. Tool inputs and schemas are data:
/// a field of that name within them is no breakpoint.
fn walk(json: &RawValue, depth: usize, keep: &mut dyn FnMut(&str) -> bool) -> Option<String> {
    if depth == 0 {
        return None;
    }
    let mut changed = false;
    if let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(json.get()) {
        let mut walked = Vec::with_capacity(elements.len());
        for element in elements {
            let new = walk(element, depth - 1, keep).and_then(|new| RawValue::from_string(new).ok());
            changed |= new.is_some();
            walked.push(new.unwrap_or_else(|| element.to_owned()));
        }
        return changed.then(|| serde_json::to_string(&walked).ok()).flatten();
    }
    let fields: Fields = serde_json::from_str(json.get()).ok()?;
    let mut walked = Vec::with_capacity(fields.0.len());
    for (name, value) in fields.0 {
        if name == FIELD && value.get() != "null" && !keep(value.get()) {
            changed = true;
            continue;
        }
        let inner = matches!(name.as_str(), "content" | "source").then(|| walk(&value, depth - 1, keep)).flatten();
        let new = inner.and_then(|new| RawValue::from_string(new).ok());
        changed |= new.is_some();
        walked.push((name, new.unwrap_or(value)));
    }
    changed.then(|| serde_json::to_string(&Fields(walked)).ok()).flatten()
}

enum Mark {
    Set(String),
    Present,
    Impossible,
}

/// The message with a breakpoint on its last block that can have one: not thinking, not an empty text.
fn mark(message: &str, ttl: Ttl) -> Mark {
    let control = cache_control(ttl);
    let marked = || {
        let mut fields: Fields = serde_json::from_str(message).ok()?;
        let (_, content) = fields.0.iter_mut().find(|(name, _)| name == "content")?;
        if content.get().starts_with('"') {
            let text: &RawValue = serde_json::from_str(content.get()).ok()?;
            if serde_json::from_str::<String>(text.get()).is_ok_and(|text| text.trim().is_empty()) {
                return None;
            }
            let kind = to_raw_value("text").ok()?;
            let block = Fields(vec![
                ("type".to_owned(), kind),
                ("text".to_owned(), text.to_owned()),
                (FIELD.to_owned(), to_raw_value(&control).ok()?),
            ]);
            *content = to_raw_value(&[block]).ok()?;
        } else {
            let mut blocks: Vec<Box<RawValue>> = serde_json::from_str(content.get()).ok()?;
            let block = blocks.iter_mut().rfind(|block| can_be_marked(block))?;
            let mut inner: Fields = serde_json::from_str(block.get()).ok()?;
            if inner.0.iter().any(|(name, value)| name == FIELD && value.get() != "null") {
                return Some(Mark::Present);
            }
            inner.0.retain(|(name, _)| name != FIELD);
            inner.0.push((FIELD.to_owned(), to_raw_value(&control).ok()?));
            *block = to_raw_value(&inner).ok()?;
            *content = to_raw_value(&blocks).ok()?;
        }
        serde_json::to_string(&fields).ok().map(Mark::Set)
    };
    marked().unwrap_or(Mark::Impossible)
}

fn can_be_marked(block: &RawValue) -> bool {
    #[derive(serde::Deserialize)]
    struct Block {
        r#type: String,
        #[serde(default)]
        text: Option<String>,
    }
    let Ok(block) = serde_json::from_str::<Block>(block.get()) else { return false };
    match block.r#type.as_str() {
        "thinking" | "redacted_thinking" => false,
        "text" => block.text.is_some_and(|text| !text.trim().is_empty()),
        _ => true,
    }
}

/// An object as the list of its fields: their order and the text of each value stay.
struct Fields(Vec<(String, Box<RawValue>)>);

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

#[cfg(test)]
mod tests;
