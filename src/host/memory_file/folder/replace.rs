//! The changes made in an open folder: replace a file as a whole, delete it, clear away what is left.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::time::Duration;

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{File, OpenOptions};

use super::{FileError, Folder, GITIGNORE, IGNORE_ALL, foreign_owner, read_only};

const TEMP_PREFIX: &str = ".session-memory.md.tmp-";
const TEMP_DIGITS: usize = 16;
/// How often, and after what time each, a file is read again that is empty because someone may be about to write it.
const EMPTY_READS: u32 = 10;
const EMPTY_FOR: Duration = Duration::from_millis(10);

impl Folder {
    /// Puts `text` in the place of `name` in one step: temporary file, fsync, rename, fsync of the folder. Gives the
    /// text that stood there at that moment, where the file system can tell.
    pub(in super::super) fn replace(&self, name: &str, text: &str) -> Result<Option<String>, FileError> {
        let temp = temp_name();
        self.create(&temp, text).map_err(|cause| self.error(name, cause))?;
        let replaced = match self.exchange(&temp, name) {
            Ok(true) => self.read_saved(&temp).or_else(|error| {
                // Something was put in the way since the check: it stays.
                let back = self.exchange(&temp, name);
                self.check_target(name)?;
                Err(back.err().map_or(error, |cause| self.error(name, cause)))
            }),
            Ok(false) => {
                self.sync();
                return Ok(None);
            }
            // Something may have been put in the way since the check.
            Err(cause) => Err(self.explain(name, cause)),
        };
        let _ = self.dir.remove_file(&temp);
        self.sync();
        replaced
    }

    /// Makes a new file, 0600 and on disk when this returns, or leaves nothing.
    pub(super) fn create(&self, name: &str, text: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        options.follow(FollowSymlinks::No);
        #[cfg(unix)]
        cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = self.dir.open_with(name, &options)?;
        let filled = fill(file, text);
        if filled.is_err() {
            let _ = self.dir.remove_file(name);
        }
        filled
    }

    /// Reads a file that was just taken out of its place. Who saves it in place empties it first, and goes on writing into
    /// what is ours now: that is waited for.
    fn read_saved(&self, temp: &str) -> Result<Option<String>, FileError> {
        for _ in 0..EMPTY_READS {
            let read = self.read(temp)?;
            if read.as_ref().is_none_or(|text| !text.is_empty()) {
                return Ok(read);
            }
            std::thread::sleep(EMPTY_FOR);
        }
        self.read(temp)
    }

    /// Gives a file the first of these names that is free; tells where it is then, `None` where there is no file.
    pub(in super::super) fn rename_aside(
        &self,
        name: &str,
        names: impl Iterator<Item = String>,
    ) -> Result<Option<PathBuf>, FileError> {
        for aside in names {
            // An empty file of ours holds the name, so that the rename replaces nothing else.
            match self.create(&aside, "") {
                Err(cause) if cause.kind() == ErrorKind::AlreadyExists => continue,
                made => made.map_err(|cause| self.error(&aside, cause))?,
            }
            let renamed = self.check_target(name).and_then(|()| match self.dir.rename(name, &self.dir, &aside) {
                Ok(()) => Ok(Some(self.path.join(&aside))),
                Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
                Err(cause) => Err(self.explain(name, cause)),
            });
            if !matches!(renamed, Ok(Some(_))) {
                let _ = self.dir.remove_file(&aside);
            }
            self.sync();
            return renamed;
        }
        Err(self.error(name, ErrorKind::AlreadyExists.into()))
    }

    /// Deletes a file of our own; one that is not there is fine.
    pub(in super::super) fn delete(&self, name: &str) -> Result<(), FileError> {
        self.check_target(name)?;
        match self.dir.remove_file(name) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => Err(self.error(name, cause)),
            _ => Ok(()),
        }
    }

    /// Deletes the temporary files of ours that are older than `age`. What cannot be deleted is left for the
    /// next time.
    pub(in super::super) fn sweep(&self, age: Duration) {
        for name in self.names().unwrap_or_default() {
            let Some(name) = name.to_str().filter(|name| is_temp_name(name)) else {
                continue;
            };
            let ours = self.dir.symlink_metadata(name).is_ok_and(|meta| {
                let modified = meta.modified().map(cap_std::time::SystemTime::into_std);
                // A time in the future tells nothing about the age.
                let old = modified.is_ok_and(|at| at.elapsed().is_ok_and(|since| since >= age));
                meta.is_file() && foreign_owner(&meta).is_none() && (old || age.is_zero())
            });
            if ours {
                let _ = self.dir.remove_file(name);
            }
        }
    }

    /// Deletes `child` if it is empty and says whether it did. The first folder of the workspace (`is_first`)
    /// may hold the `.gitignore` that was made with it, as long as nobody changed that.
    pub(in super::super) fn delete_empty(&self, child: Folder, is_first: bool) -> Result<bool, FileError> {
        let Some(name) = child.path.file_name() else {
            return Ok(false);
        };
        let name = name.to_owned();
        let hidden = is_first && child.names()? == [GITIGNORE] && child.gitignore_is_ours();
        if hidden {
            child.delete(GITIGNORE)?;
        }
        let at = child.path.clone();
        // Windows deletes no folder that is open.
        drop(child);
        match self.dir.remove_dir(&name) {
            Ok(()) => {
                self.sync();
                Ok(true)
            }
            Err(cause) => match cause.kind() {
                ErrorKind::NotFound => Ok(true),
                ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => {
                    // Another session moved in meanwhile, and is to stay hidden.
                    if let (true, Some(name)) = (hidden, name.to_str())
                        && let Some(child) = self.child(name)?
                    {
                        let _ = child.create(GITIGNORE, IGNORE_ALL);
                    }
                    Ok(false)
                }
                _ => Err(FileError::from_io(&at, cause)),
            },
        }
    }

    fn gitignore_is_ours(&self) -> bool {
        matches!(self.read(GITIGNORE), Ok(Some(text)) if text == IGNORE_ALL)
    }

    /// Forces the names in this folder to disk. Best effort: the change is already visible and whole, and some
    /// file systems cannot do this for folders; at worst a power cut brings the old state back.
    pub(super) fn sync(&self) {
        if cfg!(unix) {
            let _ = self.dir.open_with(".", &read_only()).and_then(|folder| folder.sync_all());
        }
    }
}

fn fill(mut file: File, text: &str) -> io::Result<()> {
    #[cfg(unix)]
    {
        use cap_std::fs::{Permissions, PermissionsExt};
        // As for folders: the umask can only have taken bits away.
        let _ = file.set_permissions(Permissions::from_mode(0o600));
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A name no other writer uses. The exclusive open decides; being random only makes it succeed.
fn temp_name() -> String {
    let random = RandomState::new().build_hasher().finish();
    format!("{TEMP_PREFIX}{random:0TEMP_DIGITS$x}")
}

fn is_temp_name(name: &str) -> bool {
    name.strip_prefix(TEMP_PREFIX)
        .is_some_and(|number| number.len() == TEMP_DIGITS && number.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
