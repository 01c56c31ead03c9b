//! Events of `OpenHands` (`<persistence folder>/<conversation>/events/event-*.json`, one a file; also one a line).

pub(super) mod folder;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::Compaction;
use super::json::{Moment, moment_of};
use super::records::Records;
use super::told::{Told, Usage, count};

/// The importer.
#[derive(Default)]
pub(super) struct Importer {
    /// Tokens in and out, and read from the cache, by the last report.
    total: [u64; 3],
}

/// Events that say nothing about the conversation.
const BOOKKEEPING: [&str; 6] = [
    "SystemPromptEvent",
    "CondensationRequest",
    "CondensationSummaryEvent",
    "PauseEvent",
    "InterruptEvent",
    "ConversationStateUpdateEvent",
];

/// What a rejection says where the human gave no reason.
const NO_REASON: &str = "User rejected the action";

impl Records for Importer {
    fn record(&mut self, _raw: &str, event: &Value, told: &mut Told) {
        let at = moment_of(&event["timestamp"]);
        let at = at.as_ref();
        let id = told.unique(event["id"].as_str().unwrap_or_default());
        match event["kind"].as_str().unwrap_or_default() {
            "MessageEvent" => {
                let text = text_of(&event["llm_message"]["content"]);
                match event["source"].as_str().unwrap_or_default() {
                    "user" => told.text(&id, at, "user", false, &text),
                    "agent" => told.text(&id, at, "assistant", false, without_thoughts(&text)),
                    _ => told.text(&id, at, "user", true, &text),
                }
                // What skills put behind the human's words.
                let context = text_of(&event["extended_content"]);
                told.text(&format!("{id}:context"), at, "user", true, &context);
            }
            "ActionEvent" => action(&id, at, event, told),
            "ObservationEvent" => {
                let observation = &event["observation"];
                let code = observation["exit_code"].as_i64().unwrap_or(0);
                let failed = observation["is_error"] == true || code > 0;
                let text = text_of(&observation["content"]);
                let text = if code > 0 { format!("Exit code {code}\n{text}") } else { text };
                result(at, event, &text, failed, told);
            }
            "AgentErrorEvent" => result(at, event, event["error"].as_str().unwrap_or_default(), true, told),
            "UserRejectObservation" => {
                let reason = event["rejection_reason"].as_str().unwrap_or(NO_REASON);
                result(at, event, "Action rejected by user", true, told);
                if event["rejection_source"] != "hook" && !reason.starts_with(NO_REASON) {
                    told.text(&id, at, "user", false, reason);
                }
            }
            "Condensation" => {
                let summary = event["summary"].as_str().filter(|text| !text.trim().is_empty());
                told.compacted(Compaction {
                    at_ms: at.map_or(0, |at| at.millis),
                    trigger: "unknown".to_owned(),
                    summary: summary.map(str::to_owned),
                    ..Compaction::default()
                });
                told.text(&id, at, "user", true, summary.unwrap_or_default());
            }
            "ConversationStateUpdateEvent" if event["key"] == "stats" => {
                self.stats(&id, at, &event["value"]["usage_to_metrics"], told);
            }
            // What stands beside the events, in the conversation's own file.
            "" if event["agent"].is_object() => {
                Told::keep_first(&mut told.session_id, &event["id"]);
                Told::keep_first(&mut told.cwd, &event["workspace"]["working_dir"]);
                told.context_limit = event["agent"]["llm"]["max_input_tokens"].as_u64().or(told.context_limit);
            }
            kind => told.skipped += u64::from(!BOOKKEEPING.contains(&kind)),
        }
    }
}

impl Importer {
    /// The report counts all requests so far; the difference is the last one.
    fn stats(&mut self, id: &str, at: Option<&Moment>, metrics: &Value, told: &mut Told) {
        let mut models = metrics.as_object().into_iter().flatten();
        let Some((_, agent)) = models.find(|(name, _)| *name != "condenser") else { return };
        let usage = &agent["accumulated_token_usage"];
        let total = ["prompt_tokens", "completion_tokens", "cache_read_tokens"].map(|field| count(&usage[field]));
        let [input, output, cache_read] = [0, 1, 2]
            .map(|at: usize| total.get(at).zip(self.total.get(at)).map_or(0, |(now, old)| now.saturating_sub(*old)));
        self.total = total;
        told.usage(id, at, Usage { input, output, cache_read, cache_creation: 0 });
        told.context_limit = usage["context_window"].as_u64().filter(|limit| *limit > 0).or(told.context_limit);
    }
}

fn action(id: &str, at: Option<&Moment>, event: &Value, told: &mut Told) {
    told.text(id, at, "assistant", false, without_thoughts(&text_of(&event["thought"])));
    let call = &event["tool_call"];
    let Some(call_id) = event["tool_call_id"].as_str().or_else(|| call["id"].as_str()) else {
        told.skipped += 1;
        return;
    };
    let name = event["tool_name"].as_str().or_else(|| call["name"].as_str()).unwrap_or("unknown");
    let input = if call["arguments"].is_null() { &event["action"] } else { &call["arguments"] };
    told.call(at, call_id, name, input);
}

fn result(at: Option<&Moment>, event: &Value, text: &str, failed: bool, told: &mut Told) {
    match event["tool_call_id"].as_str() {
        Some(call) => told.result(at, call, &json!(text), failed),
        None => told.skipped += 1,
    }
}

fn text_of(content: &Value) -> String {
    if let Some(text) = content.as_str() {
        return text.to_owned();
    }
    let parts = content.as_array().into_iter().flatten();
    parts.filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
}

/// Some models put their thoughts before the answer.
fn without_thoughts(text: &str) -> &str {
    let rest = text.trim_start().strip_prefix("<think>").and_then(|rest| rest.split_once("</think>"));
    rest.map_or(text, |(_, answer)| answer).trim()
}
