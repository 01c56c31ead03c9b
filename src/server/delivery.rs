//! A session that an agent resumes, made of a compacted context: on a thread of its own, because it touches the agent's files
//! and may start the agent.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use serde_json::{Value, json};

use super::local::ask;
use super::main_loop::now;
use super::task::Task;
use crate::agents::Agent;
use crate::agents::claude_code::{self, Session};
use crate::agents::codex;
use crate::engine::intake::Intake;
use crate::engine::message::Format;
use crate::host::codex as app_server;
use crate::host::memory_file::file_uri;
use crate::host::store::{NewFeed, Store};
use crate::transcripts::{Item, detect, read_all};
use crate::wire::protocol::{Method, RequestError};

/// The end of a transcript, which has the agent's version and model: bytes.
const END_BYTES: u64 = 256 << 10;

/// What the session is made of.
pub struct Made {
    /// The agent.
    pub agent: Agent,
    /// The workspace folder.
    pub root: PathBuf,
    /// The folder of its store.
    pub state: PathBuf,
    /// Our session, which the new one feeds.
    pub session: String,
    /// The agent's transcript of the session before.
    pub transcript: Option<PathBuf>,
}

/// What came of it.
pub enum Outcome {
    /// The agent's id of the session.
    Made(String),
    /// There is nothing to compact, and why.
    Nothing(String),
    /// The agent's files are not as they are known, or cannot be written. Nothing is left behind.
    Failed(io::Error),
}

impl Made {
    /// Takes in what the agent wrote last, compacts, and makes the session; only then it is the live context here.
    ///
    /// # Errors
    /// As the protocol says of `import` and `compact`.
    pub fn make(&self, tasks: &Sender<Task>) -> Result<Outcome, RequestError> {
        if let Some(path) = self.transcript.as_deref().filter(|path| path.is_file()) {
            let folder = file_uri(&self.root);
            let params = json!({"path": path, "sessionId": self.session, "workspaceFolder": folder});
            ask(tasks, Method::Import, &params)?;
        }
        let format = if self.agent == Agent::Codex { Format::OpenAi } else { Format::Anthropic };
        let compact = |apply: bool| {
            let params = json!({"sessionId": self.session, "format": format.name(), "apply": apply});
            ask(tasks, Method::Compact, &params)
        };
        let compacted = compact(false)?;
        if let Some(reason) = compacted["reason"].as_str() {
            return Ok(Outcome::Nothing(reason.to_owned()));
        }
        Ok(match self.session_of(&compacted["messages"].to_string()) {
            Ok(id) => {
                compact(true)?;
                Outcome::Made(id)
            }
            Err(error) => Outcome::Failed(error),
        })
    }

    /// The session made of these messages; gives the agent's id of it.
    fn session_of(&self, messages: &str) -> io::Result<String> {
        let (id, path) = match self.agent {
            Agent::Codex => self.thread(messages)?,
            _ => self.transcript(messages)?,
        };
        let noted = self.note(&id, &path);
        if noted.is_err() && self.agent == Agent::ClaudeCode {
            let _ = std::fs::remove_file(&path);
        }
        noted.map(|()| id)
    }

    fn transcript(&self, messages: &str) -> io::Result<(String, PathBuf)> {
        let before =
            self.transcript.as_deref().ok_or_else(|| io::Error::other("the session's transcript is not known"))?;
        let end = Records::read(before)?;
        let version = end.last("/version").unwrap_or_default();
        if !claude_code::is_known(&version) {
            return Err(io::Error::other(format!("the form of Claude Code {version:?} is not known")));
        }
        let id = claude_code::id(&[&self.session, &before.display().to_string(), &now().to_string()]);
        let session = Session {
            id: &id,
            cwd: &end.last("/cwd").unwrap_or_else(|| self.root.display().to_string()),
            version: &version,
            model: &end.last("/message/model").unwrap_or_else(|| "claude".to_owned()),
            at: &jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        };
        let text = claude_code::transcript(&session, messages)
            .ok_or_else(|| io::Error::other("there is no message for the session"))?;
        let path = before.with_file_name(format!("{id}.jsonl"));
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&path).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        if let Err(error) = written {
            let _ = std::fs::remove_file(&path);
            return Err(io::Error::new(error.kind(), format!("{}: {error}", path.display())));
        }
        Ok((id, path))
    }

    fn thread(&self, messages: &str) -> io::Result<(String, PathBuf)> {
        let items = codex::items(messages).ok_or_else(|| io::Error::other("there is no message for the session"))?;
        let begun = app_server::begin(&self.root, &items)?;
        let path = begun.path.ok_or_else(|| io::Error::other("Codex told no transcript of the session"))?;
        Ok((begun.id, path))
    }

    /// What stands in the new transcript is known here already, and what will be added to it goes on with our session.
    fn note(&self, id: &str, path: &Path) -> io::Result<()> {
        let bytes = std::fs::read(path)?;
        let format = detect(&bytes).ok_or_else(|| io::Error::other("what was written cannot be read back"))?;
        let (items, _) = read_all(format, &bytes);
        let names: Vec<String> = items
            .iter()
            .filter_map(|item| if let Item::Event(raw) = item { Intake::new(raw, true).ok() } else { None })
            .filter_map(|intake| intake.event.keys.into_iter().next())
            .collect();
        if names.is_empty() {
            return Err(io::Error::other("what was written has no message when it is read back"));
        }
        let mut store = Store::join(&self.state).map_err(io::Error::other)?;
        let feed = NewFeed {
            agent_session: id,
            agent: self.agent.name(),
            transcript: path.to_str(),
            prompted: true,
            at: now(),
            ..NewFeed::default()
        };
        store.enter_feed(&feed).map_err(io::Error::other)?;
        store.join_feed(id, &self.session).map_err(io::Error::other)?;
        store.know(&self.session, &names).map_err(io::Error::other)
    }
}

/// The last records of a transcript.
struct Records(Vec<Value>);

impl Records {
    fn read(path: &Path) -> io::Result<Records> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(END_BYTES)))?;
        let mut bytes = Vec::new();
        file.take(END_BYTES).read_to_end(&mut bytes)?;
        // A first line that was cut is none.
        Ok(Records(bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()))
    }

    /// The last text at this place in a record.
    fn last(&self, pointer: &str) -> Option<String> {
        let texts = self.0.iter().rev().filter_map(|record| record.pointer(pointer)?.as_str());
        texts.into_iter().find(|text| !text.is_empty() && *text != "<synthetic>").map(str::to_owned)
    }
}
