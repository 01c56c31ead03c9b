//! One open folder of the workspace. Whatever is done in it goes through its handle and a single name, never
//! through a path, so swapping a folder above it for a link while we work leads nowhere.

mod exchange;
mod replace;

use std::ffi::OsString;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use cap_fs_ext::{DirExt, FileTypeExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirBuilder, File, FileType, Metadata, OpenOptions};

use super::{FileError, MAX_BYTES};

const GITIGNORE: &str = ".gitignore";
const IGNORE_ALL: &str = "*\n";
/// Times that a file is read that changes all the time.
const READS: u32 = 10;

/// A folder held open; `path` is for messages alone.
#[derive(Debug)]
pub(super) struct Folder {
    dir: Dir,
    path: PathBuf,
}

impl Folder {
    /// Opens the workspace root, which may be a link: the user chose it.
    pub(super) fn workspace(path: &Path) -> Result<Folder, FileError> {
        let owned = path.to_path_buf();
        match Dir::open_ambient_dir(path, ambient_authority()) {
            Ok(dir) => Ok(Folder { dir, path: owned }),
            Err(cause) => Err(match cause.kind() {
                ErrorKind::NotFound => FileError::Missing { path: owned },
                ErrorKind::NotADirectory => FileError::NotAFolder { path: owned },
                _ => FileError::from_io(path, cause),
            }),
        }
    }

    /// Opens a folder in this one; `None` when there is nothing of that name.
    pub(super) fn child(&self, name: &str) -> Result<Option<Folder>, FileError> {
        let path = self.path.join(name);
        match self.dir.open_dir_nofollow(name) {
            Ok(dir) => Ok(Some(Folder { dir, path })),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => match self.kind(name) {
                Some(kind) if kind.is_symlink() => Err(FileError::Link { path }),
                Some(kind) if !kind.is_dir() => Err(FileError::NotAFolder { path }),
                _ => Err(FileError::from_io(&path, cause)),
            },
        }
    }

    /// Opens a folder in this one, made if it is missing.
    pub(super) fn child_or_new(&self, name: &str) -> Result<Folder, FileError> {
        if let Some(child) = self.child(name)? {
            return Ok(child);
        }
        match self.make(name) {
            Err(cause) if cause.kind() != ErrorKind::AlreadyExists => {
                return Err(self.error(name, cause));
            }
            _ => self.sync(),
        }
        let vanished = || self.error(name, ErrorKind::NotFound.into());
        self.child(name)?.ok_or_else(vanished)
    }

