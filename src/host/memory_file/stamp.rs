//! What tells that a file may have changed, without reading it.

use std::path::Path;
use std::time::{Duration, SystemTime};

/// The state of a file. A file with the same stamp has the same text; a tool that sets times back cannot set back when it
/// did so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    /// Device, inode, and time of the last change of any kind; zeros where the system has no such thing.
    identity: (u64, u64, i64, i64),
}

impl Stamp {
    /// The stamp of what is at a path; `None` where there is nothing.
    pub fn of(path: &Path) -> Option<Stamp> {
        let metadata = std::fs::symlink_metadata(path).ok()?;
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt as _;
            (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
        };
        #[cfg(not(unix))]
        let identity = (0, 0, 0, 0);
        Some(Stamp { modified: metadata.modified().ok(), bytes: metadata.len(), identity })
    }

    /// How long ago the file was written; nothing where the clock does not tell.
    pub fn age(&self) -> Duration {
        self.modified.and_then(|modified| modified.elapsed().ok()).unwrap_or_default()
    }
}
