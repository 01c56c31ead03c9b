//! `install`: puts our hooks into the settings of an agent, takes them out, and tells where they are.

mod list;
mod program;

use std::io::{BufRead as _, IsTerminal as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use serde_json::json;

use super::output::{answer, note};
use super::versions::painted;
use super::workspace::WorkspaceArg;
use crate::agents::Agent;
use crate::agents::install::places::{Place, Surroundings, of_project};
use crate::agents::install::{Fault, Settings, advice};
use crate::engine::diff::diff;
use crate::host::agent_settings::SettingsFile;

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
    /// Do not ask before writing
    #[arg(long, short)]
    yes: bool,
    /// Tell of each agent whether it is on this machine and whether our hooks are in
    #[arg(long, conflicts_with_all = ["agent", "dry_run", "uninstall"])]
    list: bool,
    /// Print an object instead of text
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
    PossibleValuesParser::new(Agent::ALL.map(Agent::name).into_iter().filter(|name| *name != "cline"))
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
    let change = Change::of_settings(agent, &program, &place, args.uninstall)?;
    change.carry_out(args, agent, &around)
}

/// What is to be done to one file.
struct Change {
    file: SettingsFile,
    place: Place,
    old: Option<String>,
    new: Option<String>,
    /// Whether this is the first change, before which the file is backed up.
    first: bool,
}

impl Change {
    fn of_settings(agent: Agent, program: &str, place: &Place, uninstall: bool) -> anyhow::Result<Change> {
        let file = SettingsFile::locate(&place.path, place.project.as_deref(), &place.stays)?;
        let (old, backup) = (file.read()?, file.read_backup()?);
        let settings = Settings::new(agent, program);
        let said = |fault: Fault| unreadable(&place.path, &fault);
        let new = match (&old, uninstall) {
            (None, true) => None,
            (Some(old), true) => settings.strip(old, backup.as_deref()).map_err(said)?,
            (old, false) => Some(settings.install(old.as_deref(), backup.as_deref()).map_err(said)?),
        };
        let first = match &old {
            Some(old) => !uninstall && !settings.is_in(old).map_err(said)?,
            None => false,
        };
        Ok(Change { file, place: place.clone(), old, new, first })
    }

    fn carry_out(&self, args: &Args, agent: Agent, around: &Surroundings) -> anyhow::Result<ExitCode> {
        let path = &self.place.path;
        let (old, new) = (self.old.as_deref().unwrap_or_default(), self.new.as_deref().unwrap_or_default());
        let changed = self.old != self.new;
        let shown = named_diff(path, old, new);
        if !args.json {
            if changed {
                answer(painted(&shown, std::io::stdout().is_terminal()).trim_end());
            } else {
                let state = if args.uninstall { "holds no hooks of ours" } else { "is as it should be" };
                note(&format!("{} {state}; nothing to do", path.display()));
            }
        }
        let write = changed && !args.dry_run && (args.yes || args.json || agreed()?);
        let backed_up = write && self.first;
        if write {
            self.write(args.uninstall)?;
        }
        let warnings = if args.uninstall { Vec::new() } else { warnings(agent, new, around) };
        let next = (!args.uninstall).then(|| advice::next_step(agent));
        if args.json {
            let backup = backed_up.then(|| self.file.backup_path());
            answer(
                &json!({
                    "agent": agent.name(), "path": path, "changed": changed, "written": write, "backup": backup,
                    "diff": shown, "warnings": warnings, "next": next,
                })
                .to_string(),
            );
            return Ok(ExitCode::SUCCESS);
        }
        if write {
            let done = if args.uninstall { "taken out of" } else { "written to" };
            note(&format!("hooks for {} {done} {}", agent.title(), path.display()));
            if backed_up {
                note(&format!("what it said before is in {}", self.file.backup_path().display()));
            }
        } else if changed {
            note(if args.dry_run { "nothing was written (--dry-run)" } else { "nothing was written" });
        }
        if self.place.project.is_some() && write && !args.uninstall {
            note("the hooks name this program by its path on this machine: do not commit the file");
        }
        for warning in &warnings {
            note(&format!("warning: {warning}"));
        }
        if let Some(next) = next.filter(|_| !args.dry_run) {
            note(next);
        }
        Ok(ExitCode::SUCCESS)
    }

    fn write(&self, uninstall: bool) -> anyhow::Result<()> {
        if let (true, Some(old)) = (self.first, &self.old) {
            self.file.back_up(old)?;
        }
        match (&self.old, &self.new) {
            (old, Some(new)) => self.file.replace(old.as_deref(), new)?,
            (Some(old), None) => self.file.remove(old)?,
            (None, None) => {}
        }
        // A backup that says what the file says is of no more use.
        if uninstall && self.file.read_backup()?.is_some_and(|backup| Some(&backup) == self.new.as_ref()) {
            self.file.drop_backup()?;
        }
        Ok(())
    }
}

/// The error for settings that cannot be edited.
fn unreadable(path: &Path, fault: &Fault) -> anyhow::Error {
    anyhow!("{}: {fault}; the file was left as it is. Correct it, then run this again", path.display())
}

/// What in the agent's settings keeps our hooks from running.
fn warnings(agent: Agent, settings: &str, around: &Surroundings) -> Vec<String> {
    let off = advice::switched_off(agent, settings).map(|switch| (switch, "these settings".to_owned()));
    let config = around.folder(agent).join("config.toml");
    let off = off.or_else(|| {
        let text = std::fs::read_to_string(&config).ok().filter(|_| agent == Agent::Codex)?;
        Some((advice::switched_off_in_codex(&text)?, config.display().to_string()))
    });
    off.map(|(switch, at)| format!("`{switch}` in {at} turns all hooks off")).into_iter().collect()
}

fn named_diff(path: &Path, old: &str, new: &str) -> String {
    let unified = diff(old, new).unified;
    if unified.is_empty() { unified } else { format!("--- {0}\n+++ {0}\n{unified}", path.display()) }
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
