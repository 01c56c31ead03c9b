//! opencode's sessions: messages with parts, each under an id. They stand in a database (since 1.2), in a folder of small
//! files (before that), or in the document that `opencode export` prints; all three hold the same records.
//!
//! Parts are changed in place while the agent works: a part is told when it is finished.

mod database;
pub(super) mod live;
mod parts;
mod storage;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use self::parts::Finished;
use super::Compaction;
use super::json::{Moment, moment_of};
use super::records::Records;
use super::told::{Told, Usage, count};

/// The importer.
#[derive(Default)]
pub(super) struct Importer {
    /// Texts that were not finished when they were read: another message behind them says that nothing comes any more.
    unfinished: Vec<Unfinished>,
    /// Ids are opencode's own, and records may be read again. In collections ids were replaced, and one may stand for many.
    trusting: bool,
}

/// A text of the model's that may still grow.
struct Unfinished {
    message: String,
    id: String,
    at: Option<Moment>,
    text: String,
}

impl Records for Importer {
    fn record(&mut self, _raw: &str, record: &Value, told: &mut Told) {
        let info = &record["info"];
        match info["role"].as_str() {
            Some("user") => self.user(info, &record["parts"], told),
            Some("assistant") => self.assistant(info, &record["parts"], told),
            Some(_) => told.skipped += 1,
            None if info.is_object() => about(info, told),
            None => told.skipped += u64::from(record.get("parts").is_some()),
        }
    }

    fn lists(&self) -> &'static [&'static str] {
        &["messages"]
    }

    /// A document is at its end: what is not finished will not be.
    fn settle(&mut self, told: &mut Told) {
        self.release(&Value::Null, told);
    }
}

/// What stands in the session's own record.
fn about(session: &Value, told: &mut Told) {
    Told::keep_first(&mut told.session_id, &session["id"]);
    Told::keep_first(&mut told.cwd, &session["directory"]);
    Told::keep_first(&mut told.title, &session["title"]);
}

impl Importer {
    /// An importer for opencode's own files.
    fn trusting() -> Importer {
        Importer { trusting: true, ..Importer::default() }
    }

    /// What was not finished is gone.
    fn forget(&mut self) {
        self.unfinished.clear();
    }

    fn name(&self, id: &str, told: &mut Told) -> String {
        if self.trusting { id.to_owned() } else { told.unique(id) }
    }

    fn user(&mut self, info: &Value, parts: &Value, told: &mut Told) {
        self.release(info, told);
        let at = moment_of(&info["time"]["created"]);
        for part in parts.as_array().into_iter().flatten() {
            let id = self.name(part["id"].as_str().unwrap_or_default(), told);
            let text = part["text"].as_str().unwrap_or_default();
            match part["type"].as_str().unwrap_or_default() {
                "text" => {
                    let program = part["synthetic"] == true || part["ignored"] == true;
                    told.text(&id, at.as_ref(), "user", program, text);
                }
                // The human's command: what it stands for goes to another agent.
                "subtask" => {
                    let prompt = part["prompt"].as_str().unwrap_or_default();
                    told.text(&id, at.as_ref(), "user", true, prompt);
                }
                "file" => {
                    if let Some(picture) = parts::picture(part) {
                        told.message(&id, at.as_ref(), false, &json!({"role": "user", "content": [picture]}));
                    }
                }
                kind => told.skipped += u64::from(!parts::is_bookkeeping(kind)),
            }
        }
    }

    fn assistant(&mut self, info: &Value, parts: &Value, told: &mut Told) {
        self.release(info, told);
        let at = moment_of(&info["time"]["created"]);
        let complete = !info["time"]["completed"].is_null() || !info["finish"].is_null() || !info["error"].is_null();
        let summary = info["summary"] == true;
        if summary && !complete {
            return;
        }
        if summary {
            let texts = parts.as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
            let summary = texts.collect::<Vec<_>>().join("\n");
            told.compacted(Compaction {
                at_ms: at.as_ref().map_or(0, |at| at.millis),
                trigger: "unknown".to_owned(),
                summary: Some(summary).filter(|text| !text.is_empty()),
                ..Compaction::default()
            });
        }
        for part in parts.as_array().into_iter().flatten() {
            let id = self.name(part["id"].as_str().unwrap_or_default(), told);
            let begun = moment_of(&part["time"]["start"]).or_else(|| at.clone());
            match part["type"].as_str().unwrap_or_default() {
                "text" => {
                    let text = part["text"].as_str().unwrap_or_default();
                    let ended = complete || part["time"].is_null() || !part["time"]["end"].is_null();
                    if summary || part["synthetic"] == true {
                        told.text(&id, begun.as_ref(), "user", true, text);
                    } else if ended {
                        told.text(&id, begun.as_ref(), "assistant", false, text);
                    } else {
                        let message = info["id"].as_str().unwrap_or_default().to_owned();
                        self.unfinished.push(Unfinished { message, id, at: begun, text: text.to_owned() });
                    }
                }
                "tool" => self.tool(&id, part, told),
                kind => told.skipped += u64::from(!parts::is_bookkeeping(kind)),
            }
        }
        let tokens = &info["tokens"];
        if complete {
            let [cache_read, cache_creation] = [count(&tokens["cache"]["read"]), count(&tokens["cache"]["write"])];
            let usage = Usage {
                input: count(&tokens["input"]) + cache_read + cache_creation,
                output: count(&tokens["output"]) + count(&tokens["reasoning"]),
                cache_read,
                cache_creation,
            };
            let id = self.name(&format!("{}:usage", info["id"].as_str().unwrap_or_default()), told);
            told.usage(&id, at.as_ref(), usage);
        }
    }

    /// Puts out what another message than this left unfinished; this one is read again.
    fn release(&mut self, info: &Value, told: &mut Told) {
        for left in self.unfinished.drain(..).filter(|left| info["id"] != left.message.as_str()) {
            told.text(&left.id, left.at.as_ref(), "assistant", false, &left.text);
        }
    }

    /// A call and its result are one part.
    fn tool(&self, id: &str, part: &Value, told: &mut Told) {
        let state = &part["state"];
        let finished = parts::finished(state);
        if finished == Finished::Not {
            return;
        }
        let call = part["callID"].as_str().filter(|call| !call.is_empty()).unwrap_or(id);
        // The same words may name a part and a call.
        let call = self.name(&format!("call:{call}"), told);
        let call = call.trim_start_matches("call:");
        let [start, end] = ["start", "end"].map(|field| moment_of(&state["time"][field]));
        told.call(start.as_ref(), call, part["tool"].as_str().unwrap_or("unknown"), &state["input"]);
        if let Finished::Done(text, failed) = finished {
            told.result(end.as_ref().or(start.as_ref()), call, &json!(text), failed);
        }
    }
}
