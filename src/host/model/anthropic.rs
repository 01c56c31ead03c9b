//! The Messages API of Anthropic, version 2023-06-01, which gateways and local servers speak too.

mod agent;
pub(super) mod read;
mod thinking;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use self::agent::Agent;
use self::thinking::Thinking;
pub(super) use self::thinking::effort;
use super::failure::{Failure, FailureKind};
use super::turns::{role, turns};
use super::{ModelSettings, Ttl};
use crate::engine::prompt::{Context, Prompt};

/// The path behind the base URL.
pub(super) const PATH: &str = "/v1/messages";
/// The value of the header `anthropic-version`.
pub(super) const VERSION: &str = "2023-06-01";

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<Box<RawValue>>,
    messages: Vec<Box<RawValue>>,
}

/// The request's body. Fails only where the agent's own JSON is none.
pub(super) fn body(prompt: &Prompt, model: &str, settings: &ModelSettings) -> Result<String, Failure> {
    let thinking = match &prompt.context {
        Context::Instructions(_) => Thinking::ours(model, settings.thinking_budget),
        Context::Agent(agent) => Thinking::of_agent(model, agent.thinking.as_deref()),
    };
    let ceiling = settings.max_output_tokens.unwrap_or(u32::MAX);
    let mut body = Body {
        model,
        max_tokens: prompt.max_output_tokens.min(ceiling).saturating_add(thinking.room),
        stream: true,
        thinking: raw_option(thinking.field)?,
        output_config: thinking.effort.map(|effort| json!({"effort": effort})),
        tools: None,
        system: None,
        messages: Vec::new(),
    };
    match &prompt.context {
        Context::Instructions(text) if text.trim().is_empty() => {}
        Context::Instructions(text) => {
            let block = json!([{"type": "text", "text": text, "cache_control": cache_control(settings.cache_ttl)}]);
            body.system = Some(raw(block.to_string())?);
        }
        Context::Agent(context) => {
            let agent = Agent::marked(context, settings.cache_ttl);
            body.tools = raw_option(agent.tools)?;
            body.system = raw_option(agent.system)?;
            body.messages = agent.messages.into_iter().map(raw).collect::<Result<_, _>>()?;
        }
    }
    for said in turns(&prompt.messages) {
        body.messages.push(raw(json!({"role": role(said.by), "content": said.text}).to_string())?);
    }
    serde_json::to_string(&body).map_err(|_| no_json())
}

/// A breakpoint of the cache.
fn cache_control(ttl: Ttl) -> Value {
    json!({"type": "ephemeral", "ttl": ttl.name()})
}

fn raw(json: String) -> Result<Box<RawValue>, Failure> {
    RawValue::from_string(json).map_err(|_| no_json())
}

fn raw_option(json: Option<String>) -> Result<Option<Box<RawValue>>, Failure> {
    json.map(raw).transpose()
}

fn no_json() -> Failure {
    Failure::new(FailureKind::Rejected, "nothing was sent: the agent's own request is no valid JSON")
}

#[cfg(test)]
mod tests;
