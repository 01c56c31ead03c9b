//! From estimates to the tokens of the provider at hand, learned from its usage reports.
//!
//! A report counts more than we see: `reported = overhead + ratio * estimated`. The overhead is the system prompt and the
//! tool definitions; the ratio is how the provider's tokenizer, and its wrapping of messages, differ from the estimate.
//! The growth between two reports has no overhead in it, so the ratio is learned from growth alone, and the overhead is
//! what remains. A report that is far from what was expected is not believed until a second one confirms it.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// Bounds of the ratio. Growth outside them says that something else has changed, such as the set of tools.
const RATIO: RangeInclusive<f64> = 0.5..=2.5;
/// The smallest growth, in estimated tokens, that says something about the ratio.
const LEAST_GROWTH: u64 = 200;
/// How many tokens of growth the ratio of 1 that we begin with is worth.
const PRIOR_WEIGHT: u64 = 200;
/// The most that past growth weighs against new growth, so that another model is learned in some ten thousand tokens.
const MOST_WEIGHT: u64 = 100_000;
/// A report this many times more or less than expected has to be confirmed. Not lower, because clients add files to a
/// compacted context before they send it, so that the first request after a compaction is two times what we see.
const SURPRISE: f64 = 3.0;

/// What is known of the provider's way of counting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Calibration {
    /// The ratio in millionths: an integer is the same after a trip through JSON.
    ratio_millionths: u32,
    /// Tokens of growth that the ratio rests on.
    weight: u64,
    overhead: u64,
    base: Option<Point>,
    /// A report that was not believed.
    suspect: Option<Point>,
}

/// A size of the context: as estimated, and in the provider's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Point {
    estimated: u64,
    tokens: u64,
    /// From a report, not computed after a compaction.
    reported: bool,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { ratio_millionths: 1_000_000, weight: PRIOR_WEIGHT, overhead: 0, base: None, suspect: None }
    }
}

impl Calibration {
    /// Takes a usage report: `reported_input` tokens went into the model when the messages among them were estimated at
    /// `estimated_live`. A report of 0 is no report.
    pub fn observe(&mut self, estimated_live: u64, reported_input: u64) {
        if reported_input == 0 {
            return;
        }
        let point = Point { estimated: estimated_live, tokens: reported_input, reported: true };
        let before = [self.base, self.suspect].into_iter().flatten().find(|before| self.expects(*before, point));
        match before {
            Some(before) => {
                self.learn(before, point);
                // Less than before although more was said: the client dropped something that we still count.
                let dropped = before.reported && point.tokens < before.tokens && point.estimated >= before.estimated;
                if !dropped {
                    self.overhead = self.rest(point);
                }
            }
            None if self.base.is_some() => {
                self.suspect = Some(point);
                return;
            }
            None => {
                if point.tokens < point.estimated {
                    self.set_ratio(float(point.tokens) / float(point.estimated));
                }
                self.overhead = self.rest(point);
            }
        }
        self.base = Some(point);
        self.suspect = None;
    }

    /// The context was compacted to messages estimated at `estimated_live`: growth is counted from there, not across it,
    /// and the overhead stays.
    pub fn reset_base(&mut self, estimated_live: u64) {
        self.suspect = None;
        if self.base.is_some() {
            let tokens = self.overhead.saturating_add(self.scale(estimated_live));
            self.base = Some(Point { estimated: estimated_live, tokens, reported: false });
        }
    }

    /// Estimated tokens of a text in the provider's tokens.
    pub fn scale(&self, estimated: u64) -> u64 {
        tokens(self.ratio() * float(estimated))
    }

    /// A number of the provider's tokens in estimated ones, rounded down: a text of that estimate is within the number.
    pub fn unscale(&self, reported: u64) -> u64 {
        tokens((float(reported) / self.ratio()).floor())
    }

    /// The size of the context now, in the provider's tokens: the last report and what was added since; after a
    /// compaction, the overhead and the messages; before any report, the plain estimate.
    pub fn context(&self, estimated_live: u64) -> u64 {
        self.base.map_or(estimated_live, |base| tokens(self.grown(base, estimated_live)))
    }

