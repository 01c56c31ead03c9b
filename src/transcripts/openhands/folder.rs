//! A conversation's folder: `base_state.json`, and `events` with one file for each event. Files are only added.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::PathBuf;

use serde_json::Value;

use super::Importer;
use crate::transcripts::live::{Stamp, names, stamp};
use crate::transcripts::records::Records as _;
use crate::transcripts::told::Told;
use crate::transcripts::{Item, Summary};

/// The folder, as far as it was read.
pub(in crate::transcripts) struct Folder {
    path: PathBuf,
    importer: Importer,
    told: Told,
    read: HashSet<String>,
    /// The file that was half written at the last look.
    half: Option<PathBuf>,
}

impl Folder {
    pub(in crate::transcripts) fn new(path: PathBuf) -> Folder {
        Folder { path, importer: Importer::default(), told: Told::default(), read: HashSet::new(), half: None }
    }

    pub(in crate::transcripts) fn events(&self) -> PathBuf {
        self.path.join("events")
    }

    pub(in crate::transcripts) fn stamp(&self) -> Vec<Stamp> {
        vec![stamp(&self.events()), self.half.as_deref().and_then(stamp)]
    }

    pub(in crate::transcripts) fn look(&mut self) -> io::Result<Vec<Item>> {
        if self.told.session_id.is_none()
            && let Ok(bytes) = fs::read(self.path.join("base_state.json"))
            && let Ok(state) = serde_json::from_slice::<Value>(&bytes)
        {
            self.importer.record("", &state, &mut self.told);
        }
        self.half = None;
        let new: Vec<String> = names(&self.events())?.into_iter().filter(|name| !self.read.contains(name)).collect();
        let last = new.len().saturating_sub(1);
        for (at, name) in new.into_iter().enumerate() {
            let bytes = fs::read(self.events().join(&name))?;
            match serde_json::from_slice::<Value>(&bytes) {
                Ok(event) => self.importer.record("", &event, &mut self.told),
                // Half written, as it seems: nothing behind it is told before it is complete.
                Err(_) if at == last => {
                    self.half = Some(self.events().join(name));
                    break;
                }
                Err(_) => self.told.skipped += 1,
            }
            self.read.insert(name);
        }
        Ok(self.take())
    }

    pub(in crate::transcripts) fn summary(&self) -> Summary {
        self.told.summary()
    }

    fn take(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.told.items)
    }
}
