//! Who is asked: a model behind an API with the user's key, or the one that the editor lends.

use std::time::Duration;

use serde_json::{Value, json};

use crate::config::{Author, ModelConfig};
use crate::engine::prompt::{Answer, By, Context, Prompt, Stop, Usage};
use crate::engine::tokens;
use crate::host::model::keys::{self, Key};
use crate::host::model::{Failure, FailureKind, Model, Provider};
use crate::server::client::Client;
use crate::wire::protocol::code;

/// Keys that the editor handed over at `initialize`. They live in memory only.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// For provider `anthropic`.
    pub anthropic: Option<Key>,
    /// For provider `openai`.
    pub openai: Option<Key>,
}

impl Credentials {
    /// The keys in `initializationOptions.credentials`.
    pub fn new(credentials: &Value) -> Credentials {
        let key = |name: &str| credentials.get(name).and_then(Value::as_str).and_then(Key::handed);
        Credentials { anthropic: key("anthropic"), openai: key("openai") }
    }
}

/// A model that can be asked.
pub enum Writer {
    /// Behind an API.
    Api(Model),
    /// The editor's.
    Editor(Client, Duration),
}

impl Writer {
    /// The one of the settings, or a sentence that says what is missing.
    pub fn new(
        config: &ModelConfig,
        credentials: &Credentials,
        lends: bool,
        client: &Client,
    ) -> Result<Writer, String> {
        match (config.author, config.client()) {
            (Author::Api(provider), Some(settings)) => {
                let handed = match provider {
                    Provider::Anthropic => credentials.anthropic.clone(),
                    Provider::OpenAi => credentials.openai.clone(),
                };
                let env = |name: &str| std::env::var(name).ok();
                let key = keys::find(provider, settings.base_url.as_deref(), handed, &env);
                key.and_then(|key| Model::new(settings, key)).map(Writer::Api).map_err(|problem| problem.to_string())
            }
            (Author::Editor, _) if lends => {
                Ok(Writer::Editor(client.clone(), Duration::from_secs(config.timeout_seconds)))
            }
            (Author::Editor, _) => {
                Err("provider is \"editor\", but this editor offers no model (its capabilities lack \
                                        experimental.sessionMemory.complete); set another provider"
                    .to_owned())
            }
            _ => Err("provider is \"extractive\": no model is asked".to_owned()),
        }
    }

    /// The model's name, where it is known before it answers.
    pub fn name(&self) -> &str {
        match self {
            Writer::Api(model) => model.name(),
            Writer::Editor(..) => "editor",
        }
    }

    /// Asks.
    pub async fn complete(&self, prompt: &Prompt) -> Result<Answer, Failure> {
        match self {
            Writer::Api(model) => model.complete(prompt).await.map(|completion| {
                tracing::info!(
                    model = model.name(),
                    purpose = prompt.purpose.name(),
                    request_id = completion.request_id,
                    attempts = completion.attempts,
                    "a model answered"
                );
                completion.answer
            }),
            Writer::Editor(client, longest) => {
                let (params, input) = lent(prompt);
                let asked = tokio::time::timeout(*longest, client.complete(params)).await;
                match asked {
                    Ok(Ok(result)) => read(&result, input),
                    Ok(Err((code, message))) => Err(refused(code, message)),
                    Err(_) => Err(failure(
                        FailureKind::Unreachable,
                        format!("the editor's model gave no answer within {longest:?}"),
                    )),
                }
            }
        }
    }
}

/// The parameters of `sessionMemory/complete`, and our estimate of their tokens.
fn lent(prompt: &Prompt) -> (Value, u64) {
    let Context::Instructions(system) = &prompt.context else { return (Value::Null, 0) };
    let role = |by| if by == By::User { "user" } else { "assistant" };
    let messages: Vec<Value> =
        prompt.messages.iter().map(|said| json!({"role": role(said.by), "content": said.text})).collect();
    let texts = prompt.messages.iter().map(|said| said.text.as_str()).chain([system.as_str()]);
    let input = texts.map(|text| u64::from(tokens::estimate(text))).sum();
    (json!({"system": system, "messages": messages, "maxTokens": prompt.max_output_tokens}), input)
}

/// The editor's answer. An editor seldom knows why its model stopped or what it counted.
fn read(result: &Value, input: u64) -> Result<Answer, Failure> {
    let Some(text) = result.get("text").and_then(Value::as_str) else {
        return Err(failure(FailureKind::Unreadable, "the editor's answer has no text"));
    };
    let stop = match result.get("stopReason").and_then(Value::as_str) {
        Some("end") => Stop::End,
        Some("length") => Stop::Length,
        Some("refusal") => Stop::Refusal,
        Some(other) => Stop::Other(other.to_owned()),
        None => Stop::Other("unknown".to_owned()),
    };
    let count = |name: &str| result.get("usage").and_then(|usage| usage.get(name)).and_then(Value::as_u64);
    let usage = Usage {
        input_tokens: count("inputTokens").unwrap_or(input),
        output_tokens: count("outputTokens").unwrap_or_else(|| u64::from(tokens::estimate(text))),
        cache_read_tokens: count("cacheReadTokens").unwrap_or_default(),
        cache_creation_tokens: 0,
    };
    let model = result.get("model").and_then(Value::as_str).map(str::to_owned);
    Ok(Answer { text: text.to_owned(), stop, model, usage })
}

/// An editor says with a code of its own that there is no model (-32001), no consent (-32002), no quota (-32003) or no
/// such method, which only its user can mend, or that the prompt is too long for its model.
fn refused(code: i64, message: String) -> Failure {
    let kind = match code {
        -32003..=-32001 | -32601 => FailureKind::Settings,
        code::PROMPT_TOO_LONG => FailureKind::TooLong,
        _ => FailureKind::Busy,
    };
    failure(kind, format!("the editor: {message}"))
}

fn failure(kind: FailureKind, message: impl Into<String>) -> Failure {
    Failure { kind, status: None, request_id: None, message: message.into(), retry_after: None }
}
