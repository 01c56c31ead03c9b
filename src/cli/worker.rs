//! `worker`: what a hook leaves running where no editor does the work. It follows the transcripts of a workspace's agents,
//! keeps their memories up to date, and ends by itself: when an editor's server takes over, and when the agents are gone.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::config::{Config, state_dir, workspace_state_dir};
use crate::host::feeding;
use crate::host::pokes::Pokes;
use crate::host::process::is_running;
use crate::server::feeding::{Feeding, Role};
use crate::server::local::Local;

/// Time between two looks; a poke makes for one at once.
const PERIOD: Duration = Duration::from_millis(500);
/// How long it waits for more where no agent is known to run.
const ALONE: Duration = Duration::from_secs(5);
/// How long it stays with an agent that says nothing.
const SILENT: Duration = Duration::from_mins(30);
/// Politeness of its process: the agent's own work comes first.
#[cfg(unix)]
const NICENESS: i32 = 10;

/// Arguments of `worker`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace folder
    #[arg(long, value_name = "DIR")]
    workspace: PathBuf,
}

/// Runs the command.
pub fn run(args: &Args, config: &Config) -> anyhow::Result<ExitCode> {
    #[cfg(unix)]
    {
        let _ = rustix::process::nice(NICENESS);
        // Closing the agent's terminal does not end it.
        let _ = rustix::process::setsid();
    }
    let state_dir = state_dir().context("no state directory")?;
    let root = std::fs::canonicalize(&args.workspace)?;
    let state = workspace_state_dir(&state_dir, &root);
    let (sender, heard) = channel();
    let name = state.file_name().map(ToOwned::to_owned);
    let _pokes = Pokes::hear(&state_dir, move |poked| {
        if Some(&poked) == name.as_ref() {
            let _ = sender.send(());
        }
    });
    let local = Local::start(config.clone(), &root)?;
    let mut feeding = Feeding::new(root, state.clone(), Role::Worker, local.tasks());
    // Somebody who only asks who feeds takes the lock for an instant.
    if !(0..20).any(|_| feeding.is_feeder() || pause()) {
        drop(local);
        return Ok(ExitCode::SUCCESS);
    }
    tracing::info!("feeding {}", state.display());
    let mut news = Instant::now();
    // A workspace that was deleted has no memory to keep, and a state that was is not made again.
    while !feeding::is_served(&state) && feeding.is_there() && args.workspace.is_dir() {
        match feeding.look() {
            Ok(true) => news = Instant::now(),
            Ok(false) => {}
            Err(error) => tracing::warn!("what agents feed is not seen: {error}"),
        }
        let patience = if feeding.processes.iter().any(|agent| is_running(agent)) { SILENT } else { ALONE };
        if news.elapsed() > patience {
            break;
        }
        match heard.recv_timeout(PERIOD) {
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            // Nothing is heard on this system.
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(PERIOD),
        }
    }
    // Nothing of what was read is taken in any more when another one begins.
    drop(local);
    drop(feeding);
    tracing::info!("done feeding {}", state.display());
    Ok(ExitCode::SUCCESS)
}

/// Waits a moment; never the one who feeds.
fn pause() -> bool {
    std::thread::sleep(Duration::from_millis(10));
    false
}
