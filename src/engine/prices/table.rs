//! The list prices, by vendor. Each row says when it was read and where; a change of a price is a change of its row.

use super::{Prices, Step};

/// A model's list price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ListPrice {
    /// The model's name without a date.
    pub model: &'static str,
    /// What it costs.
    pub prices: Prices,
    /// The day on which the source said so.
    pub as_of: &'static str,
    /// Who said so.
    pub source: &'static str,
}

/// The day a price was read, and where: pages of the vendor unless it says otherwise.
type Source = (&'static str, &'static str);

const ANTHROPIC_MODELS: Source =
    ("2026-11-21", "platform.claude.com/docs/en/about-claude/models, cache by its factors");
const ANTHROPIC_PRICING: Source = ("2026-11-25", "platform.claude.com/docs/en/about-claude/pricing");
const OPENAI_MODELS: Source = ("2026-11-25", "developers.openai.com/api/docs/models");
const OPENAI_QUOTED: Source = ("2026-11-25", "developers.openai.com/api/docs/pricing, as client programs quote it");
const GOOGLE_QUOTED: Source = ("2026-11-21", "Google's price list, as resellers quote it; nothing on the cache");

/// An Anthropic model: writing to the cache costs 1.25 (five minutes) or 2 (an hour) times the input.
const fn anthropic(
    model: &'static str,
    input: f64,
    output: f64,
    cache_read: f64,
    (as_of, source): Source,
) -> ListPrice {
    let prices =
        Prices { input, output, cache_read, cache_write_5m: input * 1.25, cache_write_1h: input * 2.0, step: None };
    ListPrice { model, prices, as_of, source }
}

/// An OpenAI model: writing to the cache costs 1.25 times the input, and prompts above 272,000 tokens cost more.
const fn openai(model: &'static str, input: f64, output: f64, cache_read: f64, (as_of, source): Source) -> ListPrice {
    let step = Step { above_input_tokens: 272_000, input_factor: 2.0, output_factor: 1.5 };
    let write = input * 1.25;
    let prices = Prices { input, output, cache_read, cache_write_5m: write, cache_write_1h: write, step: Some(step) };
    ListPrice { model, prices, as_of, source }
}

/// A Gemini model. Without a price for the cache the whole input counts as fresh, which is the most it can be.
const fn google(model: &'static str, input: f64, output: f64) -> ListPrice {
    let prices = Prices { input, output, cache_read: input, cache_write_5m: input, cache_write_1h: input, step: None };
    ListPrice { model, prices, as_of: GOOGLE_QUOTED.0, source: GOOGLE_QUOTED.1 }
}

/// Five times as much above 100,000 tokens of prompt, cached ones included.
const HAIKU_5_5: ListPrice = {
    let mut row = anthropic("claude-haiku-5-5", 0.10, 0.50, 0.01, ANTHROPIC_MODELS);
    row.prices.step = Some(Step { above_input_tokens: 100_000, input_factor: 5.0, output_factor: 5.0 });
    row
};

/// The list prices.
pub const TABLE: &[ListPrice] = &[
    HAIKU_5_5,
    anthropic("claude-haiku-4-5", 1.0, 5.0, 0.10, ANTHROPIC_PRICING),
    anthropic("claude-sonnet-5-5", 2.0, 10.0, 0.10, ANTHROPIC_MODELS),
    anthropic("claude-sonnet-4-6", 3.0, 15.0, 0.30, ANTHROPIC_PRICING),
    anthropic("claude-sonnet-4-5", 3.0, 15.0, 0.30, ANTHROPIC_PRICING),
    anthropic("claude-opus-5-5", 4.0, 20.0, 0.20, ANTHROPIC_MODELS),
    anthropic("claude-opus-5", 5.0, 25.0, 0.50, ANTHROPIC_PRICING),
    anthropic("claude-opus-4-8", 5.0, 25.0, 0.50, ANTHROPIC_PRICING),
    anthropic("claude-opus-4-7", 5.0, 25.0, 0.50, ANTHROPIC_PRICING),
    anthropic("claude-opus-4-6", 5.0, 25.0, 0.50, ANTHROPIC_PRICING),
    anthropic("claude-opus-4-5", 5.0, 25.0, 0.50, ANTHROPIC_PRICING),
    anthropic("claude-fable-5-1", 10.0, 50.0, 0.25, ANTHROPIC_PRICING),
    anthropic("claude-fable-5", 10.0, 50.0, 1.0, ANTHROPIC_PRICING),
    anthropic("claude-mythos-5-1", 10.0, 50.0, 0.25, ANTHROPIC_PRICING),
    anthropic("claude-mythos-5", 10.0, 50.0, 1.0, ANTHROPIC_PRICING),
    openai("gpt-6-luna", 0.10, 0.50, 0.01, OPENAI_MODELS),
    openai("gpt-6.2-sol", 2.0, 10.0, 0.10, OPENAI_MODELS),
    openai("gpt-6-sol", 2.0, 10.0, 0.20, OPENAI_QUOTED),
    openai("gpt-5.6-luna", 0.20, 1.20, 0.02, OPENAI_MODELS),
    google("gemini-3.5-flash-lite", 0.30, 2.50),
    google("gemini-3.1-flash-lite", 0.25, 1.50),
];
