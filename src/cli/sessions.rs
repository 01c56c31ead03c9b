//! `sessions`: what there is in a workspace.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::json;

use super::output::{answer, number, printable};
use super::workspace::WorkspaceArg;
use crate::config::Config;
use crate::engine::memory::rfc3339;
use crate::host::memory_file::MemoryFile;

/// Arguments of `sessions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print a JSON array
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    workspace: WorkspaceArg,
}

/// Runs the command.
pub fn run(args: &Args, config: &Config) -> anyhow::Result<ExitCode> {
    let (root, store) = args.workspace.open()?;
    let rows = store.sessions()?;
    if args.json {
        let mut list = Vec::new();
        for row in &rows {
            list.push(json!({
                "sessionId": row.id,
                "agent": row.agent,
                "title": row.title,
                "startedAt": rfc3339(row.started_at),
                "lastEventAt": rfc3339(row.last_at),
                "events": row.marks.last_seq,
                "tokens": row.tokens,
                "revision": row.marks.last_revision,
                "compactions": row.marks.compactions,
                "path": MemoryFile::locate(&root, &config.memory_file, &row.id)?.path(),
            }));
        }
        answer(&serde_json::Value::from(list).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    let mut text =
        format!("{:<20} {:>7} {:>10} {:>4} {:>4}  {}\n", "last event", "events", "tokens", "rev", "cuts", "session");
    for row in &rows {
        let title =
            row.title.as_deref().map(|title| format!("  {}", printable(title).replace('\n', " "))).unwrap_or_default();
        let _ = writeln!(
            text,
            "{:<20} {:>7} {:>10} {:>4} {:>4}  {}{title}",
            rfc3339(row.last_at),
            number(row.marks.last_seq),
            number(row.tokens),
            row.marks.last_revision,
            row.marks.compactions,
            printable(&row.id),
        );
    }
    answer(&text);
    Ok(ExitCode::SUCCESS)
}
