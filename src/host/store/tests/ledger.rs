//! The ledger of model calls: sums, what was spent, and what forgetting leaves of it.

use super::super::ledger::CallSum;
use super::*;
use crate::engine::prices::Priced;
use crate::engine::prompt::{Purpose, Usage};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn call(at: i64, outcome: Outcome) -> ModelCall<'static> {
    ModelCall {
        at,
        provider: "anthropic",
        model: "claude-haiku-5-5",
        purpose: Purpose::Update,
        outcome,
        usage: Usage { input_tokens: 100, output_tokens: 10, cache_read_tokens: 60, cache_creation_tokens: 20 },
        price: Some(Priced { cost_micros: 7, saved_micros: 3 }),
        elapsed_ms: 1_000,
    }
}

/// The sum of `calls` calls as [`call`] makes them.
fn sum(day: i64, session: &str, calls: u64) -> CallSum {
    CallSum {
        day: day * DAY,
        session: Some(session.to_owned()),
        provider: "anthropic".to_owned(),
        model: "claude-haiku-5-5".to_owned(),
        calls,
        usage: Usage {
            input_tokens: 100 * calls,
            output_tokens: 10 * calls,
            cache_read_tokens: 60 * calls,
            cache_creation_tokens: 20 * calls,
        },
        price: Priced { cost_micros: 7 * calls, saved_micros: 3 * calls },
        elapsed_ms: 1_000 * calls,
        ..CallSum::default()
    }
}

#[test]
fn calls_are_summed_for_each_day_session_and_model() {
    let (_dir, mut store) = fresh();
    let (one, two) = (feed(&mut store, "one", &["x"]).key, feed(&mut store, "two", &["x"]).key);
    assert_eq!(store.calls(None, 0).unwrap(), vec![]);
    let all = [Outcome::Accepted, Outcome::Repaired, Outcome::Refused, Outcome::Failed, Outcome::Cancelled];
    for (at, outcome) in all.into_iter().enumerate() {
        store.record_call(one, &call(2 * DAY + i64::try_from(at).unwrap(), outcome)).unwrap();
    }
    // The last moment of the day before, and another session later on the same day.
    store.record_call(one, &call(2 * DAY - 1, Outcome::Accepted)).unwrap();
    store.record_call(two, &call(3 * DAY - 1, Outcome::Accepted)).unwrap();
    // A model without a price.
    let local = ModelCall { provider: "ollama", model: "llama", price: None, ..call(DAY, Outcome::Accepted) };
    store.record_call(two, &local).unwrap();

    let ended = CallSum { repaired: 1, refused: 1, failed: 1, cancelled: 1, ..sum(2, "one", 5) };
    let unpriced = CallSum {
        provider: "ollama".to_owned(),
        model: "llama".to_owned(),
        price: Priced::default(),
        unpriced: 1,
        ..sum(1, "two", 1)
    };
    let expected = vec![sum(2, "two", 1), ended, sum(1, "one", 1), unpriced];
    assert_eq!(store.calls(None, 0).unwrap(), expected);
    let some = |picked: &[usize]| picked.iter().map(|&at| expected[at].clone()).collect::<Vec<_>>();
    assert_eq!(store.calls(None, 2 * DAY).unwrap(), some(&[0, 1]));
    assert_eq!(store.calls(Some(one), 0).unwrap(), some(&[1, 2]));
    assert_eq!(store.calls(Some(two), 0).unwrap(), some(&[0, 3]));
    assert_eq!(store.calls(Some(two), 3 * DAY).unwrap(), vec![]);
}

#[test]
fn what_was_spent_lately() {
    fn check(at: i64, now: i64, hour: bool, day: bool) {
        let (_dir, mut store) = fresh();
        let key = feed(&mut store, "s", &["x"]).key;
        store.record_call(key, &call(at, Outcome::Failed)).unwrap();
        let spending =
            |counts| if counts { Spending { calls: 1, tokens: 110, cost_micros: 7 } } else { Spending::default() };
        let expected = Spent { hour: spending(hour), day: spending(day) };
        assert_eq!(store.spent(now).unwrap(), expected, "a call at {at}, seen at {now}");
    }
    let noon = 5 * DAY + DAY / 2;
    check(noon, noon, true, true);
    check(noon - HOUR + 1, noon, true, true);
    check(noon - HOUR, noon, false, true);
    check(5 * DAY, noon, false, true);
    check(5 * DAY - 1, noon, false, false);
    check(5 * DAY - 1, 5 * DAY, true, false);
    // The clock was set back after the call.
    check(noon + 1, noon, true, true);
    check(noon + HOUR, noon, false, true);
    check(noon + DAY, noon, false, false);
    for now in [i64::MIN, -1, 0, i64::MAX] {
        check(noon, now, false, false);
    }
}

