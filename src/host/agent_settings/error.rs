//! Why a settings file cannot be read or changed, in words for its user.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A settings file that was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The system says so.
    #[error("{path} was left as it is: {cause}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A link in a project that leads out of it.
    #[error("{path} leads out of the project through a link; nothing was written. Remove the link, or install for the user", path = path.display())]
    Outside {
        /// The file.
        path: PathBuf,
    },
    /// A link to nothing.
    #[error("{path} is a link to a file that is missing; create that file or remove the link, then run this again", path = path.display())]
    Dangling {
        /// The link.
        path: PathBuf,
    },
    /// Someone else wrote it in the meantime.
    #[error("{path} was changed by another program meanwhile; nothing was written, run this again", path = path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Its owner would change.
    #[error("{path} belongs to another user, and this one may not give files away; run this as its owner", path = path.display())]
    Owner {
        /// The file.
        path: PathBuf,
    },
}

impl SettingsError {
    pub(super) fn of(path: &Path, cause: std::io::Error) -> SettingsError {
        let path = path.to_owned();
        // Without a number of the system's it is the folder handle that refuses to leave its folder.
        if cause.kind() == ErrorKind::PermissionDenied && cause.raw_os_error().is_none() {
            return SettingsError::Outside { path };
        }
        SettingsError::Io { path, cause }
    }
}
