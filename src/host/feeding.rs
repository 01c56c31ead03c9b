//! Who feeds the sessions of a workspace with what agents write: one process at a time, and a server with an editor before
//! a worker without one. Two locks on files beside the store say so; the system takes them off a process that dies.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Held by a server for as long as it has the workspace.
const SERVING: &str = "serving.lock";
/// Held by the one that feeds.
const FEEDING: &str = "feeding.lock";

/// A lock that is held; dropping it gives it back.
#[derive(Debug)]
pub struct Held {
    file: File,
    path: PathBuf,
}

impl Held {
    /// Whether the file is still where it was: nobody else meets the lock on one that was deleted, nor the store beside it.
    pub fn is_there(&self) -> bool {
        let Ok(now) = self.path.metadata() else { return false };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            self.file.metadata().is_ok_and(|held| (held.dev(), held.ino()) == (now.dev(), now.ino()))
        }
        #[cfg(not(unix))]
        now.is_file()
    }
}

fn open(state: &Path, name: &str) -> io::Result<(File, PathBuf)> {
    super::private_dir(state)?;
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let path = state.join(name);
    Ok((options.open(&path)?, path))
}

fn held((file, path): (File, PathBuf), locked: Result<(), TryLockError>) -> io::Result<Option<Held>> {
    match locked {
        Ok(()) => Ok(Some(Held { file, path })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Says that a server has the workspace; any number may.
pub fn serve(state: &Path) -> io::Result<Option<Held>> {
    let file = open(state, SERVING)?;
    let locked = file.0.try_lock_shared();
    held(file, locked)
}

/// Whether a server has the workspace.
pub fn is_served(state: &Path) -> bool {
    is_held(state, SERVING)
}

/// Becomes the one that feeds; `None` while another is.
pub fn feed(state: &Path) -> io::Result<Option<Held>> {
    let file = open(state, FEEDING)?;
    let locked = file.0.try_lock();
    held(file, locked)
}

/// Whether somebody feeds the workspace.
pub fn is_fed(state: &Path) -> bool {
    is_held(state, FEEDING)
}

/// Asking takes the lock for an instant; who wants it and finds it taken asks again.
fn is_held(state: &Path, name: &str) -> bool {
    let Ok(file) = File::open(state.join(name)) else { return false };
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// The turn of one process after the other: waits until it is this one's.
pub fn turn(state: &Path) -> io::Result<Held> {
    let (file, path) = open(state, "answer.lock")?;
    file.lock()?;
    Ok(Held { file, path })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_feeds_and_many_serve() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path();
        assert!(!is_fed(state) && !is_served(state));
        let first = feed(state).unwrap().unwrap();
        assert!(feed(state).unwrap().is_none());
        assert!(is_fed(state) && !is_served(state));
        drop(first);
        assert!(!is_fed(state));
        let servers = [serve(state).unwrap().unwrap(), serve(state).unwrap().unwrap()];
        assert!(is_served(state) && !is_fed(state));
        assert!(is_served(state), "asking changes nothing");
        drop(servers);
        assert!(!is_served(state));
        let held = feed(state).unwrap().unwrap();
        assert!(held.is_there());
        std::fs::remove_file(state.join(FEEDING)).unwrap();
        assert!(!held.is_there());
        let other = feed(state).unwrap().unwrap();
        assert!(other.is_there() && (!held.is_there() || cfg!(not(unix))));
    }
}
