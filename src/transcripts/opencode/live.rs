//! A session in opencode's folder or database, read while opencode works on it.
//!
//! Only messages at the end change. What stands before the first one that is not finished is final and read once; a
//! message that has vanished was taken back by the user, with all that followed it.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Importer;
use super::database::Database;
use super::parts::{Finished, finished};
use super::storage::Files;
use crate::transcripts::live::Stamp;
use crate::transcripts::records::Records as _;
use crate::transcripts::told::Told;
use crate::transcripts::{Item, Summary};

/// Where the session's records are.
enum Store {
    Files(Files),
    Database(Database),
}

/// The session, as far as it was read.
pub(in crate::transcripts) struct Session {
    store: Store,
    importer: Importer,
    told: Told,
    /// The messages that were read, and for each the event before it.
    known: Vec<(String, Option<String>)>,
    /// How many of them are final.
    finished: usize,
}

impl Session {
    /// A session in the storage folder, by its own file.
    pub(in crate::transcripts) fn in_files(session: &Path) -> io::Result<Session> {
        Ok(Session::new(Store::Files(Files::new(session)?)))
    }

    /// A session in the database; the one used last where none is named.
    pub(in crate::transcripts) fn in_database(path: &Path, session: Option<&str>) -> io::Result<Session> {
        Ok(Session::new(Store::Database(Database::new(path, session)?)))
    }

    fn new(store: Store) -> Session {
        Session { store, importer: Importer::trusting(), told: Told::default(), known: Vec::new(), finished: 0 }
    }

    pub(in crate::transcripts) fn look(&mut self) -> io::Result<Vec<Item>> {
        let mut found = self.read()?;
        self.importer.record("", &json!({"info": found.session}), &mut self.told);
        if let Some(title) = found.session["title"].as_str() {
            self.told.title = Some(title.to_owned());
        }
        self.go_back(&found.ids);
        if self.finished < found.from {
            // Messages were taken back that had counted as final.
            found = self.read()?;
        }
        let count = found.messages.len();
        let mut still_final = true;
        for (at, message) in found.messages.iter().enumerate() {
            let place = found.from + at;
            if let Some(id) = found.ids.get(place).filter(|_| place >= self.known.len()) {
                self.known.push((id.clone(), self.told.last.clone()));
            }
            self.importer.record("", message, &mut self.told);
            still_final &= is_final(message) && at + 1 < count;
            if still_final {
                self.finished = place + 1;
            }
        }
        Ok(std::mem::take(&mut self.told.items))
    }

    /// Nobody will look again: what is not finished counts as it is.
    pub(in crate::transcripts) fn finish(&mut self) -> Vec<Item> {
        self.importer.settle(&mut self.told);
        std::mem::take(&mut self.told.items)
    }

    fn read(&self) -> io::Result<Found> {
        match &self.store {
            Store::Files(files) => files.read(self.finished),
            Store::Database(database) => database.read(self.finished),
        }
    }

    /// Goes back to before the first message that is not there any more.
    fn go_back(&mut self, ids: &[String]) {
        let same = self.known.iter().zip(ids).take_while(|((known, _), id)| known == *id).count();
        if let Some((_, before)) = self.known.get(same).cloned() {
            self.known.truncate(same);
            self.finished = self.finished.min(same);
            self.importer.forget();
            self.told.rewound(before);
        }
    }

    pub(in crate::transcripts) fn stamp(&self) -> Vec<Stamp> {
        match &self.store {
            Store::Files(files) => files.stamp(self.finished),
            Store::Database(database) => database.stamp(),
        }
    }

    pub(in crate::transcripts) fn watched(&self) -> (PathBuf, String) {
        match &self.store {
            Store::Files(files) => (files.messages(), String::new()),
            Store::Database(database) => database.watched(),
        }
    }

    pub(in crate::transcripts) fn summary(&self) -> Summary {
        self.told.summary()
    }
}

/// What a look at the store found.
pub(super) struct Found {
    /// The session's own record.
    pub(super) session: Value,
    /// All messages, in order.
    pub(super) ids: Vec<String>,
    /// Those from this place on, with their parts.
    pub(super) from: usize,
    pub(super) messages: Vec<Value>,
}

/// Nothing of the message will change.
fn is_final(message: &Value) -> bool {
    let info = &message["info"];
    let ended = info["role"] == "user"
        || !info["time"]["completed"].is_null()
        || !info["finish"].is_null()
        || !info["error"].is_null();
    let mut parts = message["parts"].as_array().into_iter().flatten();
    ended && parts.all(|part| part["type"] != "tool" || matches!(finished(&part["state"]), Finished::Done(..)))
}
