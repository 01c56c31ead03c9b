//! The store of a workspace, for commands that read it without a server.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};

use crate::config::{Config, state_dir, workspace_state_dir};
use crate::host::memory_file::MemoryFile;
use crate::host::store::{SessionRow, Store};

/// Which workspace a command is about.
#[derive(Debug, clap::Args)]
pub struct WorkspaceArg {
    /// The workspace folder; default: here
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,
}

impl WorkspaceArg {
    /// The folder's absolute path.
    pub fn root(&self) -> anyhow::Result<PathBuf> {
        let path = self.workspace.clone().unwrap_or_else(|| PathBuf::from("."));
        // However the folder is spelled, it is one workspace with one store.
        let root = std::fs::canonicalize(&path).with_context(|| format!("{} is not a folder", path.display()))?;
        if root.is_dir() { Ok(root) } else { Err(anyhow!("{} is not a folder", root.display())) }
    }

    /// The folder and its store.
    pub fn open(&self) -> anyhow::Result<(PathBuf, Store)> {
        let root = self.root()?;
        let folder = store_folder(&root)?;
        if !folder.join("store.db").exists() {
            bail!("no session was ever stored for {}; `session-memory replay --sample` makes one", root.display());
        }
        Ok((root, Store::open(&folder)?))
    }
}

/// The folder of a workspace's store.
fn store_folder(root: &Path) -> anyhow::Result<PathBuf> {
    let state = state_dir()
        .ok_or_else(|| anyhow!("no state directory: set HOME, XDG_STATE_HOME or SESSION_MEMORY_STATE_DIR"))?;
    Ok(workspace_state_dir(&state, root))
}

/// The memory file of a session. A file of the user's that stands in its place is neither read nor deleted.
pub fn memory_file(root: &Path, config: &Config, session_id: &str) -> anyhow::Result<MemoryFile> {
    Ok(MemoryFile::locate(root, &config.memory_file, session_id)?.recorded_in(&store_folder(root)?))
}

/// The session that a command is about: the one named, or the newest.
pub fn session(store: &Store, named: Option<&str>, root: &Path) -> anyhow::Result<SessionRow> {
    match named {
        Some(id) => store.session(id)?.ok_or_else(|| {
            anyhow!("no session {id:?} in {}; `session-memory sessions` lists what there is", root.display())
        }),
        None => store.sessions()?.into_iter().next().ok_or_else(|| anyhow!("no session in {}", root.display())),
    }
}
