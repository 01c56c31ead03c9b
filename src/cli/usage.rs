//! `usage`: what the calls to models took and cost, by day and session, and what summaries that block would have cost
//! in their place.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::output::{answer, number, printable};
use super::workspace::{WorkspaceArg, session};
use crate::engine::memory::rfc3339;
use crate::engine::prices::{PriceBook, Ttl};
use crate::engine::prompt::Usage;
use crate::host::store::CallSum;

const DAY: i64 = 24 * 3_600_000;
/// Length of a summary that an agent makes of a whole conversation, in tokens.
const SUMMARY_TOKENS: u64 = 3_000;
/// How long an agent's user waits for it, in seconds: the median of real transcripts, see the README.
const SUMMARY_SECONDS: u64 = 63;
/// Who would have made it where no model was called: the cheapest one that has a price here.
const SUMMARY_MODEL: &str = "claude-haiku-5-5";

/// Arguments of `usage`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this session
    #[arg(long)]
    session: Option<String>,
    /// How many days (UTC), today included
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3650))]
    days: u16,
    /// Print an object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    workspace: WorkspaceArg,
}

/// The summaries that our compactions of a session stand for.
#[derive(Debug, PartialEq)]
struct Summaries {
    session: String,
    model: String,
    times: u64,
    /// What they would have read together.
    tokens: u64,
    cost_micros: Option<u64>,
}

/// Runs the command.
pub fn run(args: &Args, prices: &PriceBook) -> anyhow::Result<ExitCode> {
    let (root, store) = args.workspace.open()?;
    let rows = match &args.session {
        Some(id) => vec![session(&store, Some(id), &root)?],
        None => store.sessions()?,
    };
    let today = jiff::Timestamp::now().as_millisecond().div_euclid(DAY);
    let since = (today + 1 - i64::from(args.days)) * DAY;
    let only = args.session.as_ref().and_then(|_| rows.first()).map(|row| row.key);
    let sums = store.calls(only, since)?;
    let mut summaries = Vec::new();
    for row in &rows {
        let sizes = store.compacted_tokens(row.key, since)?;
        if !sizes.is_empty() {
            // The newest day stands first.
            let called = sums.iter().find(|sum| sum.session.as_ref() == Some(&row.id));
            let model = called.map_or(SUMMARY_MODEL, |sum| &sum.model);
            summaries.push(summaries_of(&row.id, model, &sizes, prices));
        }
    }
    if args.json {
        let calls: Vec<Value> = sums.iter().map(call_json).collect();
        let summaries: Vec<Value> = summaries.iter().map(summaries_json).collect();
        let since = rfc3339(since);
        answer(&json!({"since": since, "calls": calls, "blockingSummaries": summaries}).to_string());
    } else {
        answer(&text(&sums, &summaries, args.days));
    }
    Ok(ExitCode::SUCCESS)
}

fn summaries_of(session: &str, model: &str, sizes: &[u64], prices: &PriceBook) -> Summaries {
    let cost = |&input_tokens| {
        let usage = Usage { input_tokens, output_tokens: SUMMARY_TOKENS, ..Usage::default() };
        prices.price(model, usage, Ttl::FiveMinutes).map(|price| price.cost_micros)
    };
    Summaries {
        session: session.to_owned(),
        model: model.to_owned(),
        times: u64::try_from(sizes.len()).unwrap_or(u64::MAX),
        tokens: sizes.iter().sum(),
        cost_micros: sizes.iter().map(cost).sum(),
    }
}

/// Millionths of a USD as USD.
#[expect(clippy::cast_precision_loss, reason = "an estimate in money")]
fn usd(micros: u64) -> f64 {
    micros as f64 / 1e6
}

fn call_json(sum: &CallSum) -> Value {
    json!({
        "day": rfc3339(sum.day).get(..10),
        "sessionId": sum.session,
        "provider": sum.provider,
        "model": sum.model,
        "calls": sum.calls,
        "repaired": sum.repaired,
        "refused": sum.refused,
        "failed": sum.failed,
        "cancelled": sum.cancelled,
        "inputTokens": sum.usage.input_tokens,
        "outputTokens": sum.usage.output_tokens,
        "cacheReadTokens": sum.usage.cache_read_tokens,
        "cacheCreationTokens": sum.usage.cache_creation_tokens,
        "costUsd": (sum.unpriced < sum.calls).then(|| usd(sum.price.cost_micros)),
        "savedUsd": (sum.unpriced < sum.calls).then(|| usd(sum.price.saved_micros)),
        "unpricedCalls": sum.unpriced,
        "elapsedMs": sum.elapsed_ms,
    })
}

