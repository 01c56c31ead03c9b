//! Who feeds which of the agents' sessions, as the store and the imports of this process tell.

use std::collections::HashMap;
use std::path::Path;

use crate::host::discover::Found;
use crate::host::store::{Feed, Store, StoreError};

/// How a session came to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Its agent's hooks tell of it.
    Hook,
    /// Its transcript is imported and followed.
    Import,
}

impl By {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            By::Hook => "hook",
            By::Import => "import",
        }
    }
}

/// The sessions of agents that a store knows.
pub struct Fed {
    by_id: HashMap<String, Feed>,
    by_transcript: HashMap<String, String>,
}

impl Fed {
    /// Those of the store in a folder; none where there is no store, and none is made.
    pub fn read(state: &Path) -> Result<Fed, StoreError> {
        let feeds = if state.join("store.db").exists() { Store::open(state)?.feeds(0)? } else { Vec::new() };
        let of_transcript = |feed: &Feed| Some((feed.transcript.clone()?, feed.agent_session.clone()));
        Ok(Fed {
            by_transcript: feeds.iter().filter_map(of_transcript).collect(),
            by_id: feeds.into_iter().map(|feed| (feed.agent_session.clone(), feed)).collect(),
        })
    }

    /// What is noted of a session.
    pub fn feed(&self, found: &Found) -> Option<&Feed> {
        let by_transcript = || self.by_id.get(self.by_transcript.get(found.path.to_str()?)?);
        self.by_id.get(&found.session_id).or_else(by_transcript)
    }

    /// Who feeds it. A session that the user had forgotten is fed by nobody.
    pub fn by(&self, found: &Found) -> Option<By> {
        let feed = self.feed(found).filter(|feed| feed.session.is_some())?;
        // What a hook notes has a process where the system tells, and prompts.
        Some(if feed.process.is_some() || feed.prompts > 0 { By::Hook } else { By::Import })
    }
}
