//! The settings that the engine obeys, with their defaults from the protocol.

use serde::{Deserialize, Serialize};

/// Thresholds and budgets, all in tokens unless they say otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Size of the conversation at which the first memory is made.
    pub init_tokens: u64,
    /// New tokens after which the memory is brought up to date.
    pub update_tokens: u64,
    /// Finished tool calls after which it is, given at least [`Settings::MIN_UPDATE_TOKENS`] new tokens.
    pub update_tool_calls: u32,
    /// Shares of the window at which the pressure becomes light, medium, heavy.
    pub pressure_levels: [f64; 3],
    /// Largest memory.
    pub memory_tokens: u32,
    /// Largest section.
    pub section_tokens: u32,
    /// Newest events that a compaction returns word for word even when the memory covers them.
    pub keep_recent_tokens: u32,
    /// A model writes the prose of the memory.
    pub model: bool,
}

impl Settings {
    /// New tokens below which finished tool calls alone do not start an update.
    pub const MIN_UPDATE_TOKENS: u64 = 1_000;
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            init_tokens: 10_000,
            update_tokens: 5_000,
            update_tool_calls: 3,
            pressure_levels: [0.70, 0.85, 0.95],
            memory_tokens: 8_000,
            section_tokens: 2_000,
            keep_recent_tokens: 4_000,
            model: false,
        }
    }
}

/// Use of the model's window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pressure {
    /// Room enough.
    #[default]
    Low,
    /// From the first level on.
    Light,
    /// From the second level on.
    Medium,
    /// From the third level on: compact now.
    Heavy,
}

impl Pressure {
    /// The level at `tokens` of a window of `limit`.
    pub fn of(tokens: u64, limit: u64, levels: [f64; 3]) -> Pressure {
        #[expect(clippy::cast_precision_loss, reason = "a share of a window needs no more than 52 bits")]
        let used = tokens as f64 / limit.max(1) as f64;
        match levels.iter().filter(|&&level| used >= level).count() {
            0 => Pressure::Low,
            1 => Pressure::Light,
            2 => Pressure::Medium,
            _ => Pressure::Heavy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressure_by_share_of_the_window() {
        let cases = [
            (0, Pressure::Low),
            (139_999, Pressure::Low),
            (140_000, Pressure::Light),
            (169_999, Pressure::Light),
            (170_000, Pressure::Medium),
            (189_999, Pressure::Medium),
            (190_000, Pressure::Heavy),
            (900_000, Pressure::Heavy),
        ];
        for (tokens, expected) in cases {
            assert_eq!(Pressure::of(tokens, 200_000, Settings::default().pressure_levels), expected, "{tokens}");
        }
        assert_eq!(Pressure::of(1, 0, Settings::default().pressure_levels), Pressure::Heavy, "no window at all");
    }
}
