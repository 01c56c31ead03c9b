//! Real files, written as agents write them and as accidents do. Every wait ends by its condition; the
//! deadline only says when a condition will never hold.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use tempfile::TempDir;

use super::*;

const DEADLINE: Duration = Duration::from_secs(20);

/// A followed file in a folder of its own.
struct Followed {
    folder: TempDir,
    items: Receiver<Vec<Item>>,
    handle: Option<FollowHandle>,
}

impl Followed {
    fn new(format: Format, content: Option<&str>) -> Followed {
        let folder = tempfile::tempdir().unwrap();
        if let Some(content) = content {
            fs::write(folder.path().join("s.jsonl"), content).unwrap();
        }
        let (send, items) = channel();
        let path = folder.path().join("s.jsonl");
        let handle = Follow::start(&path, format, move |items| send.send(items).is_ok()).unwrap();
        Followed { folder, items, handle: Some(handle) }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("s.jsonl")
    }

    fn append(&self, text: &str) {
        OpenOptions::new().append(true).open(self.path()).unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Waits until these items have come, and no others between them.
    fn expect(&self, expected: &[&str]) {
        let until = Instant::now() + DEADLINE;
        let mut got: Vec<String> = Vec::new();
        while got.len() < expected.len() {
            let left = until.saturating_duration_since(Instant::now());
            let items = self.items.recv_timeout(left).unwrap_or_else(|_| panic!("{got:?} instead of {expected:?}"));
            assert!(!items.is_empty());
            got.extend(items.iter().map(show));
        }
        assert_eq!(got, expected);
    }
}

fn show(item: &Item) -> String {
    match item {
        Item::Event(event) => {
            let event: serde_json::Value = serde_json::from_str(event).unwrap();
            event["message"]["content"].as_str().unwrap().to_owned()
        }
        Item::Rewound { after } => format!("rewound {after:?}"),
        Item::Compacted(_) => panic!("no compaction in these files"),
    }
}

fn line(text: &str) -> String {
    format!("{{\"type\":\"user\",\"uuid\":\"{text}\",\"message\":{{\"role\":\"user\",\"content\":\"{text}\"}}}}\n")
}

#[test]
fn lines_come_as_they_are_written() {
    let followed = Followed::new(Format::ClaudeCode, Some(&(line("a") + &line("b"))));
    followed.expect(&["a", "b"]);
    followed.append(&line("c"));
    followed.expect(&["c"]);
    // Torn in the middle of a character, and of everything else.
    let text = line("dé");
    let cut = text.find('é').unwrap() + 1;
    let mut file = OpenOptions::new().append(true).open(followed.path()).unwrap();
    for piece in [&text.as_bytes()[..cut], &text.as_bytes()[cut..text.len() - 1], b"\n"] {
        file.write_all(piece).unwrap();
        file.flush().unwrap();
    }
    followed.append(&line("e"));
    followed.expect(&["dé", "e"]);
}

#[test]
fn a_file_at_rest_gives_its_last_line_without_a_newline() {
    let followed = Followed::new(Format::ClaudeCode, Some(line("a").trim_end()));
    followed.expect(&["a"]);
    followed.append(&line("b"));
    followed.expect(&["b"]);
}

#[test]
fn a_file_that_comes_later_is_found() {
    let followed = Followed::new(Format::ClaudeCode, None);
    fs::write(followed.path(), line("a")).unwrap();
    followed.expect(&["a"]);
}

#[test]
fn a_file_that_was_cut_or_replaced_is_read_from_its_start() {
    let check = |change: &dyn Fn(&Followed), expected: &[&str]| {
        let followed = Followed::new(Format::ClaudeCode, Some(&(line("a") + &line("b"))));
        followed.expect(&["a", "b"]);
        change(&followed);
        followed.expect(expected);
        // It is followed from there.
        followed.append(&line("z"));
        followed.expect(&["z"]);
    };
    // Shorter.
    check(&|followed| fs::write(followed.path(), line("c")).unwrap(), &["c"]);
    // Another file takes the name: as long, and longer.
    let rename = |followed: &Followed, content: String| {
        let new = followed.folder.path().join("new");
        fs::write(&new, content).unwrap();
        fs::rename(new, followed.path()).unwrap();
    };
    check(&|followed| rename(followed, line("c") + &line("d")), &["c", "d"]);
    check(&|followed| rename(followed, line("c") + &line("d") + &line("e")), &["c", "d", "e"]);
    // Written anew in place at one stroke, and longer: only the content tells.
    let overwrite = |followed: &Followed| {
        let mut file = OpenOptions::new().write(true).open(followed.path()).unwrap();
        file.write_all((line("c") + &line("d") + &line("e")).as_bytes()).unwrap();
    };
    check(&overwrite, &["c", "d", "e"]);
    // A torn line of the old file is no part of the new one.
    let torn = |followed: &Followed| {
        followed.append("{\"type\":");
        rename(followed, line("c"));
    };
    check(&torn, &["c"]);
}

#[test]
fn a_deleted_file_is_waited_for() {
    let followed = Followed::new(Format::ClaudeCode, Some(&line("a")));
    followed.expect(&["a"]);
    fs::remove_file(followed.path()).unwrap();
    fs::write(followed.path(), line("b") + &line("c")).unwrap();
    followed.expect(&["b", "c"]);
    fs::remove_file(followed.path()).unwrap();
    fs::create_dir(followed.path()).unwrap();
    fs::remove_dir(followed.path()).unwrap();
    fs::write(followed.path(), line("d")).unwrap();
    followed.expect(&["d"]);
}

#[test]
fn a_document_is_read_anew_and_gives_what_is_new() {
    let document = |texts: &[&str]| {
        let messages: Vec<String> =
            texts.iter().map(|text| format!(r#"{{"role":"user","content":"{text}"}}"#)).collect();
        format!("{{\"messages\":[{}]}}", messages.join(","))
    };
    let followed = Followed::new(Format::Messages, Some(&document(&["a"])));
    followed.expect(&["a"]);
    let replace = |content: String| {
        let new = followed.folder.path().join("new");
        fs::write(&new, content).unwrap();
        fs::rename(new, followed.path()).unwrap();
    };
    replace(document(&["a", "b", "c"]));
    followed.expect(&["b", "c"]);
    fs::write(followed.path(), document(&["a", "b", "c", "d"])).unwrap();
    followed.expect(&["d"]);
    replace(document(&["a", "x", "y", "z", "w"]));
    followed.expect(&["rewound None", "a", "x", "y", "z", "w"]);
}

#[test]
fn it_ends_when_the_receiver_refuses_and_when_the_handle_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    fs::write(&path, line("a")).unwrap();
    let refused = Follow::start(&path, Format::ClaudeCode, |_| false).unwrap();
    wait(|| refused.is_finished());

    let mut followed = Followed::new(Format::ClaudeCode, Some(&line("a")));
    followed.expect(&["a"]);
    drop(followed.handle.take());
    // The thread drops its sender at the end; nothing else ends this wait.
    assert!(followed.items.recv_timeout(DEADLINE).is_err_and(|error| error == RecvTimeoutError::Disconnected));
}

#[test]
fn other_files_and_odd_paths_do_not_matter() {
    assert!(Follow::start(Path::new("/"), Format::ClaudeCode, |_| true).is_err());
    // No such folder, and so no watcher: the metadata have to do.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later/s.jsonl");
    let (send, items) = channel();
    let _handle = Follow::start(&path, Format::ClaudeCode, move |items| send.send(items).is_ok()).unwrap();
    fs::create_dir(folder.path().join("later")).unwrap();
    fs::write(folder.path().join("later/other.jsonl"), line("x")).unwrap();
    File::create(&path).unwrap().write_all(line("a").as_bytes()).unwrap();
    assert_eq!(items.recv_timeout(DEADLINE).unwrap().iter().map(show).collect::<Vec<_>>(), ["a"]);
}

fn wait(condition: impl Fn() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < until, "the condition never held");
        std::thread::sleep(Duration::from_millis(5));
    }
}
