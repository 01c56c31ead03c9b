//! Gemini CLI's sessions (`~/.gemini/tmp/<project>/chats/session-*`): one document that is written anew each time, or
//! since 0.40 lines that are added: a header, messages, and patches.
//!
//! A message is written again whenever it has got more: its calls, their results, its usage. So each of these is an event
//! of its own, with its own name, and what was told before is known.

mod content;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde_json::{Value, json};

use self::content::{outcome, text_of};
use super::Compaction;
use super::json::{Moment, moment_of};
use super::records::Records;
use super::said::{first_element, is_harness};
use super::told::{Told, Usage, count};
use crate::engine::session::is_compacted;

/// The importer.
#[derive(Default)]
pub(super) struct Importer {
    /// The messages of the context: their ids, and for each the event before it.
    order: Vec<(String, Option<String>)>,
    /// Where each stands in it.
    places: HashMap<String, usize>,
    /// Messages without an id.
    unnamed: u64,
}

impl Records for Importer {
    fn record(&mut self, _raw: &str, record: &Value, told: &mut Told) {
        if let Some(id) = record["$rewindTo"].as_str() {
            self.rewind(id, told);
        } else if let Some(patch) = record.get("$set") {
            if let Some(messages) = patch["messages"].as_array().filter(|messages| !messages.is_empty()) {
                self.replace(messages, told);
            }
            about(patch, told);
        } else if record.get("type").is_some() || record.get("role").is_some() {
            self.message(record, false, told);
        } else {
            // A second header: the program goes on in the same file with a context that it builds up anew. Nothing is taken back.
            self.order.clear();
            self.places.clear();
            about(record, told);
        }
    }

    fn lists(&self) -> &'static [&'static str] {
        &["messages", "history"]
    }
}

impl Importer {
    fn message(&mut self, message: &Value, synthetic: bool, told: &mut Told) {
        let id = message["id"].as_str().map_or_else(|| self.name(), str::to_owned);
        if !self.places.contains_key(&id) {
            self.places.insert(id.clone(), self.order.len());
            self.order.push((id.clone(), told.last.clone()));
        }
        let at = moment_of(&message["timestamp"]).or_else(|| moment_of(&message["ts"]));
        let content = if message["content"].is_null() { &message["parts"] } else { &message["content"] };
        match message["type"].as_str().or_else(|| message["role"].as_str()).unwrap_or_default() {
            "user" => user(&id, at.as_ref(), content, &message["displayContent"], synthetic, told),
            "gemini" | "model" | "assistant" => {
                told.text(&id, at.as_ref(), "assistant", false, &text_of(content));
                for call in message["toolCalls"].as_array().into_iter().flatten() {
                    tool(call, told);
                }
                let tokens = &message["tokens"];
                let usage = Usage {
                    input: count(&tokens["input"]),
                    output: count(&tokens["output"]) + count(&tokens["thoughts"]),
                    cache_read: count(&tokens["cached"]),
                    cache_creation: 0,
                };
                told.usage(&id, at.as_ref(), usage);
            }
            // The program speaks to the user: "Request cancelled.", an update, an error of the API.
            _ => told.skipped += 1,
        }
    }

    fn name(&mut self) -> String {
        self.unnamed += 1;
        format!("gemini:{}", self.unnamed)
    }

    /// The user went back to before this message; to the start, where it is not there.
    fn rewind(&mut self, id: &str, told: &mut Told) {
        let at = self.places.get(id).copied().unwrap_or(0);
        let after = self.order.get(at).and_then(|(_, before)| before.clone());
        for (gone, _) in self.order.drain(at..) {
            self.places.remove(&gone);
        }
        told.rewound(after);
    }

    /// The context was replaced: after a compression, or when a turn was given up.
    fn replace(&mut self, messages: &[Value], told: &mut Told) {
        let ids: Vec<&str> = messages.iter().filter_map(|message| message["id"].as_str()).collect();
        let is_new = |message: &&Value| message["id"].as_str().is_none_or(|id| !self.places.contains_key(id));
        let new: Vec<&Value> = messages.iter().filter(is_new).collect();
        let lost = self.order.len().saturating_sub(messages.len() - new.len());
        let prefix = self.order.iter().zip(&ids).all(|((known, _), id)| known == id);
        if new.is_empty() && lost > 0 && prefix {
            if let Some((id, _)) = self.order.get(ids.len()).cloned() {
                self.rewind(&id, told);
            }
            return;
        }
        if lost > 0 && !new.is_empty() {
            let summary = new.first().map(|message| text_of(&message["content"])).filter(|text| !text.is_empty());
            told.compacted(Compaction { trigger: "unknown".to_owned(), summary, ..Compaction::default() });
        }
        for message in new {
            self.message(message, true, told);
        }
    }
}

/// What stands in the header and in patches.
fn about(record: &Value, told: &mut Told) {
    Told::keep_first(&mut told.session_id, &record["sessionId"]);
    Told::keep_first(&mut told.cwd, &record["directories"][0]);
    if let Some(summary) = record["summary"].as_str() {
        told.title = Some(summary.to_owned());
    }
}

/// What the human typed, and behind it what was put in from files that they named.
fn user(id: &str, at: Option<&Moment>, content: &Value, display: &Value, synthetic: bool, told: &mut Told) {
    let (text, shown) = (text_of(content), text_of(display));
    // Its context was cleared by our hook, and it goes on with ours in place of the prompt, which was told before.
    if is_compacted(text.trim_start()) {
        told.skipped += 1;
        return;
    }
    let (text, shown) = (without_hooks(&text), without_hooks(&shown));
    let words = if shown.is_empty() { &text } else { &shown };
    let pictures = content::pictures(content);
    if pictures.is_empty() {
        told.text(id, at, "user", synthetic || is_harness(words), words);
    } else {
        let blocks: Vec<Value> = std::iter::once(json!({"type": "text", "text": words})).chain(pictures).collect();
        told.message(id, at, synthetic, &json!({"role": "user", "content": blocks}));
    }
    if !shown.is_empty() && shown.trim() != text.trim() {
        told.text(&format!("{id}:context"), at, "user", true, &text);
    }
}

/// The text without what hooks have put before it. They escape what could end it.
fn without_hooks(text: &str) -> String {
    match first_element(text) {
        Some(("hook_context", _, rest)) => rest.trim_start().to_owned(),
        _ => text.to_owned(),
    }
}

/// A call, and its result once it is there.
fn tool(call: &Value, told: &mut Told) {
    let Some(id) = call["id"].as_str() else {
        told.skipped += 1;
        return;
    };
    let at = moment_of(&call["timestamp"]);
    told.call(at.as_ref(), id, call["name"].as_str().unwrap_or("unknown"), &call["args"]);
    if let Some((text, failed)) = outcome(call) {
        told.result(at.as_ref(), id, &json!(text), failed);
    }
}
