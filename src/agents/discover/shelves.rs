//! The places of each agent for one workspace folder.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{Keeper, Names, Proof, Shelf};
use crate::agents::Agent;
pub use crate::agents::install::places::Surroundings;

/// Characters after which Claude Code cuts the name of a project's folder and adds a hash.
const LONGEST_NAME: usize = 200;

fn is(name: &str) -> Names {
    Names::Is(name.to_owned())
}

/// All places in which sessions of the workspace folder `root` can be.
pub fn shelves(around: &Surroundings, root: &Path) -> Vec<Shelf> {
    let shelf = |keeper, base: PathBuf, levels: &[Names], proof: Proof| {
        let levels = levels.to_vec();
        Shelf { keeper, base, levels, proof }
    };
    let home = |folder: &str| around.home.join(folder);
    let data = (around.variable)("XDG_DATA_HOME").unwrap_or_else(|| home(".local/share")).join("opencode");
    let (hash, days) = (hash(root), [is("sessions"), Names::Highest(2), Names::Highest(2), Names::Highest(14)]);
    let mut all = vec![
        shelf(
            Keeper::ClaudeCode,
            around.folder(Agent::ClaudeCode),
            // Files that begin with `agent-` are conversations of its helpers.
            &[is("projects"), project(root), Names::FilesBut("agent-", ".jsonl")],
            Proof::Folder,
        ),
        shelf(
            Keeper::Codex,
            around.folder(Agent::Codex),
            &[&days[..], &[Names::Files("rollout-", &[".jsonl"])]].concat(),
            Proof::Folder,
        ),
        shelf(
            Keeper::Gemini,
            around.folder(Agent::Gemini),
            &[is("tmp"), Names::Hash(hash.clone()), is("chats"), Names::Files("session-", &[".jsonl", ".json"])],
            Proof::Hash(hash),
        ),
        shelf(
            Keeper::CopilotCli,
            around.folder(Agent::Copilot),
            &[is("session-state"), Names::Any, is("events.jsonl")],
            Proof::Folder,
        ),
        // `--home-me-project--`
        shelf(
            Keeper::Pi,
            home(".pi/agent"),
            &[is("sessions"), Names::Begins(slashes(root), "-"), Names::Files("", &[".jsonl"])],
            Proof::Folder,
        ),
        // What is written to is the log beside the database.
        shelf(
            Keeper::OpenCode,
            data.clone(),
            &[Names::Files("opencode.db", &["opencode.db", "opencode.db-wal"])],
            Proof::Folder,
        ),
        shelf(
            Keeper::OpenCodeFiles,
            data,
            &[is("storage"), is("session"), Names::Any, Names::Files("ses_", &[".json"])],
            Proof::Folder,
        ),
        shelf(
            Keeper::OpenHands,
            home(".openhands"),
            &[is("conversations"), Names::Any, is("base_state.json")],
            Proof::Folder,
        ),
    ];
    for user in editors(around) {
        let tasks = |extension: &str| {
            [is("globalStorage"), is(extension), is("tasks"), Names::Any, is("api_conversation_history.json")]
        };
        let chats = [is("workspaceStorage"), Names::Any, is("GitHub.copilot-chat"), is("transcripts")];
        let chats = [&chats[..], &[Names::Files("", &[".jsonl"])]].concat();
        all.push(shelf(Keeper::CopilotChat, user.clone(), &chats, Proof::Beside(2, "workspace.json")));
        all.push(shelf(Keeper::Cline, user.clone(), &tasks("saoudrizwan.claude-dev"), Proof::Folder));
        all.push(shelf(Keeper::Roo, user, &tasks("rooveterinaryinc.roo-cline"), Proof::Folder));
    }
    all
}

/// The folders in which Visual Studio Code and its kin keep what is the user's.
fn editors(around: &Surroundings) -> Vec<PathBuf> {
    let variable = |name: &str| (around.variable)(name);
    let applications = if cfg!(target_os = "macos") {
        around.home.join("Library/Application Support")
    } else if cfg!(windows) {
        variable("APPDATA").unwrap_or_else(|| around.home.join("AppData/Roaming"))
    } else {
        variable("XDG_CONFIG_HOME").unwrap_or_else(|| around.home.join(".config"))
    };
    let names = ["Code", "Code - Insiders", "VSCodium", "Cursor"];
    let mut folders: Vec<PathBuf> = names.map(|name| applications.join(name).join("User")).to_vec();
    folders.push(around.home.join(".vscode-server/data/User"));
    folders
}

/// The folder of a project of Claude Code's, and those of the folders in it.
fn project(root: &Path) -> Names {
    let name = dashes(root);
    match name.char_indices().nth(LONGEST_NAME) {
        Some((cut, _)) => Names::Begins(name[..cut].to_owned(), ""),
        None => Names::Begins(name, "-"),
    }
}

/// A path as Pi makes a name of it, without the end.
fn slashes(path: &Path) -> String {
    let path = path.to_string_lossy();
    format!("--{}", path.trim_start_matches(['/', '\\']).replace(['/', '\\', ':'], "-"))
}

/// A path as Claude Code makes a name of it.
fn dashes(path: &Path) -> String {
    path.to_string_lossy().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// A path as Gemini CLI makes a name of it.
fn hash(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in Sha256::digest(path.to_string_lossy().as_bytes()) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
