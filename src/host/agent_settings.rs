//! The settings file of an agent on disk. It is changed in one step (temporary file, rename), keeps its mode and owner, and is
//! backed up beside itself before the first change.
//!
//! A file that is a link, as managers of dotfiles make them, is written where the link leads. In a project nothing leads out of the
//! project: all goes through a handle of its folder.

mod error;
#[cfg(test)]
mod tests;
mod write;

use std::ffi::OsString;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

pub use error::SettingsError;

/// What the backup is called behind the file's name.
const BACKUP: &str = ".session-memory.bak";
/// No settings are longer; what is, is something else.
const LONGEST: u64 = 16 * 1024 * 1024;

/// A settings file, there or not.
#[derive(Debug)]
pub struct SettingsFile {
    /// The file as the user knows it.
    shown: PathBuf,
    /// Where it lies, past links.
    target: Spot,
    /// Where its backup lies: beside the link, not in the folder that it leads to.
    backup: Spot,
    /// The folder that is never removed.
    stays: PathBuf,
}

/// A file below an open folder.
#[derive(Debug)]
struct Spot {
    dir: Dir,
    path: PathBuf,
}

impl SettingsFile {
    /// The file of a path. `project` is the folder that it must not lead out of; `stays` is the folder that
    /// [`remove`](SettingsFile::remove) leaves even when it is empty.
    pub fn locate(path: &Path, project: Option<&Path>, stays: &Path) -> Result<SettingsFile, SettingsError> {
        let fail = |cause| SettingsError::of(path, cause);
        let parent = path.parent().unwrap_or(path);
        let there = match project {
            Some(project) => project,
            None => parent.ancestors().find(|folder| folder.is_dir()).unwrap_or(parent),
        };
        let dir = Dir::open_ambient_dir(there, ambient_authority()).map_err(fail)?;
        let below = path.strip_prefix(there).unwrap_or(path).to_owned();
        let target = match dir.symlink_metadata(&below) {
            Ok(meta) if meta.is_symlink() => {
                let dangling = |cause: std::io::Error| match cause.kind() {
                    ErrorKind::NotFound => SettingsError::Dangling { path: path.to_owned() },
                    _ => SettingsError::of(path, cause),
                };
                if project.is_some() {
                    let real = dir.canonicalize(&below).map_err(dangling)?;
                    Spot { dir: dir.try_clone().map_err(fail)?, path: real }
                } else {
                    let real = std::fs::canonicalize(path).map_err(dangling)?;
                    let folder = real.parent().unwrap_or(&real);
                    let name = real.file_name().unwrap_or_default();
                    let dir = Dir::open_ambient_dir(folder, ambient_authority()).map_err(fail)?;
                    Spot { dir, path: name.into() }
                }
            }
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(fail(cause)),
            _ => Spot { dir: dir.try_clone().map_err(fail)?, path: below.clone() },
        };
        let mut name = OsString::from(below);
        name.push(BACKUP);
        let backup = Spot { dir, path: name.into() };
        Ok(SettingsFile { shown: path.to_owned(), target, backup, stays: stays.to_owned() })
    }

    /// What the file says; `None` where there is none.
    pub fn read(&self) -> Result<Option<String>, SettingsError> {
        self.target.read().map_err(|cause| self.error(cause))
    }

    /// What it said before the first change.
    pub fn read_backup(&self) -> Result<Option<String>, SettingsError> {
        self.backup.read().map_err(|cause| SettingsError::of(&self.backup_path(), cause))
    }

    /// Where the backup lies.
    pub fn backup_path(&self) -> PathBuf {
        let mut path = OsString::from(&self.shown);
        path.push(BACKUP);
        path.into()
    }

    fn error(&self, cause: std::io::Error) -> SettingsError {
        SettingsError::of(&self.shown, cause)
    }
}

impl Spot {
    fn read(&self) -> std::io::Result<Option<String>> {
        let meta = match self.dir.metadata(&self.path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            meta => meta?,
        };
        // Opening a pipe would wait for whoever writes into it.
        if !meta.is_file() {
            return Err(std::io::Error::other("it is no file"));
        }
        let mut text = String::new();
        let read = self.dir.open(&self.path)?.take(LONGEST + 1).read_to_string(&mut text)?;
        if read as u64 > LONGEST {
            return Err(std::io::Error::other("it is too long for a settings file"));
        }
        Ok(Some(text))
    }
}
