//! Changing places of two files in one step. What stood in the place until the very moment of the change is in our hands
//! afterwards, so a text that its user has saved while ours was being written is not lost.

use std::io;

use super::Folder;

/// Times that a file comes and goes under us before that is an error.
#[cfg(target_os = "linux")]
const RETRIES: u32 = 20;

impl Folder {
    /// Gives the file `temp` the name `name`. True: what had that name is called `temp` now. False: nothing had it, or the
    /// file system can only replace.
    #[cfg(target_os = "linux")]
    pub(super) fn exchange(&self, temp: &str, name: &str) -> io::Result<bool> {
        use rustix::fs::{RenameFlags, renameat_with};
        use rustix::io::Errno;

        for _ in 0..RETRIES {
            match renameat_with(&self.dir, temp, &self.dir, name, RenameFlags::EXCHANGE) {
                Ok(()) => return Ok(true),
                Err(Errno::NOENT) => {}
                Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => break,
                Err(errno) => return Err(errno.into()),
            }
            match renameat_with(&self.dir, temp, &self.dir, name, RenameFlags::NOREPLACE) {
                Ok(()) => return Ok(false),
                Err(Errno::EXIST) => {}
                Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => break,
                Err(errno) => return Err(errno.into()),
            }
        }
        self.dir.rename(temp, &self.dir, name).map(|()| false)
    }

    /// Elsewhere a file can only be replaced.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn exchange(&self, temp: &str, name: &str) -> io::Result<bool> {
        self.dir.rename(temp, &self.dir, name).map(|()| false)
    }
}
