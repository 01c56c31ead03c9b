//! Where agents keep their sessions, as patterns of names: which folders and files can hold a session of a workspace
//! folder. Pure; what is there is read by [`host::discover`](crate::host::discover).
//!
//! A name only says where to look. Whether a session belongs to the folder is told by the session itself, or by a file of
//! the agent's beside it.

mod shelves;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::path::{Path, PathBuf};

use super::Agent;
pub use shelves::{Surroundings, shelves};

/// Who keeps sessions, each in a way of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keeper {
    /// Claude Code.
    ClaudeCode,
    /// Codex.
    Codex,
    /// Gemini CLI.
    Gemini,
    /// GitHub Copilot in a terminal.
    CopilotCli,
    /// GitHub Copilot's chat in Visual Studio Code.
    CopilotChat,
    /// opencode, in its database.
    OpenCode,
    /// opencode, before it had a database.
    OpenCodeFiles,
    /// Pi.
    Pi,
    /// Cline.
    Cline,
    /// Roo Code.
    Roo,
    /// `OpenHands`.
    OpenHands,
}

impl Keeper {
    /// The agent's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Keeper::ClaudeCode => Agent::ClaudeCode.name(),
            Keeper::Codex => Agent::Codex.name(),
            Keeper::Gemini => Agent::Gemini.name(),
            Keeper::CopilotCli | Keeper::CopilotChat => Agent::Copilot.name(),
            Keeper::OpenCode | Keeper::OpenCodeFiles => "opencode",
            Keeper::Pi => "pi",
            Keeper::Cline => Agent::Cline.name(),
            Keeper::Roo => "roo",
            Keeper::OpenHands => "openhands",
        }
    }

    /// The agent's name for people.
    pub fn title(self) -> &'static str {
        match self {
            Keeper::ClaudeCode => Agent::ClaudeCode.title(),
            Keeper::Codex => Agent::Codex.title(),
            Keeper::Gemini => Agent::Gemini.title(),
            Keeper::CopilotCli | Keeper::CopilotChat => Agent::Copilot.title(),
            Keeper::OpenCode | Keeper::OpenCodeFiles => "opencode",
            Keeper::Pi => "Pi",
            Keeper::Cline => Agent::Cline.title(),
            Keeper::Roo => "Roo Code",
            Keeper::OpenHands => "OpenHands",
        }
    }
}

/// Names of one level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names {
    /// This one.
    Is(String),
    /// This one, and longer ones that begin with it and one of these characters; any end where there are none.
    Begins(String, &'static str),
    /// Numbers, and of these only so many of the highest.
    Highest(usize),
    /// Any, but no hash of another folder than this.
    Hash(String),
    /// Any.
    Any,
    /// Files whose name begins and ends so.
    Files(&'static str, &'static [&'static str]),
    /// Files whose name ends so and does not begin so.
    FilesBut(&'static str, &'static str),
}

impl Names {
    /// Whether a name is one of these.
    pub fn fits(&self, name: &str) -> bool {
        match self {
            Names::Is(own) => name == own,
            Names::Begins(own, next) => name
                .strip_prefix(own.as_str())
                .is_some_and(|rest| rest.is_empty() || next.is_empty() || rest.starts_with(|c| next.contains(c))),
            Names::Highest(_) => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()),
            Names::Hash(own) => name == own || !(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())),
            Names::Any => true,
            Names::FilesBut(begin, end) => name.ends_with(end) && !name.starts_with(begin),
            Names::Files(begin, ends) => name.starts_with(begin) && ends.iter().any(|end| name.ends_with(end)),
        }
    }
}

/// What tells that a session belongs to a workspace folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The session names the folder that its agent works in.
    Folder,
    /// The session names a hash of the folder.
    Hash(String),
    /// A file of this name, in the folder that the first so many names lead to, names the workspace folder.
    Beside(usize, &'static str),
}

/// A place where an agent keeps sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// Whose.
    pub keeper: Keeper,
    /// The folder that the user gave the agent. It may be a link of theirs; nothing below it may be.
    pub base: PathBuf,
    /// The names from there down to the session's file, which is the last.
    pub levels: Vec<Names>,
    /// What tells that a session belongs to the workspace folder.
    pub proof: Proof,
}

impl Shelf {
    /// Whether something that happens to a path can matter: it is on the way to a session, or is one.
    pub fn concerns(&self, path: &Path) -> bool {
        if self.base.starts_with(path) {
            return true;
        }
        let Ok(below) = path.strip_prefix(&self.base) else { return false };
        let names: Vec<_> = below.iter().map(|name| name.to_string_lossy()).collect();
        names.len() <= self.levels.len() && names.iter().zip(&self.levels).all(|(name, names)| names.fits(name))
    }
}

/// The most that is read of a session to tell what it is, in bytes.
pub const HEAD_BYTES: usize = 64 << 10;

/// The text of the first field with this name in a beginning of JSON that may end anywhere. A quote inside of a string has a
/// backslash before it, so what is found is a field and no part of somebody's text.
pub fn field(head: &str, name: &str) -> Option<String> {
    let name = format!("\"{name}\"");
    head.match_indices(&name).find_map(|(at, _)| {
        let value = head.get(at + name.len()..)?.trim_start().strip_prefix(':')?;
        serde_json::Deserializer::from_str(value).into_iter::<String>().next()?.ok()
    })
}

/// A title that cannot do anything: one line of at most 80 characters, without control characters and without those that
/// turn the direction of what is behind them.
pub fn harmless(title: &str) -> String {
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    let line = title.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(80).map(|c| if hidden(c) { '\u{fffd}' } else { c }).collect()
}
