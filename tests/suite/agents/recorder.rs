//! A hook that writes down what it is told, one file for each event, and says nothing.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::await_in;
use super::place::Place;

/// The hook and the folder of what it was told.
pub struct Recorder {
    program: PathBuf,
    folder: PathBuf,
}

/// A file appears whole and under a name that tells when.
const SCRIPT: &str =
    "#!/bin/sh\nname=$(date +%s%N)-$$\ncat >\"$1/$name.part\"\nmv \"$1/$name.part\" \"$1/$name.json\"\n";

impl Recorder {
    pub fn new(place: &Place) -> Recorder {
        let folder = place.workspace.outside("heard");
        std::fs::create_dir(&folder).unwrap();
        let program = place.workspace.outside("record");
        std::fs::write(&program, SCRIPT).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        Recorder { program, folder }
    }

    /// The `hooks` of an agent's settings: this hook at every one of these events. An agent that has no `args` gets one line.
    pub fn hooks(&self, events: &[&str], with_args: bool) -> Value {
        let (program, folder) = (self.program.to_str().unwrap(), self.folder.to_str().unwrap());
        let handler = if with_args {
            json!({"type": "command", "command": program, "args": [folder], "timeout": 30})
        } else {
            json!({"type": "command", "command": format!("'{program}' '{folder}'"), "timeout": 30})
        };
        events.iter().map(|event| ((*event).to_owned(), json!([{"hooks": [handler]}]))).collect()
    }

    /// What was told, in order.
    pub fn heard(&self) -> Vec<Value> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        files.sort();
        files.iter().map(|path| read(path)).collect()
    }

    /// The events of a name.
    pub fn of(&self, event: &str) -> Vec<Value> {
        let mut heard = self.heard();
        heard.retain(|told| told["hook_event_name"] == event);
        heard
    }

    /// The names of the events, in order.
    pub fn names(&self) -> Vec<String> {
        self.heard().iter().map(|told| told["hook_event_name"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Waits until there were so many events of a name.
    #[track_caller]
    pub fn wait_for_count(&self, event: &str, count: usize) {
        let state = || format!("heard: {:#?}", self.names());
        await_in(event, state, || (self.of(event).len() >= count).then_some(()));
    }

    /// Waits for an event that fits.
    #[track_caller]
    pub fn wait_for(&self, event: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let state = || format!("heard: {:#?}", self.names());
        await_in(event, state, || self.of(event).into_iter().find(|told| fits(told)))
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
