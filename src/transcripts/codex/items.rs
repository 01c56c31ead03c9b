//! Items of OpenAI's Responses API, as the rollouts hold them.

use serde_json::{Value, json};

use super::Importer;
use crate::transcripts::json::Moment;
use crate::transcripts::told::Told;

impl Importer {
    /// An item of the model's context.
    pub(super) fn item(&mut self, id: &str, at: Option<&Moment>, item: &Value, told: &mut Told) {
        match item["type"].as_str().unwrap_or_default() {
            "message" => match item["role"].as_str().unwrap_or_default() {
                "user" => self.user(id, at, &item["content"], told),
                "assistant" => {
                    self.said.answered();
                    self.say(told);
                    told.text(id, at, "assistant", false, &text_of(&item["content"]));
                }
                "system" | "developer" => told.text(id, at, "user", true, &text_of(&item["content"])),
                _ => told.skipped += 1,
            },
            // Another agent of the same session writes.
            "agent_message" => told.text(id, at, "user", true, &text_of(&item["content"])),
            "function_call" => self.call(at, item, &item["name"], &item["arguments"], told),
            "custom_tool_call" => self.call(at, item, &item["name"], &item["input"], told),
            "local_shell_call" => self.call(at, item, &json!("local_shell"), &item["action"], told),
            "tool_search_call" => self.call(at, item, &json!("tool_search"), &item["arguments"], told),
            "tool_call" => self.call(at, item, &item["function"]["name"], &item["arguments"], told),
            "function_call_output" | "custom_tool_call_output" => self.output(at, item, &item["output"], told),
            "tool_result" | "function_result" => self.output(at, item, &item["result"], told),
            "tool_search_output" => self.output(at, item, &item["tools"], told),
            // The API runs these itself and tells only that it did.
            "web_search_call" => self.own(id, at, "web_search", item, &item["action"], told),
            "image_generation_call" => self.own(id, at, "image_generation", item, &item["revised_prompt"], told),
            "reasoning" | "ghost_snapshot" | "compaction" | "compaction_summary" | "context_compaction" => {}
            _ => told.skipped += 1,
        }
    }

    fn call(&mut self, at: Option<&Moment>, item: &Value, name: &Value, input: &Value, told: &mut Told) {
        self.said.answered();
        self.say(told);
        let id = match item["call_id"].as_str().or_else(|| item["id"].as_str()) {
            Some(id) => told.unique(id),
            None => {
                self.unnamed.0 += 1;
                let id = format!("codex-call-{}", self.unnamed.0);
                self.unnamed.1.push_back(id.clone());
                id
            }
        };
        told.call(at, &id, name.as_str().unwrap_or("unknown"), input);
    }

    fn output(&mut self, at: Option<&Moment>, item: &Value, output: &Value, told: &mut Told) {
        let id = item["call_id"].as_str().map(str::to_owned).or_else(|| self.unnamed.1.pop_front());
        let Some(id) = id else {
            told.skipped += 1;
            return;
        };
        let (content, failed) = result(output);
        told.result(at, &id, &content, failed);
    }

    fn own(&mut self, id: &str, at: Option<&Moment>, name: &str, item: &Value, input: &Value, told: &mut Told) {
        self.say(told);
        told.call(at, id, name, input);
        told.result(at, id, &json!(item["status"].as_str().unwrap_or("completed")), false);
    }
}

/// All text of a message's content.
pub(super) fn text_of(content: &Value) -> String {
    if let Some(text) = content.as_str() {
        return text.to_owned();
    }
    let parts = content.as_array().into_iter().flatten();
    let texts: Vec<&str> = parts.filter_map(|part| part["text"].as_str()).collect();
    texts.join("\n")
}

/// The pictures of a message's content, in the shape of the Chat API.
pub(super) fn images(content: &Value) -> Vec<Value> {
    let parts = content.as_array().into_iter().flatten();
    parts
        .filter(|part| part["type"] == "input_image")
        .filter_map(|part| part["image_url"].as_str())
        .map(|url| json!({"type": "image_url", "image_url": {"url": url}}))
        .collect()
}

/// What a tool answered, and whether it failed. The answer is a text; a text that holds JSON with the program's output
/// and its exit code; an object; or a list of parts.
fn result(output: &Value) -> (Value, bool) {
    match output {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(inner) if inner["output"].is_string() => {
                wrapped(inner["output"].as_str().unwrap_or_default(), inner["metadata"]["exit_code"].as_i64())
            }
            _ => (json!(text), failed(text)),
        },
        Value::Array(_) => {
            let text = text_of(output);
            (json!(text), failed(&text))
        }
        Value::Object(_) => {
            if let Some(text) = output["stdout"].as_str() {
                let text = format!("{text}{}", output["stderr"].as_str().unwrap_or_default());
                return wrapped(&text, output["exitCode"].as_i64());
            }
            let text = output["content"].as_str().or_else(|| output["text"].as_str());
            let text = text.map_or_else(|| output.to_string(), str::to_owned);
            let bad = output["success"] == false || failed(&text);
            (json!(text), bad)
        }
        Value::Null => (json!(""), false),
        other => (json!(other.to_string()), false),
    }
}

/// A program's output under its exit code, where that is not 0.
fn wrapped(output: &str, code: Option<i64>) -> (Value, bool) {
    match code {
        Some(code) if code != 0 => (json!(format!("Exit code {code}\n{output}")), true),
        _ => (json!(output), false),
    }
}

/// The words of a failure.
fn failed(text: &str) -> bool {
    let code = text.strip_prefix("Exit code: ").and_then(|rest| rest.split_whitespace().next());
    code.is_some_and(|code| code != "0") || text.starts_with("failed in sandbox") || text.starts_with("error: ")
}
