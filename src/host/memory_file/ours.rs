//! Whether a file is ours, so that `memoryFile` can name any place of a workspace. [`Claim::covers`] alone decides it.
//!
//! A memory names its session in the front matter, but a user who edits one may damage that or take it away. So where a
//! memory was written is recorded outside of the workspace, and from then on whatever stands there is the memory. Until
//! then a text without that front matter is one that the user had there before.

use std::fs::{File, create_dir, remove_file};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// The folder of the records.
const RECORDS: &str = "memory-files";

/// What a session can say for itself about the file at one place of its workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    session: String,
    /// A file of ours, empty, that exists once a memory was written there. Its name tells nobody of which session it is.
    record: PathBuf,
}

impl Claim {
    /// The claim of a session; `state` is the folder of the workspace's store.
    pub(super) fn new(state: &Path, folders: &[String], name: &str, session: &str) -> Claim {
        let mut digest = Sha256::new();
        for folder in folders {
            digest.update(folder);
            digest.update("/");
        }
        digest.update(name);
        let number = digest.finalize().iter().take(16).fold(0u128, |number, byte| number << 8 | u128::from(*byte));
        Claim { session: session.to_owned(), record: state.join(RECORDS).join(format!("{number:032x}")) }
    }

    /// Whether a text that was found there is the memory's, whatever the user has made of it.
    pub(super) fn covers(&self, text: &str) -> bool {
        names_session(text, &self.session) || self.is_recorded()
    }

    /// Whether a memory was written there, so that any text is covered.
    pub(super) fn is_recorded(&self) -> bool {
        self.record.exists()
    }

    /// Records that a memory was written. Without it a file that loses its front matter is refused later, which is the
    /// safe side.
    pub(super) fn keep(&self) {
        // The folder of the store above it is there, or was deleted and is not made again.
        let folder = self.record.parent().map_or(Ok(()), |folder| match create_dir(folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            made => made,
        });
        if let Err(error) = folder.and_then(|()| File::create(&self.record)) {
            tracing::warn!("{} cannot be made: {error}", self.record.display());
        }
    }

    /// Forgets that a memory was ever written.
    pub(super) fn give_up(&self) {
        if let Err(error) = remove_file(&self.record)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!("{} cannot be deleted: {error}", self.record.display());
        }
    }
}

/// Whether a text begins with the front matter of a memory of this session.
fn names_session(text: &str, session: &str) -> bool {
    let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines();
    lines.next() == Some("---")
        && lines
            .take_while(|line| *line != "---")
            .find_map(|line| line.strip_prefix("session: "))
            .is_some_and(|named| serde_json::from_str::<String>(named.trim_end()).is_ok_and(|named| named == session))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_names_its_session() {
        #[track_caller]
        fn check(text: &str, session: &str, expected: bool) {
            assert_eq!(names_session(text, session), expected, "{text:?}");
        }
        check("---\nsession: \"s\"\nrevision: 3\n---\n\n## Notes\n", "s", true);
        check("\u{feff}---\r\nrevision: 3\r\nsession: \"s\" \r\n---\r\n", "s", true);
        check("---\nsession: \"a \\\"b\\\"\\n\"\n---\n", "a \"b\"\n", true);
        check("---\nsession: \"s\"", "s", true);
        check("---\nsession: \"other\"\n---\n", "s", false);
        check("---\nsession: s\n---\n", "s", false);
        check("---\ntitle: x\n---\nsession: \"s\"\n", "s", false);
        check("session: \"s\"\n", "s", false);
        check("\n---\nsession: \"s\"\n---\n", "s", false);
        check("# My notes\n", "s", false);
        check("", "s", false);
    }

    #[test]
    fn each_place_has_its_own_record() {
        let name = |folders: &[&str], name: &str| {
            let folders: Vec<String> = folders.iter().map(ToString::to_string).collect();
            Claim::new(Path::new("/state"), &folders, name, "s").record
        };
        assert_eq!(name(&["a"], "s.md"), name(&["a"], "s.md"));
        assert_ne!(name(&["a"], "s.md"), name(&["b"], "s.md"));
        assert_ne!(name(&["a"], "s.md"), name(&[], "s.md"));
        assert_ne!(name(&["a", "b"], "s.md"), name(&["ab"], "s.md"));
        assert_eq!(name(&[], "s.md").parent(), Some(Path::new("/state/memory-files")));
    }
}
