//! Others at work in the same folder at the same time: an attacker who swaps it, and more of us.

use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::*;

/// A temporary folder in memory where there is one: an fsync costs nothing there, and the races are denser.
fn fast_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// Ends the other thread even when an assertion fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_folder_swapped_for_a_link_all_the_time_leads_nowhere() {
    let base = fast_folder();
    let (workspace, outside) = (base.path().join("workspace"), base.path().join("outside"));
    fs::create_dir_all(outside.join("s1")).unwrap();
    fs::create_dir(&workspace).unwrap();
    fs::write(outside.join("s1/session-memory.md"), "canary").unwrap();
    let file = memory_file(&workspace);
    file.write("text").unwrap();

    // One trap per folder level, each exchanged with the real folder in one system call.
    let traps = [(".session-memory", ""), (".session-memory/s1", "s1")];
    let swaps = traps.map(|(folder, target)| {
        let trap = workspace.join(format!("trap-{target}"));
        symlink(outside.join(target), &trap).unwrap();
        (workspace.join(folder), trap)
    });
    let (done, mut written, mut refused) = (AtomicBool::new(false), 0, 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for (folder, trap) in &swaps {
                    for _ in 0..2 {
                        let _ = renameat_with(CWD, folder, CWD, trap, RenameFlags::EXCHANGE);
                        thread::yield_now();
                    }
                }
            }
        });
        let _stop = Stop(&done);
        for turn in 0..2000 {
            match file.write(&format!("text {turn}")) {
                Ok(()) => written += 1,
                Err(FileError::Link { .. } | FileError::Io { .. }) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
            if let Ok(Some(text)) = file.read() {
                assert!(text.starts_with("text"), "read {text:?} from outside");
            }
        }
    });
    assert!(written > 0 && refused > 0, "{written} written, {refused} refused");
    assert_eq!(names(&outside), ["s1"]);
    assert_eq!(names(outside.join("s1")), ["session-memory.md"]);
    assert_eq!(fs::read_to_string(outside.join("s1/session-memory.md")).unwrap(), "canary");
}

#[test]
fn a_reader_beside_many_writers_sees_whole_texts_only() {
    let workspace = fast_folder();
    let file = memory_file(workspace.path());
    let text = |writer: usize, turn: usize| format!("{writer}-{turn}\n").repeat(2000);
    file.write(&text(0, 0)).unwrap();
    thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let file = &file;
                scope.spawn(move || {
                    for turn in 0..100 {
                        file.write(&text(writer, turn)).unwrap();
                    }
                })
            })
            .collect();
        while !writers.iter().all(thread::ScopedJoinHandle::is_finished) {
            let seen = file.read().unwrap().expect("never absent");
            let first = seen.lines().next().expect("never empty");
            assert_eq!(seen, format!("{first}\n").repeat(2000));
        }
    });
    let folder = file.path().parent().unwrap().to_path_buf();
    assert_eq!(names(folder), ["session-memory.md"]);
}

#[test]
fn sessions_come_and_go_side_by_side() {
    let workspace = fast_folder();
    thread::scope(|scope| {
        for session in ["s1", "s2", "s3"] {
            let file = MemoryFile::locate(workspace.path(), DEFAULT_TEMPLATE, session).unwrap();
            scope.spawn(move || {
                for turn in 0..100 {
                    file.write(&turn.to_string()).unwrap();
                    assert_eq!(file.read().unwrap(), Some(turn.to_string()));
                    file.remove().unwrap();
                }
            });
        }
    });
    // Two that tidy up at the same moment may each leave the last folder to the other.
    memory_file(workspace.path()).remove().unwrap();
    assert_eq!(names(workspace.path()), [""; 0]);
}

/// Whoever replaces a text has it: of all that was ever written, each is in somebody's hands or in the file.
#[test]
fn a_text_that_is_replaced_is_handed_over() {
    let base = fast_folder();
    let file = memory_file(base.path());
    let save = |writer: u32| -> Vec<String> {
        (0..500).filter_map(|turn| file.replace(&format!("{writer}: text {turn}")).unwrap()).collect()
    };
    let mut texts: Vec<String> = thread::scope(|scope| {
        let writers: Vec<_> = (0..3).map(|writer| scope.spawn(move || save(writer))).collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    texts.extend(file.read().unwrap());
    texts.sort();
    let mut expected: Vec<String> =
        (0..3).flat_map(|writer| (0..500).map(move |turn| format!("{writer}: text {turn}"))).collect();
    expected.sort();
    assert_eq!(texts, expected);
    assert_eq!(names(file.path().parent().unwrap()), ["session-memory.md"]);
}

/// Who saves in place empties the file first: a reader sees it empty or whole, as far as the system writes it at once, which
/// is a page.
#[test]
fn a_text_that_is_written_in_place_is_read_whole_or_as_empty() {
    let base = fast_folder();
    let file = memory_file(base.path());
    let texts = ["first ".repeat(100), "second ".repeat(500)];
    file.write(&texts[0]).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for text in &texts {
                    fs::write(file.path(), text).unwrap();
                    // So that some reads meet a file at rest.
                    thread::sleep(Duration::from_micros(200));
                }
            }
        });
        let _stop = Stop(&done);
        for _ in 0..5000 {
            let text = file.read().unwrap().unwrap();
            assert!(text.is_empty() || texts.contains(&text), "{} bytes", text.len());
        }
    });
}
