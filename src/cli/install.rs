//! `install`: puts our hooks into the settings of an agent, takes them out, and tells where they are.

mod change;
pub mod list;
mod program;

use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use serde_json::json;

use super::output::{answer, note};
use super::versions::painted;
use super::workspace::WorkspaceArg;
use crate::agents::Agent;
use crate::agents::install::places::{Surroundings, of_project};
use crate::agents::install::{advice, compact_prompt};
use change::Change;

/// Arguments of `install`.
#[allow(clippy::struct_excessive_bools, reason = "each is a flag that stands alone")]
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent whose settings get our hooks
    #[arg(value_parser = agent_parser(), required_unless_present = "list")]
    agent: Option<Agent>,
    /// For all projects, or only for this one
    #[arg(long, value_enum, default_value = "user")]
    scope: ScopeArg,
    /// Show what would be changed, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Take our hooks out again
    #[arg(long)]
    uninstall: bool,
    /// For Codex: also have its own summary be short, because the memory comes back after it
    #[arg(long, conflicts_with_all = ["uninstall", "list"])]
    compact_prompt: bool,
    /// Do not ask before writing
    #[arg(long, short)]
    yes: bool,
    /// Tell of each agent whether it is on this machine and whether our hooks are in
    #[arg(long, conflicts_with_all = ["agent", "dry_run", "uninstall"])]
    list: bool,
    /// Print an object instead of text; does not ask
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    workspace: WorkspaceArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ScopeArg {
    User,
    Project,
}

fn agent_parser() -> impl clap::builder::TypedValueParser<Value = Agent> {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};
    PossibleValuesParser::new(Agent::ALL.map(Agent::name))
        .try_map(|name| Agent::from_name(&name).ok_or_else(|| anyhow!("no agent is called {name}")))
}

/// Runs the command.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let around = Surroundings::here().context("no home folder: set HOME")?;
    if args.list {
        return list::run(&around, &args.workspace.root()?, args.json);
    }
    let agent = args.agent.context("no agent named")?;
    let place = match args.scope {
        ScopeArg::User => around.of_user(agent),
        ScopeArg::Project => of_project(agent, &args.workspace.root()?),
    };
    let program = program::path()?;
    if args.compact_prompt && (agent, args.scope) != (Agent::Codex, ScopeArg::User) {
        bail!("--compact-prompt is for `install codex` with your own settings; other agents have no such prompt");
    }
    let (mut changes, taken) = match agent {
        Agent::Cline => Change::of_scripts(&program, &place, args.uninstall)?,
        _ => (vec![Change::of_settings(agent, &program, &place, args.uninstall)?], Vec::new()),
    };
    let mut warnings: Vec<String> = taken
        .iter()
        .filter(|_| !args.uninstall)
        .map(|path| format!("{} is a hook of another program and was left; call ours from it", path.display()))
        .collect();
    if !args.uninstall {
        warnings.extend(changes.iter().filter_map(|change| switched_off(agent, change.new.as_deref()?, &around)));
        let user = std::fs::read_to_string(around.of_user(agent).path).unwrap_or_default();
        if agent == Agent::ClaudeCode && advice::has_plugin(&user) {
            warnings
                .push("the plugin session-memory is on too, so every hook runs twice; keep one of the two".to_owned());
        }
    }
    let configuration = around.codex_configuration();
    if args.compact_prompt || (args.uninstall && agent == Agent::Codex && args.scope == ScopeArg::User) {
        let change = Change::of_compact_prompt(&configuration, args.uninstall)?;
        warnings.extend(change.new.as_deref().filter(|_| args.compact_prompt).and_then(own_prompt).map(|key| {
            let path = configuration.path.display();
            format!("`{key}` in {path} is your own and was left; take it out and run this again to have ours")
        }));
        changes.push(change);
    }

    let changed = changes.iter().any(Change::changes);
    let shown: String = changes.iter().map(Change::diff).collect();
    if !args.json && changed {
        answer(painted(&shown, std::io::stdout().is_terminal()).trim_end());
    }
    let written = changed && !args.dry_run && (args.yes || args.json || agreed()?);
    let mut backups = Vec::new();
    if written {
        for change in &changes {
            backups.extend(change.write()?);
        }
    }
    let next = (!args.uninstall).then(|| advice::next_step(agent));
    // Whether the prompt is ours now, where it was asked for.
    let prompt = args
        .compact_prompt
        .then(|| changes.last().and_then(|change| change.new.as_deref()).is_some_and(compact_prompt::is_in));
    if args.json {
        answer(
            &json!({
                "agent": agent.name(), "path": place.path, "changed": changed, "written": written,
                "backup": backups.first(), "compactPrompt": prompt, "diff": shown, "warnings": warnings, "next": next,
            })
            .to_string(),
        );
        return Ok(ExitCode::SUCCESS);
    }
    let path = place.path.display();
    let (title, done) = (agent.title(), if args.uninstall { "taken out of" } else { "written to" });
    match (changed, written) {
        (false, _) if args.uninstall => note(&format!("no hooks of ours in {path}; nothing to do")),
        (false, _) => note(&format!("{path} is as it should be; nothing to do")),
        (true, false) if args.dry_run => note("nothing was written (--dry-run)"),
        (true, false) => note("nothing was written"),
        (true, true) => {
            for change in changes.iter().filter(|change| change.changes() && change.path == configuration.path) {
                note(&format!("its summary prompt {done} {}", change.path.display()));
            }
            if changes.iter().any(|change| change.changes() && change.path != configuration.path) {
                note(&format!("hooks for {title} {done} {path}"));
            }
        }
    }
    for backup in &backups {
        note(&format!("what it said before is in {}", backup.display()));
    }
    if place.project.is_some() && written && !args.uninstall {
        note("the hooks name this program by its path on this machine: do not commit the file");
    }
    for warning in &warnings {
        note(&format!("warning: {warning}"));
    }
    if prompt == Some(true) {
        note(
            "Codex's own summary is short from its next session on; the memory comes from the hooks, so trust them first",
        );
    }
    if let Some(next) = next.filter(|_| written || !changed) {
        note(next);
    }
    Ok(ExitCode::SUCCESS)
}

/// The key of a summary prompt that the user has set.
fn own_prompt(configuration: &str) -> Option<&'static str> {
    compact_prompt::of_the_user(configuration).ok().flatten()
}

/// What in the agent's settings keeps our hooks from running: in those that they are in, and in the agent's own.
fn switched_off(agent: Agent, settings: &str, around: &Surroundings) -> Option<String> {
    let own = |name: &str| {
        let path = around.folder(agent).join(name);
        Some((std::fs::read_to_string(&path).ok()?, path.display().to_string()))
    };
    let here = Some((settings.to_owned(), "these settings".to_owned()));
    let json = [here, own("settings.json")].into_iter().flatten();
    let json = json.filter_map(|(text, place)| Some((advice::switched_off(agent, &text)?, place)));
    let toml = own("config.toml").filter(|_| agent == Agent::Codex);
    let toml = toml.and_then(|(text, place)| Some((advice::switched_off_in_codex(&text)?, place)));
    let (switch, place) = json.chain(toml).next()?;
    Some(format!("`{switch}` in {place} turns these hooks off"))
}

/// Asks where there is someone to ask.
fn agreed() -> anyhow::Result<bool> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Ok(true);
    }
    note("write this? [y/N]");
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        bail!("no answer");
    }
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}
