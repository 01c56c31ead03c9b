//! Tasks of Cline and Roo Code: documents that are written anew each time.
//!
//! The extensions keep `tasks/<id>/api_conversation_history.json`, a list of Anthropic's messages in which everything the
//! human says is wrapped; Cline's SDK keeps `sessions/<id>/<id>.messages.json`. Ids of messages with results change when a
//! session is loaded again, so results are named by their calls.

mod pending;
#[cfg(test)]
mod tests;
mod voice;
mod xml;

use serde_json::{Value, json};

use self::pending::Pending;
use self::voice::Piece;
use super::Compaction;
use super::json::{Moment, moment_of};
use super::records::Records;
use super::told::{Told, Usage, count, hashed};

/// The importer.
#[derive(Default)]
pub(super) struct Importer {
    /// The human's words are wrapped: what stands outside is the program's.
    wrapped: bool,
    pending: Pending,
    place: u64,
}

impl Records for Importer {
    fn record(&mut self, raw: &str, message: &Value, told: &mut Told) {
        let role = message["role"].as_str().unwrap_or_default();
        if role.is_empty() {
            Told::keep_first(&mut told.session_id, &message["sessionId"]);
            return;
        }
        self.place += 1;
        let at = moment_of(&message["ts"]);
        let id = match (message["id"].as_str(), message["ts"].as_u64()) {
            (Some(id), _) => told.unique(id),
            (None, Some(ts)) => told.unique(&format!("cline:{ts}")),
            (None, None) => told.unique(&format!("cline:{}", hashed(raw))),
        };
        let metadata = &message["metadata"];
        let kind = metadata["kind"].as_str().unwrap_or_default();
        // Roo's mark of where messages were cut off; a cut is no summary.
        if message["isTruncationMarker"] == true {
            return;
        }
        if kind == "compaction_summary" || message["isSummary"] == true {
            let text = metadata["summary"].as_str().map_or_else(|| text_of(&message["content"]), str::to_owned);
            compacted(&id, at.as_ref(), metadata, text, told);
            return;
        }
        match role {
            "user" => {
                let notices = self.user(&id, at.as_ref(), &message["content"], told);
                if kind == "compaction" {
                    // Behind the message, which may be an old one: what follows it tells whether this is new.
                    compacted(&id, at.as_ref(), metadata, notices.join("\n"), told);
                } else {
                    for (number, notice) in notices.iter().enumerate() {
                        told.text(&format!("{id}:notice:{number}"), at.as_ref(), "user", true, notice);
                    }
                }
            }
            "assistant" => self.assistant(&id, at.as_ref(), message, told),
            _ => told.skipped += 1,
        }
    }

    fn lists(&self) -> &'static [&'static str] {
        &["messages"]
    }
}

impl Importer {
    fn assistant(&mut self, id: &str, at: Option<&Moment>, message: &Value, told: &mut Told) {
        let content = match &message["content"] {
            Value::String(text) => json!([{"type": "text", "text": text}]),
            content => content.clone(),
        };
        let mut blocks = Vec::new();
        self.pending.begin();
        for block in content.as_array().into_iter().flatten() {
            match block["type"].as_str().unwrap_or_default() {
                "text" => {
                    let text = block["text"].as_str().unwrap_or_default();
                    let Some(call) = xml::call(text) else {
                        if !text.trim().is_empty() {
                            blocks.push(json!({"type": "text", "text": text}));
                        }
                        continue;
                    };
                    if !call.before.is_empty() {
                        blocks.push(json!({"type": "text", "text": call.before}));
                    }
                    let name = format!("{id}:call");
                    self.pending.called(&name);
                    blocks.push(json!({"type": "tool_use", "id": name, "name": call.name, "input": call.input}));
                }
                "tool_use" => {
                    let call = block["id"].as_str().unwrap_or_default();
                    self.pending.called(call);
                    blocks
                        .push(json!({"type": "tool_use", "id": call, "name": block["name"], "input": block["input"]}));
                }
                // Thoughts: without their signature no API takes them back.
                _ => {}
            }
        }
        if !blocks.is_empty() {
            told.message(id, at, false, &json!({"role": "assistant", "content": blocks}));
        }
        usage(id, at, message, told);
    }

