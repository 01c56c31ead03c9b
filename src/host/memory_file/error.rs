//! Why the memory file cannot be read or written. Each message says what happened, where, and what to do:
//! it is shown to the user as it stands.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::{DEFAULT_TEMPLATE, MAX_BYTES};

/// An error of [`MemoryFile`](super::MemoryFile).
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The setting `memoryFile` is not usable.
    #[error(
        "the setting memoryFile is {template:?}, but {problem}; accepted is a path relative to the workspace, \
         with {{session}} in it and ending in .md, such as {DEFAULT:?}",
        DEFAULT = DEFAULT_TEMPLATE
    )]
    Template {
        /// The setting as it was given.
        template: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A link (or a Windows junction) stands where a folder or the file belongs.
    #[error(
        "{path} is a link, and links inside the workspace are not followed; remove it, or choose another place \
         with the setting memoryFile"
    )]
    Link {
        /// Where the link is.
        path: PathBuf,
    },
    /// Something that is not a regular file stands where the file belongs.
    #[error("{path} is {found}, not a file; move it away, or choose another place with the setting memoryFile")]
    NotAFile {
        /// Where it is.
        path: PathBuf,
        /// What it is, with its article.
        found: &'static str,
    },
    /// Something that is not a folder stands where a folder belongs.
    #[error("{path} is not a folder; move it away, or choose another place with the setting memoryFile")]
    NotAFolder {
        /// Where it is.
        path: PathBuf,
    },
    /// The file belongs to another user, who could change it or have planted it.
    #[error("{path} belongs to another user (uid {owner}); take it over with chown, or move it away")]
    ForeignOwner {
        /// Where the file is.
        path: PathBuf,
        /// The user id of its owner.
        owner: u32,
    },
    /// The file has other names, so what is read or replaced may be a file outside the workspace.
    #[error("{path} is one of {links} hard links to the same file; move it away, or put a copy in its place")]
    HardLinks {
        /// Where the file is.
        path: PathBuf,
        /// How many names it has.
        links: u64,
    },
    /// The user had a file of their own there before any memory was written.
    #[error(
        "{path} is not a memory of this session but a file that was there before, so it stays as it is; move it away, \
         or choose another place with the setting memoryFile"
    )]
    NotOurs {
        /// Where the file is.
        path: PathBuf,
    },
    /// More than [`MAX_BYTES`].
    #[error("{path}: {bytes} bytes are more than the {MAX} a memory may have; shorten it, or move it away", MAX = MAX_BYTES)]
    TooLarge {
        /// Where the file is, or would be.
        path: PathBuf,
        /// The size found, in bytes.
        bytes: u64,
    },
    /// The file is not UTF-8.
    #[error("{path} is not UTF-8 (from byte {offset} on); save it as UTF-8, or move it away")]
    NotUtf8 {
        /// Where the file is.
        path: PathBuf,
        /// How many bytes before the first bad one.
        offset: usize,
    },
    /// The file system is read-only, or permissions refuse the access.
    #[error("{path} cannot be accessed ({cause}); make the workspace writable for this user")]
    ReadOnly {
        /// Where the access was refused.
        path: PathBuf,
        /// The refusal.
        cause: io::Error,
    },
    /// The disk or the user's quota is full.
    #[error("there is no room for {path} ({cause}); free some space, then refresh the memory")]
    DiskFull {
        /// What did not fit.
        path: PathBuf,
        /// The refusal.
        cause: io::Error,
    },
    /// The workspace folder is not there.
    #[error("the workspace {path} does not exist; open a folder that does")]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// Any other failure.
    #[error("{path}: {cause}; check the disk and the folder, then refresh the memory")]
    Io {
        /// Where it happened.
        path: PathBuf,
        /// The failure.
        cause: io::Error,
    },
}

impl FileError {
    /// The place the error is about; none for a setting that names no place.
    pub fn path(&self) -> Option<&Path> {
        match self {
            FileError::Template { .. } => None,
            FileError::Link { path }
            | FileError::NotAFile { path, .. }
            | FileError::NotAFolder { path }
            | FileError::ForeignOwner { path, .. }
            | FileError::HardLinks { path, .. }
            | FileError::NotOurs { path }
            | FileError::TooLarge { path, .. }
            | FileError::NotUtf8 { path, .. }
            | FileError::ReadOnly { path, .. }
            | FileError::DiskFull { path, .. }
            | FileError::Missing { path }
            | FileError::Io { path, .. } => Some(path),
        }
    }

    /// Sorts an error of the operating system into the kinds a user can act on.
    pub(super) fn from_io(path: &Path, cause: io::Error) -> FileError {
        let path = path.to_path_buf();
        match cause.kind() {
            _ if is_escape(&cause) => FileError::Io { path, cause },
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => FileError::ReadOnly { path, cause },
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FileError::DiskFull { path, cause },
            _ => FileError::Io { path, cause },
        }
    }

    /// Whether something was moved or removed between two steps, so that starting over may help.
    pub(super) fn is_race(&self) -> bool {
        let FileError::Io { cause, .. } = self else { return false };
        matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) || is_escape(cause)
    }
}

/// Whether `cap-std` says that a name led out of its folder. We pass it no path that could, so the folder was
/// moved while it was being opened. The operating system's own refusals have a number, this has none.
fn is_escape(cause: &io::Error) -> bool {
    cause.kind() == ErrorKind::PermissionDenied && cause.raw_os_error().is_none()
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn system_errors_become_kinds_a_user_can_act_on() {
        fn check(errno: Errno, expected: &str) {
            let cause = io::Error::from_raw_os_error(errno.raw_os_error());
            let error = FileError::from_io(Path::new("/w/m.md"), cause);
            assert!(format!("{error:?}").starts_with(expected), "{error:?}");
            assert_eq!(error.path(), Some(Path::new("/w/m.md")));
            assert!(error.to_string().contains("/w/m.md"), "{error}");
        }
        check(Errno::ROFS, "ReadOnly");
        check(Errno::ACCESS, "ReadOnly");
        check(Errno::PERM, "ReadOnly");
        check(Errno::NOSPC, "DiskFull");
        check(Errno::DQUOT, "DiskFull");
        check(Errno::IO, "Io");
        check(Errno::XDEV, "Io");
    }

    #[test]
    fn only_what_others_moved_or_removed_is_tried_again() {
        fn check(cause: io::Error, expected: bool) {
            let error = FileError::from_io(Path::new("/w/m.md"), cause);
            assert_eq!(error.is_race(), expected, "{error:?}");
        }
        check(Errno::NOENT.into(), true);
        check(Errno::NOTDIR.into(), true);
        check(io::Error::new(ErrorKind::PermissionDenied, "a path led outside"), true);
        check(Errno::ACCESS.into(), false);
        check(Errno::IO.into(), false);
    }
}
