//! Memory files: the newest version goes in, unless the user has changed the file.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use super::Worker;
use crate::host::memory_file::{FileError, MemoryFile, Stamp};
use crate::host::store::{SessionKey, Store, StoreError};
use crate::server::client::Urgency;
use crate::server::main_loop::refused;
use crate::server::on_disk::is_blank;
use crate::server::task::Task;
use crate::wire::protocol::{RequestError, code};

/// A file that was written no longer ago than this may still be being written.
const SETTLE: Duration = Duration::from_millis(50);
/// A file that is being written all the time is taken as it is.
const LONGEST_SETTLE: Duration = Duration::from_secs(1);

impl Worker {
    /// Puts the newest version into the file, unless the user has changed the file: then the loop hears of it first.
    pub(super) fn write(
        &mut self,
        root: &Path,
        state: &Path,
        id: &str,
        file: &MemoryFile,
        known: Option<&str>,
    ) -> Result<(), RequestError> {
        // Two processes may write the same file: who comes second writes what is newest by then.
        let _lock = lock(state);
        let store = self.store(state).map_err(|error| refused(&error))?;
        let Some(row) = store.session(id).map_err(|error| refused(&error))? else { return Ok(()) };
        let Some(newest) = store.revision(row.key, None).map_err(|error| refused(&error))? else { return Ok(()) };
        let disk = self.settled(file, row.key, state)?;
        let tasks = self.tasks.clone();
        let store = self.store(state).map_err(|error| refused(&error))?;
        let words = |text: &str| {
            let none = is_blank(text) || known == Some(text);
            if none { Ok(None) } else { edited(store, row.key, text).map_err(|error| refused(&error)) }
        };
        let tell = |base, text| {
            let task = Task::FileEdited { root: root.to_owned(), session_id: id.to_owned(), base, text };
            let _ = tasks.send(task);
        };
        if let Some(disk) = disk {
            if disk == newest.text {
                return Ok(());
            }
            if let Some(base) = words(&disk)? {
                tell(base, disk);
                return Ok(());
            }
        }
        // Who has saved the file since it was read is heard as well.
        if let Some(replaced) = file.replace(&newest.text).map_err(|error| file_refused(&error))?
            && let Some(base) = words(&replaced)?
        {
            tell(base, replaced);
        }
        let _ = self.tasks.send(Task::Written { root: root.to_owned(), session_id: id.to_owned() });
        Ok(())
    }

    /// The file's text once nobody is writing it any more: an editor that saves in place empties the file first, and what
    /// it still writes would be lost with the file that is replaced under it. A version of ours stands as it is.
    fn settled(&mut self, file: &MemoryFile, key: SessionKey, state: &Path) -> Result<Option<String>, RequestError> {
        let begun = Instant::now();
        loop {
            let Some(disk) = self.read(file).map_err(|error| file_refused(&error))? else { return Ok(None) };
            let store = self.store(state).map_err(|error| refused(&error))?;
            let age = Stamp::of(&file.path()).map(|stamp| stamp.age()).unwrap_or_default();
            let quiet = age >= SETTLE || begun.elapsed() >= LONGEST_SETTLE;
            if quiet || edited(store, key, &disk).map_err(|error| refused(&error))?.is_none() {
                return Ok(Some(disk));
            }
            std::thread::sleep(SETTLE.saturating_sub(age));
        }
    }

    /// Reads a memory file; one that is no memory is moved away and said to be.
    fn read(&self, file: &MemoryFile) -> Result<Option<String>, FileError> {
        match file.read() {
            Err(error) if error.is_content() => {
                if let Some(aside) = file.set_aside()? {
                    let told = format!(
                        "{error}. It was moved to {}, and the memory is written anew; copy back what you want to keep.",
                        aside.display()
                    );
                    self.client.show(Urgency::Warning, told);
                }
                Ok(None)
            }
            read => read,
        }
    }
}

/// Holds other processes off a workspace's memory files; without it (a file system without locks) writes still are
/// atomic, only their order is not settled.
fn lock(state: &Path) -> Option<File> {
    let file = File::options().create(true).truncate(false).write(true).open(state.join("files.lock")).ok()?;
    file.lock().ok()?;
    Some(file)
}

/// The version that a file's front matter names.
pub fn revision_named(text: &str) -> Option<u64> {
    text.lines().take(12).find_map(|line| line.strip_prefix("revision: ")?.trim().parse().ok())
}

/// The text that a user's edit was made on; `None` where the text is a version of ours.
pub fn edited(store: &Store, key: SessionKey, disk: &str) -> Result<Option<String>, StoreError> {
    if let Some(number) = revision_named(disk)
        && let Some(revision) = store.revision(key, Some(number))?
    {
        return Ok((revision.text != disk).then_some(revision.text));
    }
    // No version is named: the edit is seen against the newest.
    let newest = store.revision(key, None)?;
    Ok(Some(newest.map(|revision| revision.text).unwrap_or_default()))
}

/// The file's refusal on the wire.
pub fn file_refused(error: &FileError) -> RequestError {
    let data = serde_json::json!({"path": error.path().map(|path| path.display().to_string())});
    RequestError { code: code::WRITE_REFUSED, message: error.to_string(), data: Some(data) }
}
