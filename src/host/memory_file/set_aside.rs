//! Moving away a file that is no memory: nothing of the user's is overwritten or deleted.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{FileError, Folder, MemoryFile};

/// Names that are tried in one second, after which something else is wrong.
const NAMES: u32 = 100;

impl MemoryFile {
    /// Gives the file another name in its folder, `<name>.<UTC time>.bak.md`, never one that is taken; tells which. `None`
    /// where there is no file.
    ///
    /// # Errors
    /// As for [`MemoryFile::write`]. After an error the file is where it was.
    pub fn set_aside(&self) -> Result<Option<PathBuf>, FileError> {
        // What is no text at all names no session either.
        if self.is_foreign("") {
            return Err(FileError::NotOurs { path: self.path() });
        }
        let mut folder = Folder::workspace(&self.workspace)?;
        for name in &self.folders {
            match folder.child(name)? {
                Some(child) => folder = child,
                None => return Ok(None),
            }
        }
        let stem = self.name.strip_suffix(".md").unwrap_or(&self.name);
        let time = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let names = (1..=NAMES).map(|number| match number {
            1 => format!("{stem}.{time}.bak.md"),
            _ => format!("{stem}.{time}-{number}.bak.md"),
        });
        folder.rename_aside(&self.name, names)
    }
}
