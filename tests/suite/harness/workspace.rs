//! A temporary place for a test: a workspace folder, a state folder and an empty config file.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The place; deleted when dropped.
pub struct Workspace {
    dir: TempDir,
}

impl Workspace {
    pub fn new() -> Workspace {
        let dir = TempDir::new().unwrap();
        for name in ["ws", "state", "home"] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
        }
        std::fs::write(dir.path().join("config.toml"), "").unwrap();
        Workspace { dir }
    }

    /// The workspace folder that an editor would open.
    pub fn root(&self) -> PathBuf {
        self.dir.path().join("ws")
    }

    /// What `SESSION_MEMORY_STATE_DIR` names.
    pub fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    /// What `SESSION_MEMORY_CONFIG` names.
    pub fn config(&self) -> PathBuf {
        self.dir.path().join("config.toml")
    }

    /// A place beside the workspace.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Where the memory of a session with a tame id lies.
    pub fn memory_file(&self, session: &str) -> PathBuf {
        self.root().join(".session-memory").join(session).join("session-memory.md")
    }

    /// Writes a file of the workspace.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// The URI of a path without special characters.
pub fn file_uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// All files under a folder.
pub fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files
}

/// Whether the bytes of `needle` stand anywhere in `hay`.
pub fn has_bytes(hay: &[u8], needle: &str) -> bool {
    hay.windows(needle.len()).any(|window| window == needle.as_bytes())
}
