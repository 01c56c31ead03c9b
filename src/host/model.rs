//! Models behind HTTP: a [`Prompt`] goes out, an [`Answer`] or a [`Failure`] that says what to do comes back.
//!
//! `anthropic` and `openai` write requests and read answers, `http` carries them, `reader` tells when an answer is whole,
//! `failure` sorts what went wrong, `retry` decides about another attempt, `keys` about what is sent where. All but `http`
//! and this file are pure. The client runs on a single-threaded runtime; dropping the future ends the request.

mod anthropic;
mod draft;
mod endpoint;
mod failure;
mod http;
pub mod keys;
mod openai;
mod reader;
mod retry;
mod turns;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use self::endpoint::Endpoint;
pub use self::failure::{Failure, FailureKind};
use self::http::{Http, Limits};
use self::keys::Key;
use self::openai::Dialect;
pub use crate::engine::prices::Ttl;
use crate::engine::prompt::{Answer, Prompt};
use crate::engine::tokens;

/// Longest time that may be set for a call, in seconds.
const MAX_TIMEOUT: u64 = 3600;

/// Whose API is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Anthropic's Messages.
    Anthropic,
    /// OpenAI's Chat Completions, or a server that is compatible with it.
    OpenAi,
}

impl Provider {
    /// The address of the vendor.
    fn base_url(self) -> &'static str {
        match self {
            Provider::Anthropic => "https://api.anthropic.com",
            Provider::OpenAi => "https://api.openai.com/v1",
        }
    }

    /// The vendor's model for short, cheap work.
    fn model(self) -> &'static str {
        match self {
            Provider::Anthropic => "claude-haiku-5-5",
            Provider::OpenAi => "gpt-6-luna",
        }
    }
}

/// What the user sets about the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelSettings {
    /// Whose API is spoken.
    pub provider: Provider,
    /// The address of the API; the vendor's where it is not set.
    pub base_url: Option<String>,
    /// The model's name; a cheap one of the vendor where it is not set.
    pub model: Option<String>,
    /// Most tokens of an answer, whatever a prompt allows; thinking comes on top.
    pub max_output_tokens: Option<u32>,
    /// Longest time of a call with all its attempts, in seconds.
    pub timeout_seconds: u64,
    /// How long the provider is to keep our part of a prompt in its cache.
    pub cache_ttl: Ttl,
    /// Tokens that the model may think before it answers; none where it is not set.
    pub thinking_budget: Option<u32>,
}

impl ModelSettings {
    /// The settings of a user who names only the provider.
    pub fn new(provider: Provider) -> ModelSettings {
        ModelSettings {
            provider,
            base_url: None,
            model: None,
            max_output_tokens: None,
            timeout_seconds: 180,
            cache_ttl: Ttl::FiveMinutes,
            thinking_budget: None,
        }
    }
}

/// Why a model cannot be used with these settings: a sentence that names the setting and says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsProblem(String);

impl SettingsProblem {
    fn new(sentence: impl Into<String>) -> SettingsProblem {
        SettingsProblem(sentence.into())
    }
}

/// An answer and how it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// What the model said. Tokens that the provider did not count are estimated.
    pub answer: Answer,
    /// The provider's name for the request.
    pub request_id: Option<String>,
    /// Requests that were sent.
    pub attempts: u32,
}

/// A model that answers prompts; clones share connections and what was learned about the server.
#[derive(Clone)]
pub struct Model {
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    settings: ModelSettings,
    http: Http,
    key: Option<Key>,
    at_vendor: bool,
    old_limit: AtomicBool,
    no_usage: AtomicBool,
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("name", &self.name()).finish_non_exhaustive()
    }
}

impl Model {
    /// Makes the client; nothing is sent yet. A key of [`keys::find`] or one handed over for this address is taken.
    pub fn new(settings: ModelSettings, key: Option<Key>) -> Result<Model, SettingsProblem> {
        let limits = Limits::with_total(Duration::from_secs(settings.timeout_seconds));
        Model::with_limits(settings, key, limits)
    }

