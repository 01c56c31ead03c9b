//! Tables of models and costs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

fn usage(input: u64, read: u64, created: u64, output: u64) -> Usage {
    Usage { input_tokens: input, output_tokens: output, cache_read_tokens: read, cache_creation_tokens: created }
}

fn own(json: &str) -> Result<PriceBook, String> {
    let map: BTreeMap<String, OwnPrice> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    PriceBook::with(&map)
}

#[test]
fn a_model_is_found_under_all_its_names_and_no_other_is() {
    fn check(name: &str, expected: Option<&str>) {
        let row = expected.map(|model| TABLE.iter().find(|row| row.model == model).unwrap().prices);
        assert_eq!(PriceBook::default().find(name), row, "{name}");
    }
    let haiku = Some("claude-haiku-5-5");
    check("claude-haiku-5-5", haiku);
    check("claude-haiku-5-5-20261007", haiku);
    check("claude-haiku-5-5@20261007", haiku);
    check("claude-haiku-5-5-latest", haiku);
    check("Claude-Haiku-5.5", haiku);
    check(" claude-haiku-5-5[1m]", haiku);
    check("anthropic/claude-haiku-5.5", haiku);
    check("openrouter/anthropic/claude-haiku-5-5", haiku);
    check("anthropic:claude-haiku-5-5", haiku);
    check("gpt-6-luna-2026-09-22", Some("gpt-6-luna"));
    check("gpt-6.2-sol", Some("gpt-6.2-sol"));
    check("claude-opus-5", Some("claude-opus-5"));
    check("claude-opus-5-5", Some("claude-opus-5-5"));
    check("claude-opus-5-20260724", Some("claude-opus-5"));
    check("models/gemini-3.5-flash-lite", Some("gemini-3.5-flash-lite"));
    // Another version, a variant, a reseller's free copy, a part of a name, and no name.
    for name in [
        "claude-opus-5-7",
        "claude-haiku-5",
        "claude-haiku-5-55",
        "claude-haiku-5-5-fast",
        "claude-haiku-5-5-",
        "claude-haiku-5-5-2026",
        "gpt-6-luna-pro",
        "gpt-6",
        "anthropic/claude-haiku-5.5:free",
        "my-claude-haiku-5-5",
        "claude-haiku-5-5/x",
        "llama-3.3:70b",
        "",
        "/",
    ] {
        check(name, None);
    }
}

#[test]
fn what_calls_cost() {
    #[track_caller]
    fn check(model: &str, usage: Usage, ttl: Ttl, cost_micros: u64, saved_micros: u64) {
        let priced = PriceBook::default().price(model, usage, ttl).unwrap();
        assert_eq!(priced, Priced { cost_micros, saved_micros }, "{model} {usage:?}");
    }
    use Ttl::{FiveMinutes, OneHour};
    let (haiku, luna) = ("claude-haiku-5-5", "gpt-6-luna");
    check(haiku, usage(0, 0, 0, 0), FiveMinutes, 0, 0);
    check(haiku, usage(10_000, 0, 0, 2_000), FiveMinutes, 1_000 + 1_000, 0);
    check(haiku, usage(90_000, 80_000, 0, 0), FiveMinutes, 1_000 + 800, 7_200);
    check(haiku, usage(90_000, 0, 80_000, 0), FiveMinutes, 1_000 + 10_000, 0);
    check(haiku, usage(90_000, 0, 80_000, 0), OneHour, 1_000 + 16_000, 0);
    // The step counts the whole prompt, cached or not, and every part of it costs more above.
    check(haiku, usage(100_000, 0, 0, 1_000), FiveMinutes, 10_000 + 500, 0);
    check(haiku, usage(100_001, 0, 0, 1_000), FiveMinutes, 50_001 + 2_500, 0);
    check(haiku, usage(100_001, 100_001, 0, 0), FiveMinutes, 5_000, 45_000);
    check(haiku, usage(200_000, 0, 200_000, 0), OneHour, 200_000, 0);
    check(luna, usage(272_000, 0, 0, 10_000), FiveMinutes, 27_200 + 5_000, 0);
    check(luna, usage(272_001, 0, 0, 10_000), FiveMinutes, 54_400 + 7_500, 0);
    check(luna, usage(300_000, 200_000, 0, 0), OneHour, 20_000 + 4_000, 36_000);
    check("claude-opus-5-5", usage(1_000_000, 0, 0, 100_000), FiveMinutes, 6_000_000, 0);
    check("gemini-3.5-flash-lite", usage(10_000, 5_000, 0, 0), FiveMinutes, 3_000, 0);
    // A provider that counts wrongly breaks nothing.
    check(haiku, usage(10, 1_000, 0, 0), FiveMinutes, 10, 90);
    assert_eq!(PriceBook::default().price("unknown", usage(1, 0, 0, 1), FiveMinutes), None);
}

