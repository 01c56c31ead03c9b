//! `search`: finds events, the compacted ones too.

use std::process::ExitCode;

use serde_json::json;

use super::output::{answer, note, printable};
use super::workspace::WorkspaceArg;
use crate::engine::conversation::Role;
use crate::engine::memory::rfc3339;
use crate::engine::search_text::text_of;
use crate::host::store::Query;

/// Bytes of events put into the index before a search, in one go.
const INDEX_BYTES: usize = 64 << 20;

/// Arguments of `search`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Words; "a phrase" and prefix* work too
    #[arg(required = true)]
    query: Vec<String>,
    /// Only in this session
    #[arg(long)]
    session: Option<String>,
    /// Most hits
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Print a JSON array
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    workspace: WorkspaceArg,
}

/// Runs the command.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (_, mut store) = args.workspace.open()?;
    while store.index_pending(INDEX_BYTES, &text_of)? {}
    let text = args.query.join(" ");
    let query = Query { text: &text, session: args.session.as_deref(), limit: args.limit.into(), ..Query::default() };
    let hits = store.search(&query, &text_of)?;
    if args.json {
        let list: Vec<_> = hits
            .iter()
            .map(|hit| {
                json!({
                    "sessionId": hit.session_id,
                    "seq": hit.seq,
                    "role": hit.role.map(Role::name),
                    "score": hit.score,
                    "snippet": hit.snippet,
                    "at": rfc3339(hit.at),
                })
            })
            .collect();
        answer(&serde_json::Value::from(list).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    if hits.is_empty() {
        note("nothing found");
        return Ok(ExitCode::FAILURE);
    }
    for hit in &hits {
        let role = hit.role.map_or("", Role::name);
        answer(&format!(
            "{} event {} {role}: {}",
            printable(&hit.session_id),
            hit.seq,
            printable(&hit.snippet).replace('\n', " ")
        ));
    }
    Ok(ExitCode::SUCCESS)
}
