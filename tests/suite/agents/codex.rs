//! Codex: its settings, and its conversations, without a terminal and in one.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::place::{AUTO_COMPACT_TOKENS, Place, installed};
use super::process::Process;
use super::terminal::Terminal;
use crate::harness::files_under;

/// The tool that runs a command, `{"cmd": …}`.
pub const SHELL: &str = "exec_command";

/// The events at which our hook is registered.
pub const EVENTS: [&str; 7] =
    ["SessionStart", "UserPromptSubmit", "PostToolUse", "Stop", "PreCompact", "PostCompact", "SessionEnd"];

/// Writes the settings: the model of the place, a workspace that is trusted, tools that are allowed; and which hooks there
/// are.
pub fn prepare(place: &Place, hooks: &Value) {
    let settings = format!(
        "model = \"a-model\"\nmodel_provider = \"mock\"\napproval_policy = \"never\"\nsandbox_mode = \"danger-full-access\"\n\
         check_for_update_on_startup = false\nmodel_auto_compact_token_limit = {AUTO_COMPACT_TOKENS}\n\n\
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

/// Starts it in a terminal; it is ready for a prompt.
#[track_caller]
pub fn open(place: &Place) -> Terminal {
    let terminal = Terminal::start(place, &installed("codex"), &["--dangerously-bypass-hook-trust"]);
    // Until it knows its model, it takes the last key for a part of something longer.
    terminal.wait_for("a prompt", |screen| screen.contains('›') && screen.contains("a-model default"));
    terminal
}

/// Lets it say what it has to say to a prompt, and gives the events of its stream.
#[track_caller]
pub fn ask(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let printed = start(place, arguments).ended();
    assert_eq!(printed.code, Some(0), "{}\n{}", printed.out, printed.err);
    printed.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The thread's id, as the stream tells it.
pub fn thread_of(stream: &[Value]) -> String {
    stream.iter().find_map(|event| event["thread_id"].as_str()).unwrap().to_owned()
}

/// The transcripts of the place, by name.
pub fn rollouts(place: &Place) -> Vec<PathBuf> {
    let mut files = files_under(&place.home().join(".codex/sessions"));
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files
}
