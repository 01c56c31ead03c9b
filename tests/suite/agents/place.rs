//! Where an agent lives during a test: a home, a workspace, and an environment without anything of the machine's user.

use std::path::{Path, PathBuf};

use super::await_in;
use super::model::Model;
use crate::harness::Workspace;

/// The environment of an agent, for one of them or several.
pub struct Place {
    pub workspace: Workspace,
    pub model: Model,
}

/// A key that opens nothing.
pub const KEY: &str = "sk-ant-api03-of-no-use-at-all-0123456789";

/// The size of a context, in tokens, at which the agents compact it by themselves; no test comes there without a word to the
/// model (`counts`).
pub const AUTO_COMPACT_TOKENS: u32 = 100_000;

impl Place {
    pub fn new() -> Place {
        Place { workspace: Workspace::new(), model: Model::start() }
    }

    /// The agent's home.
    pub fn home(&self) -> PathBuf {
        self.workspace.outside("home")
    }

    /// The folder that it works in, as it names it itself.
    pub fn root(&self) -> PathBuf {
        self.workspace.root().canonicalize().unwrap()
    }

    /// Writes a file of the home and the folders above it.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// All variables that the agent and what it starts see.
    pub fn env(&self) -> Vec<(String, String)> {
        let path = |path: PathBuf| path.to_str().unwrap().to_owned();
        let own = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned());
        let with_agents = format!("{}:{own}", installed("codex").parent().unwrap().display());
        let variables = [
            ("HOME", path(self.home())),
            ("PATH", with_agents),
            ("SHELL", "/bin/sh".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("TERM", "xterm-256color".to_owned()),
            ("TMPDIR", path(self.home().join("tmp"))),
            ("XDG_CONFIG_HOME", path(self.home().join(".config"))),
            ("XDG_CACHE_HOME", path(self.home().join(".cache"))),
            ("XDG_DATA_HOME", path(self.home().join(".local/share"))),
            ("XDG_STATE_HOME", path(self.home().join(".local/state"))),
            ("SESSION_MEMORY_STATE_DIR", path(self.workspace.state())),
            ("SESSION_MEMORY_CONFIG", path(self.workspace.config())),
            ("ANTHROPIC_BASE_URL", self.model.anthropic()),
            ("ANTHROPIC_API_KEY", KEY.to_owned()),
            ("CLAUDE_CODE_AUTO_COMPACT_WINDOW", AUTO_COMPACT_TOKENS.to_string()),
            ("CODEX_HOME", path(self.home().join(".codex"))),
            ("MODEL_KEY", KEY.to_owned()),
            ("GEMINI_API_KEY", KEY.to_owned()),
            ("COPILOT_OFFLINE", "true".to_owned()),
            ("COPILOT_PROVIDER_TYPE", "anthropic".to_owned()),
            ("COPILOT_PROVIDER_BASE_URL", self.model.anthropic()),
            ("COPILOT_PROVIDER_API_KEY", KEY.to_owned()),
            ("COPILOT_MODEL", "a-model".to_owned()),
            ("DISABLE_TELEMETRY", "1".to_owned()),
            ("DISABLE_AUTOUPDATER", "1".to_owned()),
            ("DISABLE_ERROR_REPORTING", "1".to_owned()),
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1".to_owned()),
        ];
        variables.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }
}

/// Our hooks leave a worker behind, which ends when its workspace is gone; nothing of a test outlives it.
impl Drop for Place {
    fn drop(&mut self) {
        let root = self.root();
        let _ = std::fs::remove_dir_all(&root);
        if !std::thread::panicking() {
            await_in("the end of the worker", String::new, || (!is_named(&root)).then_some(()));
        }
    }
}

/// Whether a process has this path among its arguments, on a system that tells.
fn is_named(path: &Path) -> bool {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut commands = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    commands.any(|command| command.split(|byte| *byte == 0).any(|word| word == path.as_os_str().as_encoded_bytes()))
}

/// A program that `tests/agents/setup` has installed.
pub fn installed(program: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/agents").join(program);
    assert!(path.exists(), "run ./test, or tests/agents/setup");
    path
}
