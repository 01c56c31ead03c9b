//! Finds the sessions that agents keep on this machine for a workspace folder.
//!
//! Cheap: names and metadata, and at most 64 KiB of the newest files. Careful: only folders and files that belong to the user
//! are looked into, and no link is followed below the folder that the user gave the agent.

mod head;
mod opencode;
mod walk;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::agents::discover::{Keeper, Shelf, Surroundings, shelves};

/// A session that was written to within this time is at work, in milliseconds.
const LIVE_MS: i64 = 10 * 60_000;
/// Sessions that are looked into at most: those of other folders count too.
const MOST_HEADS: usize = 1000;

/// A session of an agent's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Whose.
    pub keeper: Keeper,
    /// What an import takes.
    pub path: PathBuf,
    /// The agent's own id of it.
    pub session_id: String,
    /// What it is about; `None` while its user has said nothing.
    pub title: Option<String>,
    /// The folder that its agent works in, where it tells.
    pub cwd: Option<PathBuf>,
    /// When it began, in milliseconds since the epoch.
    pub started_at: Option<i64>,
    /// When it was written to last.
    pub modified_at: i64,
}

/// A file that may hold a session.
#[derive(Clone, Debug)]
pub struct Candidate {
    shelf: usize,
    /// Its path.
    pub path: PathBuf,
    /// When it was written to last, in milliseconds since the epoch.
    pub modified_at: i64,
    /// What was told of it already.
    found: Option<Box<Found>>,
}

/// Whether what was written to then is at work at `now`.
pub fn is_live(modified_at: i64, now: i64) -> bool {
    now - modified_at <= LIVE_MS
}

/// The places for one workspace folder.
pub struct Places {
    root: PathBuf,
    shelves: Vec<Shelf>,
}

/// What lies in the places.
pub struct Seen {
    /// Files that may hold a session, the newest first.
    pub candidates: Vec<Candidate>,
    /// Folders in which something of interest can happen.
    pub folders: Vec<PathBuf>,
}

/// What a look into a file tells.
pub enum Look {
    /// A session of the workspace.
    Session(Box<Found>),
    /// Nothing yet: it is being written.
    Early,
    /// It is something else.
    Other,
}

impl Places {
    /// Of a workspace folder; `None` where the user has no home.
    pub fn of(root: &Path) -> Option<Places> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = etcetera::home_dir().ok()?;
        let around = Surroundings { documents: home.join("Documents"), home, variable };
        Some(Places { root: root.to_owned(), shelves: shelves(&around, root) })
    }

    /// Whether something that happens to a path can matter.
    pub fn concern(&self, path: &Path) -> bool {
        self.shelves.iter().any(|shelf| shelf.concerns(path))
    }

    /// Looks at names and metadata.
    pub fn look(&self) -> Seen {
        let mut seen = Seen { candidates: Vec::new(), folders: Vec::new() };
        for (index, shelf) in self.shelves.iter().enumerate() {
            walk::walk(shelf, index, &self.root, &mut seen);
        }
        seen.candidates.sort_by(|a, b| b.modified_at.cmp(&a.modified_at).then_with(|| a.path.cmp(&b.path)));
        seen.folders.sort();
        seen.folders.dedup();
        seen
    }

    /// Looks into a file.
    pub fn open(&self, candidate: &Candidate) -> Look {
        if let Some(found) = &candidate.found {
            return Look::Session(found.clone());
        }
        let Some(shelf) = self.shelves.get(candidate.shelf) else { return Look::Other };
        head::look(shelf, candidate, &self.root)
    }

    /// The newest sessions of the workspace that `belongs` agrees with, at most so many.
    pub fn sessions(&self, most: usize, belongs: impl Fn(&Found) -> bool) -> Vec<Found> {
        let candidates = self.look().candidates;
        let found = candidates.iter().take(MOST_HEADS).filter_map(|candidate| match self.open(candidate) {
            Look::Session(found) => Some(*found),
            Look::Early | Look::Other => None,
        });
        found.filter(belongs).take(most).collect()
    }
}

/// A time in milliseconds since the epoch.
fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
