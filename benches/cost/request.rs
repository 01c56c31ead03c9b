//! A request by its sizes, and what a provider's cache makes of it.

use session_memory::engine::prompt::Usage;

/// How long a cache keeps what was written or read, from the start of the request, in milliseconds.
const LIFETIME: i64 = 5 * 60_000;

/// The beginning of requests that the provider has seen.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// When it was last used, in milliseconds since the epoch.
    pub at: i64,
    /// Its tokens.
    pub tokens: u64,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// When it begins, in milliseconds since the epoch.
    pub at: i64,
    /// What of its prefix was sent before.
    pub seen: Option<Seen>,
    /// Tokens up to the last breakpoint of the cache.
    pub prefix: u64,
    /// Tokens behind it.
    pub rest: u64,
    /// Tokens of the answer.
    pub output: u64,
}

impl Request {
    /// What the provider counts, of a model that caches nothing shorter than `least` tokens; `None`: nothing at all.
    pub fn usage(&self, least: Option<u64>) -> Usage {
        let mut usage = Usage { input_tokens: self.prefix + self.rest, output_tokens: self.output, ..Usage::default() };
        if least.is_some_and(|least| self.prefix >= least) {
            let warm = self.seen.filter(|seen| self.at - seen.at < LIFETIME);
            usage.cache_read_tokens = warm.map_or(0, |seen| seen.tokens.min(self.prefix));
            usage.cache_creation_tokens = self.prefix - usage.cache_read_tokens;
        }
        usage
    }
}

/// The shortest prefix that a model's provider caches, in tokens: platform.claude.com/docs/en/build-with-claude/
/// prompt-caching, read on 2026-11-21, and OpenAI's for everything else.
pub fn least_cached(model: &str) -> u64 {
    let model = model.replace('.', "-");
    let is = |names: &[&str]| names.iter().any(|name| model.contains(name));
    match () {
        () if is(&["haiku-4-5", "opus-4-5", "opus-4-6"]) => 4096,
        () if is(&["opus-4-7"]) => 2048,
        () if is(&["haiku-5-5", "opus-5", "fable", "mythos"]) => 512,
        () => 1024,
    }
}