fn summaries_json(summaries: &Summaries) -> Value {
    json!({
        "sessionId": summaries.session,
        "model": summaries.model,
        "times": summaries.times,
        "inputTokens": summaries.tokens,
        "outputTokens": summaries.times * SUMMARY_TOKENS,
        "costUsd": summaries.cost_micros.map(usd),
        "waitSeconds": summaries.times * SUMMARY_SECONDS,
    })
}

/// Adds `other` to `sum`, which keeps its day and its names.
fn add(sum: &mut CallSum, other: &CallSum) {
    sum.calls += other.calls;
    sum.refused += other.refused;
    sum.failed += other.failed;
    sum.usage.input_tokens += other.usage.input_tokens;
    sum.usage.output_tokens += other.usage.output_tokens;
    sum.usage.cache_read_tokens += other.usage.cache_read_tokens;
    sum.price.cost_micros += other.price.cost_micros;
    sum.price.saved_micros += other.price.saved_micros;
    sum.unpriced += other.unpriced;
}

/// The table, one line for each day and session, and what is to be said about it.
fn text(sums: &[CallSum], summaries: &[Summaries], days: u16) -> String {
    let mut lines: Vec<CallSum> = Vec::new();
    let mut total = CallSum::default();
    for sum in sums {
        add(&mut total, sum);
        match lines.iter_mut().find(|line| (line.day, &line.session) == (sum.day, &sum.session)) {
            Some(line) => add(line, sum),
            None => lines.push(sum.clone()),
        }
    }
    let mut text = String::new();
    if lines.is_empty() {
        let _ = writeln!(text, "no model was called here in the last {days} days");
    } else {
        let _ = writeln!(
            text,
            "{:<10} {:>6} {:>12} {:>12} {:>10} {:>10} {:>10} {:>7} {:>6}  session",
            "day", "calls", "input", "cached", "output", "cost", "saved", "refused", "failed"
        );
        for line in &lines {
            let day = rfc3339(line.day);
            let session = line.session.as_deref().map_or("(forgotten)".to_owned(), one_line);
            write_line(&mut text, day.get(..10).unwrap_or_default(), line, &session);
        }
        if lines.len() > 1 {
            write_line(&mut text, "total", &total, "");
        }
    }
    if total.unpriced > 0 {
        let _ = writeln!(text, "{} of the calls went to models without a known price", number(total.unpriced));
    }
    for summaries in summaries {
        let Summaries { session, model, times, tokens, cost_micros } = summaries;
        let cost = cost_micros.map_or("an unknown price".to_owned(), |micros| format!("${:.4}", usd(micros)));
        let (times, together) =
            if *times == 1 { ("once".to_owned(), "") } else { (format!("{times} times"), " together") };
        let _ = writeln!(
            text,
            "{}: the same conversation summarised {times} at {} tokens{together} by {}: {cost} and about {} s of waiting",
            one_line(session),
            number(*tokens),
            one_line(model),
            number(summaries.times * SUMMARY_SECONDS)
        );
    }
    text
}

fn one_line(text: &str) -> String {
    printable(text).replace(['\n', '\t'], " ")
}

fn write_line(text: &mut String, day: &str, sum: &CallSum, session: &str) {
    let money = |micros| match sum.unpriced {
        0 => format!("${:.4}", usd(micros)),
        unpriced if unpriced < sum.calls => format!("${:.4}+?", usd(micros)),
        _ => "?".to_owned(),
    };
    let line = format!(
        "{day:<10} {:>6} {:>12} {:>12} {:>10} {:>10} {:>10} {:>7} {:>6}  {session}",
        number(sum.calls),
        number(sum.usage.input_tokens),
        number(sum.usage.cache_read_tokens),
        number(sum.usage.output_tokens),
        money(sum.price.cost_micros),
        money(sum.price.saved_micros),
        number(sum.refused),
        number(sum.failed),
    );
    let _ = writeln!(text, "{}", line.trim_end());
}
