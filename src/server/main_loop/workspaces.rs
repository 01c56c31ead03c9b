//! Which workspace and session a request means: opened and loaded at their first use.

use std::path::{Path, PathBuf};

use super::{Core, refused};
use crate::server::workspace::{Folder, Workspace};
use crate::wire::protocol::RequestError;

impl Core {
    /// The workspace of a folder, opened at its first use.
    pub fn workspace(&mut self, root: &Path) -> Result<&mut Workspace, RequestError> {
        if !self.workspaces.contains_key(root) {
            let known = self.folders.iter().find(|folder| folder.path == root).cloned();
            let folder = known.unwrap_or_else(|| Folder::new(root.to_owned()));
            let workspace = Workspace::open(&folder, &self.state_dir).map_err(|error| refused(&error))?;
            self.workspaces.insert(root.to_owned(), workspace);
        }
        self.workspaces.get_mut(root).ok_or_else(|| RequestError::internal("a workspace vanished"))
    }

    /// All folders with a session that a request can mean: those of the client first.
    pub fn roots(&self) -> Vec<PathBuf> {
        let mut roots: Vec<PathBuf> = self.folders.iter().map(|folder| folder.path.clone()).collect();
        roots.extend(
            self.workspaces.keys().filter(|root| !self.folders.iter().any(|folder| folder.path == **root)).cloned(),
        );
        roots
    }

    /// The folder in which a session lives, with the session in memory.
    pub fn find(&mut self, id: &str) -> Result<PathBuf, RequestError> {
        crate::wire::protocol::check_session_id(id)?;
        let mut failed = None;
        for root in self.roots() {
            let config = self.config.clone();
            match self
                .workspace(&root)
                .and_then(|workspace| workspace.load(id, &config).map_err(|error| refused(&error)))
            {
                Ok(true) => return Ok(root),
                Ok(false) => {}
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(|| RequestError::unknown_session(id)))
    }
}
