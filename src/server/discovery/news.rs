//! Hears of what happens in the folders of agents: only of what can be a session that nobody has decided about, so that
//! agents at work wake nobody.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::Told;
use crate::host::discover::Places;

/// What is of interest, as the watcher's own thread asks.
#[derive(Default)]
pub struct Interest {
    /// The places of each workspace folder.
    pub places: Vec<Arc<Places>>,
    /// Files about which all is decided.
    pub settled: HashSet<PathBuf>,
}

/// The watcher; nothing is heard any more once it is dropped.
pub struct News {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
    interest: Arc<Mutex<Interest>>,
}

impl News {
    /// Hears nothing yet.
    pub fn new(told: Sender<Told>) -> News {
        let interest: Arc<Mutex<Interest>> = Arc::default();
        let asked = Arc::clone(&interest);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let matters = event.map_or(true, |event| event.need_rescan() || is_change(event.kind) && {
                let interest = asked.lock().unwrap_or_else(PoisonError::into_inner);
                event.paths.iter().any(|path| interest.has(path))
            });
            if matters {
                let _ = told.send(Told::News);
            }
        });
        let watcher = watcher.inspect_err(|error| tracing::warn!("new sessions of agents are not found: {error}")).ok();
        News { watcher, watched: BTreeSet::new(), interest }
    }

    /// What is of interest.
    pub fn interest(&self) -> MutexGuard<'_, Interest> {
        self.interest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Watches these folders and no others.
    pub fn watch(&mut self, folders: BTreeSet<PathBuf>) {
        let Some(watcher) = &mut self.watcher else { return };
        for gone in self.watched.difference(&folders) {
            let _ = watcher.unwatch(gone);
        }
        // Those that were watched already as well: a folder that was made anew has lost its watch.
        let watched = folders.into_iter().filter(|folder| {
            let watched = watcher.watch(folder, RecursiveMode::NonRecursive);
            watched.inspect_err(|error| tracing::warn!("{} is not watched: {error}", folder.display())).is_ok()
        });
        self.watched = watched.collect();
    }
}

impl Interest {
    fn has(&self, path: &Path) -> bool {
        !self.settled.contains(path) && self.places.iter().any(|places| places.concern(path))
    }
}

/// Something new, rather than something that was read or taken away.
fn is_change(kind: EventKind) -> bool {
    matches!(kind, EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Other)
}