#[test]
fn two_processes_see_one_sum() {
    let (dir, mut store) = fresh();
    let mut other = Store::open(&dir.path().join("state")).unwrap();
    let key = feed(&mut store, "s", &["x"]).key;
    for at in 0..10 {
        store.record_call(key, &call(at, Outcome::Accepted)).unwrap();
        other.record_call(key, &call(at, Outcome::Accepted)).unwrap();
    }
    assert_eq!(store.spent(9).unwrap().hour, Spending { calls: 20, tokens: 2_200, cost_micros: 140 });
    assert_eq!(store.spent(9).unwrap(), other.spent(9).unwrap());
}

#[test]
fn forgetting_takes_the_name_and_leaves_the_sum() {
    let (_dir, mut store) = fresh();
    let (gone, kept) = (feed(&mut store, "gone", &["x"]).key, feed(&mut store, "kept", &["x"]).key);
    for key in [gone, gone, kept] {
        store.record_call(key, &call(DAY, Outcome::Accepted)).unwrap();
    }
    let spent = store.spent(DAY).unwrap();
    assert!(store.forget("gone").unwrap());
    assert_eq!(store.spent(DAY).unwrap(), spent, "the caps still count it");
    let nameless = |calls| CallSum { session: None, ..sum(1, "", calls) };
    assert_eq!(store.calls(None, 0).unwrap(), [nameless(2), sum(1, "kept", 1)]);
    assert_eq!(store.calls(Some(gone), 0).unwrap(), vec![]);
    // A call that was under way meanwhile counts as well.
    store.record_call(gone, &call(DAY, Outcome::Cancelled)).unwrap();
    assert_eq!(store.calls(None, 0).unwrap()[0], CallSum { cancelled: 1, ..nameless(3) });
    let again = feed(&mut store, "gone", &["x"]).key;
    assert_eq!(store.calls(Some(again), 0).unwrap(), vec![], "a new session of that name has spent nothing");
}

#[test]
fn nonsense_of_a_provider_does_not_stop_the_ledger() {
    let (_dir, mut store) = fresh();
    let key = feed(&mut store, "s", &["x"]).key;
    let most = u64::MAX;
    let usage = Usage { input_tokens: most, output_tokens: most, cache_read_tokens: most, cache_creation_tokens: most };
    let price = Some(Priced { cost_micros: most, saved_micros: most });
    for _ in 0..100 {
        let call = ModelCall { usage, price, elapsed_ms: most, ..call(1, Outcome::Accepted) };
        store.record_call(key, &call).unwrap();
    }
    assert_eq!(store.calls(None, 0).unwrap()[0].usage.input_tokens, 100 << 40);
    assert_eq!(store.spent(1).unwrap().day.tokens, 200 << 40);
}

#[test]
fn sizes_of_our_own_compactions() {
    let (_dir, mut store) = fresh();
    let SessionRow { key, mut marks, .. } = feed(&mut store, "s", &["x"]);
    for (at, tokens_before, kind) in
        [(1, 100, CompactionKind::Ours), (2, 200, CompactionKind::Agent), (3, 300, CompactionKind::Ours)]
    {
        let new = NewCompaction {
            at,
            at_seq: 1,
            keep_from: 1,
            tokens_before,
            tokens_after: 1,
            kind,
            memory: None,
            sources: None,
        };
        marks = store.add_compaction(key, marks, &new, None).unwrap().unwrap();
    }
    assert_eq!(store.compacted_tokens(key, 0).unwrap(), [100, 300]);
    assert_eq!(store.compacted_tokens(key, 2).unwrap(), [300]);
    let other = feed(&mut store, "t", &["x"]).key;
    assert_eq!(store.compacted_tokens(other, 0).unwrap(), Vec::<u64>::new());
}
