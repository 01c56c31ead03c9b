//! `forget`: deletes every trace of a session.

use std::process::ExitCode;

use anyhow::anyhow;

use super::output::{note, printable};
use super::workspace::{WorkspaceArg, memory_file};
use crate::config::Config;

/// Arguments of `forget`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The session
    session: String,
    #[command(flatten)]
    workspace: WorkspaceArg,
}

/// Runs the command.
pub fn run(args: &Args, config: &Config) -> anyhow::Result<ExitCode> {
    let (root, mut store) = args.workspace.open()?;
    let file = memory_file(&root, config, &args.session)?;
    if !store.forget(&args.session)? {
        return Err(anyhow!(
            "no session {:?} in {}; `session-memory sessions` lists what there is",
            args.session,
            root.display()
        ));
    }
    file.remove()?;
    note(&format!("forgot {}", printable(&args.session)));
    Ok(ExitCode::SUCCESS)
}
