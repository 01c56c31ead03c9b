//! `discover`: the sessions that agents have in the workspace, whoever feeds them. Answered by the thread that looks for
//! them, because a home can hold many.

use std::path::PathBuf;

use crate::server::main_loop::Core;
use crate::server::task::Reply;
use crate::wire::protocol::{DiscoverParams, RequestError, params};

impl Core {
    pub(super) fn discover(&mut self, text: &str, reply: Reply) {
        let folders = params::<DiscoverParams>(text).and_then(|params| match &params.workspace_folder {
            Some(named) => Ok(vec![self.folder(Some(named))?]),
            None => Ok(self.folders.iter().map(|folder| folder.path.clone()).collect::<Vec<PathBuf>>()),
        });
        match folders {
            Ok(folders) => {
                let folders = folders.into_iter().map(|root| (root.clone(), self.state_of(&root))).collect();
                match self.discovery() {
                    Some(discovery) => discovery.list(folders, reply),
                    None => drop(reply.send(Err(RequestError::internal("no thread looks for sessions")))),
                }
            }
            Err(error) => drop(reply.send(Err(error))),
        }
    }
}
