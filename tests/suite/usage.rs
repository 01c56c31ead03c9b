//! `usage` on a store that holds calls and compactions.

use serde_json::{Value, json};
use session_memory::config::workspace_state_dir;
use session_memory::engine::conversation::{EventKind, Role};
use session_memory::engine::prices::{PriceBook, Ttl};
use session_memory::engine::prompt::{Purpose, Usage};
use session_memory::host::store::{
    CompactionKind, ModelCall, NewCompaction, NewEvent, Outcome, SessionMeta, SessionRow, Store,
};

use crate::cli::{Done, run};
use crate::harness::Workspace;

const DAY: i64 = 24 * 3_600_000;
const HAIKU: &str = "claude-haiku-5-5";
/// A table's line: day or `total`, calls, input, cached, output, cost, saved, refused, failed, session.
type Line<'a> = (&'a str, [&'a str; 8], &'a str);

fn here(place: &Workspace, args: &[&str]) -> Done {
    run(&place.state(), &place.root(), args, "")
}

fn open(place: &Workspace) -> Store {
    let root = std::fs::canonicalize(place.root()).unwrap();
    Store::open(&workspace_state_dir(&place.state(), &root)).unwrap()
}

fn session(store: &mut Store, id: &str) -> SessionRow {
    let raw = json!({"type": "message", "message": {"role": "user", "content": "x"}}).to_string();
    let (kind, role) = (EventKind::Message, Some(Role::User));
    let event = NewEvent { at: 1, kind, role, id: None, tokens: 1, keys: &[], raw: &raw };
    store.append(&SessionMeta { id, now: 1, ..SessionMeta::default() }, &[event]).unwrap().row
}

fn record(store: &mut Store, row: &SessionRow, at: i64, model: &str, outcome: Outcome, usage: [u64; 4]) {
    let [input_tokens, cache_read_tokens, cache_creation_tokens, output_tokens] = usage;
    let usage = Usage { input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens };
    let price = PriceBook::default().price(model, usage, Ttl::FiveMinutes);
    let purpose = Purpose::Update;
    let call = ModelCall { at, provider: "anthropic", model, purpose, outcome, usage, price, elapsed_ms: 1500 };
    store.record_call(row.key, &call).unwrap();
}

fn compact(store: &mut Store, id: &str, at: i64, tokens_before: u32, kind: CompactionKind) {
    let SessionRow { key, marks, .. } = store.session(id).unwrap().unwrap();
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
    store.add_compaction(key, marks, &new, None).unwrap().unwrap();
}

/// The beginning of today and of a day ten days ago, and what they are called.
fn times() -> ([i64; 2], [String; 2]) {
    let today = jiff::Timestamp::now().as_millisecond().div_euclid(DAY) * DAY;
    let times = [today, today - 10 * DAY];
    let days = times.map(|at| jiff::Timestamp::from_millisecond(at).unwrap().strftime("%Y-%m-%d").to_string());
    (times, days)
}

#[track_caller]
fn has_table(done: &Done, lines: &[Line], rest: &[&str]) {
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    let mut printed = done.stdout.lines();
    assert!(printed.next().unwrap().starts_with("day "), "{}", done.stdout);
    for (day, figures, session) in lines {
        let line = printed.next().unwrap();
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some(*day), "{line}");
        assert_eq!(words.by_ref().take(8).collect::<Vec<_>>(), figures, "{line}");
        assert_eq!(words.collect::<Vec<_>>().join(" "), *session, "{line}");
    }
    assert_eq!(printed.collect::<Vec<_>>(), rest);
}

