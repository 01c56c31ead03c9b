//! What the main loop is told, by whatever thread: requests, settings, and what came of slow work.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde_json::Value;
use tokio::sync::oneshot;

use super::document::{self, Abilities, Change};
use super::models::{Credentials, Response};
use super::workspace::Folder;
use crate::wire::protocol::{Method, RequestError};

/// Where an answer goes: the result as JSON text.
pub type Reply = oneshot::Sender<Result<String, RequestError>>;

/// Something for the loop.
pub enum Task {
    /// The client introduces itself.
    Initialize {
        /// Its workspace folders.
        folders: Vec<Folder>,
        /// Its settings.
        settings: Box<ClientSettings>,
    },
    /// The client's settings changed.
    Configure {
        /// All of them.
        settings: Value,
    },
    /// Workspace folders came or went.
    Folders {
        /// New ones.
        added: Vec<Folder>,
        /// Closed ones.
        removed: Vec<Folder>,
    },
    /// A request.
    Request {
        /// Which.
        method: Method,
        /// Its parameters as JSON text.
        params: String,
        /// Where the answer goes.
        reply: Reply,
    },
    /// A standard request about a document.
    Document {
        /// The document as the client names it.
        uri: String,
        /// Its path.
        path: PathBuf,
        /// What is asked.
        request: document::Request,
    },
    /// The editor did something with a document.
    Changed {
        /// The document as the client names it.
        uri: String,
        /// Its path.
        path: PathBuf,
        /// The client's number of its text.
        version: i64,
        /// What.
        change: Change,
    },
    /// A part of an import that runs on a thread of its own.
    Imported(super::imports::Batch),
    /// A model has written a memory, or not.
    Answered(Box<Response>),
    /// The writer has written a memory file.
    Written {
        /// The workspace folder.
        root: PathBuf,
        /// The session.
        session_id: String,
    },
    /// The writer found that the user has changed a memory file.
    FileEdited {
        /// The workspace folder.
        root: PathBuf,
        /// The session.
        session_id: String,
        /// The text that the edit was made on.
        base: String,
        /// The text now.
        text: String,
    },
    /// Somebody may have stored something of a session.
    Stored {
        /// The workspace folder.
        root: PathBuf,
        /// The session.
        session_id: String,
        /// Versions that were not there at the last look.
        revisions: RangeInclusive<u64>,
    },
    /// Memory files may have changed.
    Look(BTreeSet<PathBuf>),
    /// Everything that was accepted is to be on disk.
    Flush {
        /// Told when it is.
        reply: oneshot::Sender<()>,
    },
    /// The server ends.
    End,
}

/// What a client says of itself at `initialize`.
#[derive(Clone, Debug, Default)]
pub struct ClientSettings {
    /// Settings that a workspace may have had a hand in.
    pub any: Value,
    /// Settings that are the user's own.
    pub user: Value,
    /// Keys of providers.
    pub credentials: Credentials,
    /// It can lend its own model.
    pub lends: bool,
    /// What it can do with documents.
    pub abilities: Abilities,
    /// It can ask its user (`window/showMessageRequest`).
    pub asks: bool,
    /// Sessions that agents feed are followed for it.
    pub feeds: bool,
}
