//! The formats and their names.

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Session files of Claude Code (JSON lines).
    ClaudeCode,
    /// Rollouts of Codex (JSON lines).
    Codex,
    /// Messages of the Anthropic or `OpenAI` API: an array, a document that holds one, or JSON lines.
    Messages,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 3] = [Format::ClaudeCode, Format::Codex, Format::Messages];

    /// The format's name on the wire and in the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::ClaudeCode => "claude-code",
            Format::Codex => "codex",
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
