//! `hook`: what agents run at every event. It takes one JSON object from stdin, notes or stores what happened, and answers the
//! start of a session with the compacted context of the one before it.
//!
//! Nothing that goes wrong here is the agent's business: the exit code is always 0, and the log has a line.

mod answer;
mod feed;

use std::io::{Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;

use crate::agents::Agent;
use crate::agents::hook::{Call, Environment, Happened, Reply, Start};
use crate::agents::install::places::Surroundings;
use crate::config::{Config, state_dir};
use crate::host::store::PATIENCE;
use crate::logging;
use crate::server::feeding::workspace_of;

/// Largest payload, in bytes.
const MAX_BYTES: u64 = 32 << 20;

/// How long an agent is made to wait for a store that others have locked.
const SHORT_PATIENCE: Duration = Duration::from_millis(250);

/// Arguments of `hook`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent that calls; default: what it sends tells
    #[arg(long, value_parser = parse_agent)]
    agent: Option<Agent>,
    /// The event, for agents that do not name it
    #[arg(long)]
    event: Option<String>,
    /// Which part of an answer to give, for agents that take several short ones
    #[arg(long, value_name = "I/N", value_parser = parse_part)]
    part: Option<(usize, usize)>,
}

/// The agent of an argument.
pub fn parse_agent(name: &str) -> Result<Agent, String> {
    Agent::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Agent::ALL.into_iter().map(Agent::name).collect();
        format!("accepted are {}", names.join(", "))
    })
}

fn parse_part(text: &str) -> Result<(usize, usize), String> {
    let part = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    part.filter(|(part, of)| (1..=*of).contains(part)).ok_or_else(|| "1/4 to 4/4 are accepted".to_owned())
}

/// A call with the workspace it is about.
struct Context {
    call: Call,
    root: PathBuf,
    /// The folder of the workspace's store.
    state: PathBuf,
    config: Config,
    part: usize,
    /// When the hook began.
    at: i64,
    /// How long the agent is made to wait for a store that others have locked.
    patience: Duration,
}

/// Runs the command.
pub fn run(args: &Args, config: &Config) -> ExitCode {
    // A message of a panic on stderr would be shown to the user by some agents.
    std::panic::set_hook(Box::new(|_| {}));
    let mut call = None;
    let result = catch_unwind(AssertUnwindSafe(|| handle(args, config, &mut call)));
    let text = match result {
        Ok(Ok(text)) => text,
        failed => {
            let error = match failed {
                Ok(Err(error)) => format!("{error:#}"),
                _ => "a fault of the program".to_owned(),
            };
            log(&error);
            call.as_ref().map_or_else(|| Reply::silence(args.agent), |call| Reply::Silence.text(call))
        }
    };
    let mut out = std::io::stdout().lock();
    // An agent that is gone needs no answer.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    ExitCode::SUCCESS
}

fn handle(args: &Args, config: &Config, told: &mut Option<Call>) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(MAX_BYTES).read_to_end(&mut bytes).context("stdin cannot be read")?;
    let environment = Environment {
        claude: is_set("CLAUDECODE") || is_set("CLAUDE_PROJECT_DIR"),
        gemini: is_set("GEMINI_SESSION_ID") || is_set("GEMINI_PROJECT_DIR"),
        cursor: is_set("CURSOR_VERSION"),
    };
    let mut call = Call::read(&bytes, args.agent, args.event.as_deref(), &environment)?;
    if call.transcript.is_none() {
        call.transcript =
            Surroundings::at_once().and_then(|around| around.untold_transcript(call.agent, &call.session));
    }
    let call = told.insert(call).clone();
    let silence = Reply::Silence.text(&call);
    // Behind a proxy of ours the conversation is fed by that.
    if call.happened == Happened::Other || is_set("SESSION_MEMORY_ACP") {
        return Ok(silence);
    }
    let part = args.part.map_or(0, |(part, _)| part - 1);
    // What the other handlers of the same event do.
    if part > 0 && !matches!(call.happened, Happened::Started(_)) {
        return Ok(silence);
    }
    let state_dir = state_dir().context("no state directory: set HOME, XDG_STATE_HOME or SESSION_MEMORY_STATE_DIR")?;
    let folder = folder(&call)?;
    let (root, state) = workspace_of(&state_dir, &folder);
    let patience = if gives_context(&call.happened) { PATIENCE } else { SHORT_PATIENCE };
    let context = Context { call, root, state, config: config.clone(), part, at: now(), patience };
    let reply = feed::feed(&context)?.map(|feed| answer::answer(&context, &feed));
    feed::keep_fed(&context);
    Ok(reply.transpose()?.flatten().unwrap_or(silence))
}

/// Whether the user waits for the memory: without an answer it would not come back.
fn gives_context(happened: &Happened) -> bool {
    matches!(happened, Happened::Started(Start::Clear | Start::Compact) | Happened::Compacting)
}

/// A line in the log.
fn log(text: &str) {
    if let Some(dir) = state_dir() {
        logging::line(&dir, &format!("hook: {text}"));
    }
}

/// The folder that the agent was started in, rather than the one it has moved to.
fn folder(call: &Call) -> anyhow::Result<PathBuf> {
    let project = ["CLAUDE_PROJECT_DIR", "GEMINI_PROJECT_DIR"].iter().find_map(std::env::var_os).map(PathBuf::from);
    let folder = project.filter(|path| path.is_absolute()).or_else(|| call.folder.clone());
    let folder = folder.or_else(|| std::env::current_dir().ok()).context("the agent tells no folder")?;
    std::fs::canonicalize(&folder).with_context(|| format!("{} is not a folder", folder.display()))
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Milliseconds since the epoch.
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// A path as the store has it.
fn text(path: &Path) -> Option<&str> {
    path.to_str()
}
