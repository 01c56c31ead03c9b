//! Finds the sessions that agents have in the workspace folders, and offers to keep their memory or keeps it, as the user
//! has set ([`Attach`]). All of it happens on a thread of its own, which sleeps while nothing happens.
//!
//! To attach a session is to leave the note in the store that a hook would leave (`NewFeed`): whoever feeds the workspace
//! then follows its transcript ([`feeding`](super::feeding)), and does so again after a restart.

mod fed;
mod list;
mod news;
mod thread;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

pub use fed::{By, Fed};
pub use list::describe;

use super::client::Client;
use super::feeding::workspace_of;
use super::imports::Imports;
use super::task::Reply;
use crate::config::Attach;
use crate::host::discover::Found;

/// What the thread is told.
enum Told {
    /// The workspace folders now, each with its store's folder.
    Folders(Vec<(PathBuf, PathBuf)>),
    /// Something happened in the folders of agents.
    News,
    /// The user has chosen.
    Chosen(PathBuf, Box<Found>, Option<Choice>),
    /// A request for a list of these folders.
    List(Vec<(PathBuf, PathBuf)>, Reply),
    End,
}

/// What the user can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This session.
    Attach,
    /// This one, and from now on without being asked.
    Always,
    /// Not this one.
    NotNow,
}

impl Choice {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Choice; 3] = [Choice::Attach, Choice::Always, Choice::NotNow];

    /// What stands on the button.
    pub fn title(self) -> &'static str {
        match self {
            Choice::Attach => "Attach",
            Choice::Always => "Always attach (this run)",
            Choice::NotNow => "Not now",
        }
    }

    /// The choice that a client's answer names.
    fn from_title(title: &str) -> Option<Choice> {
        Choice::ALL.into_iter().find(|choice| choice.title() == title)
    }
}

/// How the thread is to go about it.
pub struct Manner {
    /// Whether sessions are attached.
    pub attach: Attach,
    /// The client can ask its user.
    pub asks: bool,
    /// Where the stores are.
    pub state_dir: PathBuf,
}

/// A running thread; it ends when this is dropped.
pub struct Discovery {
    sender: Sender<Told>,
    thread: Option<JoinHandle<()>>,
}

impl Discovery {
    /// Starts it without a folder.
    pub fn start(manner: Manner, client: Client, imports: Imports) -> std::io::Result<Discovery> {
        let (sender, told) = channel();
        let heard = sender.clone();
        let work = move || thread::Thread::new(manner, client, imports, heard).run(&told);
        let thread = std::thread::Builder::new().name("discovery".to_owned()).spawn(work)?;
        Ok(Discovery { sender, thread: Some(thread) })
    }

    /// The workspace folders now, each with its store's folder.
    pub fn set(&self, folders: Vec<(PathBuf, PathBuf)>) {
        let _ = self.sender.send(Told::Folders(folders));
    }

    /// Answers with the sessions of these folders.
    pub fn list(&self, folders: Vec<(PathBuf, PathBuf)>, reply: Reply) {
        let _ = self.sender.send(Told::List(folders, reply));
    }
}

impl Drop for Discovery {
    fn drop(&mut self) {
        let _ = self.sender.send(Told::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Whether a session belongs to the workspace folder `root`: its agent works there, or in a folder of it that is no workspace
/// or repository of its own.
pub fn belongs(state_dir: &Path, root: &Path, found: &Found) -> bool {
    // Where the session tells no folder, its place has told that it is this one.
    let Some(cwd) = &found.cwd else { return true };
    if cwd == root {
        return true;
    }
    let (workspace, state) = workspace_of(state_dir, cwd);
    let apart = workspace.starts_with(root) && workspace.join(".git").exists();
    workspace == root || !(apart || state.join("store.db").exists())
}
