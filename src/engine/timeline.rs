//! The size of the context over the life of a conversation: it grows with every event and falls at every compaction.
//! A picture needs a few hundred points of it; what makes the picture, the peaks and the lows, is always among them.

use super::tokens::Calibration;

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The newest event then.
    pub seq: u64,
    /// Milliseconds since the epoch.
    pub at: i64,
    /// Size of the context in the provider's tokens.
    pub context_tokens: u64,
}

/// An event, and the estimated tokens of all events up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The event's number.
    pub seq: u64,
    /// When it happened.
    pub at: i64,
    /// Tokens of it and all before it.
    pub total: u64,
}

/// A compaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fall {
    /// The newest event at that moment.
    pub seq: u64,
    /// When it happened.
    pub at: i64,
    /// Estimated tokens of what it left.
    pub estimate_after: u64,
}

/// The events to read for a curve of about `points` points: spread evenly, the first, the last and those before a
/// compaction among them.
pub fn wanted(last_seq: u64, points: usize, falls: &[Fall]) -> Vec<u64> {
    let points = u64::try_from(points).unwrap_or(u64::MAX).max(2);
    let step = last_seq.div_ceil(points).max(1);
    let spread = (1..=last_seq).step_by(usize::try_from(step).unwrap_or(usize::MAX));
    let mut all: Vec<u64> = spread.chain(falls.iter().map(|fall| fall.seq)).chain([last_seq]).collect();
    all.retain(|seq| (1..=last_seq).contains(seq));
    all.sort_unstable();
    all.dedup();
    all
}

/// The curve through these readings, in the order of their numbers. A compaction gives two points: before and after.
pub fn curve(readings: &[Reading], falls: &[Fall], calibration: &Calibration) -> Vec<Point> {
    let mut points = Vec::with_capacity(readings.len() + falls.len());
    let mut falls = falls.iter().peekable();
    // What the context held, in estimated tokens, when the total stood at `base`.
    let (mut held, mut base) = (0_u64, 0_u64);
    for reading in readings {
        let size = |held: u64| calibration.overhead().saturating_add(calibration.scale(held));
        let live = held.saturating_add(reading.total.saturating_sub(base));
        points.push(Point { seq: reading.seq, at: reading.at, context_tokens: size(live) });
        while let Some(fall) = falls.next_if(|fall| fall.seq <= reading.seq) {
            held = fall.estimate_after;
            base = reading.total;
            points.push(Point { seq: fall.seq, at: fall.at, context_tokens: size(held) });
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(seq: u64) -> Reading {
        Reading { seq, at: i64::try_from(seq).unwrap_or(0) * 10, total: seq * 100 }
    }

    #[test]
    fn what_is_read() {
        let fall = |seq| Fall { seq, at: 0, estimate_after: 0 };
        let check = |last, points, falls: &[u64], expected: &[u64]| {
            let falls: Vec<Fall> = falls.iter().map(|&seq| fall(seq)).collect();
            assert_eq!(wanted(last, points, &falls), expected, "{last} {points}");
        };
        check(0, 10, &[], &[]);
        check(0, 0, &[0], &[]);
        check(1, 10, &[], &[1]);
        check(5, 10, &[], &[1, 2, 3, 4, 5]);
        check(10, 3, &[], &[1, 5, 9, 10]);
        check(10, 3, &[6, 9, 99], &[1, 5, 6, 9, 10]);
        assert!(wanted(1 << 40, 200, &[]).len() <= 202);
    }

    #[test]
    fn it_grows_and_falls() {
        let readings: Vec<Reading> = (1..=5).map(reading).collect();
        let falls = [Fall { seq: 2, at: 25, estimate_after: 50 }, Fall { seq: 4, at: 45, estimate_after: 10 }];
        let points = curve(&readings, &falls, &Calibration::default());
        let shape: Vec<(u64, i64, u64)> =
            points.iter().map(|point| (point.seq, point.at, point.context_tokens)).collect();
        assert_eq!(
            shape,
            [(1, 10, 100), (2, 20, 200), (2, 25, 50), (3, 30, 150), (4, 40, 250), (4, 45, 10), (5, 50, 110)]
        );
        assert_eq!(curve(&[], &falls, &Calibration::default()), []);
    }

    #[test]
    fn two_compactions_after_one_event() {
        let falls = [Fall { seq: 1, at: 11, estimate_after: 60 }, Fall { seq: 1, at: 12, estimate_after: 20 }];
        let points = curve(&[reading(1), reading(2)], &falls, &Calibration::default());
        let sizes: Vec<u64> = points.iter().map(|point| point.context_tokens).collect();
        assert_eq!(sizes, [100, 60, 20, 120]);
    }
}