    #[cfg(unix)]
    fn make(&self, name: &str) -> io::Result<()> {
        use cap_std::fs::{DirBuilderExt, Permissions, PermissionsExt};

        self.dir.create_dir_with(name, DirBuilder::new().mode(0o700))?;
        // The umask can only have taken bits away: this gives the owner's back. Where it fails (FAT has no
        // modes), nobody got more than 0700, and a folder that cannot be used fails at the next step.
        if let Ok(made) = self.dir.open_with(name, &read_only())
            && made.metadata().is_ok_and(|meta| meta.is_dir())
        {
            let _ = made.set_permissions(Permissions::from_mode(0o700));
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn make(&self, name: &str) -> io::Result<()> {
        self.dir.create_dir_with(name, &DirBuilder::new())
    }

    /// Puts a `.gitignore` into this folder if it is new, which it is as long as it is empty: a writer that
    /// died right after making it is made up for.
    pub(super) fn hide_from_git(&self) -> Result<(), FileError> {
        let first = self.dir.entries().map(|mut entries| entries.next());
        if first.map_err(|cause| self.error(GITIGNORE, cause))?.is_some() {
            return Ok(());
        }
        match self.create(GITIGNORE, IGNORE_ALL) {
            Err(cause) if cause.kind() != ErrorKind::AlreadyExists => Err(self.error(GITIGNORE, cause)),
            _ => Ok(()),
        }
    }

    /// Refuses a name that is taken by anything but a file of our own.
    pub(super) fn check_target(&self, name: &str) -> Result<(), FileError> {
        self.open(name).map(drop)
    }

    /// Reads a file of our own; `None` when there is nothing of that name. A text that is being written in place
    /// is read again, so that no half of it is taken for the whole.
    pub(super) fn read(&self, name: &str) -> Result<Option<String>, FileError> {
        for _ in 1..READS {
            match self.read_once(name)? {
                Some((_, false)) => {}
                read => return read.map(|(bytes, _)| self.text(name, bytes)).transpose(),
            }
        }
        self.read_once(name)?.map(|(bytes, _)| self.text(name, bytes)).transpose()
    }

    /// The bytes of a file, and whether it stayed the same while they were read.
    fn read_once(&self, name: &str) -> Result<Option<(Vec<u8>, bool)>, FileError> {
        let Some((mut file, before)) = self.open(name)? else {
            return Ok(None);
        };
        let too_large = |bytes| {
            let path = self.path.join(name);
            Err(FileError::TooLarge { path, bytes })
        };
        if before.len() > MAX_BYTES {
            return too_large(before.len());
        }
        // In one call, where nothing happens meanwhile.
        let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or_default() + 64);
        // One byte more than allowed: the file may have grown since.
        let read = Read::by_ref(&mut file).take(MAX_BYTES + 1).read_to_end(&mut bytes);
        let read = read.map_err(|cause| self.error(name, cause))? as u64;
        if read > MAX_BYTES {
            return too_large(read);
        }
        let after = file.metadata().map_err(|cause| self.error(name, cause))?;
        let same = read == after.len() && before.modified().ok() == after.modified().ok();
        Ok(Some((bytes, same)))
    }

    fn text(&self, name: &str, bytes: Vec<u8>) -> Result<String, FileError> {
        let path = self.path.join(name);
        match String::from_utf8(bytes) {
            Err(error) => Err(FileError::NotUtf8 { path, offset: error.utf8_error().valid_up_to() }),
            Ok(text) => match memchr::memchr(0, text.as_bytes()) {
                Some(offset) => Err(FileError::Nul { path, offset }),
                None => Ok(text),
            },
        }
    }

    /// Opens a file and checks what was opened, so nothing can be swapped in between.
    fn open(&self, name: &str) -> Result<Option<(File, Metadata)>, FileError> {
        let file = match self.dir.open_with(name, &read_only()) {
            Ok(file) => file,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(self.explain(name, cause)),
        };
        let meta = file.metadata().map_err(|cause| self.error(name, cause))?;
        if let Some(refusal) = self.refusal(name, meta.file_type()) {
            return Err(refusal);
        }
        let path = self.path.join(name);
        if let Some(owner) = foreign_owner(&meta) {
            return Err(FileError::ForeignOwner { path, owner });
        }
        match cap_fs_ext::MetadataExt::nlink(&meta) {
            // None at all: replaced by another writer since it was opened.
            0 | 1 => Ok(Some((file, meta))),
            links => Err(FileError::HardLinks { path, links }),
        }
    }

    /// The error of a step on `name`: what stands in the way, if anything does, says more than the cause.
    fn explain(&self, name: &str, cause: io::Error) -> FileError {
        let refusal = self.kind(name).and_then(|kind| self.refusal(name, kind));
        refusal.unwrap_or_else(|| self.error(name, cause))
    }

    /// Why something of this kind cannot be the file, unless it can.
    fn refusal(&self, name: &str, kind: FileType) -> Option<FileError> {
        let path = self.path.join(name);
        let found = match kind {
            _ if kind.is_file() => return None,
            _ if kind.is_symlink() => return Some(FileError::Link { path }),
            _ if kind.is_dir() => "a folder",
            _ if kind.is_fifo() => "a named pipe",
            _ if kind.is_socket() => "a socket",
            _ => "a device",
        };
        Some(FileError::NotAFile { path, found })
    }

    /// What `name` is at the moment; for messages, not for decisions.
    fn kind(&self, name: &str) -> Option<FileType> {
        let meta = self.dir.symlink_metadata(name);
        meta.ok().map(|meta| meta.file_type())
    }

    /// The names of all that is in here.
    fn names(&self) -> Result<Vec<OsString>, FileError> {
        let here = |cause| FileError::from_io(&self.path, cause);
        let entries = self.dir.entries().map_err(here)?;
        entries.map(|entry| entry.map(|entry| entry.file_name()).map_err(here)).collect()
    }

    fn error(&self, name: &str, cause: io::Error) -> FileError {
        FileError::from_io(&self.path.join(name), cause)
    }
}

/// Not through a link, and not waiting for the writer of a named pipe.
fn read_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No).nonblock(true);
    options
}

/// The owner, if that is not the user we run as.
fn foreign_owner(meta: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    {
        let owner = cap_std::fs::MetadataExt::uid(meta);
        (owner != rustix::process::geteuid().as_raw()).then_some(owner)
    }
    // Windows: the access control list of the folder decides.
    #[cfg(not(unix))]
    {
        let _ = meta;
        None
    }
}
