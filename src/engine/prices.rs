//! What a call to a model costs: list prices with their date and source, and the user's own over them.
//!
//! A model is found by its name without what is in front of it (`anthropic/…`) and without the date behind it. Another
//! version or variant is another model: it has no price here, and its tokens are counted all the same. A wrong price
//! would be worse than none.

mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::prompt::Usage;
pub use table::{ListPrice, TABLE};

/// Prices of a model, in USD for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// Input that is neither read from the cache nor written to it.
    pub input: f64,
    /// Output, thinking included.
    pub output: f64,
    /// Input read from the cache.
    pub cache_read: f64,
    /// Input written to the cache for five minutes, or for what the vendor keeps by default.
    pub cache_write_5m: f64,
    /// Input written to the cache for an hour.
    pub cache_write_1h: f64,
    /// Where larger prompts cost more.
    pub step: Option<Step>,
}

/// A larger prompt costs more, all of it and not only what is above the step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Largest prompt at the prices without the step, in tokens, cached ones included.
    pub above_input_tokens: u64,
    /// What every price of input is multiplied by, those of the cache too.
    pub input_factor: f64,
    /// What the price of output is multiplied by.
    pub output_factor: f64,
}

/// How long a provider is asked to keep what it writes to its cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ttl {
    /// Five minutes, or what the vendor keeps by default.
    FiveMinutes,
    /// An hour.
    OneHour,
}

impl Ttl {
    /// The name in settings and requests.
    pub fn name(self) -> &'static str {
        match self {
            Ttl::FiveMinutes => "5m",
            Ttl::OneHour => "1h",
        }
    }
}

/// What a call cost, in millionths of a USD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Priced {
    /// The call.
    pub cost_micros: u64,
    /// How much more it would have been, had what was read from the cache been fresh input.
    pub saved_micros: u64,
}

/// The cost of a call in USD. Parts of the input that are larger than the whole count as they are.
pub fn cost(usage: Usage, prices: &Prices, ttl: Ttl) -> f64 {
    let (input_factor, output_factor) = factors(usage, prices);
    let write = match ttl {
        Ttl::FiveMinutes => prices.cache_write_5m,
        Ttl::OneHour => prices.cache_write_1h,
    };
    let cached = usage.cache_read_tokens.saturating_add(usage.cache_creation_tokens);
    let input = millions(usage.input_tokens.saturating_sub(cached)) * prices.input
        + millions(usage.cache_read_tokens) * prices.cache_read
        + millions(usage.cache_creation_tokens) * write;
    input * input_factor + millions(usage.output_tokens) * prices.output * output_factor
}

/// What reading from the cache saved, in USD: the tokens read at the difference of the two prices.
pub fn saved(usage: Usage, prices: &Prices) -> f64 {
    millions(usage.cache_read_tokens) * (prices.input - prices.cache_read).max(0.0) * factors(usage, prices).0
}

fn factors(usage: Usage, prices: &Prices) -> (f64, f64) {
    match prices.step {
        Some(step) if usage.input_tokens > step.above_input_tokens => (step.input_factor, step.output_factor),
        _ => (1.0, 1.0),
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate in money")]
fn millions(tokens: u64) -> f64 {
    tokens as f64 / 1e6
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn micros(usd: f64) -> u64 {
    (usd * 1e6).round() as u64
}

/// A user's price for a model, in USD for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnPrice {
    /// Input.
    pub input: f64,
    /// Output.
    pub output: f64,
    /// Input read from the cache; as `input` where it is not given.
    pub cache_read: Option<f64>,
    /// Input written to the cache, for however long; as `input` where it is not given.
    pub cache_write: Option<f64>,
}

/// The list prices and the user's own, which win.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PriceBook {
    own: BTreeMap<String, Prices>,
}

impl PriceBook {
    /// The list prices with the user's over them, by model.
    ///
    /// # Errors
    /// A sentence for the user where a price is no price.
    pub fn with(own: &BTreeMap<String, OwnPrice>) -> Result<PriceBook, String> {
        let mut book = PriceBook::default();
        for (model, price) in own {
            let parts = [
                ("input", price.input),
                ("output", price.output),
                ("cacheRead", price.cache_read.unwrap_or(price.input)),
                ("cacheWrite", price.cache_write.unwrap_or(price.input)),
            ];
            for (name, usd) in parts {
                if !(usd.is_finite() && usd >= 0.0) {
                    return Err(format!(
                        "prices.{model}.{name} is {usd}; USD for a million tokens, 0 or more, is accepted"
                    ));
                }
            }
            let [(_, input), (_, output), (_, cache_read), (_, write)] = parts;
            let prices = Prices { input, output, cache_read, cache_write_5m: write, cache_write_1h: write, step: None };
            book.own.insert(spelled(model), prices);
        }
        Ok(book)
    }

    /// The prices of a model; `None` where nobody has told.
    pub fn find(&self, model: &str) -> Option<Prices> {
        let model = spelled(model);
        let listed = || TABLE.iter().map(|row| (spelled(row.model), row.prices));
        // `openrouter/anthropic/claude-…`: as it stands first, so that a user can price a reseller's model.
        let mut names = std::iter::successors(Some(model.as_str()), |name| Some(name.split_once(['/', ':'])?.1));
        names
            .find_map(|name| {
                let own = self.own.iter().map(|(model, prices)| (model.clone(), *prices));
                // The last one wins among equals: the user's.
                listed().chain(own).filter(|(model, _)| is_version_of(name, model)).max_by_key(|(model, _)| model.len())
            })
            .map(|(_, prices)| prices)
    }

    /// What a call cost; `None` where the model has no price.
    pub fn price(&self, model: &str, usage: Usage, ttl: Ttl) -> Option<Priced> {
        let prices = self.find(model)?;
        Some(Priced { cost_micros: micros(cost(usage, &prices, ttl)), saved_micros: micros(saved(usage, &prices)) })
    }
}

/// A name in one spelling: `claude-opus-4.5` and `claude-opus-4-5@20251101` are the same model at different vendors.
fn spelled(model: &str) -> String {
    model.trim().trim_end_matches("[1m]").to_lowercase().replace(['.', '@'], "-")
}

/// Whether a name is the model's, or the model's with a date or `latest` behind it.
fn is_version_of(name: &str, model: &str) -> bool {
    let Some(rest) = name.strip_prefix(model) else { return false };
    let Some(version) = rest.strip_prefix('-') else { return rest.is_empty() };
    let digits = version.bytes().filter(u8::is_ascii_digit).count();
    version == "latest" || version.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) && matches!(digits, 6 | 8)
}
