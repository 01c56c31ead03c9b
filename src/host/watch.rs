//! Says when a memory file may have changed. It only says "look": what is in the file decides.
//!
//! Folders are watched, not files: a watch of a file goes deaf at the first save by rename. Of each file its own folder is
//! watched, the folder above it, and the workspace itself as long as it has neither. A folder that is made anew or that comes
//! back is watched again. Where the system gives no watch, or the file system tells nothing of what other machines do, the
//! file's metadata is looked at every two seconds.
//!
//! What happens at once is told at once: after 50 ms of quiet, at most 500 ms after the first of it. Nothing wakes up
//! while nothing happens.

mod folders;
mod remote;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod thread;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use super::memory_file::MemoryFile;

/// The watcher's thread; cheap to clone.
#[derive(Clone, Debug)]
pub struct Watch {
    messages: Sender<Message>,
}

/// What the thread is told.
#[derive(Debug)]
enum Message {
    /// A file is to be watched, once more if it is already.
    Add {
        /// The file's path, and the folders down to it with the workspace first.
        file: PathBuf,
        folders: Vec<PathBuf>,
    },
    /// Once less.
    Remove(PathBuf),
    /// Look again after this time.
    Later(PathBuf, Duration),
    /// The file was written: its folders may be new.
    Check(PathBuf),
    /// Something happened to a path.
    Touched(PathBuf),
    /// Something happened, and nobody knows to what.
    Lost,
    End,
}

impl Watch {
    /// Starts the thread; `look` is called on it with the files that may have changed, each time that some may have.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn start(look: impl FnMut(BTreeSet<PathBuf>) + Send + 'static) -> std::io::Result<Watch> {
        let (messages, receiver) = channel();
        let thread = thread::Thread::new(look, messages.clone());
        std::thread::Builder::new().name("watch".to_owned()).spawn(move || thread.run(&receiver))?;
        Ok(Watch { messages })
    }

    /// Watches a file as long as the value lives, and says once that it is to be looked at.
    pub fn add(&self, file: &MemoryFile) -> Watched {
        let path = file.path();
        self.send(Message::Add { file: path.clone(), folders: file.folders() });
        Watched { watch: self.clone(), file: path }
    }

    /// Says that a watched file is to be looked at after this time.
    pub fn later(&self, file: PathBuf, after: Duration) {
        self.send(Message::Later(file, after));
    }

    /// Makes sure that the folders of a watched file are watched as they are now.
    pub fn check(&self, file: PathBuf) {
        self.send(Message::Check(file));
    }

    /// Ends the thread.
    pub fn end(&self) {
        self.send(Message::End);
    }

    fn send(&self, message: Message) {
        // The thread is gone only after `end`.
        let _ = self.messages.send(message);
    }
}

/// Keeps a file watched; dropping it ends that.
#[derive(Debug)]
pub struct Watched {
    watch: Watch,
    file: PathBuf,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watch.send(Message::Remove(std::mem::take(&mut self.file)));
    }
}
