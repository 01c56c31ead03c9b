//! The watcher on real folders.

use std::fs;
use std::sync::mpsc::Receiver;

use super::*;
use crate::host::memory_file::DEFAULT_TEMPLATE;

/// A bound for failures, not a measure of anything.
const DEADLINE: Duration = Duration::from_secs(30);

struct Place {
    folder: tempfile::TempDir,
    watch: Watch,
    looks: Receiver<BTreeSet<PathBuf>>,
}

impl Place {
    fn new() -> Place {
        let (sender, looks) = channel();
        let watch = Watch::start(move |files| drop(sender.send(files))).unwrap();
        Place { folder: tempfile::tempdir().unwrap(), watch, looks }
    }

    fn file(&self, session: &str) -> MemoryFile {
        MemoryFile::locate(self.folder.path(), DEFAULT_TEMPLATE, session).unwrap()
    }

    /// Waits until the file is to be looked at, and gives all that are until then.
    fn await_look(&self, file: &MemoryFile) -> BTreeSet<PathBuf> {
        let mut all = BTreeSet::new();
        while !all.contains(&file.path()) {
            all.extend(self.looks.recv_timeout(DEADLINE).unwrap());
        }
        all
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.watch.end();
    }
}

#[test]
fn a_file_is_watched_as_long_as_somebody_wants_it() {
    let place = Place::new();
    let (one, other) = (place.file("one"), place.file("other"));
    let first = place.watch.add(&one);
    place.await_look(&one);
    let _other = place.watch.add(&other);
    let second = place.watch.add(&one);
    place.await_look(&other);
    for text in ["made", "changed"] {
        one.write(text).unwrap();
        place.await_look(&one);
    }
    drop(first);
    one.write("changed again").unwrap();
    place.await_look(&one);
    drop(second);
    other.write("made").unwrap();
    place.await_look(&other);
    one.write("changed unseen").unwrap();
    place.watch.later(one.path(), Duration::ZERO);
    other.write("changed").unwrap();
    assert_eq!(place.await_look(&other), BTreeSet::from([other.path()]));
}

#[test]
fn a_file_is_looked_at_when_its_time_has_come() {
    let place = Place::new();
    let (one, other) = (place.file("one"), place.file("other"));
    let _watched = [place.watch.add(&one), place.watch.add(&other)];
    place.await_look(&one);
    place.watch.later(other.path(), Duration::from_millis(1));
    place.watch.later(one.path(), Duration::from_millis(2));
    assert!(place.await_look(&one).contains(&other.path()));
}

/// Whatever is made below the workspace, in steps or at once, and however often it goes away.
#[test]
fn folders_that_come_and_go_are_watched_again() {
    let place = Place::new();
    let file = place.file("s");
    let _watched = place.watch.add(&file);
    place.await_look(&file);
    let (top, own) = (place.folder.path().join(".session-memory"), place.folder.path().join(".session-memory/s"));
    for round in 0..3 {
        fs::create_dir(&top).unwrap();
        place.await_look(&file);
        fs::create_dir(&own).unwrap();
        place.await_look(&file);
        fs::write(file.path(), "text").unwrap();
        place.await_look(&file);
        let aside = place.folder.path().join(format!("aside{round}"));
        fs::rename(&top, &aside).unwrap();
        place.await_look(&file);
        fs::rename(&aside, &top).unwrap();
        place.await_look(&file);
        fs::write(file.path(), "changed").unwrap();
        place.await_look(&file);
        fs::remove_dir_all(&top).unwrap();
        place.await_look(&file);
    }
}

/// A link in the place of a folder is not gone into, and what takes its place is watched.
#[test]
#[cfg(unix)]
fn a_link_is_no_folder() {
    let place = Place::new();
    let file = place.file("s");
    let elsewhere = tempfile::tempdir().unwrap();
    let top = place.folder.path().join(".session-memory");
    std::os::unix::fs::symlink(elsewhere.path(), &top).unwrap();
    let _watched = place.watch.add(&file);
    place.await_look(&file);
    fs::remove_file(&top).unwrap();
    place.await_look(&file);
    file.write("text").unwrap();
    place.await_look(&file);
}
