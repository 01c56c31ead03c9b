//! Settings about the model that writes the prose of the memory. All of them are the user's alone: they decide where a
//! conversation is sent, with which key, and what that may cost.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{number, small};
use crate::engine::prices::{OwnPrice, PriceBook};
use crate::host::model::{ModelSettings, Provider, Ttl};

/// Who writes the prose of the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The embedded backend; nothing leaves the machine.
    Extractive,
    /// A model behind an API.
    Api(Provider),
    /// The model that the editor lends.
    Editor,
}

impl Author {
    /// The name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Author::Extractive => "extractive",
            Author::Api(Provider::Anthropic) => "anthropic",
            Author::Api(Provider::OpenAi) => "openai",
            Author::Editor => "editor",
        }
    }
}

/// The model and what it may take.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelConfig {
    /// Who writes.
    pub author: Author,
    /// The model's name; a cheap one of the vendor where it is not set.
    pub model: Option<String>,
    /// The address of the API; the vendor's where it is not set.
    pub base_url: Option<String>,
    /// Most tokens of an answer.
    pub max_output_tokens: Option<u32>,
    /// Longest time of a call, in seconds.
    pub timeout_seconds: u64,
    /// How long the provider keeps our part of a prompt in its cache.
    pub cache_ttl: Ttl,
    /// Tokens that the model may think before it answers.
    pub thinking_budget: Option<u32>,
    /// Most tokens that all updates of a workspace may take within an hour, in and out.
    pub tokens_per_hour: u64,
    /// The same within a day (UTC).
    pub tokens_per_day: u64,
    /// What models cost.
    pub prices: PriceBook,
}

impl Default for ModelConfig {
    fn default() -> ModelConfig {
        ModelConfig {
            author: Author::Extractive,
            model: None,
            base_url: None,
            max_output_tokens: None,
            timeout_seconds: 180,
            cache_ttl: Ttl::FiveMinutes,
            thinking_budget: None,
            tokens_per_hour: 500_000,
            tokens_per_day: 4_000_000,
            prices: PriceBook::default(),
        }
    }
}

/// The keys of these settings.
const KEYS: [&str; 10] = [
    "provider",
    "model",
    "baseUrl",
    "maxOutputTokens",
    "timeoutSeconds",
    "cacheTtl",
    "thinkingBudget",
    "backgroundTokensPerHour",
    "backgroundTokensPerDay",
    "prices",
];

impl ModelConfig {
    /// Whether a key is one of these.
    pub(super) fn has(key: &str) -> bool {
        KEYS.contains(&key)
    }

    pub(super) fn set(&mut self, key: &str, value: &Value) -> Result<(), String> {
        match key {
            "provider" => {
                self.author = match value.as_str() {
                    Some("extractive") => Author::Extractive,
                    Some("anthropic") => Author::Api(Provider::Anthropic),
                    Some("openai") => Author::Api(Provider::OpenAi),
                    Some("editor") => Author::Editor,
                    _ => {
                        return Err(format!(
                            "provider is {value}; \"extractive\", \"anthropic\", \"openai\" or \"editor\" is accepted"
                        ));
                    }
                }
            }
            "model" => self.model = Some(text(key, value)?),
            "baseUrl" => self.base_url = Some(text(key, value)?),
            "maxOutputTokens" => self.max_output_tokens = Some(small(key, value, 500, 1_000_000)?),
            "timeoutSeconds" => self.timeout_seconds = number(key, value, 1, 3600)?,
            "cacheTtl" => {
                self.cache_ttl = match value.as_str() {
                    Some("5m") => Ttl::FiveMinutes,
                    Some("1h") => Ttl::OneHour,
                    _ => return Err(format!("cacheTtl is {value}; \"5m\" or \"1h\" is accepted")),
                }
            }
            "thinkingBudget" => self.thinking_budget = Some(small(key, value, 1, 1_000_000)?),
            "backgroundTokensPerHour" => self.tokens_per_hour = number(key, value, 0, u64::from(u32::MAX))?,
            "backgroundTokensPerDay" => self.tokens_per_day = number(key, value, 0, u64::from(u32::MAX))?,
            _ => {
                let own: BTreeMap<String, OwnPrice> =
                    serde_json::from_value(value.clone()).map_err(|error| format!("prices: {error}"))?;
                self.prices = PriceBook::with(&own)?;
            }
        }
        Ok(())
    }

    /// The settings of the client, where the model is behind an API.
    pub fn client(&self) -> Option<ModelSettings> {
        let Author::Api(provider) = self.author else { return None };
        Some(ModelSettings {
            provider,
            base_url: self.base_url.clone(),
            model: self.model.clone(),
            max_output_tokens: self.max_output_tokens,
            timeout_seconds: self.timeout_seconds,
            cache_ttl: self.cache_ttl,
            thinking_budget: self.thinking_budget,
        })
    }
}

fn text(key: &str, value: &Value) -> Result<String, String> {
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| format!("{key} is {value}; a text is accepted"))
}
