//! Our server with a folder of its own, and a conversation fed to it as an agent would: events as they come, a
//! compaction whenever four fifths of the window are used.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::json;

use super::client::{Answer, Client};
use super::workload::{Event, Workload};

/// The session that most figures are about.
pub const SESSION: &str = "figures";
/// Share of the window at which an agent compacts, in percent.
const COMPACT_AT: u64 = 80;

/// Folders of one server.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// New, empty folders.
    pub fn new() -> anyhow::Result<Place> {
        let folder = tempfile::tempdir()?;
        for name in ["workspace", "state", "home"] {
            std::fs::create_dir(folder.path().join(name))?;
        }
        Ok(Place { folder })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The workspace folder.
    pub fn workspace(&self) -> PathBuf {
        self.path("workspace")
    }

    /// Where the store is.
    pub fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// Writes the user's config file, for processes from now on.
    pub fn configure(&self, toml: &str) -> anyhow::Result<()> {
        Ok(std::fs::write(self.path("config.toml"), toml)?)
    }

    /// A process of our server, not yet started.
    pub fn command(&self) -> Command {
        let mut command = self.program();
        command.args(["serve", "--stdio"]);
        command
    }

    /// Our program with these folders.
    pub fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_session-memory"));
        command
            .env_clear()
            .env("HOME", self.path("home"))
            .env("SESSION_MEMORY_STATE_DIR", self.state())
            .env("SESSION_MEMORY_CONFIG", self.path("config.toml"));
        command
    }

    /// A server that is up.
    pub fn start(&self) -> anyhow::Result<Client> {
        let mut client = Client::start(&mut self.command())?;
        client.initialize(&self.workspace())?;
        Ok(client)
    }

    /// The same folders with a copy of the store. The workspace's path is part of the store's place, so it is shared.
    pub fn copy_state(&self, to: &Path) -> anyhow::Result<()> {
        copy(&self.state(), to)
    }

    /// Puts a copy made by `copy_state` back.
    pub fn restore_state(&self, from: &Path) -> anyhow::Result<()> {
        std::fs::remove_dir_all(self.state())?;
        copy(from, &self.state())
    }
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Parameters of an `append`.
pub fn append_params(session: &str, events: &[Event]) -> String {
    let raws: Vec<&str> = events.iter().map(|event| event.raw.as_str()).collect();
    format!(r#"{{"sessionId":"{session}","events":[{}]}}"#, raws.join(","))
}

/// Appends events.
pub fn append(client: &mut Client, session: &str, events: &[Event]) -> anyhow::Result<Answer> {
    client.request("sessionMemory/append", &append_params(session, events))
}

/// Parameters of a `compact`.
pub fn compact_params(session: &str, apply: bool, target: Option<u64>) -> String {
    match target {
        Some(target) => json!({"sessionId": session, "apply": apply, "targetTokens": target}).to_string(),
        None => json!({"sessionId": session, "apply": apply}).to_string(),
    }
}

/// Asks for a compaction.
pub fn compact(client: &mut Client, session: &str, apply: bool) -> anyhow::Result<Answer> {
    client.request("sessionMemory/compact", &compact_params(session, apply, None))
}

/// What was fed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fed {
    /// Bytes of events.
    pub bytes: usize,
    /// Time until all of it was acknowledged, compactions on the way included.
    pub time: Duration,
    /// Compactions on the way.
    pub compactions: u64,
}

/// How a conversation is fed.
#[derive(Clone, Copy, Debug)]
pub struct Feeding {
    /// Tokens of the conversation.
    pub tokens: u64,
    /// Events of one `append`.
    pub batch: usize,
    /// Compact on the way.
    pub compact: bool,
}

/// Feeds a conversation; with compactions it ends with a live context of about half of the window where it is long
/// enough, so that what is measured then depends on the length alone.
pub fn feed(client: &mut Client, session: &str, workload: &mut Workload, feeding: Feeding) -> anyhow::Result<Fed> {
    let mut events = workload.take_tokens(feeding.tokens);
    let mut fed = Fed { bytes: events.iter().map(|event| event.raw.len()).sum(), ..Fed::default() };
    let mut left: u64 = events.iter().map(|event| event.tokens).sum();
    let begun = Instant::now();
    let mut last_compaction_due = feeding.tokens > 200_000;
    while !events.is_empty() {
        let batch: Vec<Event> = events.drain(..feeding.batch.max(1).min(events.len())).collect();
        left -= batch.iter().map(|event| event.tokens).sum::<u64>();
        let state = append(client, session, &batch)?.value()?;
        let number = |name: &str| state[name].as_u64().with_context(|| format!("no {name}"));
        let full = number("contextTokens")? * 100 >= number("contextLimit")? * COMPACT_AT;
        let last = last_compaction_due && left < 88_000;
        if feeding.compact && (full || last) && state["openToolCalls"].as_array().is_none_or(Vec::is_empty) {
            last_compaction_due &= !last;
            fed.compactions += 1;
            compact(client, session, true)?;
        }
    }
    fed.time = begun.elapsed();
    Ok(fed)
}

/// Waits until the server has nothing left to do: everything indexed, the next answer prepared.
pub fn settle(client: &mut Client) -> anyhow::Result<()> {
    client.request("sessionMemory/search", r#"{"query":"nothing in particular"}"#)?;
    std::thread::sleep(Duration::from_millis(150));
    client.request("sessionMemory/search", r#"{"query":"nothing in particular"}"#)?;
    Ok(())
}
