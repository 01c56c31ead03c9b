//! Which request for a memory costs less: a short one with what is new, or our question behind the agent's whole
//! context, which its provider may still have in its cache.

/// Prices of a model in US dollars for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// Input that is not cached.
    pub input: f64,
    /// Output.
    pub output: f64,
    /// Input read from the cache.
    pub cache_read: f64,
    /// Input written to the cache.
    pub cache_write: f64,
}

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
    #[expect(clippy::cast_precision_loss, reason = "prices need no more than 52 bits of a token count")]
    let cost = |tokens: u64, price: f64| tokens as f64 * price;
    let question = sizes.instructions.saturating_add(sizes.memory);
    let short = cost(question.saturating_add(sizes.new), own.input) + cost(sizes.memory, own.output);
    let prefix = cost(sizes.prefix, if warm { agent.cache_read } else { agent.input });
    let behind = prefix + cost(question, agent.input) + cost(sizes.memory, agent.output);
    if behind < short { Mode::Cached } else { Mode::Incremental }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figures of a small and of a large model, as published.
    const SMALL: Prices = Prices { input: 0.10, output: 0.50, cache_read: 0.01, cache_write: 0.125 };
    const LARGE: Prices = Prices { input: 5.0, output: 25.0, cache_read: 0.5, cache_write: 6.25 };
    const UNKNOWN: Prices = Prices { input: f64::NAN, output: 0.0, cache_read: 0.0, cache_write: 0.0 };

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
