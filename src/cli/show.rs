//! `show`: the memory of a session.

use std::process::ExitCode;

use anyhow::anyhow;
use serde_json::json;

use super::output;
use super::workspace::{WorkspaceArg, memory_file, session};
use crate::config::Config;
use crate::engine::memory::rfc3339;
use crate::host::memory_file::FileError;

/// Arguments of `show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The session; default: the newest
    session: Option<String>,
    /// An older version of the memory
    #[arg(long, value_name = "N")]
    revision: Option<u64>,
    /// Print an object with the text and what is known of it
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    workspace: WorkspaceArg,
}

/// Runs the command.
pub fn run(args: &Args, config: &Config) -> anyhow::Result<ExitCode> {
    let (root, store) = args.workspace.open()?;
    let row = session(&store, args.session.as_deref(), &root)?;
    let revision = store.revision(row.key, args.revision)?.ok_or_else(|| match args.revision {
        Some(number) => {
            anyhow!("session {:?} has no revision {number}; it has {} so far", row.id, row.marks.last_revision)
        }
        None => anyhow!("session {:?} has no memory yet: it has {} events", row.id, row.marks.last_seq),
    })?;
    let file = memory_file(&root, config, &row.id)?;
    // The file may hold edits that no server has seen yet.
    let edited = match args.revision.map_or_else(|| file.read(), |_| Ok(None)) {
        // What the user had there before is not the memory: that is in the store only.
        Err(error @ FileError::NotOurs { .. }) => {
            output::note(&output::printable(&error.to_string()));
            None
        }
        read => read?,
    };
    let text = edited.unwrap_or(revision.text);
    if args.json {
        let object = json!({
            "sessionId": row.id,
            "markdown": text,
            "revision": revision.row.revision,
            "coveredThrough": revision.row.covered,
            "source": revision.row.source,
            "updatedAt": rfc3339(revision.row.at),
            "path": file.path(),
        });
        output::answer(&object.to_string());
    } else {
        output::answer(&output::printable(&text));
    }
    Ok(ExitCode::SUCCESS)
}
