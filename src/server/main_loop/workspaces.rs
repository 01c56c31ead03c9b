//! Which workspace and session a request means: opened and loaded at their first use.

use std::path::{Path, PathBuf};

use super::{Core, refused};
use crate::config::workspace_state_dir;
use crate::server::discovery::{Discovery, Manner};
use crate::server::feeding::Feeder;
use crate::server::workspace::{Folder, Workspace};
use crate::wire::protocol::RequestError;

impl Core {
    /// Has what agents feed followed in the present folders, where the client wants that.
    pub(super) fn feed(&mut self) {
        if !self.given.feeds {
            return;
        }
        if self.feeder.is_none() {
            match Feeder::start(self.state_dir.clone(), self.tasks.clone()) {
                Ok(feeder) => self.feeder = Some(feeder),
                Err(error) => return tracing::error!("what agents feed is not followed: {error}"),
            }
        }
        let state = |folder: &Folder| workspace_state_dir(&self.state_dir, &folder.path);
        let folders = self.folders.iter().map(|folder| (folder.path.clone(), state(folder))).collect();
        let folders: Vec<_> = folders;
        if let Some(discovery) = self.discovery() {
            discovery.set(folders.clone());
        }
        if let Some(feeder) = &self.feeder {
            feeder.set(folders);
        }
    }

    /// Who finds what agents have here.
    pub fn discovery(&mut self) -> Option<&Discovery> {
        if self.discovery.is_none() {
            let (attach, asks) = (self.config.attach, self.given.asks);
            let manner = Manner { attach, asks, state_dir: self.state_dir.clone() };
            match Discovery::start(manner, self.client.clone(), self.imports.clone()) {
                Ok(discovery) => self.discovery = Some(discovery),
                Err(error) => tracing::error!("sessions of agents are not found: {error}"),
            }
        }
        self.discovery.as_ref()
    }

    /// The folder of a workspace's store.
    pub fn state_of(&self, root: &Path) -> PathBuf {
        workspace_state_dir(&self.state_dir, root)
    }

    /// The workspace of a folder, opened at its first use.
    pub fn workspace(&mut self, root: &Path) -> Result<&mut Workspace, RequestError> {
        if !self.workspaces.contains_key(root) {
            let known = self.folders.iter().find(|folder| folder.path == root).cloned();
            let folder = known.unwrap_or_else(|| Folder::new(root.to_owned()));
            let workspace =
                Workspace::open(&folder, &self.state_dir, self.watch.clone()).map_err(|error| refused(&error))?;
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
