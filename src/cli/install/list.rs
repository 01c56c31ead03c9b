//! `install --list`: which agents are here, and in whose settings our hooks are.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::super::output::{answer, printable};
use super::change::Change;
use super::program;
use crate::agents::Agent;
use crate::agents::install::places::{Place, Surroundings, of_project, programs};

/// Prints one line for each agent.
pub fn run(around: &Surroundings, root: &Path, as_json: bool) -> anyhow::Result<ExitCode> {
    let rows = rows(around, root)?;
    answer(&if as_json { Value::from(rows).to_string() } else { table(&rows) });
    Ok(ExitCode::SUCCESS)
}

/// What there is to tell of each agent.
pub fn rows(around: &Surroundings, root: &Path) -> anyhow::Result<Vec<Value>> {
    let program = program::path()?;
    let mut rows = Vec::new();
    for agent in Agent::ALL {
        rows.push(json!({
            "agent": agent.name(), "title": agent.title(), "found": is_found(agent, around),
            "user": state(agent, &program, &around.of_user(agent)),
            "project": state(agent, &program, &of_project(agent, root)),
        }));
    }
    Ok(rows)
}

fn is_found(agent: Agent, around: &Surroundings) -> bool {
    let folders: Vec<_> =
        std::env::var_os("PATH").map(|paths| std::env::split_paths(&paths).collect()).unwrap_or_default();
    let on_path = |name: &&str| {
        let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        folders.iter().any(|folder| folder.join(&name).is_file())
    };
    around.folder(agent).is_dir() || programs(agent).iter().any(on_path)
}

/// Whether our hooks are in: `yes`, `no`, `old` where they are not as this program would write them, or why that cannot be told.
fn state(agent: Agent, program: &str, place: &Place) -> Value {
    let read = || -> anyhow::Result<&'static str> {
        let changes = match agent {
            Agent::Cline => Change::of_scripts(program, place, false)?.0,
            _ => vec![Change::of_settings(agent, program, place, false)?],
        };
        Ok(
            match (
                changes.iter().all(|change| change.old.is_none() || change.first),
                changes.iter().any(Change::changes),
            ) {
                (true, _) => "no",
                (false, true) => "old",
                (false, false) => "yes",
            },
        )
    };
    let (hooks, problem) = match read() {
        Ok(hooks) => (hooks, None),
        Err(error) => ("unknown", Some(format!("{error:#}"))),
    };
    json!({"path": place.path, "hooks": hooks, "problem": problem})
}

fn table(rows: &[Value]) -> String {
    let mut out = format!("{:<12}  {:<5}  {:<14}  {}\n", "agent", "found", "hooks for you", "hooks for this project");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for row in rows {
        let found = if row["found"] == true { "yes" } else { "no" };
        let (user, project) = (text(&row["user"]["hooks"]), text(&row["project"]["hooks"]));
        let _ = writeln!(out, "{:<12}  {found:<5}  {user:<14}  {project}", text(&row["agent"]));
    }
    for row in rows {
        for problem in [&row["user"]["problem"], &row["project"]["problem"]] {
            let _ = if problem.is_null() { Ok(()) } else { writeln!(out, "{}", printable(&text(problem))) };
        }
    }
    out
}
