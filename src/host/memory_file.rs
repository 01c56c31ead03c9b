//! Where `session-memory.md` lies in a workspace, and how it gets there without touching anything else.
//!
//! A workspace is not trusted: a cloned repository may hold a link, a named pipe or a hard link where the
//! memory belongs. So every folder below the workspace root is opened by handle, relative to its parent and
//! without following links, and the text appears by rename: a reader sees the old or the new text, never half.
//! `cap-std` does the handle work because it is one body of code for Unix and Windows; `rustix` alone would
//! need a second, path-based one for Windows.

mod error;
mod folder;
mod folder_name;
mod ours;
mod template;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
mod uri;

use std::path::{Path, PathBuf};
use std::time::Duration;

use folder::Folder;
use ours::Claim;

pub use error::FileError;
pub use folder_name::session_folder;
pub use template::DEFAULT_TEMPLATE;
pub use uri::file_uri;

/// The largest memory that is read or written, in bytes; far above the document's own token budget, so
/// whatever is larger was not written here.
pub const MAX_BYTES: u64 = 1 << 20;

/// A temporary file older than this was left by a writer that died; a living one needs milliseconds.
const STALE: Duration = Duration::from_mins(10);

/// How often a change starts over because another process moved or removed a folder or a file under it. Each
/// time means that the other one got something done; so many in a row are not an accident.
const RETRIES: u32 = 20;

/// The memory file of one session in one workspace. Holds no open file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryFile {
    workspace: PathBuf,
    folders: Vec<String>,
    name: String,
    session: String,
    /// `None`: whatever stands here counts as ours.
    claim: Option<Claim>,
}

impl MemoryFile {
    /// Works out where the memory of `session_id` lies; touches no file.
    ///
    /// `template` is the setting `memoryFile`, relative to `workspace` and with `{session}` in it.
    ///
    /// # Errors
    /// [`FileError::Template`] for a template that could leave the workspace or let sessions share a file;
    /// [`FileError::Io`] when `workspace` is empty, or relative with no current folder to start from.
    pub fn locate(workspace: &Path, template: &str, session_id: &str) -> Result<MemoryFile, FileError> {
        let (folders, name) = template::expand(template, &session_folder(session_id))?;
        let workspace = std::path::absolute(workspace).map_err(|cause| FileError::from_io(workspace, cause))?;
        Ok(MemoryFile { workspace, folders, name, session: session_id.to_owned(), claim: None })
    }

    /// The same file, with the rule that a file of the user's is neither taken for a memory nor replaced or deleted.
    ///
    /// `state` is the folder of the workspace's store; in it stands whether a memory was ever written here. Until then a
    /// file that does not name its session in the front matter is not ours; from then on it is, whatever the user makes
    /// of it. Who only asks where the file is can do without.
    #[must_use]
    pub fn recorded_in(mut self, state: &Path) -> MemoryFile {
        self.claim = Some(Claim::new(state, &self.folders, &self.name, &self.session));
        self
    }

    /// The absolute path; links in the path of the workspace itself stay as the editor spells them.
    pub fn path(&self) -> PathBuf {
        let mut path = self.workspace.clone();
        path.extend(&self.folders);
        path.push(&self.name);
        path
    }

    /// The `file:` URI of [`MemoryFile::path`], percent-encoded.
    pub fn uri(&self) -> String {
        uri::file_uri(&self.path())
    }

    /// The text of the file, or `None` when there is none. Never blocks on a named pipe.
    ///
    /// # Errors
    /// One kind of [`FileError`] for each thing that is refused: a link, something that is not a file, another
    /// owner, hard links, more than [`MAX_BYTES`], not UTF-8, a file that is not ours.
    pub fn read(&self) -> Result<Option<String>, FileError> {
        let mut folder = Folder::workspace(&self.workspace)?;
        for name in &self.folders {
            match folder.child(name)? {
                Some(child) => folder = child,
                None => return Ok(None),
            }
        }
        match folder.read(&self.name)? {
            Some(text) if self.is_foreign(&text) => Err(FileError::NotOurs { path: self.path() }),
            text => Ok(text),
        }
    }

    /// Whether a text that was found here is the user's own.
    fn is_foreign(&self, text: &str) -> bool {
        self.claim.as_ref().is_some_and(|claim| !claim.covers(text))
    }

    /// Puts `text` in the place of the file, making missing folders (0700); the file is 0600.
    ///
    /// # Errors
    /// As for [`MemoryFile::read`], and for a full disk or a workspace that cannot be written to. After an
    /// error the old file is as it was, and no temporary file is left.
    pub fn write(&self, text: &str) -> Result<(), FileError> {
        let bytes = text.len() as u64;
        if bytes > MAX_BYTES {
            let path = self.path();
            return Err(FileError::TooLarge { path, bytes });
        }
        insist(|| self.write_once(text))
    }

    fn write_once(&self, text: &str) -> Result<(), FileError> {
        let mut folder = Folder::workspace(&self.workspace)?;
        for (depth, name) in self.folders.iter().enumerate() {
            folder = folder.child_or_new(name)?;
            if depth == 0 {
                folder.hide_from_git()?;
            }
        }
        folder.check_target(&self.name)?;
        // Where a memory was written before, the old text need not be read.
        let first = self.claim.as_ref().filter(|claim| !claim.is_recorded());
        if first.is_some() && folder.read(&self.name)?.is_some_and(|text| self.is_foreign(&text)) {
            return Err(FileError::NotOurs { path: self.path() });
        }
        folder.sweep(STALE);
        folder.replace(&self.name, text)?;
        if let Some(claim) = first {
            claim.keep();
        }
        Ok(())
    }

    /// Deletes the file, its temporary files, and the folders this leaves empty; what is absent is fine, and a file
    /// that is not ours stays.
    ///
    /// The first folder goes too when all that is left in it is the `.gitignore` made with it.
    ///
    /// # Errors
    /// As for [`MemoryFile::write`]; a file that would not be replaced is not deleted either.
    pub fn remove(&self) -> Result<(), FileError> {
        insist(|| self.remove_once())?;
        if let Some(claim) = &self.claim {
            claim.give_up();
        }
        Ok(())
    }

    fn remove_once(&self) -> Result<(), FileError> {
        let mut open = match Folder::workspace(&self.workspace) {
            Err(FileError::Missing { .. }) => return Ok(()),
            root => vec![root?],
        };
        for name in &self.folders {
            match open.last().map(|parent| parent.child(name)).transpose()? {
                Some(Some(child)) => open.push(child),
                _ => break,
            }
        }
        if let Some(folder) = open.last()
            && open.len() > self.folders.len()
        {
            match folder.read(&self.name) {
                Ok(Some(text)) if self.is_foreign(&text) => {}
                // What is no text at all names no session either.
                Err(FileError::NotUtf8 { .. } | FileError::TooLarge { .. }) if self.is_foreign("") => {}
                _ => folder.delete(&self.name)?,
            }
            folder.sweep(Duration::ZERO);
        }
        while let (Some(folder), Some(parent)) = (open.pop(), open.last()) {
            let is_first = open.len() == 1;
            if !parent.delete_empty(folder, is_first)? {
                break;
            }
        }
        Ok(())
    }
}

/// Makes a change, from the start again as long as others get in the way.
fn insist(change: impl Fn() -> Result<(), FileError>) -> Result<(), FileError> {
    for _ in 0..RETRIES {
        match change() {
            Err(error) if error.is_race() => {}
            done => return done,
        }
    }
    change()
}
