//! Hears of what happens in the folders of agents: only of what can be a session that nobody has decided about, so that
//! agents at work wake nobody.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::Told;
use crate::host::discover::Places;

/// What is of interest, as the watcher's own thread asks.
#[derive(Default)]
pub struct Interest {
    /// The places of each workspace folder.
    pub places: Vec<Arc<Places>>,
    /// Files about which all is decided, and until when where that is not for ever.
    pub settled: HashMap<PathBuf, Option<Instant>>,
}

/// The watcher; nothing is heard any more once it is dropped.
pub struct News {
    told: Sender<Told>,
    watcher: Option<RecommendedWatcher>,
    watched: BTreeMap<PathBuf, u64>,
    interest: Arc<Mutex<Interest>>,
}

impl News {
    /// Hears nothing yet.
    pub fn new(told: Sender<Told>) -> News {
        News { told, watcher: None, watched: BTreeMap::new(), interest: Arc::default() }
    }

    fn start(&self) -> Option<RecommendedWatcher> {
        let (told, asked) = (self.told.clone(), Arc::clone(&self.interest));
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let matters = event.map_or(true, |event| {
                let interest = || asked.lock().unwrap_or_else(PoisonError::into_inner);
                event.need_rescan() || is_change(event.kind) && event.paths.iter().any(|path| interest().has(path))
            });
            if matters {
                let _ = told.send(Told::News);
            }
        });
        watcher.inspect_err(|error| tracing::warn!("new sessions of agents are not found: {error}")).ok()
    }

    /// What is of interest.
    pub fn interest(&self) -> MutexGuard<'_, Interest> {
        self.interest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Watches these folders and no others. Whether one of them is new: what happened in it so far nobody has heard of.
    pub fn watch(&mut self, folders: BTreeSet<PathBuf>) -> bool {
        if self.watcher.is_none() && !folders.is_empty() {
            self.watcher = self.start();
        }
        let Some(watcher) = &mut self.watcher else { return false };
        for gone in self.watched.keys().filter(|folder| !folders.contains(*folder)) {
            let _ = watcher.unwatch(gone);
        }
        let before = std::mem::take(&mut self.watched);
        let mut fresh = false;
        for folder in folders {
            let number = number(&folder);
            // A folder that was made anew has lost its watch.
            if before.get(&folder) != Some(&number) {
                if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
                    tracing::warn!("new sessions in {} are not found: {error}", folder.display());
                    continue;
                }
                fresh = true;
            }
            self.watched.insert(folder, number);
        }
        fresh
    }
}

/// What tells a folder from another one of the same name.
fn number(folder: &Path) -> u64 {
    #[cfg(unix)]
    {
        std::fs::metadata(folder).map_or(0, |metadata| std::os::unix::fs::MetadataExt::ino(&metadata))
    }
    #[cfg(not(unix))]
    {
        u64::from(folder.is_dir())
    }
}

impl Interest {
    /// Whether all is decided about a file.
    pub fn is_settled(&self, path: &Path) -> bool {
        self.settled.get(path).is_some_and(|until| until.is_none_or(|until| Instant::now() < until))
    }

    fn has(&self, path: &Path) -> bool {
        !self.is_settled(path) && self.places.iter().any(|places| places.concern(path))
    }
}

/// Something new, rather than something that was read or taken away.
fn is_change(kind: EventKind) -> bool {
    matches!(kind, EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Other)
}
