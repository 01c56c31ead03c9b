//! The thread: gathers what happens until it is quiet, arms the folders anew, and says which files to look at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::Message;
use super::folders::{Folders, is_folder};
use super::remote::is_remote;
use crate::host::memory_file::Stamp;

/// So long nothing may have happened before it is told.
const QUIET: Duration = Duration::from_millis(50);
/// It is told so long after the first of it, whatever happens.
const LONGEST: Duration = Duration::from_millis(500);
/// Time between two looks where nobody tells of changes.
const POLL: Duration = Duration::from_secs(2);

/// A watched file.
struct Place {
    /// Its path without links, as the watcher tells it.
    path: PathBuf,
    /// The folders down to it, without links, the workspace first.
    folders: Vec<PathBuf>,
    /// How many want it watched.
    holders: usize,
    /// Whether other machines may change it.
    remote: bool,
    /// Nobody tells of its changes: it is polled.
    polled: bool,
    /// Its state when it was polled last.
    stamp: Option<Stamp>,
}

pub(super) struct Thread<L> {
    look: L,
    folders: Folders,
    places: BTreeMap<PathBuf, Place>,
    /// Files to look at once it is quiet.
    touched: BTreeSet<PathBuf>,
    /// When the first and the last of it happened.
    since: Option<(Instant, Instant)>,
    /// Files to look at later.
    later: Vec<(Instant, PathBuf)>,
    next_poll: Instant,
}

impl<L: FnMut(BTreeSet<PathBuf>)> Thread<L> {
    pub(super) fn new(look: L, messages: Sender<Message>) -> Thread<L> {
        Thread {
            look,
            folders: Folders::new(messages),
            places: BTreeMap::new(),
            touched: BTreeSet::new(),
            since: None,
            later: Vec::new(),
            next_poll: Instant::now(),
        }
    }

    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        loop {
            let message = match self.deadline() {
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => messages.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match message {
                Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(message) => self.take_in(message),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.do_due(Instant::now());
        }
    }

    /// When there is something to do without a message.
    fn deadline(&self) -> Option<Instant> {
        let quiet = self.since.map(|(first, last)| (last + QUIET).min(first + LONGEST));
        let poll = self.places.values().any(|place| place.polled).then_some(self.next_poll);
        quiet.into_iter().chain(poll).chain(self.later.iter().map(|(at, _)| *at)).min()
    }

    fn take_in(&mut self, message: Message) {
        match message {
            Message::Add { file, folders } => {
                let place = self.places.entry(file.clone()).or_insert_with(|| Place::new(&file, &folders));
                place.holders += 1;
                self.touch([file]);
            }
            Message::Remove(file) => {
                let Some(place) = self.places.get_mut(&file) else { return };
                place.holders = place.holders.saturating_sub(1);
                if place.holders == 0 {
                    self.places.remove(&file);
                    self.later.retain(|(_, waiting)| *waiting != file);
                    // Its folders may be given up.
                    self.touch([]);
                }
            }
            Message::Later(file, after) => self.later.push((Instant::now() + after, file)),
            Message::Check(file) => self.touch([file]),
            Message::Touched(path) => self.touched_at(&path),
            Message::Lost => {
                let all: Vec<PathBuf> = self.places.keys().cloned().collect();
                self.touch(all);
            }
            Message::End => {}
        }
    }

    fn touched_at(&mut self, path: &Path) {
        let concerned = |place: &Place| place.path == path || place.folders.iter().any(|folder| folder == path);
        let files: Vec<PathBuf> =
            self.places.iter().filter(|(_, place)| concerned(place)).map(|(file, _)| file.clone()).collect();
        if files.is_empty() {
            return;
        }
        // Something happened to a folder itself: the watcher may have let it go, whatever is there now.
        self.folders.disarm(path);
        self.touch(files);
    }

    fn touch(&mut self, files: impl IntoIterator<Item = PathBuf>) {
        self.touched.extend(files);
        let now = Instant::now();
        self.since = Some((self.since.map_or(now, |(first, _)| first), now));
    }

    fn do_due(&mut self, now: Instant) {
        let (due, later) = std::mem::take(&mut self.later).into_iter().partition(|(at, _)| *at <= now);
        self.later = later;
        let mut files: BTreeSet<PathBuf> = Vec::into_iter(due).map(|(_, file)| file).collect();
        if self.since.is_some_and(|(first, last)| now >= (last + QUIET).min(first + LONGEST)) {
            self.since = None;
            files.append(&mut self.touched);
            self.arm();
        }
        if now >= self.next_poll {
            self.next_poll = now + POLL;
            let changed: Vec<PathBuf> =
                self.places.iter_mut().filter_map(|(file, place)| place.poll().then(|| file.clone())).collect();
            if !changed.is_empty() {
                // It may be under change right now.
                self.touch(changed);
            }
        }
        files.retain(|file| self.places.contains_key(file));
        if !files.is_empty() {
            (self.look)(files);
        }
    }

    /// Watches what is to be watched now and nothing else. What comes into being while that is done is seen by another
    /// round, and the files are looked at afterwards.
    fn arm(&mut self) {
        for _ in 0..4 {
            let needed: BTreeSet<PathBuf> = self.places.values().flat_map(Place::needed).collect();
            self.folders.retain(&needed);
            let mut changed = false;
            for folder in &needed {
                changed |= self.folders.arm(folder);
            }
            if !changed {
                break;
            }
        }
        for place in self.places.values_mut() {
            let polled = place.remote || place.needed().any(|folder| self.folders.is_deaf(&folder));
            if polled && !place.polled {
                place.stamp = Stamp::of(&place.path);
            }
            place.polled = polled;
        }
    }
}

impl Place {
    fn new(file: &Path, folders: &[PathBuf]) -> Place {
        let without_links = |path: &Path| {
            let root = folders.first()?;
            Some(std::fs::canonicalize(root).ok()?.join(path.strip_prefix(root).ok()?))
        };
        let file = without_links(file).unwrap_or_else(|| file.to_owned());
        let folders: Vec<PathBuf> = file.ancestors().skip(1).take(folders.len()).map(Path::to_owned).collect();
        let folders: Vec<PathBuf> = folders.into_iter().rev().collect();
        let remote = folders.iter().any(|folder| is_remote(folder));
        Place { path: file, folders, holders: 0, remote, polled: false, stamp: None }
    }

    /// The folders to watch: all but the workspace, and that too as long as what belongs into it is not there. Much may
    /// happen in a workspace that concerns nobody here.
    fn needed(&self) -> impl Iterator<Item = PathBuf> {
        let skipped = usize::from(self.folders.get(1).is_some_and(|first| is_folder(first)));
        self.folders.iter().skip(skipped).cloned()
    }

    /// Whether the file has changed since the last look; false where that need not be asked.
    fn poll(&mut self) -> bool {
        if !self.polled {
            return false;
        }
        let now = Stamp::of(&self.path);
        std::mem::replace(&mut self.stamp, now) != now
    }
}