    fn with_limits(settings: ModelSettings, key: Option<Key>, limits: Limits) -> Result<Model, SettingsProblem> {
        let name = settings.model.as_deref().unwrap_or(settings.provider.model()).trim().to_owned();
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(SettingsProblem::new("model is empty or holds control characters; set the name of a model"));
        }
        if !(1..=MAX_TIMEOUT).contains(&settings.timeout_seconds) {
            return Err(SettingsProblem(format!(
                "timeoutSeconds is {}; 1 to {MAX_TIMEOUT} are accepted",
                settings.timeout_seconds
            )));
        }
        if settings.max_output_tokens == Some(0) {
            return Err(SettingsProblem::new("maxOutputTokens is 0; leave it out or allow an answer"));
        }
        let endpoint = Endpoint::new(settings.provider, settings.base_url.as_deref())?;
        let key = keys::bind(&endpoint, key)?;
        let http = Http::new(settings.provider, &endpoint, key.as_ref(), limits)?;
        let at_vendor = endpoint.origin() == "https://api.openai.com";
        let (old_limit, no_usage) = (AtomicBool::new(false), AtomicBool::new(false));
        Ok(Model { shared: Arc::new(Shared { name, settings, http, key, at_vendor, old_limit, no_usage }) })
    }

    /// The name that is asked for; an answer may name another, more exact one.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Asks the model, with up to two further attempts where the failure may pass.
    pub async fn complete(&self, prompt: &Prompt) -> Result<Completion, Failure> {
        let total = self.shared.http.limits.total;
        let deadline = Instant::now() + total;
        let outcome = timeout_at(deadline, self.attempts(prompt, deadline)).await.unwrap_or_else(|_| {
            let message = format!("there was no whole answer within {} s (timeoutSeconds)", total.as_secs_f32());
            Err(Failure::new(FailureKind::Unreachable, message))
        });
        outcome.map_err(|failure| failure.presentable(self.shared.key.as_ref()))
    }

    async fn attempts(&self, prompt: &Prompt, deadline: Instant) -> Result<Completion, Failure> {
        let shared = &*self.shared;
        let mut dialect = Dialect {
            old_limit: shared.old_limit.load(Ordering::Relaxed),
            no_usage: shared.no_usage.load(Ordering::Relaxed),
        };
        let (mut attempts, mut tries) = (0, 1);
        loop {
            let body = self.body(prompt, dialect)?;
            // Only what the provider leaves out is estimated, from JSON: a little too high.
            let input = u64::from(tokens::estimate(&body));
            attempts += 1;
            let refused = match shared.http.send(body).await {
                Ok((mut answer, request_id)) => {
                    shared.old_limit.store(dialect.old_limit, Ordering::Relaxed);
                    shared.no_usage.store(dialect.no_usage, Ordering::Relaxed);
                    let usage = &mut answer.usage;
                    if usage.input_tokens == 0 {
                        usage.input_tokens = input;
                    }
                    if usage.output_tokens == 0 {
                        usage.output_tokens = u64::from(tokens::estimate(&answer.text));
                    }
                    return Ok(Completion { answer, request_id, attempts });
                }
                Err(refused) => refused,
            };
            let status = refused.failure.status.unwrap_or(0);
            if shared.settings.provider == Provider::OpenAi
                && let Some(next) = dialect.after(status, &refused.body)
            {
                dialect = next;
                continue;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match retry::wait(tries, &refused.failure, refused.should_retry, random(), left) {
                Some(wait) => sleep(wait).await,
                None => return Err(refused.failure),
            }
            tries += 1;
        }
    }

    fn body(&self, prompt: &Prompt, dialect: Dialect) -> Result<String, Failure> {
        let Shared { name, settings, at_vendor, .. } = &*self.shared;
        match settings.provider {
            Provider::Anthropic => anthropic::body(prompt, name, settings),
            Provider::OpenAi => openai::body(prompt, name, settings, dialect, *at_vendor),
        }
    }
}

/// A number that differs from process to process and from call to call: enough to spread attempts in time.
fn random() -> u32 {
    let [a, b, c, d, ..] = RandomState::new().hash_one(0).to_ne_bytes();
    u32::from_ne_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests;
