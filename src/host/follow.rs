//! Follows an agent's conversation while it is being written: a thread that reads what was added and gives the items.
//!
//! A file that only grows is read on from where it ended; a document, a folder or a database is looked at again. The
//! folder is watched, not the file (a watch of the file goes deaf when another file takes its name), and
//! a look at the metadata every `POLL` makes up for changes that no watcher tells: network folders, full
//! queues. A file that was replaced or cut is read from its start again; what was told before comes again
//! then, under the same event ids.

mod news;
mod tail;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecursiveMode, Watcher};

use self::tail::Tail;
use crate::transcripts::{Format, Item, Live, Place};

/// Longest time between two looks at the file.
const POLL: Duration = Duration::from_millis(100);
/// A file that did not change for this long is at rest: what the reader holds back comes out.
const REST: Duration = Duration::from_secs(1);
/// What is read anew each time is read again after as long as it took, so that following never takes more than half of a
/// processor; but after this long at the latest.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Following a file.
pub struct Follow;

impl Follow {
    /// Follows the file from its start on a thread of its own; the file need not exist yet.
    ///
    /// `on_items` is called on that thread, never with an empty list, and ends the following by `false`.
    /// Fails where the path names no file or the thread cannot be started; without a watcher (the system's
    /// limit is reached, the folder does not exist) the metadata alone has to do.
    pub fn start(
        path: &Path,
        format: Format,
        on_items: impl FnMut(Vec<Item>) -> bool + Send + 'static,
    ) -> io::Result<FollowHandle> {
        if path.file_name().is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{} names no file", path.display())));
        }
        let source = Source::of(path, format)?;
        let (wake, woken) = sync_channel(1);
        let (folder, name) = source.watched();
        let watcher = watch(&folder, name, wake.clone())
            .inspect_err(|error| tracing::warn!(path = %path.display(), %error, "not watched, only polled"))
            .ok();
        let stop = Arc::new(AtomicBool::new(false));
        let mut follower = Follower {
            source,
            on_items: Box::new(on_items),
            stop: Arc::clone(&stop),
            changed: None,
            pause: Duration::ZERO,
        };
        let thread = std::thread::Builder::new().name("follow".into()).spawn(move || {
            follower.run(&woken);
            drop(watcher);
        })?;
        Ok(FollowHandle { stop, wake, thread })
    }
}

/// Keeps a file followed; dropping it ends that. The thread is not waited for, because it may stand in
/// `on_items`, waiting for the one who drops; a call that is under way is the last.
pub struct FollowHandle {
    stop: Arc<AtomicBool>,
    wake: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl FollowHandle {
    /// The following has ended, because `on_items` said so.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }
}

impl Drop for FollowHandle {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // A full channel wakes the thread as well.
        let _ = self.wake.try_send(());
    }
}

/// What is read.
enum Source {
    Tail(Box<Tail>),
    Live(Box<Live>),
}

impl Source {
    fn of(path: &Path, format: Format) -> io::Result<Source> {
        // A file that is not there yet will be one.
        let place = Place::of(path).unwrap_or_else(|_| Place::File(path.to_owned()));
        if let Place::File(file) = place {
            return Ok(Source::Tail(Box::new(Tail::new(file, format))));
        }
        let live = Live::open(&place)?.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(Source::Live(Box::new(live)))
    }

    /// The folder in which something happens, and how the names of the files begin that count.
    fn watched(&self) -> (PathBuf, String) {
        match self {
            Source::Live(live) => live.watched(),
            Source::Tail(tail) => {
                let folder = tail.path().parent().filter(|folder| !folder.as_os_str().is_empty());
                let name = tail.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
                (folder.unwrap_or(Path::new(".")).to_owned(), name)
            }
        }
    }
}

/// Watches a folder for changes of files whose names begin so.
fn watch(folder: &Path, name: String, wake: SyncSender<()>) -> notify::Result<impl Watcher + Send + use<>> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let relevant = match event {
            // Reading is an event too, and it is ours.
            Ok(event) => match event.kind {
                EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
                _ => event.need_rescan() || event.paths.iter().any(|path| is_named(path, &name)),
            },
            Err(_) => true,
        };
        if relevant {
            // Full: the thread is about to look anyway.
            let _ = wake.try_send(());
        }
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

fn is_named(path: &Path, name: &str) -> bool {
    path.file_name().is_some_and(|found| found.to_string_lossy().starts_with(name))
}

struct Follower {
    source: Source,
    on_items: Box<dyn FnMut(Vec<Item>) -> bool + Send>,
    stop: Arc<AtomicBool>,
    /// When the last change was seen, until the file is at rest.
    changed: Option<Instant>,
    /// How long the last reading took, where all was read.
    pause: Duration,
}

impl Follower {
    fn run(&mut self, woken: &Receiver<()>) {
        let mut told = true;
        while self.look(told) {
            std::thread::sleep(self.pause.min(LONGEST_PAUSE));
            told = match woken.recv_timeout(POLL) {
                Ok(()) => true,
                Err(RecvTimeoutError::Timeout) => false,
                // No handle and no watcher.
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Reads what is new; `false` when the following is to end.
    fn look(&mut self, told: bool) -> bool {
        let begun = Instant::now();
        let Follower { source, on_items, stop, changed, pause } = self;
        let mut give = |items: Vec<Item>| !stop.load(Ordering::Acquire) && (items.is_empty() || on_items(items));
        let tail = match source {
            Source::Tail(tail) => tail,
            Source::Live(live) => {
                return match live.look(told) {
                    Ok(items) => {
                        *pause = begun.elapsed();
                        give(items)
                    }
                    Err(error) => {
                        tracing::debug!(%error, "the followed conversation cannot be read now");
                        give(Vec::new())
                    }
                };
            }
        };
        match tail.read(&mut give) {
            Ok(tail::Read::Nothing) => *pause = Duration::ZERO,
            Ok(tail::Read::Some) => {
                *changed = Some(Instant::now());
                *pause = if tail.is_document() { begun.elapsed() } else { Duration::ZERO };
            }
            Ok(tail::Read::Refused) => return false,
            Err(error) => tracing::debug!(%error, "the followed file cannot be read now"),
        }
        if changed.is_some_and(|at| at.elapsed() >= REST) {
            *changed = None;
            return give(tail.settle());
        }
        give(Vec::new())
    }
}
