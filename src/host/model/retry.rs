//! Whether a request that failed is sent again, and how long after.
//!
//! The rules of the vendors' own clients: two more attempts, half a second doubled each time up to eight, a quarter of
//! it by chance. A server that names a time is obeyed, and one that says whether to try again is believed.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::failure::{Failure, FailureKind};

/// Attempts beyond the first.
const RETRIES: u32 = 2;
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// The longest wait that a server may impose within a call; for more the call ends and the caller waits.
const LONGEST_IMPOSED: Duration = Duration::from_mins(1);

/// The wait before the next attempt; `None` to give up.
///
/// `attempt` counts from 1, `should_retry` is what the server said of it, `random` is any number, by its remainder of
/// 1025, and `left` is the rest of the call's time: a wait that would use it up is not begun.
pub(super) fn wait(
    attempt: u32,
    failure: &Failure,
    should_retry: Option<bool>,
    random: u32,
    left: Duration,
) -> Option<Duration> {
    let worth_it = should_retry.unwrap_or(matches!(failure.kind, FailureKind::Busy | FailureKind::Unreachable));
    // Only the user can mend settings, whatever the server hopes.
    if attempt > RETRIES || !worth_it || failure.kind == FailureKind::Settings {
        return None;
    }
    let wait = match failure.retry_after {
        Some(imposed) if imposed > LONGEST_IMPOSED => return None,
        Some(imposed) => imposed,
        None => {
            let doubled = FIRST_WAIT.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(LONGEST_WAIT);
            doubled.saturating_sub(doubled / 4 * (random % 1025) / 1024)
        }
    };
    (wait < left).then_some(wait)
}

/// What `retry-after-ms` and `retry-after` say, in this order: milliseconds, seconds, or a date; `None` for what
/// cannot be read and for what lies in the past.
pub(super) fn imposed(millis: Option<&str>, after: Option<&str>, now: Timestamp) -> Option<Duration> {
    let number = |text: &str, unit: f64| {
        let seconds = text.trim().parse::<f64>().ok()? * unit;
        Duration::try_from_secs_f64(seconds).ok()
    };
    let date = |text: &str| {
        let at = rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
        Duration::try_from(at.duration_since(now)).ok()
    };
    millis
        .and_then(|text| number(text, 1e-3))
        .or_else(|| after.and_then(|text| number(text, 1.0).or_else(|| date(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(3);

    fn failure(kind: FailureKind, retry_after: Option<u64>) -> Failure {
        let retry_after = retry_after.map(Duration::from_secs);
        Failure { kind, status: None, request_id: None, message: String::new(), retry_after }
    }

    #[test]
    fn when_and_how_long() {
        use FailureKind::{Busy, Rejected, Settings, TooLong, Unreachable, Unreadable};
        let check = |attempt, kind, after, should, random, expected: Option<u64>| {
            let found = wait(attempt, &failure(kind, after), should, random, LONG);
            assert_eq!(found, expected.map(Duration::from_millis), "{attempt} {kind:?} {after:?} {should:?} {random}");
        };
        check(1, Busy, None, None, 0, Some(500));
        check(1, Busy, None, None, 1024, Some(375));
        check(2, Unreachable, None, None, 0, Some(1000));
        check(2, Unreachable, None, None, 512, Some(875));
        check(3, Busy, None, None, 0, None);
        check(u32::MAX, Busy, Some(1), Some(true), 0, None);
        check(1, Busy, Some(7), None, 1024, Some(7000));
        check(1, Busy, Some(0), None, 1024, Some(0));
        check(1, Busy, Some(60), None, 0, Some(60_000));
        check(1, Busy, Some(61), None, 0, None);
        check(1, Busy, None, Some(false), 0, None);
        check(1, Rejected, None, Some(true), 0, Some(500));
        check(1, Settings, None, Some(true), 0, None);
        for kind in [Settings, TooLong, Rejected, Unreadable] {
            check(1, kind, Some(1), None, 0, None);
        }
    }

    #[test]
    fn no_wait_outlasts_the_call() {
        let check = |left, expected| {
            let found = wait(1, &failure(FailureKind::Busy, Some(5)), None, 0, Duration::from_secs(left));
            assert_eq!(found.is_some(), expected);
        };
        check(6, true);
        check(5, false);
        check(0, false);
    }

    #[test]
    fn headers() {
        let now: Timestamp = "2026-11-21T08:49:30Z".parse().unwrap();
        let check = |millis, after, expected: Option<u64>| {
            assert_eq!(imposed(millis, after, now), expected.map(Duration::from_millis), "{millis:?} {after:?}");
        };
        check(None, None, None);
        check(Some("250"), Some("9"), Some(250));
        check(Some("soon"), Some("9"), Some(9000));
        check(None, Some(" 1.5 "), Some(1500));
        check(None, Some("0"), Some(0));
        check(None, Some("Sat, 21 Nov 2026 08:49:37 GMT"), Some(7000));
        check(None, Some("Sat, 21 Nov 2026 08:49:00 GMT"), None);
        for unreadable in ["", "-1", "NaN", "inf", "1e400", "1e30", "tomorrow", "99999999999999999999"] {
            check(None, Some(unreadable), None);
        }
    }
}
