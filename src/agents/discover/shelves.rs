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
    let shelf = |keeper, base: PathBuf, levels: &[Names]| Shelf {
        keeper,
        base,
        levels: levels.to_vec(),
        proof: Proof::Folder,
    };
    let project = dashes(root);
    let project = match project.char_indices().nth(LONGEST_NAME) {
        Some((cut, _)) => Names::Begins(project[..cut].to_owned(), ""),
        // A session that was begun in a folder of the workspace counts.
        None => Names::Begins(project, "-"),
    };
    vec![
        shelf(
            Keeper::ClaudeCode,
            around.folder(Agent::ClaudeCode),
            // Those that begin with `agent-` are conversations of its helpers.
            &[is("projects"), project, Names::FilesBut("agent-", ".jsonl")],
        ),
        shelf(
            Keeper::Codex,
            around.folder(Agent::Codex),
            &[
                is("sessions"),
                Names::Highest(2),
                Names::Highest(2),
                Names::Highest(14),
                Names::Files("rollout-", &[".jsonl"]),
            ],
        ),
        Shelf {
            keeper: Keeper::Gemini,
            base: around.folder(Agent::Gemini),
            levels: vec![
                is("tmp"),
                Names::Hash(hash(root)),
                is("chats"),
                Names::Files("session-", &[".jsonl", ".json"]),
            ],
            proof: Proof::Hash(hash(root)),
        },
    ]
}

/// A path as Claude Code makes a name of it.
pub fn dashes(path: &Path) -> String {
    path.to_string_lossy().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// A path as Gemini CLI makes a name of it.
pub fn hash(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in Sha256::digest(path.to_string_lossy().as_bytes()) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