#[test]
fn calls_are_shown_by_day_and_session() {
    let place = Workspace::new();
    let ([now, earlier], [today, before]) = times();
    let mut store = open(&place);
    let one = session(&mut store, "one");
    let two = session(&mut store, "two \u{1b}[2J\nlines");
    let gone = session(&mut store, "gone");
    // 10,000 fresh at 0.10, 80,000 read at 0.01, 2,000 out at 0.50: $0.0028, where it would have been $0.0100.
    record(&mut store, &one, now + 1, HAIKU, Outcome::Accepted, [90_000, 80_000, 0, 2_000]);
    record(&mut store, &one, now + 2, HAIKU, Outcome::Refused, [10_000, 0, 0, 0]);
    record(&mut store, &one, earlier + 1, HAIKU, Outcome::Failed, [0, 0, 0, 0]);
    record(&mut store, &two, now, "llama", Outcome::Accepted, [5_000, 1_000, 0, 500]);
    record(&mut store, &gone, earlier, HAIKU, Outcome::Accepted, [100_000, 0, 0, 0]);
    compact(&mut store, "one", now, 150_000, CompactionKind::Ours);
    compact(&mut store, "one", now, 90_000, CompactionKind::Ours);
    compact(&mut store, "one", now, 999_999, CompactionKind::Agent);
    compact(&mut store, "two \u{1b}[2J\nlines", earlier, 1_234, CompactionKind::Ours);
    assert!(store.forget("gone").unwrap());

    let ones = (today.as_str(), ["2", "100,000", "80,000", "2,000", "$0.0038", "$0.0072", "1", "0"], "one");
    let twos = (today.as_str(), ["1", "5,000", "1,000", "500", "?", "?", "0", "0"], "two \u{fffd}[2J lines");
    let failed = (before.as_str(), ["1", "0", "0", "0", "$0.0000", "$0.0000", "0", "1"], "one");
    let forgotten = (before.as_str(), ["1", "100,000", "0", "0", "$0.0100", "$0.0000", "0", "0"], "(forgotten)");
    let unpriced = "1 of the calls went to models without a known price";
    // 150,000 are above the step of the price: 0.075 + 0.0075; 90,000 are not: 0.009 + 0.0015.
    let summary = "one: the same conversation summarised 2 times at 240,000 tokens together by claude-haiku-5-5: \
                   $0.0930 and about 126 s of waiting";
    let other = "two \u{fffd}[2J lines: the same conversation summarised once at 1,234 tokens by llama: \
                 an unknown price and about 63 s of waiting";
    let total = |figures| ("total", figures, "");
    let all = total(["5", "205,000", "81,000", "2,500", "$0.0138+?", "$0.0072+?", "1", "1"]);
    let rest = [unpriced, other, summary];
    has_table(&here(&place, &["usage"]), &[ones, twos, failed, forgotten, all], &rest);
    let recent = total(["3", "105,000", "81,000", "2,500", "$0.0038+?", "$0.0072+?", "1", "0"]);
    has_table(&here(&place, &["usage", "--days", "5"]), &[ones, twos, recent], &[unpriced, summary]);
    let alone = total(["3", "100,000", "80,000", "2,000", "$0.0038", "$0.0072", "1", "1"]);
    has_table(&here(&place, &["usage", "--session", "one"]), &[ones, failed, alone], &[summary]);
    has_table(&here(&place, &["usage", "--session", "one", "--days", "5"]), &[ones], &[summary]);

    let object = here(&place, &["usage", "--session", "one", "--days", "5", "--json"]).json();
    let since = object["since"].as_str().unwrap();
    assert!(since < today.as_str() && since > before.as_str() && since.ends_with("T00:00:00Z"), "{since}");
    let call = json!({
        "day": today, "sessionId": "one", "provider": "anthropic", "model": HAIKU,
        "calls": 2, "repaired": 0, "refused": 1, "failed": 0, "cancelled": 0,
        "inputTokens": 100_000, "outputTokens": 2_000, "cacheReadTokens": 80_000, "cacheCreationTokens": 0,
        "costUsd": 0.0038, "savedUsd": 0.0072, "unpricedCalls": 0, "elapsedMs": 3_000,
    });
    assert_eq!(object["calls"], json!([call]));
    let blocking = json!({
        "sessionId": "one", "model": HAIKU, "times": 2, "inputTokens": 240_000, "outputTokens": 6_000,
        "costUsd": 0.093, "waitSeconds": 126,
    });
    assert_eq!(object["blockingSummaries"], json!([blocking]));
    let object = here(&place, &["usage", "--json"]).json();
    let forgotten = object["calls"].as_array().unwrap().iter().find(|call| call["sessionId"].is_null()).unwrap();
    assert_eq!((&forgotten["calls"], &forgotten["costUsd"]), (&json!(1), &json!(0.01)));
    let local = object["calls"].as_array().unwrap().iter().find(|call| call["model"] == "llama").unwrap();
    assert_eq!(
        (&local["costUsd"], &local["savedUsd"], &local["unpricedCalls"]),
        (&Value::Null, &Value::Null, &json!(1))
    );
}

#[test]
fn without_calls_it_says_so() {
    let place = Workspace::new();
    here(&place, &["usage"]).is_refused("no session was ever stored");
    let mut store = open(&place);
    session(&mut store, "one");
    here(&place, &["usage", "--session", "two"]).is_refused("\"two\"");
    for args in [vec!["usage"], vec!["usage", "--session", "one"]] {
        let done = here(&place, &args);
        assert_eq!((done.code, done.stdout.as_str()), (0, "no model was called here in the last 30 days\n"));
    }
    assert_eq!(here(&place, &["usage", "--json"]).json()["calls"], json!([]));
    // The embedded backend costs nothing; what it spares has a price all the same.
    compact(&mut store, "one", times().0[0], 100_000, CompactionKind::Ours);
    let expected = "no model was called here in the last 30 days\n\
                    one: the same conversation summarised once at 100,000 tokens by claude-haiku-5-5: \
                    $0.0115 and about 63 s of waiting\n";
    assert_eq!(here(&place, &["usage"]).stdout, expected);
    for days in ["0", "3651", "x"] {
        assert_eq!(here(&place, &["usage", "--days", days]).code, 2, "{days}");
    }
}
