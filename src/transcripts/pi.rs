//! Pi's sessions (`~/.pi/agent/sessions/<folder>/*.jsonl`): a header, then entries, append-only.
//!
//! Since version 2 entries form a tree: an entry that does not stand under the one before it begins where the user went
//! back to. Messages are passed on in the shape of Anthropic's API.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde_json::{Value, json};

use super::Compaction;
use super::json::{Moment, moment_of};
use super::records::Records;
use super::told::{Told, Usage, count, hashed};

/// The importer.
#[derive(Default)]
pub(super) struct Importer {
    /// For each entry of the tree, the last event up to it.
    reached: HashMap<String, Option<String>>,
    last: Option<String>,
}

/// Entries that say nothing about the conversation.
const BOOKKEEPING: [&str; 4] = ["model_change", "thinking_level_change", "label", "custom"];

impl Records for Importer {
    fn record(&mut self, raw: &str, entry: &Value, told: &mut Told) {
        let kind = entry["type"].as_str().unwrap_or_default();
        if kind == "session" {
            Told::keep_first(&mut told.session_id, &entry["id"]);
            Told::keep_first(&mut told.cwd, &entry["cwd"]);
            return;
        }
        let named = entry["id"].as_str();
        self.branch(named, entry["parentId"].as_str(), told);
        let id = named.map_or_else(|| format!("pi:{}", hashed(raw)), |id| format!("pi:{id}"));
        let id = told.unique(&id);
        let at = moment_of(&entry["timestamp"]);
        match kind {
            "message" => message(&id, at.as_ref(), &entry["message"], told),
            "custom_message" => told.text(&id, at.as_ref(), "user", true, &text_of(&entry["content"])),
            "branch_summary" => told.text(&id, at.as_ref(), "user", true, &text_of(&entry["summary"])),
            "compaction" => compaction(&id, at.as_ref(), entry, told),
            "session_info" => told.title = entry["name"].as_str().map(str::to_owned).or(told.title.take()),
            _ => told.skipped += u64::from(!BOOKKEEPING.contains(&kind)),
        }
        if let Some(id) = named {
            self.reached.insert(id.to_owned(), told.last.clone());
            self.last = Some(id.to_owned());
        }
    }
}

impl Importer {
    /// Goes back where the entry does not stand under the last one.
    fn branch(&self, id: Option<&str>, parent: Option<&str>, told: &mut Told) {
        if id.is_none() || self.last.as_deref() == parent || self.last.is_none() {
            return;
        }
        match parent {
            None => told.rewound(None),
            Some(parent) => {
                if let Some(after) = self.reached.get(parent).filter(|after| **after != told.last) {
                    told.rewound(after.clone());
                }
            }
        }
    }
}

fn message(id: &str, at: Option<&Moment>, message: &Value, told: &mut Told) {
    match message["role"].as_str().unwrap_or_default() {
        "user" => {
            let content = blocks(&message["content"]);
            if content.as_array().is_none_or(|blocks| !blocks.is_empty()) {
                told.message(id, at, false, &json!({"role": "user", "content": content}));
            }
        }
        "assistant" => {
            let content = blocks(&message["content"]);
            if content.as_array().is_none_or(|blocks| !blocks.is_empty()) {
                told.message(id, at, false, &json!({"role": "assistant", "content": content}));
            }
            let usage = &message["usage"];
            let [cache_read, cache_creation] = [count(&usage["cacheRead"]), count(&usage["cacheWrite"])];
            let input = count(&usage["input"]) + cache_read + cache_creation;
            told.usage(id, at, Usage { input, output: count(&usage["output"]), cache_read, cache_creation });
        }
        "toolResult" => match message["toolCallId"].as_str() {
            Some(call) => told.result(at, call, &blocks(&message["content"]), message["isError"] == true),
            None => told.skipped += 1,
        },
        // A command that the human ran, with its output.
        "bashExecution" => {
            let [command, output] = [&message["command"], &message["output"]].map(text_of);
            told.text(id, at, "user", true, &format!("The user ran `{command}`:\n{output}"));
        }
        "custom" | "branchSummary" | "compactionSummary" => {
            let content = if message["content"].is_null() { &message["summary"] } else { &message["content"] };
            told.text(id, at, "user", true, &text_of(content));
        }
        _ => told.skipped += 1,
    }
}

fn compaction(id: &str, at: Option<&Moment>, entry: &Value, told: &mut Told) {
    let summary = text_of(&entry["summary"]);
    told.compacted(Compaction {
        at_ms: at.map_or(0, |at| at.millis),
        trigger: "unknown".to_owned(),
        tokens_before: entry["tokensBefore"].as_u64(),
        waited_ms: None,
        summary: Some(summary.clone()),
    });
    told.text(id, at, "user", true, &summary);
}

/// A content in the shape of Anthropic's API. Thoughts are left out: without their signature no API takes them back.
fn blocks(content: &Value) -> Value {
    let Some(parts) = content.as_array() else { return json!(content.as_str().unwrap_or_default()) };
    let block = |part: &Value| match part["type"].as_str().unwrap_or_default() {
        "text" => part["text"]
            .as_str()
            .filter(|text| !text.trim().is_empty())
            .map(|text| json!({"type": "text", "text": text})),
        "toolCall" => Some(
            json!({"type": "tool_use", "id": part["id"].as_str()?, "name": part["name"], "input": part["arguments"]}),
        ),
        "image" => {
            let source = json!({"type": "base64", "media_type": part["mimeType"], "data": part["data"]});
            Some(json!({"type": "image", "source": source}))
        }
        _ => None,
    };
    parts.iter().filter_map(block).collect()
}

fn text_of(content: &Value) -> String {
    if let Some(text) = content.as_str() {
        return text.to_owned();
    }
    let parts = content.as_array().into_iter().flatten();
    parts.filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
}
