//! Which request for a memory costs less: a short one with what is new, or our question behind the agent's whole
//! context, which its provider may still have in its cache.

use super::Usage;
use crate::engine::prices::{Prices, Ttl, cost};

/// Sizes of the requests in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The agent's whole context.
    pub prefix: u64,
    /// What the memory does not cover yet, as a short request would show it.
    pub new: u64,
    /// The memory, which goes in and comes out.
    pub memory: u64,
    /// Our instructions.
    pub instructions: u64,
}

/// A way to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The memory and what is new ([`super::plan`]).
    Incremental,
    /// Our question behind the agent's context ([`super::cached`]).
    Cached,
}

/// The cheaper way; the short request where both cost the same. `own` are the prices of the model that a short request
/// goes to, `agent` those of the agent's model, which alone has the cache. `warm`: the cache still holds the context.
pub fn choose(own: &Prices, agent: &Prices, sizes: Sizes, warm: bool) -> Mode {
    let question = sizes.instructions.saturating_add(sizes.memory);
    let usage = |input_tokens: u64, cache_read_tokens: u64| Usage {
        input_tokens,
        output_tokens: sizes.memory,
        cache_read_tokens,
        cache_creation_tokens: 0,
    };
    let short = cost(usage(question.saturating_add(sizes.new), 0), own, Ttl::FiveMinutes);
    let read = if warm { sizes.prefix } else { 0 };
    let behind = cost(usage(question.saturating_add(sizes.prefix), read), agent, Ttl::FiveMinutes);
    if behind < short { Mode::Cached } else { Mode::Incremental }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figures of a small and of a large model, as published.
    const SMALL: Prices = Prices { input: 0.10, output: 0.50, cache_read: 0.01, ..FREE };
    const LARGE: Prices = Prices { input: 5.0, output: 25.0, cache_read: 0.5, ..FREE };
    const UNKNOWN: Prices = Prices { input: f64::NAN, ..FREE };
    const FREE: Prices =
        Prices { input: 0.0, output: 0.0, cache_read: 0.0, cache_write_5m: 0.0, cache_write_1h: 0.0, step: None };

    #[test]
    fn the_cheaper_way_is_taken() {
        use Mode::{Cached, Incremental};
        let update = Sizes { prefix: 100_000, new: 5_000, memory: 4_000, instructions: 1_200 };
        let first = Sizes { prefix: 100_000, new: 90_000, memory: 0, instructions: 1_200 };
        let behind = Sizes { prefix: 40_000, new: 5_000, memory: 4_000, instructions: 1_200 };
        let none = Sizes { prefix: 0, new: 0, memory: 0, instructions: 0 };
        let cases = [
            (SMALL, SMALL, update, true, Incremental),
            (SMALL, SMALL, update, false, Incremental),
            (SMALL, SMALL, first, true, Cached),
            (SMALL, SMALL, first, false, Incremental),
            (SMALL, SMALL, behind, true, Cached),
            (LARGE, LARGE, behind, true, Cached),
            (SMALL, LARGE, first, true, Incremental),
            (LARGE, LARGE, first, true, Cached),
            (SMALL, SMALL, none, true, Incremental),
            (UNKNOWN, SMALL, first, true, Incremental),
            (SMALL, UNKNOWN, first, true, Incremental),
        ];
        for (own, agent, sizes, warm, expected) in cases {
            assert_eq!(choose(&own, &agent, sizes, warm), expected, "{own:?} {agent:?} {sizes:?} {warm}");
        }
    }
}
