//! GitHub Copilot's events: `~/.copilot/session-state/<id>/events.jsonl` of the CLI, and the transcripts that the chat in
//! VS Code writes for hooks (`<workspaceStorage>/<workspace>/GitHub.copilot-chat/transcripts/<id>.jsonl`).

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::Compaction;
use super::json::{Moment, moment_of};
use super::records::Records;
use super::said::is_harness;
use super::told::{Told, Usage, count};

/// The importer.
#[derive(Default)]
pub(super) struct Importer {
    /// The events of the file, and for each the event before it that was told.
    order: Vec<(String, Option<String>)>,
}

impl Records for Importer {
    fn record(&mut self, _raw: &str, record: &Value, told: &mut Told) {
        let data = &record["data"];
        let at = moment_of(&record["timestamp"]);
        let at = at.as_ref();
        let own = record["id"].as_str().unwrap_or_default();
        let id = told.unique(own);
        self.order.push((own.to_owned(), told.last.clone()));
        let kind = record["type"].as_str().unwrap_or_default();
        // A side conversation: a tool call of this one stands above it.
        if data["parentToolCallId"].is_string() {
            told.skipped += 1;
            return;
        }
        match kind {
            "session.start" | "session.resume" => {
                Told::keep_first(&mut told.session_id, &data["sessionId"]);
                Told::keep_first(&mut told.cwd, &data["context"]["cwd"]);
            }
            "session.title_changed" => told.title = data["title"].as_str().map(str::to_owned).or(told.title.take()),
            "session.usage_info" => told.context_limit = data["tokenLimit"].as_u64().or(told.context_limit),
            "user.message" => {
                let text = data["content"].as_str().unwrap_or_default();
                // What a skill or the program says has a source.
                let meta = is_harness(text) || data["source"].as_str().is_some_and(|source| source != "user");
                told.text(&id, at, "user", meta, text);
            }
            "system.notification" => {
                told.text(&id, at, "user", true, data["content"].as_str().unwrap_or_default());
            }
            "assistant.message" => assistant(&id, at, data, told),
            "assistant.usage" => {
                let [cache_read, cache_creation] = [count(&data["cacheReadTokens"]), count(&data["cacheWriteTokens"])];
                let input = count(&data["inputTokens"]);
                told.usage(&id, at, Usage { input, output: count(&data["outputTokens"]), cache_read, cache_creation });
            }
            "tool.execution_start" => {
                if let Some(call) = data["toolCallId"].as_str() {
                    told.call(at, call, data["toolName"].as_str().unwrap_or("unknown"), &data["arguments"]);
                }
            }
            "tool.execution_complete" => result(at, data, told),
            "session.compaction_complete" if data["success"] != false => compaction(&id, at, data, told),
            "session.snapshot_rewind" => self.rewind(data["upToEventId"].as_str(), told),
            _ => told.skipped += u64::from(!is_bookkeeping(kind)),
        }
    }
}

impl Importer {
    /// The user went back to before this event.
    fn rewind(&mut self, to: Option<&str>, told: &mut Told) {
        let at = self.order.iter().position(|(id, _)| Some(id.as_str()) == to);
        if let Some((_, before)) = at.and_then(|at| self.order.get(at)) {
            told.rewound(before.clone());
        }
    }
}

fn assistant(id: &str, at: Option<&Moment>, data: &Value, told: &mut Told) {
    told.text(id, at, "assistant", false, data["content"].as_str().unwrap_or_default());
    for request in data["toolRequests"].as_array().into_iter().flatten() {
        if let Some(call) = request["toolCallId"].as_str() {
            told.call(at, call, request["name"].as_str().unwrap_or("unknown"), &request["arguments"]);
        }
    }
}

fn result(at: Option<&Moment>, data: &Value, told: &mut Told) {
    let Some(call) = data["toolCallId"].as_str() else {
        told.skipped += 1;
        return;
    };
    let texts = [&data["result"]["content"], &data["result"], &data["error"]["message"], &data["error"]];
    let text = texts.into_iter().find_map(Value::as_str).unwrap_or_default();
    told.result(at, call, &json!(text), data["success"] == false);
}

fn compaction(id: &str, at: Option<&Moment>, data: &Value, told: &mut Told) {
    let summary = data["summaryContent"].as_str().filter(|text| !text.trim().is_empty());
    told.compacted(Compaction {
        at_ms: at.map_or(0, |at| at.millis),
        trigger: data["trigger"].as_str().unwrap_or("unknown").to_owned(),
        tokens_before: data["preCompactionTokens"].as_u64(),
        waited_ms: data["compactionTokensUsed"]["duration"].as_u64(),
        summary: summary.map(str::to_owned),
    });
    told.text(id, at, "user", true, summary.unwrap_or_default());
}

/// Kinds that say nothing about the conversation, or say again what others do.
fn is_bookkeeping(kind: &str) -> bool {
    const PREFIXES: [&str; 9] = [
        "session.",
        "hook.",
        "assistant.",
        "subagent.",
        "permission.",
        "tool.execution_",
        "user_input.",
        "elicitation.",
        "skill.",
    ];
    PREFIXES.iter().any(|prefix| kind.starts_with(prefix))
        || matches!(kind, "abort" | "system.message" | "pending_messages.modified")
}
