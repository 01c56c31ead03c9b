//! Why the store cannot answer. Each message says what happened, where, and what to do: it is shown to the
//! user as it stands.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rusqlite::ffi;

/// An error of [`Store`](super::Store).
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process kept the database locked for longer than [`PATIENCE`](super::PATIENCE).
    #[error("{path} is in use by another process for too long; try again, and if it stays so, end that process")]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// The disk or the quota is full, or the disk refuses to write. Nothing of the call was stored.
    #[error("there is no room for {path} ({detail}); free some space and try again, what was stored before is safe")]
    Full {
        /// The database.
        path: PathBuf,
        /// What `SQLite` or the system said.
        detail: String,
    },
    /// The file is damaged, or is no database.
    #[error(
        "{path} is damaged ({detail}); rename it and a new one is made at the next start; \
         `sqlite3 <file> .recover` reads what is left of the old one"
    )]
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What `SQLite` said.
        detail: String,
    },
    /// A newer version of the program made the database.
    #[error(
        "{path} was made by a newer version of session-memory (its format is {found}, this version knows up to \
         {known}); update this one, nothing was changed"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// The format it has.
        found: i64,
        /// The newest format known here.
        known: usize,
    },
    /// The folder or the file cannot be written to.
    #[error(
        "{path} cannot be written ({detail}); make the folder writable for this user, or set XDG_STATE_HOME to one that is"
    )]
    ReadOnly {
        /// The database or its folder.
        path: PathBuf,
        /// What `SQLite` or the system said.
        detail: String,
    },
    /// Any other failure.
    #[error("{path}: {detail}; check the disk and the folder, then try again")]
    Io {
        /// The database or its folder.
        path: PathBuf,
        /// What `SQLite` or the system said.
        detail: String,
    },
}

impl StoreError {
    /// The file or folder the error is about.
    pub fn path(&self) -> &Path {
        match self {
            StoreError::Busy { path }
            | StoreError::Full { path, .. }
            | StoreError::Corrupt { path, .. }
            | StoreError::Newer { path, .. }
            | StoreError::ReadOnly { path, .. }
            | StoreError::Io { path, .. } => path,
        }
    }

    /// Sorts an error of `SQLite` into the kinds a user can act on.
    // By value, so that it fits `map_err`.
    #[allow(clippy::needless_pass_by_value)]
    pub(super) fn from_sqlite(path: &Path, error: rusqlite::Error) -> StoreError {
        let path = path.to_path_buf();
        let detail = error.to_string();
        let Some(code) = error.sqlite_error() else {
            // A value of the wrong type, or text that is not UTF-8: only damage puts those there.
            return StoreError::Corrupt { path, detail };
        };
        match (code.code, code.extended_code) {
            (_, ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE) | (ErrorCode::DiskFull, _) => {
                StoreError::Full { path, detail }
            }
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed, _) => {
                StoreError::Busy { path }
            }
            (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => StoreError::Corrupt { path, detail },
            (ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied, _) => {
                StoreError::ReadOnly { path, detail }
            }
            _ => StoreError::Io { path, detail },
        }
    }

    /// The same for an error of the operating system.
    // By value, so that it fits `map_err`.
    #[allow(clippy::needless_pass_by_value)]
    pub(super) fn from_io(path: &Path, error: io::Error) -> StoreError {
        let path = path.to_path_buf();
        let detail = error.to_string();
        match error.kind() {
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                StoreError::ReadOnly { path, detail }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full { path, detail },
            _ => StoreError::Io { path, detail },
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_names_the_place_and_a_way_out() {
        fn check(code: i32, kind: &str, advice: &str) {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            let error = StoreError::from_sqlite(Path::new("/s/store.db"), error);
            assert!(format!("{error:?}").starts_with(kind), "{code}: {error:?}");
            assert_eq!(error.path(), Path::new("/s/store.db"));
            let text = error.to_string();
            assert!(text.contains("/s/store.db") && text.contains(advice), "{text}");
        }
        check(ffi::SQLITE_BUSY, "Busy", "try again");
        check(ffi::SQLITE_BUSY_SNAPSHOT, "Busy", "try again");
        check(ffi::SQLITE_PROTOCOL, "Busy", "try again");
        check(ffi::SQLITE_FULL, "Full", "free some space");
        check(ffi::SQLITE_IOERR_WRITE, "Full", "free some space");
        check(ffi::SQLITE_IOERR_SHMSIZE, "Full", "free some space");
        check(ffi::SQLITE_CORRUPT, "Corrupt", ".recover");
        check(ffi::SQLITE_CORRUPT_VTAB, "Corrupt", ".recover");
        check(ffi::SQLITE_NOTADB, "Corrupt", ".recover");
        check(ffi::SQLITE_READONLY, "ReadOnly", "make the folder writable");
        check(ffi::SQLITE_CANTOPEN, "ReadOnly", "make the folder writable");
        check(ffi::SQLITE_IOERR_READ, "Io", "check the disk");
        check(ffi::SQLITE_NOMEM, "Io", "check the disk");
    }

    #[test]
    fn a_value_that_cannot_be_read_is_damage() {
        let error = rusqlite::Error::IntegralValueOutOfRange(3, -1);
        let error = StoreError::from_sqlite(Path::new("/s/store.db"), error);
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    }
}