    /// A message under the user's name; gives the program's notices in it.
    fn user(&mut self, id: &str, at: Option<&Moment>, content: &Value, told: &mut Told) -> Vec<String> {
        let content = match content {
            Value::String(text) => json!([{"type": "text", "text": text}]),
            content => content.clone(),
        };
        let (mut words, mut pictures, mut notices) = (Vec::new(), Vec::new(), Vec::new());
        for block in content.as_array().into_iter().flatten() {
            match block["type"].as_str().unwrap_or_default() {
                "text" => {
                    let text = block["text"].as_str().unwrap_or_default();
                    if let Some(folder) = voice::folder(text) {
                        Told::keep_first(&mut told.cwd, &json!(folder));
                    }
                    for piece in voice::pieces(text) {
                        self.piece(piece, &mut words, &mut notices);
                    }
                }
                "tool_result" => {
                    let call = block["tool_use_id"].as_str().unwrap_or_default();
                    let (rest, said) = voice::without_words(&text_of(&block["content"]));
                    told.result(at, call, &json!(rest), block["is_error"] == true);
                    words.extend(said);
                }
                "image" => pictures.push(json!({"type": "image", "source": block["source"]})),
                "file" => notices.push(format!(
                    "<file path={}>\n{}\n</file>",
                    block["path"],
                    block["content"].as_str().unwrap_or_default()
                )),
                _ => told.skipped += 1,
            }
        }
        for (call, text) in self.pending.results() {
            let (rest, said) = voice::without_words(&text);
            told.result(at, &call, &json!(rest), voice::failed(&rest));
            words.extend(said);
        }
        let words = words.join("\n");
        if pictures.is_empty() {
            told.text(id, at, "user", false, &words);
        } else {
            let text = (!words.trim().is_empty()).then(|| json!({"type": "text", "text": words}));
            let blocks: Vec<Value> = text.into_iter().chain(pictures).collect();
            told.message(id, at, false, &json!({"role": "user", "content": blocks}));
        }
        notices
    }

    fn piece(&mut self, piece: Piece, words: &mut Vec<String>, notices: &mut Vec<String>) {
        match piece {
            Piece::Task(text) => {
                self.wrapped = true;
                words.push(text);
            }
            Piece::Words(text) => words.push(text),
            Piece::Result(text) => self.pending.answered(text),
            Piece::Notice(text) => notices.push(text),
            Piece::Plain(text) if self.pending.takes(&text) => {}
            Piece::Plain(text) => if self.wrapped { notices } else { words }.push(text),
        }
    }
}

fn compacted(id: &str, at: Option<&Moment>, metadata: &Value, summary: String, told: &mut Told) {
    told.compacted(Compaction {
        at_ms: at.map_or(0, |at| at.millis),
        trigger: metadata["reason"].as_str().unwrap_or("unknown").to_owned(),
        tokens_before: metadata["tokensBefore"].as_u64(),
        waited_ms: None,
        summary: Some(summary.clone()).filter(|text| !text.is_empty()),
    });
    told.text(&format!("{id}:summary:{}", hashed(&summary)), at, "user", true, &summary);
}

/// Usage of a message, where it says so. Some providers count what the cache gave as input, some beside it.
fn usage(id: &str, at: Option<&Moment>, message: &Value, told: &mut Told) {
    let metrics = &message["metrics"];
    let tokens = &metrics["tokens"];
    let either = |new: &str, old: &str| count(&metrics[new]).max(count(&tokens[old]));
    let [input, output] = [either("inputTokens", "prompt"), either("outputTokens", "completion")];
    let cache_read = either("cacheReadTokens", "cached");
    let cache_creation = count(&metrics["cacheWriteTokens"]);
    let cached = cache_read + cache_creation;
    let input = if cached > input { input + cached } else { input };
    told.usage(id, at, Usage { input, output, cache_read, cache_creation });
}

/// All text of a content; what is no text is written as JSON.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(blocks) => {
            let text = |block: &Value| block["text"].as_str().map_or_else(|| block.to_string(), str::to_owned);
            blocks.iter().map(text).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}
