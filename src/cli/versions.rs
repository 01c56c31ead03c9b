//! `history`, `diff`, `restore` and `blame`: the versions of a memory. They ask a server in this process, so that what the
//! user has typed into the file counts.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::output::{answer, number, printable};
use super::workspace::{WorkspaceArg, session};
use crate::config::Config;
use crate::server::local::Local;
use crate::wire::protocol::Method;

/// Which session, and how to print.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// The session; default: the newest
    #[arg(long)]
    session: Option<String>,
    /// Print the object that the server answers
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    workspace: WorkspaceArg,
}

impl Which {
    /// Asks the server for a method's result; `params` get the session.
    fn ask(&self, config: &Config, method: Method, mut params: Value) -> anyhow::Result<Value> {
        let (root, store) = self.workspace.open()?;
        let row = session(&store, self.session.as_deref(), &root)?;
        drop(store);
        params["sessionId"] = json!(row.id);
        Ok(Local::start(config.clone(), &root)?.request(method, &params)?)
    }

    fn print(&self, result: &Value, text: impl Fn(&Value) -> String) -> ExitCode {
        answer(&if self.json { result.to_string() } else { text(result) });
        ExitCode::SUCCESS
    }
}

/// Arguments of `history`.
#[derive(Debug, clap::Args)]
pub struct HistoryArgs {
    #[command(flatten)]
    which: Which,
}

/// Arguments of `diff`.
#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// The older version; default: the one before the newer
    from: Option<u64>,
    /// The newer version; default: the newest
    to: Option<u64>,
    #[command(flatten)]
    which: Which,
}

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// The version to go back to
    revision: u64,
    #[command(flatten)]
    which: Which,
}

/// Arguments of `blame`.
#[derive(Debug, clap::Args)]
pub struct BlameArgs {
    /// An older version
    #[arg(long, value_name = "N")]
    revision: Option<u64>,
    #[command(flatten)]
    which: Which,
}

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// The compaction's number in the session; default: the last
    compaction: Option<u64>,
    /// Every line of the memory with the event that it comes from
    #[arg(long)]
    lines: bool,
    #[command(flatten)]
    which: Which,
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn count(value: &Value, field: &str) -> u64 {
    value.get(field).and_then(Value::as_u64).unwrap_or_default()
}

fn list<'a>(value: &'a Value, field: &str) -> impl DoubleEndedIterator<Item = &'a Value> {
    value.get(field).and_then(Value::as_array).into_iter().flatten()
}

/// Runs `history`: the newest version first.
pub fn history(args: &HistoryArgs, config: &Config) -> anyhow::Result<ExitCode> {
    let result = args.which.ask(config, Method::History, json!({}))?;
    let rows = |result: &Value| {
        let row = |row: &Value| {
            format!(
                "{:>5}  {}  {:<10}  {:<10}  +{:<4} -{:<4}  {:>7} tokens, events to {}\n",
                count(row, "revision"),
                text(row, "at"),
                text(row, "origin"),
                text(row, "source"),
                count(row, "addedLines"),
                count(row, "removedLines"),
                number(count(row, "tokens")),
                count(row, "coveredThrough"),
            )
        };
        list(result, "revisions").rev().map(row).collect::<Vec<_>>().concat()
    };
    Ok(args.which.print(&result, rows))
}

/// Runs `diff`.
pub fn diff(args: &DiffArgs, config: &Config) -> anyhow::Result<ExitCode> {
    let from = match args.from {
        Some(from) => from,
        None => {
            let history = args.which.ask(config, Method::History, json!({}))?;
            let newest = list(&history, "revisions").next_back().context("there is no memory yet")?;
            args.to.unwrap_or_else(|| count(newest, "revision")).saturating_sub(1)
        }
    };
    let mut params = json!({"from": from});
    if let Some(to) = args.to {
        params["to"] = json!(to);
    }
    let result = args.which.ask(config, Method::Diff, params)?;
    let colored = std::io::stdout().is_terminal();
    Ok(args.which.print(&result, |result| painted(text(result, "unified"), colored)))
}

/// A unified diff for a terminal.
pub(super) fn painted(unified: &str, colored: bool) -> String {
    let mut out = String::new();
    for row in unified.lines() {
        let color = match row.as_bytes().first() {
            Some(b'+') => "32",
            Some(b'-') => "31",
            Some(b'@') => "36",
            _ => "0",
        };
        let row = printable(row);
        let _ = if colored { writeln!(out, "\u{1b}[{color}m{row}\u{1b}[0m") } else { writeln!(out, "{row}") };
    }
    out
}

/// Runs `restore`.
pub fn restore(args: &RestoreArgs, config: &Config) -> anyhow::Result<ExitCode> {
    let result = args.which.ask(config, Method::Restore, json!({"revision": args.revision}))?;
    let said =
        |result: &Value| format!("revision {} says what revision {} said", count(result, "revision"), args.revision);
    Ok(args.which.print(&result, said))
}

/// Runs `blame`.
pub fn blame(args: &BlameArgs, config: &Config) -> anyhow::Result<ExitCode> {
    let mut params = json!({});
    if let Some(revision) = args.revision {
        params["revision"] = json!(revision);
    }
    let result = args.which.ask(config, Method::Blame, params)?;
    let rows = |result: &Value| {
        let mut out = String::new();
        let mut section = "";
        for line in list(result, "lines") {
            if text(line, "section") != section {
                section = text(line, "section");
                let _ = writeln!(out, "## {}", printable(section));
            }
            let event = line.get("event").and_then(Value::as_u64).map(|event| format!("event {event}"));
            let origin = if line.get("own") == Some(&Value::Bool(true)) { "you" } else { text(line, "origin") };
            let first = text(line, "text").lines().next().unwrap_or_default();
            let _ = writeln!(
                out,
                "{:>5}  {:<10}  {:<12}  {}",
                count(line, "revision"),
                origin,
                event.unwrap_or_default(),
                printable(first)
            );
        }
        out
    };
    Ok(args.which.print(&result, rows))
}

/// Runs `explain`.
pub fn explain(args: &ExplainArgs, config: &Config) -> anyhow::Result<ExitCode> {
    let mut params = json!({});
    if let Some(compaction) = args.compaction {
        params["compaction"] = json!(compaction);
    }
    let result = args.which.ask(config, Method::Explain, params)?;
    let said = |result: &Value| {
        let mut out = format!(
            "Compaction {} at {} by {}: {} tokens became {}.\n{}\n",
            count(result, "compaction"),
            text(result, "at"),
            text(result, "by"),
            number(count(result, "tokensBefore")),
            number(count(result, "tokensAfter")),
            text(result, "summary"),
        );
        for line in list(result, "lines").filter(|_| args.lines) {
            let event = line.get("event").and_then(Value::as_u64).map(|event| event.to_string());
            let first = text(line, "text").lines().next().unwrap_or_default();
            let _ = writeln!(out, "{:>6}  {}: {}", event.unwrap_or_default(), text(line, "section"), printable(first));
        }
        out
    };
    Ok(args.which.print(&result, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_is_painted() {
        let unified = "@@ -1 +1 @@\n-a\n+b\u{1b}[2J\n c\n";
        assert_eq!(painted(unified, false), "@@ -1 +1 @@\n-a\n+b\u{fffd}[2J\n c\n");
        let colored = painted(unified, true);
        assert!(
            colored.starts_with("\u{1b}[36m@@ -1 +1 @@\u{1b}[0m\n\u{1b}[31m-a\u{1b}[0m\n\u{1b}[32m+b"),
            "{colored:?}"
        );
    }
}
