//! The formats and their names.

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Session files of Claude Code (JSON lines).
    ClaudeCode,
    /// Rollouts of Codex (JSON lines).
    Codex,
    /// Sessions of Gemini CLI: a document, or JSON lines since 0.40.
    Gemini,
    /// Tasks of Cline, and sessions of its SDK (documents).
    Cline,
    /// Tasks of Roo Code (documents).
    Roo,
    /// Sessions of opencode: a database, a folder, or an exported document.
    OpenCode,
    /// Events of GitHub Copilot, of its CLI and of the chat in VS Code (JSON lines).
    Copilot,
    /// Events of `OpenHands`: a folder, or JSON lines.
    OpenHands,
    /// Sessions of Pi (JSON lines).
    Pi,
    /// Trajectories of mini-swe-agent (documents).
    MiniSweAgent,
    /// Trajectories of SWE-agent (documents).
    SweAgent,
    /// The chat history of aider (Markdown).
    Aider,
    /// Messages of the Anthropic or `OpenAI` API: an array, a document that holds one, or JSON lines.
    Messages,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 13] = [
        Format::ClaudeCode,
        Format::Codex,
        Format::Gemini,
        Format::Cline,
        Format::Roo,
        Format::OpenCode,
        Format::Copilot,
        Format::OpenHands,
        Format::Pi,
        Format::MiniSweAgent,
        Format::SweAgent,
        Format::Aider,
        Format::Messages,
    ];

    /// The format's name on the wire and in the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::ClaudeCode => "claude-code",
            Format::Codex => "codex",
            Format::Gemini => "gemini-cli",
            Format::Cline => "cline",
            Format::Roo => "roo",
            Format::OpenCode => "opencode",
            Format::Copilot => "copilot",
            Format::OpenHands => "openhands",
            Format::Pi => "pi",
            Format::MiniSweAgent => "mini-swe-agent",
            Format::SweAgent => "swe-agent",
            Format::Aider => "aider",
            Format::Messages => "messages",
        }
    }

    /// The format of a name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// All names, for people.
    pub fn names() -> String {
        Format::ALL.map(Format::name).join(", ")
    }
}
