//! The agents on this machine: which are there, of what version, and whether our hooks are in.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Finding;
use crate::agents::Agent;
use crate::agents::install::places::{Surroundings, programs};
use crate::cli::install::list;

/// Folders above a program in which its package is looked for.
const NEAR: usize = 5;

/// One row for each agent.
pub(super) fn rows(around: &Surroundings, root: &Path, findings: &mut Vec<Finding>) -> anyhow::Result<Vec<Value>> {
    let mut rows = list::rows(around, root)?;
    for (row, agent) in rows.iter_mut().zip(Agent::ALL) {
        row["version"] = json!(programs(agent).iter().find_map(|name| version(name)));
        let (name, title) = (agent.name(), agent.title());
        let hooks = |scope: &str| row[scope]["hooks"].as_str().unwrap_or_default().to_owned();
        for (scope, option) in [("user", ""), ("project", " --scope project")] {
            let todo = format!("session-memory install {name}{option}");
            let path = row[scope]["path"].as_str().unwrap_or_default();
            match hooks(scope).as_str() {
                "old" => findings.push(Finding::problem(
                    format!("the hooks of {title} in {path} are not as this program writes them"),
                    todo,
                )),
                "unknown" => {
                    let problem = row[scope]["problem"].as_str().unwrap_or_default();
                    findings
                        .push(Finding::problem(format!("{path}: {problem}"), format!("mend the file, then {todo}")));
                }
                _ => {}
            }
        }
        if row["found"] == true && hooks("user") == "no" && hooks("project") == "no" {
            findings.push(Finding::advice(
                format!("{title} does not give its context back by itself, because our hooks are not in"),
                format!("session-memory install {name}"),
            ));
        }
    }
    Ok(rows)
}

/// The version of a program on the search path, without starting it: as the name of its file tells, or the package that it
/// lies in.
fn version(program: &str) -> Option<String> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let paths: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let file = paths.iter().map(|folder| folder.join(&name)).find(|path| path.is_file())?;
    let file = std::fs::canonicalize(file).ok()?;
    if let Some(own) = file.file_name().and_then(|own| own.to_str()).filter(|own| is_version(own)) {
        return Some(own.to_owned());
    }
    file.ancestors().skip(1).take(NEAR).find_map(|folder| {
        let text = std::fs::read_to_string(folder.join("package.json")).ok()?;
        let package: Value = serde_json::from_str(&text).ok()?;
        package["version"].as_str().filter(|version| is_version(version)).map(str::to_owned)
    })
}

fn is_version(text: &str) -> bool {
    text.contains('.')
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.len() < 40
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        let cases =
            [("2.1.197", true), ("0.170.0-alpha.1+x", true), ("claude", false), ("7zip", false), ("1.0; rm", false)];
        for (text, expected) in cases {
            assert_eq!(is_version(text), expected, "{text}");
        }
    }
}
