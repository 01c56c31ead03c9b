//! Codex's rollouts (`~/.codex/sessions/YYYY/MM/DD/rollout-*.jsonl`): one record a line, append-only.
//!
//! `response_item` is what the model had; `event_msg` tells the user's interface the same again, and some things that
//! stand nowhere else. Records have no ids that can be relied on, so an event is named by the hash of its record.

mod items;
mod said;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use self::said::Said;
use super::json::{Moment, moment_of};
use super::records::Records;
use super::told::{Told, Usage, count, hashed};
use super::{Compaction, said::is_harness};

/// The importer.
#[derive(Default)]
pub(super) struct Importer {
    said: Said,
    /// For each turn of the human, the event before it.
    turns: Vec<Option<String>>,
    /// The sum of all tokens at the last report; reports are repeated when only limits change.
    total: Option<u64>,
    /// Calls without an id, by number, that wait for their results.
    unnamed: (u64, std::collections::VecDeque<String>),
    last_at: Option<i64>,
}

/// Records that say nothing about the conversation.
const BOOKKEEPING: [&str; 3] = ["world_state", "token_usage_record", "inter_agent_communication_metadata"];

impl Records for Importer {
    fn record(&mut self, raw: &str, record: &Value, told: &mut Told) {
        let at = moment_of(&record["timestamp"]);
        let id = told.unique(&format!("codex:{}", hashed(raw)));
        let kind = record["type"].as_str().unwrap_or_default();
        let payload = &record["payload"];
        match kind {
            "session_meta" => session(payload, told),
            "turn_context" => Told::keep_first(&mut told.cwd, &payload["cwd"]),
            "response_item" => self.item(&id, at.as_ref(), payload, told),
            "event_msg" => self.event(&id, at.as_ref(), payload, told),
            "compacted" => self.compacted(&id, at.as_ref(), payload, told),
            // Versions before 0.32 wrote the payloads alone.
            "" if record["id"].is_string() && record.get("instructions").is_some() => session(record, told),
            "" => told.skipped += u64::from(record["record_type"] != "state"),
            _ if payload.is_null() => self.item(&id, at.as_ref(), record, told),
            _ => told.skipped += u64::from(!BOOKKEEPING.contains(&kind)),
        }
        self.last_at = at.map(|at| at.millis).or(self.last_at);
    }

    fn is_waiting(&self) -> bool {
        self.said.is_waiting()
    }

    fn settle(&mut self, told: &mut Told) {
        self.say(told);
    }
}

impl Importer {
    fn event(&mut self, id: &str, at: Option<&Moment>, event: &Value, told: &mut Told) {
        match event["type"].as_str().unwrap_or_default() {
            "user_message" => {
                if let Some(text) = event["message"].as_str() {
                    self.said.event(id, at, text);
                }
            }
            "item_completed" if event["item"]["type"] == "UserMessage" => {
                self.said.event(id, at, &items::text_of(&event["item"]["content"]));
            }
            "token_count" => self.tokens(id, at, &event["info"], told),
            "thread_name_updated" => {
                if let Some(title) = event["thread_name"].as_str() {
                    told.title = Some(title.to_owned());
                }
            }
            "thread_rolled_back" => self.roll_back(count(&event["num_turns"]), told),
            "turn_aborted" | "task_complete" => self.say(told),
            _ => {}
        }
    }

    /// Usage of the last request. What went in counts cached tokens as well.
    fn tokens(&mut self, id: &str, at: Option<&Moment>, info: &Value, told: &mut Told) {
        told.context_limit = info["model_context_window"].as_u64().filter(|limit| *limit > 0).or(told.context_limit);
        let total = info["total_token_usage"]["total_tokens"].as_u64();
        let last = &info["last_token_usage"];
        if total.is_none() || total != self.total {
            let usage = Usage {
                input: count(&last["input_tokens"]),
                output: count(&last["output_tokens"]),
                cache_read: count(&last["cached_input_tokens"]),
                cache_creation: count(&last["cache_write_input_tokens"]),
            };
            told.usage(id, at, usage);
        }
        self.total = total.or(self.total);
    }

    /// The context was replaced: by the human's messages, which stand above, and a summary.
    fn compacted(&mut self, id: &str, at: Option<&Moment>, payload: &Value, told: &mut Told) {
        self.say(told);
        let summary = payload["message"].as_str().filter(|text| !text.trim().is_empty());
        told.compacted(Compaction {
            at_ms: at.map_or(0, |at| at.millis),
            trigger: "unknown".to_owned(),
            summary: summary.map(str::to_owned),
            ..Compaction::default()
        });
        told.text(id, at, "user", true, summary.unwrap_or_default());
    }

    fn roll_back(&mut self, turns: u64, told: &mut Told) {
        self.say(told);
        let kept = self.turns.len().saturating_sub(usize::try_from(turns).unwrap_or(usize::MAX));
        if let Some(after) = self.turns.get(kept).cloned() {
            self.turns.truncate(kept);
            told.rewound(after);
        }
    }

    /// A message under the user's name.
    fn user(&mut self, id: &str, at: Option<&Moment>, content: &Value, told: &mut Told) {
        let text = items::text_of(content);
        let meta = is_harness(&text) && items::images(content).is_empty();
        if !meta {
            self.said.item(&text);
            self.say(told);
            self.turns.push(told.last.clone());
        }
        let images = items::images(content);
        if images.is_empty() {
            told.text(id, at, "user", meta, &text);
        } else {
            let blocks: Vec<Value> = std::iter::once(json!({"type": "text", "text": text})).chain(images).collect();
            told.message(id, at, meta, &json!({"role": "user", "content": blocks}));
        }
    }

    /// Puts out what the human said by the interface's account and no message repeats.
    fn say(&mut self, told: &mut Told) {
        for said in self.said.take() {
            self.turns.push(told.last.clone());
            told.text(&said.id, said.at.as_ref(), "user", is_harness(&said.text), &said.text);
        }
    }
}

/// Whose file it is: the first record says; a fork repeats those of its parents.
fn session(meta: &Value, told: &mut Told) {
    Told::keep_first(&mut told.session_id, &meta["id"]);
    Told::keep_first(&mut told.cwd, &meta["cwd"]);
}
