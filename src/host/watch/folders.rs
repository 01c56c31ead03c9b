//! The folders that are watched. What is watched is a folder's inode, so one that was moved away or made anew under the
//! same name is watched again.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::Message;

/// What tells one folder from another in its place.
type Identity = (u64, u64);

/// The watched folders.
pub(super) struct Folders {
    messages: Sender<Message>,
    /// Made with the first folder; `None` again where the system gives none.
    watcher: Option<RecommendedWatcher>,
    armed: HashMap<PathBuf, Identity>,
    /// Said already that these cannot be watched.
    refused: BTreeSet<PathBuf>,
}

impl Folders {
    pub(super) fn new(messages: Sender<Message>) -> Folders {
        Folders { messages, watcher: None, armed: HashMap::new(), refused: BTreeSet::new() }
    }

    /// Watches a folder if it is there and is not watched yet; says whether something has changed by that.
    pub(super) fn arm(&mut self, folder: &Path) -> bool {
        let Some(identity) = identity(folder) else {
            self.disarm(folder);
            return false;
        };
        if self.armed.get(folder) == Some(&identity) {
            return false;
        }
        self.disarm(folder);
        match self.watch(folder) {
            Ok(()) => {
                self.armed.insert(folder.to_owned(), identity);
                self.refused.remove(folder);
                true
            }
            Err(error) => {
                if self.refused.insert(folder.to_owned()) {
                    tracing::warn!(folder = %folder.display(), "not watched, only polled: {error}");
                }
                false
            }
        }
    }

    /// Whether a folder is there and could not be watched.
    pub(super) fn is_deaf(&self, folder: &Path) -> bool {
        self.refused.contains(folder) && is_folder(folder)
    }

    /// Forgets a folder, because it is not what it was.
    pub(super) fn disarm(&mut self, folder: &Path) {
        if self.armed.remove(folder).is_some()
            && let Some(watcher) = &mut self.watcher
        {
            // The watcher may have noticed first.
            let _ = watcher.unwatch(folder);
        }
    }

    /// Forgets all folders but these.
    pub(super) fn retain(&mut self, needed: &BTreeSet<PathBuf>) {
        let gone: Vec<PathBuf> = self.armed.keys().filter(|folder| !needed.contains(*folder)).cloned().collect();
        for folder in gone {
            self.disarm(&folder);
        }
        self.refused.retain(|folder| needed.contains(folder));
    }

    fn watch(&mut self, folder: &Path) -> notify::Result<()> {
        let watcher = match &mut self.watcher {
            Some(watcher) => watcher,
            none => {
                let messages = self.messages.clone();
                none.insert(notify::recommended_watcher(move |event| tell(&messages, event))?)
            }
        };
        watcher.watch(folder, RecursiveMode::NonRecursive)
    }
}

fn tell(messages: &Sender<Message>, event: notify::Result<notify::Event>) {
    let event = match event {
        Ok(event) if !event.need_rescan() => event,
        _ => return drop(messages.send(Message::Lost)),
    };
    // Reading is an event too, and mostly it is ours.
    if matches!(event.kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write)) {
        return;
    }
    for path in event.paths {
        let _ = messages.send(Message::Touched(path));
    }
}

/// Whether there is a folder. A link is none: what it leads to is not the workspace's.
pub(super) fn is_folder(path: &Path) -> bool {
    identity(path).is_some()
}

/// A folder's identity; `None` where there is none.
fn identity(folder: &Path) -> Option<Identity> {
    let metadata = std::fs::symlink_metadata(folder).ok().filter(std::fs::Metadata::is_dir)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        Some((metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        let made = metadata.created().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        Some((0, made.map_or(0, |at| u64::try_from(at.as_nanos()).unwrap_or(u64::MAX))))
    }
}
