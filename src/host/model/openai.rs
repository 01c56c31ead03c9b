//! The Chat Completions API of OpenAI, which most other vendors and all local servers speak, each with its own gaps.

pub(super) mod read;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::ModelSettings;
use super::anthropic::effort;
use super::failure::{Failure, FailureKind};
use super::turns::{role, turns};
use crate::engine::prompt::{Context, Prompt};

/// The path behind the base URL.
pub(super) const PATH: &str = "/chat/completions";

/// Room for the reasoning of models that reason unasked, in tokens: it counts toward the limit of the answer.
const ROOM: u32 = 8192;

/// What a server does not understand, learned from its refusals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dialect {
    /// The limit is called `max_tokens`, as it was before reasoning models.
    pub old_limit: bool,
    /// `stream_options` is refused, so the usage is not told.
    pub no_usage: bool,
}

impl Dialect {
    /// The dialect to try next after a refusal that names a parameter of ours; `None` where that is not its reason.
    pub(super) fn after(self, status: u16, body: &str) -> Option<Dialect> {
        // A limit that is too large is named as well, but by its other name it is no smaller.
        let about_size =
            ["too large", "too small", "at most", "at least", "less than", "greater than", "supports up to"];
        let lower = body.to_ascii_lowercase();
        if !matches!(status, 400 | 422) || about_size.iter().any(|words| lower.contains(words)) {
            None
        } else if !self.no_usage && (lower.contains("stream_options") || lower.contains("include_usage")) {
            Some(Dialect { no_usage: true, ..self })
        } else if !self.old_limit && lower.contains("max_completion_tokens") {
            Some(Dialect { old_limit: true, ..self })
        } else {
            None
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<bool>,
}

/// The request's body; `at_vendor` is whether it goes to OpenAI itself. Fails only where the agent's own JSON is none.
pub(super) fn body(
    prompt: &Prompt,
    model: &str,
    settings: &ModelSettings,
    dialect: Dialect,
    at_vendor: bool,
) -> Result<String, Failure> {
    let budget = settings.thinking_budget.filter(|budget| *budget > 0);
    let room = budget.unwrap_or(if reasons(model) { ROOM } else { 0 });
    let ceiling = settings.max_output_tokens.unwrap_or(u32::MAX);
    let limit = prompt.max_output_tokens.min(ceiling).saturating_add(room);
    let mut body = Body {
        model,
        messages: Vec::new(),
        tools: None,
        max_completion_tokens: (!dialect.old_limit).then_some(limit),
        max_tokens: dialect.old_limit.then_some(limit),
        stream: true,
        stream_options: (!dialect.no_usage).then(|| json!({"include_usage": true})),
        reasoning_effort: budget.map(effort),
        // Conversations are not to stay with the vendor. Others refuse the field.
        store: at_vendor.then_some(false),
    };
    match &prompt.context {
        Context::Instructions(text) if text.trim().is_empty() => {}
        Context::Instructions(text) => {
            body.messages.push(raw(&json!({"role": "system", "content": text}).to_string())?);
        }
        Context::Agent(agent) => {
            if let Some(system) = &agent.system {
                body.messages.push(raw(&format!(r#"{{"role":"system","content":{system}}}"#))?);
            }
            for message in &agent.messages {
                body.messages.push(raw(message)?);
            }
            body.tools = agent.tools.as_deref().map(raw).transpose()?;
        }
    }
    for said in turns(&prompt.messages) {
        body.messages.push(raw(&json!({"role": role(said.by), "content": said.text}).to_string())?);
    }
    serde_json::to_string(&body).map_err(|_| no_json())
}

/// Whether the vendor's model of this name reasons without being asked: `o3`, `gpt-5-mini`, `gpt-6-luna`.
fn reasons(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u32>().ok();
    name.strip_prefix("gpt-").and_then(number).is_some_and(|generation| generation >= 5)
        || name.strip_prefix('o').and_then(number).is_some()
}

fn raw(json: &str) -> Result<Box<RawValue>, Failure> {
    RawValue::from_string(json.to_owned()).map_err(|_| no_json())
}

fn no_json() -> Failure {
    Failure::new(FailureKind::Rejected, "nothing was sent: the agent's own request is no valid JSON")
}

#[cfg(test)]
mod tests;
