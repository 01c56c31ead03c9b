//! How much is measured: the whole, or little of everything to see that the benchmark itself works.

/// Sizes and counts.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Times that both sides of a comparison take turns.
    pub repetitions: u64,
    /// Requests in a repetition where one takes microseconds.
    pub quick_samples: u64,
    /// Requests in a repetition where each needs something done before it.
    pub slow_samples: u64,
    /// Sessions filled and compacted in a repetition.
    pub applied: u64,
    /// Sessions whose memories a model is to write in a repetition.
    pub ordered: u64,
    /// Processes started in a repetition.
    pub starts: u64,
    /// Tokens of a full live context.
    pub live: u64,
    /// Tokens of conversations, ascending: small, the one that growth is measured against, long, very long.
    pub lengths: [u64; 4],
    /// Tokens of a transcript that is ingested for its speed.
    pub ingest: u64,
    /// Megabytes of text for library calls.
    pub text: usize,
}

impl Plan {
    /// Everything that the documentation quotes.
    pub fn whole() -> Plan {
        Plan {
            repetitions: 7,
            quick_samples: 300,
            slow_samples: 30,
            applied: 6,
            ordered: 8,
            starts: 10,
            live: 200_000,
            lengths: [10_000, 100_000, 1_000_000, 5_000_000],
            ingest: 500_000,
            text: 8,
        }
    }

    /// A run of seconds.
    pub fn quick() -> Plan {
        Plan {
            repetitions: 2,
            quick_samples: 20,
            slow_samples: 3,
            applied: 1,
            ordered: 2,
            starts: 1,
            live: 40_000,
            lengths: [5_000, 10_000, 50_000, 250_000],
            ingest: 20_000,
            text: 1,
        }
    }
}

/// A number of tokens as it is said.
pub fn tokens(number: u64) -> String {
    match number {
        0..1_000_000 => format!("{}k", number / 1000),
        _ => format!("{}M", number / 1_000_000),
    }
}
