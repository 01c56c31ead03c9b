//! The server without a client: a command that needs the main loop has it in its own process and asks it directly.

use std::path::Path;
use std::sync::mpsc::Sender;

use serde_json::Value;
use tokio::sync::oneshot;

use super::client::Client;
use super::main_loop::MainLoop;
use super::task::{ClientSettings, Task};
use super::workspace::Folder;
use crate::config::Config;
use crate::wire::protocol::{Method, RequestError};

/// A server in this process; dropping it ends it with everything saved.
pub struct Local {
    main_loop: Option<MainLoop>,
    tasks: Sender<Task>,
}

impl Local {
    /// Starts it for one workspace folder.
    ///
    /// # Errors
    /// When a thread cannot be started or there is no state directory.
    pub fn start(config: Config, folder: &Path) -> std::io::Result<Local> {
        // What it has to tell nobody hears; the log has it.
        let (client, _) = Client::new();
        let main_loop = MainLoop::start(config, Vec::new(), client)?;
        let tasks = main_loop.tasks();
        let folders = vec![Folder::new(folder.to_owned())];
        let _ = tasks.send(Task::Initialize { folders, settings: Box::<ClientSettings>::default() });
        Ok(Local { main_loop: Some(main_loop), tasks })
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// As the protocol says of the method.
    pub fn request(&self, method: Method, params: &Value) -> Result<Value, RequestError> {
        ask(&self.tasks, method, params)
    }

    /// Where tasks for its main loop are sent.
    pub fn tasks(&self) -> Sender<Task> {
        self.tasks.clone()
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        if let Some(main_loop) = self.main_loop.take() {
            main_loop.end();
        }
    }
}

/// Asks a main loop and waits for the answer; from any thread but the loop's own.
///
/// # Errors
/// As the protocol says of the method.
pub(super) fn ask(tasks: &Sender<Task>, method: Method, params: &Value) -> Result<Value, RequestError> {
    let (reply, answer) = oneshot::channel();
    let ended = || RequestError::internal("the main loop has ended");
    let task = Task::Request { method, params: params.to_string(), reply };
    tasks.send(task).map_err(|_| ended())?;
    let text = answer.blocking_recv().map_err(|_| ended())??;
    serde_json::from_str(&text).map_err(|error| RequestError::internal(error.to_string()))
}
