//! Coding agents: how each one's hooks speak, where its settings are, how a compacted context goes back into it. What an
//! agent's transcript looks like is in [`transcripts`](crate::transcripts).

pub mod claude_code;
pub mod codex;
pub mod delivery;
pub mod discover;
pub mod hook;
pub mod install;

/// An agent that this program works with by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Agent {
    /// Claude Code, in a terminal, an editor, or behind an adapter.
    ClaudeCode,
    /// Codex, in a terminal or an editor.
    Codex,
    /// GitHub Copilot, in Visual Studio Code or in a terminal.
    Copilot,
    /// Gemini CLI.
    Gemini,
    /// Cursor.
    Cursor,
    /// Cline.
    Cline,
}

impl Agent {
    /// All agents.
    pub const ALL: [Agent; 6] =
        [Agent::ClaudeCode, Agent::Codex, Agent::Copilot, Agent::Gemini, Agent::Cursor, Agent::Cline];

    /// The name on the wire and in the command line.
    pub fn name(self) -> &'static str {
        match self {
            Agent::ClaudeCode => "claude-code",
            Agent::Codex => "codex",
            Agent::Copilot => "copilot",
            Agent::Gemini => "gemini",
            Agent::Cursor => "cursor",
            Agent::Cline => "cline",
        }
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Agent::ClaudeCode => "Claude Code",
            Agent::Codex => "Codex",
            Agent::Copilot => "GitHub Copilot",
            Agent::Gemini => "Gemini CLI",
            Agent::Cursor => "Cursor",
            Agent::Cline => "Cline",
        }
    }

    /// The agent of a name.
    pub fn from_name(name: &str) -> Option<Agent> {
        Agent::ALL.into_iter().find(|agent| agent.name() == name)
    }
}
