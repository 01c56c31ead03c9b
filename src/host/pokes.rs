//! How processes tell each other that they have stored something: a file for each workspace in one folder, written to by the
//! one and watched by the others. Nobody asks the store over and over, and nothing wakes up while nothing happens.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// The folder with the files, beside those of the workspaces.
fn folder(state_dir: &Path) -> PathBuf {
    state_dir.join("pokes")
}

/// Tells the others. `state` is the folder of a workspace's store, `<state dir>/workspaces/<name>`.
///
/// # Errors
/// When the file cannot be written, or there is no such folder any more. The others hear of it at the next poke.
pub fn poke(state: &Path) -> io::Result<()> {
    let (Some(name), Some(state_dir)) = (state.file_name(), state.parent().and_then(Path::parent)) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{} is no workspace's", state.display())));
    };
    // What its user has deleted is not made again.
    state.metadata()?;
    let folder = folder(state_dir);
    super::private_dir(&folder)?;
    let mut file = std::fs::File::create(folder.join(name))?;
    file.write_all(b".")
}

/// Hears the others for as long as it lives.
pub struct Pokes {
    _watcher: RecommendedWatcher,
}

impl Pokes {
    /// Calls `on_poke` with the name of the workspace's folder, on a thread of its own.
    ///
    /// # Errors
    /// When the folder cannot be made or watched.
    pub fn hear(state_dir: &Path, on_poke: impl Fn(OsString) + Send + 'static) -> io::Result<Pokes> {
        let folder = folder(state_dir);
        super::private_dir(&folder)?;
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            let written = match event.kind {
                EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
                // Where the system does not tell of closing.
                EventKind::Modify(_) | EventKind::Create(_) => !cfg!(target_os = "linux"),
                _ => false,
            };
            if written {
                event.paths.iter().filter_map(|path| path.file_name()).for_each(|name| on_poke(name.to_owned()));
            }
        })
        .map_err(io::Error::other)?;
        watcher.watch(&folder, RecursiveMode::NonRecursive).map_err(io::Error::other)?;
        Ok(Pokes { _watcher: watcher })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[test]
    fn a_poke_is_heard_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let (sender, heard) = channel();
        let pokes = Pokes::hear(dir.path(), move |name| drop(sender.send(name))).unwrap();
        for name in ["one", "two", "one"] {
            let state = dir.path().join("workspaces").join(name);
            std::fs::create_dir_all(&state).unwrap();
            poke(&state).unwrap();
            assert_eq!(heard.recv_timeout(Duration::from_secs(20)).unwrap(), name);
        }
        drop(pokes);
        assert!(poke(Path::new("/")).is_err() && poke(&dir.path().join("gone/workspaces/one")).is_err());
        assert!(!dir.path().join("gone").exists());
    }
}