#[test]
fn the_users_prices_win() {
    let book =
        own(r#"{"claude-haiku-5.5": {"input": 1, "output": 2}, "claude-haiku-5-5-20261007": {"input": 3, "output": 3},
            "openrouter/claude-haiku-5-5": {"input": 4, "output": 4},
            "llama-3.3:70b": {"input": 0, "output": 0, "cacheRead": 0.5, "cacheWrite": 0.7}}"#)
        .unwrap();
    let input = |model| book.find(model).map(|prices| prices.input);
    assert_eq!(input("claude-haiku-5-5"), Some(1.0));
    assert_eq!(input("claude-haiku-5-5-20261008"), Some(1.0));
    assert_eq!(input("claude-haiku-5-5-20261007"), Some(3.0));
    assert_eq!(input("openrouter/claude-haiku-5-5"), Some(4.0));
    assert_eq!(input("anthropic/claude-haiku-5-5"), Some(1.0));
    assert_eq!(input("gpt-6-luna"), Some(0.1));
    let plain = book.find("claude-haiku-5-5").unwrap();
    assert_eq!((plain.cache_read, plain.cache_write_5m, plain.cache_write_1h, plain.step), (1.0, 1.0, 1.0, None));
    let local = book.find("ollama/llama-3.3:70b").unwrap();
    assert_eq!((local.cache_read, local.cache_write_5m, local.cache_write_1h), (0.5, 0.7, 0.7));
}

#[test]
fn what_is_no_price_is_refused() {
    fn check(json: &str, expected: &str) {
        let error = own(json).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    check(r#"{"m": {"input": -1, "output": 2}}"#, "prices.m.input is -1; ");
    check(r#"{"m": {"input": 1, "output": 2, "cacheRead": -0.5}}"#, "prices.m.cacheRead is -0.5; ");
    check(r#"{"m": {"input": 1}}"#, "missing field `output`");
    check(r#"{"m": {"input": 1, "output": 2, "cached": 3}}"#, "unknown field `cached`");
    let infinite = OwnPrice { input: f64::INFINITY, output: 1.0, cache_read: None, cache_write: None };
    let error = PriceBook::with(&BTreeMap::from([("m".to_owned(), infinite)])).unwrap_err();
    assert!(error.starts_with("prices.m.input is inf; "), "{error}");
}

#[test]
fn every_row_has_a_price_a_day_and_a_source() {
    for (at, row) in TABLE.iter().enumerate() {
        let Prices { input, output, cache_read, cache_write_5m, cache_write_1h, .. } = row.prices;
        assert!(0.0 < cache_read && cache_read <= input && input < output, "{row:?}");
        assert!(input <= cache_write_5m && cache_write_5m <= cache_write_1h, "{row:?}");
        assert!(jiff::civil::Date::strptime("%Y-%m-%d", row.as_of).is_ok() && !row.source.is_empty(), "{row:?}");
        assert!(TABLE.iter().skip(at + 1).all(|other| spelled(other.model) != spelled(row.model)), "{row:?} twice");
        assert_eq!(PriceBook::default().find(row.model), Some(row.prices), "{row:?}");
    }
}

proptest! {
    #[test]
    fn any_name_and_any_count_are_fine(name in "[a-z0-9./:@\\[\\]é-]{0,24}", counts in any::<[u64; 4]>()) {
        let [input, read, created, output] = counts;
        let book = PriceBook::default();
        let _ = book.find(&name);
        for row in TABLE {
            let dollars = cost(usage(input, read, created, output), &row.prices, Ttl::OneHour);
            prop_assert!(dollars.is_finite() && dollars >= 0.0);
            // More of anything never costs less.
            let more = usage(input.saturating_add(1), read, created, output.saturating_add(1));
            prop_assert!(cost(more, &row.prices, Ttl::OneHour) >= dollars);
        }
    }
}
