//! The changes: replace, back up, remove.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use cap_std::fs::{Dir, File, Metadata, OpenOptions};

use super::{SettingsError, SettingsFile, Spot};

impl SettingsFile {
    /// Puts a text in the place of `old`, which is what was read. Missing folders are made.
    pub fn replace(&self, old: Option<&str>, new: &str) -> Result<(), SettingsError> {
        self.unchanged(old)?;
        let like = self.target.dir.metadata(&self.target.path).ok();
        self.target.replace(new, like.as_ref(), false).map_err(|cause| self.write_error(cause))
    }

    /// The same for a file that is a program.
    pub fn replace_program(&self, old: Option<&str>, new: &str) -> Result<(), SettingsError> {
        self.unchanged(old)?;
        self.target.replace(new, None, true).map_err(|cause| self.write_error(cause))
    }

    /// Keeps what the file says beside it, as private as the file is.
    pub fn back_up(&self, text: &str) -> Result<(), SettingsError> {
        let like = self.target.dir.metadata(&self.target.path).ok();
        self.backup.replace(text, like.as_ref(), false).map_err(|cause| SettingsError::of(&self.backup_path(), cause))
    }

    /// Removes the backup.
    pub fn drop_backup(&self) -> Result<(), SettingsError> {
        self.backup.remove().map_err(|cause| SettingsError::of(&self.backup_path(), cause))
    }

    /// Removes the file, which said `old`, and the folders that are empty then.
    pub fn remove(&self, old: &str) -> Result<(), SettingsError> {
        self.unchanged(Some(old))?;
        self.target.remove().map_err(|cause| self.write_error(cause))?;
        remove_empty_folders(&self.shown, &self.stays);
        Ok(())
    }

    fn unchanged(&self, old: Option<&str>) -> Result<(), SettingsError> {
        let same = self.read()?.as_deref() == old;
        if same { Ok(()) } else { Err(SettingsError::Changed { path: self.shown.clone() }) }
    }

    fn write_error(&self, cause: io::Error) -> SettingsError {
        if cause.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<NotTheOwner>) {
            return SettingsError::Owner { path: self.shown.clone() };
        }
        self.error(cause)
    }
}

impl Spot {
    /// Writes beside the file and renames. `like` is the file whose mode and owner the new one gets.
    fn replace(&self, text: &str, like: Option<&Metadata>, program: bool) -> io::Result<()> {
        let parent = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let name = self.path.file_name().ok_or(ErrorKind::InvalidInput)?;
        let dir = match parent {
            Some(parent) => {
                self.dir.create_dir_all(parent)?;
                self.dir.open_dir(parent)?
            }
            None => self.dir.try_clone()?,
        };
        let temp = format!(".session-memory.tmp-{:016x}", RandomState::new().build_hasher().finish());
        let written = fill(&dir, &temp, text, like, program).and_then(|()| dir.rename(&temp, &dir, name));
        if written.is_err() {
            let _ = dir.remove_file(&temp);
        }
        written?;
        if cfg!(unix) {
            // The change is whole already; at worst a power cut brings the old state back.
            let _ = dir.open(".").and_then(|folder| folder.sync_all());
        }
        Ok(())
    }

    fn remove(&self) -> io::Result<()> {
        match self.dir.remove_file(&self.path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cause),
            _ => Ok(()),
        }
    }
}

/// Removes the folders above a path that are empty, up to one that stays.
fn remove_empty_folders(path: &Path, stays: &Path) {
    for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(stays) && *folder != stays) {
        // A folder that holds something is not removed, nor is one above it.
        if std::fs::remove_dir(folder).is_err() {
            break;
        }
    }
}

fn fill(dir: &Dir, name: &str, text: &str, like: Option<&Metadata>, program: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        // Settings may hold keys: nobody reads the copy before it has the mode of the file.
        let mode = if like.is_some() { 0o600 } else { 0o666 };
        cap_std::fs::OpenOptionsExt::mode(&mut options, if program { 0o777 } else { mode });
    }
    #[cfg(not(unix))]
    let _ = program;
    let mut file = dir.open_with(name, &options)?;
    if let Some(like) = like {
        keep(&file, like)?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Renaming would give the file to whoever runs this.
#[derive(Debug, thiserror::Error)]
#[error("it belongs to another user")]
struct NotTheOwner;

#[cfg(unix)]
fn keep(file: &File, like: &Metadata) -> io::Result<()> {
    use cap_std::fs::MetadataExt as _;
    use rustix::fs::{Gid, Uid};

    let made = file.metadata()?;
    if (made.uid(), made.gid()) != (like.uid(), like.gid()) {
        let given = rustix::fs::fchown(file, Some(Uid::from_raw(like.uid())), Some(Gid::from_raw(like.gid())));
        // A group that this user is not in may be lost, the owner may not.
        if given.is_err() && made.uid() != like.uid() {
            return Err(io::Error::other(NotTheOwner));
        }
    }
    file.set_permissions(like.permissions())
}

#[cfg(not(unix))]
fn keep(file: &File, like: &Metadata) -> io::Result<()> {
    file.set_permissions(like.permissions())
}
