//! What hooks tell while the store cannot be written to: a file for each, in the order in which they were told, until
//! somebody takes them in. An agent waits for its hooks, so a hook cannot wait for the store.
//!
//! A file is written whole and then renamed, so a name that counts is never half a file. One process at a time takes them
//! in, and deletes each after it is stored; who is killed in between leaves one that is stored a second time, which changes
//! nothing.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::told::Told;
use super::{Store, StoreError};

/// The folder beside the database.
const FOLDER: &str = "spool";
/// Held by the process that takes them in. A name with a dot does not count as told.
const LOCK: &str = ".lock";
/// Files that are kept at most; more would be an agent at work for hours beside a store that nobody can write to.
const MOST_FILES: usize = 2_000;
/// Their bytes at most: two of the largest payloads.
const MOST_BYTES: u64 = 64 << 20;
/// How old a file must be that was never finished, for its writer to be dead.
const ABANDONED: Duration = Duration::from_mins(10);

/// What came of taking in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// Files whose content is stored now.
    pub taken: usize,
    /// Some are left: the time was up, or another process is at it.
    pub left: bool,
    /// Files that held nothing readable, as a machine that lost its power leaves them; they are gone.
    pub unreadable: usize,
}

/// Keeps it until somebody takes it in. A process may do so once for each moment.
///
/// # Errors
/// When there is no room in the folder or on the disk, or it cannot be written to. Nothing is left of it then.
pub fn put_aside(state: &Path, told: &Told) -> io::Result<()> {
    let folder = state.join(FOLDER);
    crate::host::private_dir(&folder)?;
    let text = serde_json::to_vec(told)?;
    let (mut files, mut bytes) = (1, text.len() as u64);
    for entry in fs::read_dir(&folder)? {
        files += 1;
        bytes += entry?.metadata().map_or(0, |metadata| metadata.len());
    }
    if files > MOST_FILES || bytes > MOST_BYTES {
        return Err(io::Error::other(format!("{} is full", folder.display())));
    }
    let name = format!("{:015}-{:010}.json", told.at, std::process::id());
    let unfinished = folder.join(format!(".{name}"));
    let written = write(&unfinished, &text).and_then(|()| fs::rename(&unfinished, folder.join(name)));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text)?;
    file.sync_data()
}

/// The files, in the order in which they were told.
fn told_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_told = |name: &std::ffi::OsStr| name.to_str().is_some_and(|name| !name.starts_with('.'));
    let mut files: Vec<PathBuf> =
        entries.filter(|entry| is_told(&entry.file_name())).map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// The turn to take in, `None` where others have it all the time.
fn turn(folder: &Path, until: Instant) -> io::Result<Option<File>> {
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(folder.join(LOCK))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(Duration::from_millis(1)),
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Removes what a writer has not finished that was killed.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let unfinished = name.to_str().is_some_and(|name| name.starts_with('.') && name != LOCK);
        let changed = entry.metadata().and_then(|metadata| metadata.modified());
        let age = changed.ok().and_then(|changed| SystemTime::now().duration_since(changed).ok());
        if unfinished && age.is_some_and(|age| age > ABANDONED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

impl Store {
    /// Takes in what hooks have put aside, in its order, for so long.
    ///
    /// # Errors
    /// When the store cannot be written to, or a file cannot be read or deleted. What was not stored is still there.
    pub fn drain(&mut self, patience: Duration) -> Result<Drained, StoreError> {
        let folder = self.path.with_file_name(FOLDER);
        let mut drained = Drained::default();
        if told_in(&folder).is_empty() {
            return Ok(drained);
        }
        let until = Instant::now() + patience;
        let Some(_turn) = turn(&folder, until).map_err(|e| StoreError::from_io(&folder, e))? else {
            return Ok(Drained { left: true, ..drained });
        };
        for path in told_in(&folder) {
            if Instant::now() > until {
                drained.left = true;
                break;
            }
            let text = fs::read(&path).map_err(|e| StoreError::from_io(&path, e))?;
            match serde_json::from_slice::<Told>(&text) {
                Ok(told) => {
                    self.take_in(&told)?;
                    drained.taken += 1;
                }
                Err(_) => drained.unreadable += 1,
            }
            fs::remove_file(&path).map_err(|e| StoreError::from_io(&path, e))?;
        }
        sweep(&folder);
        Ok(drained)
    }
}
