//! Follows an agent's file while it is being written: a thread that reads what was added and gives the items.
//!
//! The folder is watched, not the file (a watch of the file goes deaf when another file takes its name), and
//! a look at the metadata every `POLL` makes up for changes that no watcher tells: network folders, full
//! queues. A file that was replaced or cut is read from its start again; what was told before comes again
//! then, under the same event ids.

mod tail;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecursiveMode, Watcher};

use self::tail::Tail;
use crate::transcripts::{Format, Item};

/// Longest time between two looks at the file.
const POLL: Duration = Duration::from_millis(100);
/// A file that did not change for this long is at rest: what the reader holds back comes out.
const REST: Duration = Duration::from_secs(1);

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
        let (wake, woken) = sync_channel(1);
        let watcher = watch(path, wake.clone())
            .inspect_err(|error| tracing::warn!(path = %path.display(), %error, "not watched, only polled"))
            .ok();
        let stop = Arc::new(AtomicBool::new(false));
        let mut follower = Follower {
            tail: Tail::new(path.to_owned(), format),
            on_items: Box::new(on_items),
            stop: Arc::clone(&stop),
            changed: None,
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

/// Watches the file's folder for changes of the file.
fn watch(path: &Path, wake: SyncSender<()>) -> notify::Result<impl Watcher + Send + use<>> {
    let name = path.file_name().map(ToOwned::to_owned);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let relevant = match event {
            // Reading is an event too, and it is ours.
            Ok(event) => match event.kind {
                EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
                _ => event.need_rescan() || event.paths.iter().any(|path| path.file_name() == name.as_deref()),
            },
            Err(_) => true,
        };
        if relevant {
            // Full: the thread is about to look anyway.
            let _ = wake.try_send(());
        }
    })?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    watcher.watch(folder.unwrap_or(Path::new(".")), RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

struct Follower {
    tail: Tail,
    on_items: Box<dyn FnMut(Vec<Item>) -> bool + Send>,
    stop: Arc<AtomicBool>,
    /// When the last change was seen, until the file is at rest.
    changed: Option<Instant>,
}

impl Follower {
    fn run(&mut self, woken: &Receiver<()>) {
        while self.look() {
            match woken.recv_timeout(POLL) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                // No handle and no watcher.
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Reads what is new; `false` when the following is to end.
    fn look(&mut self) -> bool {
        let Follower { tail, on_items, stop, changed } = self;
        let mut give = |items: Vec<Item>| !stop.load(Ordering::Acquire) && (items.is_empty() || on_items(items));
        match tail.read(&mut give) {
            Ok(tail::Read::Nothing) => {}
            Ok(tail::Read::Some) => *changed = Some(Instant::now()),
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
