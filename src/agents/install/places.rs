//! Where an agent keeps its settings: of the user, and of a project.

use std::path::{Component, Path, PathBuf};

use crate::agents::Agent;

/// Whose settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of all projects of this user.
    User,
    /// Those of one project, and there the user's own where the agent has such: the path of a program is personal.
    Project,
}

/// A settings file, or for Cline a folder of hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its path.
    pub path: PathBuf,
    /// The folder that stays when what was made in it is taken away.
    pub stays: PathBuf,
    /// The project that nothing may lead out of.
    pub project: Option<PathBuf>,
}

/// What the paths depend on.
pub struct Surroundings {
    /// The user's home folder.
    pub home: PathBuf,
    /// The user's folder of documents, which Cline keeps its own in.
    pub documents: PathBuf,
    /// The value of an environment variable.
    pub variable: fn(&str) -> Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub fn here() -> Option<Surroundings> {
        let mut here = Surroundings::at_once()?;
        here.documents = documents().unwrap_or(here.documents);
        Some(here)
    }

    /// The same without asking the desktop, which takes a process.
    pub fn at_once() -> Option<Surroundings> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = etcetera::home_dir().ok()?;
        let documents = home.join("Documents");
        Some(Surroundings { home, documents, variable })
    }

    /// The user's folder of an agent, whose being there tells that the agent is in use.
    pub fn folder(&self, agent: Agent) -> PathBuf {
        let own = |variable: &str, folder: &str| {
            (self.variable)(variable).filter(|path| path.is_absolute()).unwrap_or_else(|| self.home.join(folder))
        };
        match agent {
            Agent::ClaudeCode => own("CLAUDE_CONFIG_DIR", ".claude"),
            Agent::Codex => own("CODEX_HOME", ".codex"),
            Agent::Copilot => own("COPILOT_HOME", ".copilot"),
            Agent::Gemini => match (self.variable)("GEMINI_CLI_HOME").filter(|path| path.is_absolute()) {
                Some(home) => home.join(".gemini"),
                None => self.home.join(".gemini"),
            },
            Agent::Cursor => self.home.join(".cursor"),
            Agent::Cline => self.documents.join("Cline"),
        }
    }

    /// Where hooks of an agent go for the user.
    pub fn of_user(&self, agent: Agent) -> Place {
        let folder = self.folder(agent);
        let name = match agent {
            Agent::ClaudeCode | Agent::Gemini => "settings.json",
            Agent::Codex | Agent::Cursor => "hooks.json",
            Agent::Copilot => "hooks/session-memory.json",
            Agent::Cline => "Hooks",
        };
        let stays = folder.parent().unwrap_or(&folder).to_owned();
        Place { path: folder.join(name), stays, project: None }
    }
}

impl Surroundings {
    /// The transcript of a session whose agent keeps one and does not tell where at every event: Copilot in a terminal.
    pub fn untold_transcript(&self, agent: Agent, session: &str) -> Option<PathBuf> {
        let is_name = Path::new(session).components().eq([Component::Normal(session.as_ref())]);
        if agent != Agent::Copilot || !is_name {
            return None;
        }
        let folder = self.folder(agent).join("session-state").join(session);
        folder.is_dir().then(|| folder.join("events.jsonl"))
    }

    /// Where Codex has its own configuration, which its summary prompt is in.
    pub fn codex_configuration(&self) -> Place {
        let hooks = self.of_user(Agent::Codex);
        Place { path: hooks.path.with_file_name("config.toml"), ..hooks }
    }
}

/// What the desktop calls the folder of documents, asked as Cline asks.
fn documents() -> Option<PathBuf> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let output = std::process::Command::new("xdg-user-dir").arg("DOCUMENTS").output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    path.is_absolute().then_some(path)
}

/// Where hooks of an agent go for a project.
pub fn of_project(agent: Agent, root: &Path) -> Place {
    let name = match agent {
        Agent::ClaudeCode => ".claude/settings.local.json",
        Agent::Codex => ".codex/hooks.json",
        Agent::Copilot => ".github/hooks/session-memory.json",
        Agent::Gemini => ".gemini/settings.json",
        Agent::Cursor => ".cursor/hooks.json",
        Agent::Cline => ".clinerules/hooks",
    };
    Place { path: root.join(name), stays: root.to_owned(), project: Some(root.to_owned()) }
}

/// The programs by whose name on the search path an agent is found.
pub fn programs(agent: Agent) -> &'static [&'static str] {
    match agent {
        Agent::ClaudeCode => &["claude"],
        Agent::Codex => &["codex"],
        Agent::Copilot => &["copilot", "code"],
        Agent::Gemini => &["gemini"],
        Agent::Cursor => &["cursor", "cursor-agent"],
        Agent::Cline => &["cline"],
    }
}