    /// Provider's tokens per estimated token.
    pub fn ratio(&self) -> f64 {
        f64::from(self.ratio_millionths) / 1e6
    }

    /// Provider's tokens in a request beyond its messages.
    pub fn overhead(&self) -> u64 {
        self.overhead
    }

    /// What the overhead is when `point` holds.
    fn rest(&self, point: Point) -> u64 {
        point.tokens.saturating_sub(self.scale(point.estimated))
    }

    fn grown(&self, base: Point, estimated: u64) -> f64 {
        float(base.tokens) + self.ratio() * (float(estimated) - float(base.estimated))
    }

    fn expects(&self, before: Point, point: Point) -> bool {
        let expected = self.grown(before, point.estimated).max(1.0);
        (expected / SURPRISE..=expected * SURPRISE).contains(&float(point.tokens))
    }

    fn learn(&mut self, before: Point, point: Point) {
        let growth = point.estimated.saturating_sub(before.estimated);
        if !before.reported || growth < LEAST_GROWTH {
            return;
        }
        let sample = (float(point.tokens) - float(before.tokens)) / float(growth);
        if RATIO.contains(&sample) {
            let weight = self.weight.saturating_add(growth);
            self.set_ratio(self.ratio() + (sample - self.ratio()) * float(growth) / float(weight));
            self.weight = weight.min(MOST_WEIGHT);
        }
    }

