//! The cheaper way to ask, where there are two: behind the agent's own request, which its provider may still have in its
//! cache.

use super::Terms;
use crate::config::Author;
use crate::engine::effect::Ask;
use crate::engine::memory::Document;
use crate::engine::prices::Ttl;
use crate::engine::prompt::mode::{Mode, Sizes, choose};
use crate::engine::prompt::{INSTRUCTIONS, Prompt, Source, cached};
use crate::engine::tokens;
use crate::host::model::Provider;
use crate::server::main_loop::now;

/// The request behind the agent's own, where the same model at the same provider still has that in its cache and it
/// costs less than a request of ours.
pub fn behind_agent(ask: &Ask, terms: &Terms, model: &str, source: &Source) -> Option<Prompt> {
    let (agent, used) = ask.agent.as_ref()?;
    let config = &terms.config;
    let speaks = match (config.author, agent.context.messages.first()?.contains("\"tool_calls\"")) {
        (Author::Api(Provider::Anthropic), openai) => !openai,
        (Author::Api(Provider::OpenAi), _) => agent.context.system.is_none() && agent.context.thinking.is_none(),
        _ => false,
    };
    if !speaks || agent.model != model {
        return None;
    }
    let prices = config.prices.find(model)?;
    let lives = if config.cache_ttl == Ttl::OneHour { 60 } else { 5 } * 60_000;
    let warm = now().saturating_sub(*used) < lives;
    let size = |document: &Document| u64::from(document.tokens());
    let events: u64 = source.events.iter().map(|(_, turn)| u64::from(turn.tokens())).sum();
    let sizes = Sizes {
        prefix: agent.tokens,
        new: events,
        memory: source.memory.map_or(u64::from(source.memory_tokens) / 2, size) + size(source.kept),
        instructions: u64::from(tokens::estimate(INSTRUCTIONS)),
    };
    let cheaper = choose(&prices, &prices, sizes, warm) == Mode::Cached;
    cheaper.then(|| cached(source, agent.context.clone()))
}
