//! The ways priced, as one Markdown table.

use std::fmt::Write as _;

use session_memory::engine::prices::{PriceBook, Ttl};
use session_memory::engine::prompt::Usage;

use super::conversation::Conversation;
use super::request::{Request, least_cached};
use super::simulation::Ways;

/// How long an agent's user waits for a summary, in seconds: the median of 65 real ones, see the README.
const WAIT: u64 = 63;

/// A line.
pub struct Row {
    cells: [String; 10],
}

/// The lines of one conversation.
pub fn rows(conversation: &Conversation, ways: &Ways, model: &str, agent: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut name = format!("{}, {}k tokens", conversation.name, conversation.tokens() / 1000);
    let mut add = |way: &str, requests: &[Request], model: &str, caches: bool, wait: u64| {
        let way = format!("{way}{}", if way == "incremental" { capped(ways.capped) } else { String::new() });
        let least = caches.then(|| least_cached(model));
        rows.push(row(std::mem::take(&mut name), way, requests, model, least, wait));
    };
    add("incremental", &ways.incremental, model, true, 0);
    // Only the agent's own model has its context in a cache.
    add("behind the agent's context", &ways.cached, agent, true, 0);
    if agent != model {
        add("the same, were it the agent's model", &ways.cached, model, true, 0);
    }
    add("blocking at the limit", &ways.blocking, agent, true, WAIT);
    if agent != model {
        add("blocking at the limit", &ways.blocking, model, false, WAIT);
    }
    rows
}

fn capped(times: u64) -> String {
    if times == 0 { String::new() } else { format!(" ({times} more without a model: cap)") }
}

fn row(name: String, way: String, requests: &[Request], model: &str, least: Option<u64>, wait: u64) -> Row {
    let book = PriceBook::default();
    let mut sum = Usage::default();
    let mut cost = Some(0);
    for request in requests {
        let usage = request.usage(least);
        sum.input_tokens += usage.input_tokens;
        sum.cache_read_tokens += usage.cache_read_tokens;
        sum.cache_creation_tokens += usage.cache_creation_tokens;
        sum.output_tokens += usage.output_tokens;
        let price = book.price(model, usage, Ttl::FiveMinutes);
        cost = cost.zip(price).map(|(sum, price)| sum + price.cost_micros);
    }
    let cost = cost.map_or("?".to_owned(), |micros| format!("{}.{:03}", micros / 1_000_000, micros / 1000 % 1000));
    let count = requests.len() as u64;
    let thousands = |tokens: u64| format!("{}k", (tokens + 500) / 1000);
    Row {
        cells: [
            name,
            way,
            model.to_owned(),
            count.to_string(),
            thousands(sum.input_tokens),
            thousands(sum.cache_read_tokens),
            thousands(sum.cache_creation_tokens),
            thousands(sum.output_tokens),
            cost,
            format!("{} s", count * wait),
        ],
    }
}

/// The table.
pub fn render(rows: &[Row]) -> String {
    let titles =
        ["conversation", "way", "model", "requests", "input", "cache read", "written", "output", "USD", "waiting"];
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.cells.get(column)).map(|cell| cell.chars().count());
        cells.chain(titles.get(column).map(|title| title.len())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    let mut out = String::new();
    let mut line = |cells: &[String]| {
        for (at, (cell, &width)) in cells.iter().zip(&widths).enumerate() {
            // Numbers stand at the right.
            let _ = if at < 3 { write!(out, "| {cell:<width$} ") } else { write!(out, "| {cell:>width$} ") };
        }
        out.push_str("|\n");
    };
    line(&titles.map(str::to_owned));
    let dashes: Vec<String> = widths
        .iter()
        .enumerate()
        .map(|(at, &width)| if at < 3 { "-".repeat(width) } else { format!("{}:", "-".repeat(width - 1)) })
        .collect();
    line(&dashes);
    for row in rows {
        line(&row.cells);
    }
    out
}
