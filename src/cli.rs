//! The command line: one file per subcommand. Answers go to stdout, everything else to stderr; `--json` where a
//! script would want it. Exit codes: 0 done, 1 failed, 2 wrong usage. A hook never fails.

mod bare_hook;
mod chart;
mod client;
mod compact;
mod deliver;
mod doctor;
mod forget;
mod hook;
mod install;
mod output;
mod replay;
mod search;
mod sessions;
mod show;
mod timeline;
mod transcript;
mod usage;
mod versions;
mod worker;
mod workspace;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, state_dir};
use crate::{logging, server};

/// Keeps the memory of coding-agent conversations, so that compacting never waits.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the language server on stdin and stdout
    Serve {
        /// Accepted for editors that pass it; stdio is the only transport
        #[arg(long)]
        stdio: bool,
    },
    /// Feed a transcript to a server as an editor would, and show what happens
    Replay(replay::Args),
    /// Print the compacted messages of a transcript (stores nothing), or compact the session of an agent
    Compact(compact::Args),
    /// Print the memory of a session
    Show(show::Args),
    /// List the versions of a memory
    History(versions::HistoryArgs),
    /// Show what changed between two versions of a memory
    Diff(versions::DiffArgs),
    /// Go back to an earlier version of a memory
    Restore(versions::RestoreArgs),
    /// Show which version brought each line of a memory, and from which event
    Blame(versions::BlameArgs),
    /// Show what became of the events at a compaction
    Explain(versions::ExplainArgs),
    /// Find events in all sessions of a workspace
    Search(search::Args),
    /// List the sessions of a workspace
    Sessions(sessions::Args),
    /// Print what the calls to models took and cost
    Usage(usage::Args),
    /// What agents run at every event: takes a JSON object from stdin
    Hook(hook::Args),
    /// Follow what agents write in a workspace until they are gone; started by `hook`
    #[command(hide = true)]
    Worker(worker::Args),
    /// Delete every trace of a session
    Forget(forget::Args),
    /// Put the hooks for a coding agent into its settings, or take them out
    Install(install::Args),
    /// Tell how things stand here, and what to do where something is wrong
    Doctor(doctor::Args),
}

/// Runs the program.
pub fn main() -> ExitCode {
    if bare_hook::is_one() {
        return ExitCode::SUCCESS;
    }
    let cli = Cli::parse();
    let (config, problems) = Config::load();
    let in_background = matches!(cli.command, Command::Serve { .. } | Command::Worker(_));
    let is_hook = matches!(cli.command, Command::Hook(_));
    // What the server writes (store, memory files, logs) is its owner's alone.
    #[cfg(unix)]
    if in_background || is_hook {
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    }
    // Only the server logs; a command says what it has to say at once.
    let _log = in_background.then(|| state_dir().and_then(|dir| logging::start(&dir)));
    let tells_itself = matches!(cli.command, Command::Doctor(_));
    if !in_background && !is_hook && !tells_itself {
        for problem in &problems {
            output::note(problem);
        }
    }
    let result = match cli.command {
        Command::Serve { .. } => server::run(config, problems).map_err(Into::into),
        Command::Replay(args) => replay::run(&args),
        Command::Compact(args) => compact::run(&args, &config),
        Command::Show(args) => show::run(&args, &config),
        Command::History(args) => versions::history(&args, &config),
        Command::Diff(args) => versions::diff(&args, &config),
        Command::Restore(args) => versions::restore(&args, &config),
        Command::Blame(args) => versions::blame(&args, &config),
        Command::Explain(args) => versions::explain(&args, &config),
        Command::Search(args) => search::run(&args),
        Command::Sessions(args) => sessions::run(&args, &config),
        Command::Usage(args) => usage::run(&args, &config.model.prices),
        Command::Hook(args) => Ok(hook::run(&args, &config)),
        Command::Worker(args) => worker::run(&args, &config),
        Command::Forget(args) => forget::run(&args, &config),
        Command::Install(args) => install::run(&args),
        Command::Doctor(args) => doctor::run(&args, &config, &problems),
    };
    result.unwrap_or_else(|error| {
        let prefix = if std::io::stderr().is_terminal() { "\u{1b}[31merror:\u{1b}[0m" } else { "error:" };
        output::note(&format!("{prefix} {error:#}"));
        ExitCode::FAILURE
    })
}
