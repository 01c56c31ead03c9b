//! `doctor`: how things stand on this machine and in one workspace, and what to do where something is wrong. It puts nothing right;
//! the exit code is 1 where something needs attention.

mod agents;
mod page;
mod state;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::output::answer;
use super::workspace::WorkspaceArg;
use crate::agents::Agent;
use crate::agents::install::places::Surroundings;
use crate::config::{Attach, Config, given, state_dir, workspace_state_dir};
use crate::engine::redact::redact;
use crate::host::discover::Places;
use crate::host::feeding;
use crate::server::discovery::{By, Fed, belongs, describe};

/// Sessions that are listed.
const LISTED: usize = 10;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print an object instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    workspace: WorkspaceArg,
}

/// Something that its reader should know.
struct Finding {
    /// It needs attention; the others are advice.
    needs: bool,
    what: String,
    todo: String,
}

impl Finding {
    fn problem(what: impl Into<String>, todo: impl Into<String>) -> Finding {
        Finding { needs: true, what: what.into(), todo: todo.into() }
    }

    fn advice(what: impl Into<String>, todo: impl Into<String>) -> Finding {
        Finding { needs: false, ..Finding::problem(what, todo) }
    }
}

/// Runs the command; `problems` is what was wrong with the settings.
pub fn run(args: &Args, config: &Config, problems: &[String]) -> anyhow::Result<ExitCode> {
    let around = Surroundings::here().context("no home folder: set HOME")?;
    let root = args.workspace.root()?;
    let state_dir = state_dir().context("no state directory: set HOME, XDG_STATE_HOME or SESSION_MEMORY_STATE_DIR")?;
    let state = workspace_state_dir(&state_dir, &root);
    let mut findings: Vec<Finding> =
        problems.iter().map(|problem| Finding::problem(problem, "correct the setting or take it out")).collect();
    let agents = agents::rows(&around, &root, &mut findings)?;
    let feeder = match (feeding::is_served(&state), feeding::is_fed(&state)) {
        (true, _) => Some("server"),
        (false, true) => Some("worker"),
        (false, false) => None,
    };
    let sessions = sessions(&root, &state_dir, &state, &mut findings);
    unfed(&sessions, feeder, config.attach, &mut findings);
    let store = state::store(&state_dir, &state, &mut findings);
    let log = state::log(&state_dir, &mut findings);
    let needs = findings.iter().any(|finding| finding.needs);
    let report = json!({
        "workspace": root,
        "agents": agents,
        "sessions": sessions,
        "feeder": feeder,
        "settings": settings(config),
        "store": store,
        "log": log,
        "findings": findings.iter().map(|finding| json!({
            "level": if finding.needs { "problem" } else { "advice" }, "what": finding.what, "todo": finding.todo,
        })).collect::<Vec<Value>>(),
    });
    answer(&if args.json { report.to_string() } else { page::page(&report) });
    Ok(if needs { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The settings that somebody made, and `attach`.
fn settings(config: &Config) -> Vec<Value> {
    let mut all: Vec<Value> = vec![json!({"name": "attach", "value": config.attach.name(), "from": "the defaults"})];
    for (source, values) in given() {
        for (name, value) in values {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            all.retain(|row| row["name"] != *name);
            all.push(json!({"name": name, "value": redact(&shown), "from": source.to_string()}));
        }
    }
    all
}

fn sessions(root: &Path, state_dir: &Path, state: &Path, findings: &mut Vec<Finding>) -> Vec<Value> {
    let fed = Fed::read(state).inspect_err(|error| {
        findings.push(Finding::problem(
            format!("the store cannot be read: {error}"),
            "see the message; nothing was changed",
        ));
    });
    let (Ok(fed), Some(places)) = (fed, Places::of(root)) else { return Vec::new() };
    let found = places.sessions(LISTED, |found| belongs(state_dir, root, found));
    found.iter().map(|found| describe(found, fed.by(found))).collect()
}

/// Sessions at work whose memory nobody keeps.
fn unfed(sessions: &[Value], feeder: Option<&str>, attach: Attach, findings: &mut Vec<Finding>) {
    for row in sessions.iter().filter(|row| row["live"] == true) {
        let (agent, title) = (row["agent"].as_str().unwrap_or_default(), row["title"].as_str().unwrap_or("no title"));
        let hooks = row["by"] == By::Hook.name();
        if row["attached"] == true && feeder.is_none() {
            let todo = if hooks {
                "the agent's next prompt starts a worker; if none comes, see the log"
            } else {
                "open the folder in an editor with session-memory"
            };
            findings.push(Finding::problem(format!("{agent} is at work and nobody follows it: {title}"), todo));
        } else if row["attached"] == false && (feeder != Some("server") || attach == Attach::Off) {
            let editor = "open the folder in an editor, with `attach` not off";
            let todo = match Agent::from_name(agent) {
                Some(_) => format!("session-memory install {agent}, or {editor}"),
                None => editor.to_owned(),
            };
            findings.push(Finding::problem(format!("{agent} is at work and its memory is not kept: {title}"), todo));
        }
    }
}
