//! Codex: its settings, and a conversation without a terminal.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::place::{Place, installed};
use super::process::Process;
use crate::harness::files_under;

/// The events at which our hook is registered.
pub const EVENTS: [&str; 7] =
    ["SessionStart", "UserPromptSubmit", "PostToolUse", "Stop", "PreCompact", "PostCompact", "SessionEnd"];

/// Writes the settings: the model of the place, a workspace that is trusted, tools that are allowed; and which hooks there
/// are.
pub fn prepare(place: &Place, hooks: &Value) {
    let settings = format!(
        "model = \"gpt-5.5\"\nmodel_provider = \"mock\"\napproval_policy = \"never\"\nsandbox_mode = \"danger-full-access\"\n\
         check_for_update_on_startup = false\n\n\
         [model_providers.mock]\nname = \"mock\"\nbase_url = \"{}\"\nenv_key = \"MODEL_KEY\"\nwire_api = \"responses\"\n\n\
         [analytics]\nenabled = false\n\n[projects.\"{}\"]\ntrust_level = \"trusted\"\n",
        place.model.openai(),
        place.root().display(),
    );
    place.write(".codex/config.toml", settings);
    place.write(".codex/hooks.json", json!({"hooks": hooks}).to_string());
    place.write("tmp/.keep", "");
}

/// Starts `codex exec`.
pub fn start(place: &Place, arguments: &[&str]) -> Process {
    let words = [&["--dangerously-bypass-hook-trust", "exec", "--json", "--skip-git-repo-check"], arguments].concat();
    Process::start(place, &installed("codex"), &words)
}

/// Lets it say what it has to say to a prompt, and gives the events of its stream.
#[track_caller]
pub fn ask(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let printed = start(place, arguments).ended();
    assert_eq!(printed.code, Some(0), "{}\n{}", printed.out, printed.err);
    printed.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The transcripts of the place, by name.
pub fn rollouts(place: &Place) -> Vec<PathBuf> {
    let mut files = files_under(&place.home().join(".codex/sessions"));
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files
}