    fn set_ratio(&mut self, ratio: f64) {
        let millionths = tokens(ratio.clamp(*RATIO.start(), *RATIO.end()) * 1e6);
        self.ratio_millionths = u32::try_from(millionths).unwrap_or(1_000_000);
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53, far above any number of tokens")]
fn float(tokens: u64) -> f64 {
    tokens as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, below 0 too")]
fn tokens(number: f64) -> u64 {
    number.round() as u64
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    /// Observes the reports; a live size alone is a compaction to that size.
    fn after(events: &[(u64, Option<u64>)]) -> Calibration {
        let mut calibration = Calibration::default();
        for (live, reported) in events {
            match reported {
                Some(reported) => calibration.observe(*live, *reported),
                None => calibration.reset_base(*live),
            }
        }
        calibration
    }

    /// Reports by the model itself, with the given overhead and ratio.
    fn reports(overhead: u64, ratio: f64, live: &[u64]) -> Vec<(u64, Option<u64>)> {
        live.iter().map(|live| (*live, Some(overhead + tokens(ratio * float(*live))))).collect()
    }

    fn close(found: f64, expected: f64, what: &str) {
        assert!((found - expected).abs() <= 0.02 * expected, "{what}: {found} is not within 2 % of {expected}");
    }

    #[test]
    fn finds_ratio_and_overhead() {
        let steady = [4_000, 9_000, 15_000, 22_000, 31_000];
        for (overhead, ratio, live) in [
            (18_000, 1.3, steady),
            (18_000, 0.8, steady),
            (52_000, 1.0, steady),
            (30_000, 2.2, steady),
            (18_000, 1.3, [500, 5_500, 5_600, 5_500, 20_000]),
            (18_000, 1.3, [2_000, 4_500, 7_000, 9_500, 12_500]),
        ] {
            let found = after(&reports(overhead, ratio, &live));
            close(found.ratio(), ratio, "ratio");
            close(float(found.overhead()), float(overhead), "overhead");
            close(float(found.context(60_000)), float(overhead) + ratio * 60_000.0, "context");
        }
    }

    #[test]
    fn nonsense_does_not_wreck_it() {
        let check = |at: usize, nonsense: &[(u64, u64)]| {
            let mut events = reports(18_000, 1.3, &[4_000, 9_000, 15_000, 22_000, 31_000, 40_000]);
            let bad: Vec<_> = nonsense.iter().map(|(live, reported)| (*live, Some(*reported))).collect();
            events.splice(at..at, bad);
            let found = after(&events);
            close(found.ratio(), 1.3, "ratio");
            close(float(found.overhead()), 18_000.0, "overhead");
            close(float(found.context(41_000)), 71_300.0, "context");
        };
        check(0, &[(4_000, 0)]);
        check(3, &[(16_000, 0)]);
        check(0, &[(3_000, 219_000)]);
        check(3, &[(16_000, 388_000)]);
        check(3, &[(16_000, 12)]);
        check(3, &[(16_000, 388_000), (16_500, 3)]);
        check(6, &[(41_000, 713_000)]);
    }

    #[test]
    fn context_and_scale() {
        let check = |events: &[(u64, Option<u64>)], live: u64, context: u64, scaled: u64| {
            let found = after(events);
            assert_eq!((found.context(live), found.scale(1_000)), (context, scaled), "{events:?}");
        };
        // Before any report, also after a compaction: the plain estimate.
        check(&[], 700, 700, 1_000);
        check(&[(500, None)], 700, 700, 1_000);
        // One report gives the overhead.
        check(&[(1_000, Some(19_000))], 1_000, 19_000, 1_000);
        check(&[(1_000, Some(19_000))], 1_500, 19_500, 1_000);
        check(&[(1_000, Some(19_000))], 400, 18_400, 1_000);
        // Less than the estimate leaves no overhead; the ratio explains it.
        check(&[(10_000, Some(8_000))], 20_000, 16_000, 800);
        check(&[(10_000, Some(800))], 10_000, 800, 500);
        // A compaction keeps the overhead, and no growth is taken across it.
        check(&[(1_000, Some(19_000)), (300, None)], 300, 18_300, 1_000);
        check(&[(100_000, Some(118_000)), (6_000, None), (8_000, Some(44_000))], 8_500, 44_500, 1_000);
        // Tiny, shrinking or impossible growth says nothing about the ratio.
        check(&[(1_000, Some(19_000)), (1_100, Some(19_250))], 1_100, 19_250, 1_000);
        check(&[(9_000, Some(19_000)), (3_000, Some(16_000))], 3_000, 16_000, 1_000);
        check(&[(1_000, Some(19_000)), (2_000, Some(29_000))], 2_000, 29_000, 1_000);
        // The client dropped old results on its own: the next report is the size, and the overhead stays.
        check(&[(60_000, Some(78_000)), (61_000, Some(50_000))], 62_000, 51_000, 1_000);
        check(&[(60_000, Some(78_000)), (61_000, Some(50_000)), (5_000, None)], 5_000, 23_000, 1_000);
        // Far more than expected is believed when it is said twice.
        check(&[(1_000, Some(2_000)), (1_100, Some(30_000))], 1_100, 2_100, 1_000);
        check(&[(1_000, Some(2_000)), (1_100, Some(30_000)), (1_200, Some(30_100))], 1_300, 30_200, 1_000);
    }

    #[test]
    fn another_model_is_learned() {
        let mut calibration = after(&reports(10_000, 1.0, &[1_000, 100_000, 200_000]));
        let mut live = 200_000;
        let mut reported = calibration.context(live);
        for _ in 0..30 {
            live += 10_000;
            reported += 13_500;
            calibration.observe(live, reported);
        }
        close(calibration.ratio(), 1.35, "ratio");
    }

    #[test]
    fn unscale_keeps_the_budget() {
        for calibration in [Calibration::default(), after(&reports(18_000, 1.37, &[1_000, 9_000, 40_000]))] {
            for budget in [0, 1, 2, 999, 1_000, 50_000, 1_000_001] {
                let estimated = calibration.unscale(budget);
                assert!(calibration.scale(estimated) <= budget, "{budget}");
                assert!(calibration.scale(estimated + 2) > budget, "{budget}");
            }
        }
    }

    #[test]
    fn survives_json() {
        let known = after(&reports(18_000, 1.3, &[4_000, 9_000, 15_000]));
        let json = serde_json::to_string(&known).unwrap();
        assert_eq!(serde_json::from_str::<Calibration>(&json).unwrap(), known);
        assert_eq!(serde_json::from_str::<Calibration>("{}").unwrap(), Calibration::default());
    }
}
