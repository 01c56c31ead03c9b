//! The server's thread that looks at the stores of its workspace folders when somebody has stored something.

use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Feeding, Role};
use crate::host::pokes::Pokes;
use crate::server::task::Task;

/// Time until a look is repeated that found something not ready yet.
const AGAIN: Duration = Duration::from_millis(250);
/// Time between two looks where pokes are not heard.
const DEAF: Duration = Duration::from_secs(2);

enum Told {
    /// The workspace folders now, each with its store's folder.
    Folders(Vec<(PathBuf, PathBuf)>),
    /// Somebody has stored something.
    Poked(std::ffi::OsString),
    End,
}

/// A running thread; it ends when this is dropped.
pub struct Feeder {
    sender: Sender<Told>,
    thread: Option<JoinHandle<()>>,
}

impl Feeder {
    /// Starts it without a folder.
    pub fn start(state_dir: PathBuf, tasks: Sender<Task>) -> std::io::Result<Feeder> {
        let (sender, told) = channel();
        let heard = sender.clone();
        let thread = std::thread::Builder::new().name("feeding".to_owned()).spawn(move || {
            let pokes = Pokes::hear(&state_dir, move |name| drop(heard.send(Told::Poked(name))))
                .inspect_err(|error| tracing::warn!("stores are looked at every two seconds: {error}"));
            let mut all: Vec<Feeding> = Vec::new();
            loop {
                let wait = match &pokes {
                    _ if all.iter().any(Feeding::is_waiting) => Some(AGAIN),
                    Ok(_) => None,
                    Err(_) => Some(DEAF),
                };
                let next = wait.map_or_else(
                    || told.recv().map_err(|_| RecvTimeoutError::Disconnected),
                    |wait| told.recv_timeout(wait),
                );
                match next {
                    Ok(Told::Folders(folders)) => {
                        all.retain(|feeding| folders.iter().any(|(root, _)| root == feeding.root()));
                        for (root, state) in folders {
                            if !all.iter().any(|feeding| feeding.root() == root) {
                                all.push(Feeding::new(root, state, Role::Server, tasks.clone()));
                            }
                        }
                        all.iter_mut().for_each(look);
                    }
                    Ok(Told::Poked(name)) => {
                        all.iter_mut().filter(|feeding| feeding.state_name() == Some(&name)).for_each(look);
                    }
                    Err(RecvTimeoutError::Timeout) => all.iter_mut().for_each(look),
                    Ok(Told::End) | Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        })?;
        Ok(Feeder { sender, thread: Some(thread) })
    }

    /// The workspace folders now, each with its store's folder.
    pub fn set(&self, folders: Vec<(PathBuf, PathBuf)>) {
        let _ = self.sender.send(Told::Folders(folders));
    }
}

impl Drop for Feeder {
    fn drop(&mut self) {
        let _ = self.sender.send(Told::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn look(feeding: &mut Feeding) {
    if let Err(error) = feeding.look() {
        tracing::warn!("what agents feed is not seen: {error}");
    }
}
