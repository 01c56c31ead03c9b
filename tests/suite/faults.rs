//! Faults while the memory file is written: whatever fails, and wherever the process dies, the file is the old or the new
//! version, nothing is left behind, and the next request works.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::events::{assistant, prose, user};
use crate::harness::{DID_UPDATE, SHOW, Server, Strace, Workspace, await_some, strace_works};

/// The calls of a save, and how many of each are made to fail, one after the other.
const CALLS: [(&str, u32); 9] = [
    ("openat", 6),
    ("openat2", 10),
    ("read", 12),
    ("fchmod", 1),
    // The next ones wake up another thread.
    ("write", 1),
    ("fsync", 2),
    ("renameat2", 1),
    ("unlinkat", 1),
    ("close", 8),
];

fn start(place: &Workspace) -> Server {
    let mut server = Server::quiet(place);
    server.tolerate(DID_UPDATE);
    server.tolerate(SHOW);
    server
}

fn say(server: &mut Server, number: u64) -> Value {
    server.append("s", &[user(&format!("u{number}"), &format!("Please do thing number {number}."))])
}

fn refreshed(server: &mut Server) -> String {
    server.call("refresh", json!({"sessionId": "s"}));
    server.call("memory", json!({"sessionId": "s"}))["markdown"].as_str().unwrap().to_owned()
}

/// A server with a first version in its file, and the events of a second.
fn begin(place: &Workspace) -> (Server, String) {
    let mut server = start(place);
    say(&mut server, 1);
    let old = refreshed(&mut server);
    say(&mut server, 2);
    // So that the writer has nothing else to do.
    server.call("search", json!({"query": "thing"}));
    (server, old)
}

/// The names beside the memory file.
fn beside(place: &Workspace) -> Vec<PathBuf> {
    let file = place.memory_file("s");
    let entries = fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| *path != file).collect()
}

/// The server writes the memory as if nothing had been, and what a dead writer has left is swept once it is old.
fn works_again(server: &mut Server, place: &Workspace, name: &str) {
    for left in beside(place) {
        let long_ago = SystemTime::now() - Duration::from_hours(1);
        fs::File::options().write(true).open(left).unwrap().set_modified(long_ago).unwrap();
    }
    for number in 3..5 {
        say(server, number);
        let text = refreshed(server);
        assert!(text.contains(&format!("thing number {number}")), "{name}: {text}");
        assert_eq!(fs::read_to_string(place.memory_file("s")).unwrap(), text, "{name}");
    }
    assert!(beside(place).is_empty(), "{name}: {:?}", beside(place));
    let answer = server.call("compact", json!({"sessionId": "s"}));
    assert!(answer["messages"].is_array(), "{name}");
}

/// The file is a whole version: the old one, or the one after it.
fn is_whole(place: &Workspace, old: &str, name: &str) -> bool {
    let text = fs::read_to_string(place.memory_file("s")).unwrap();
    let is_new = text.contains("\nrevision: 2\n") && text.contains("thing number 2") && text.contains("\n## Notes\n");
    assert!(text == old || is_new, "{name}: torn: {text}");
    is_new
}

#[test]
fn a_call_that_fails_leaves_the_old_or_the_new_file() {
    if !strace_works() {
        return;
    }
    let mut met = 0;
    for (call, count) in CALLS.into_iter().filter(|(call, _)| *call != "close") {
        for at in 1..=count {
            let error = if call == "write" { "ENOSPC" } else { "EIO" };
            let name = format!("{call}:error={error}:when={at}");
            let place = Workspace::new();
            let (mut server, old) = begin(&place);
            let Some(strace) = Strace::attach(server.pid(), "writer", &name) else { return };
            let answer = server.request("refresh", json!({"sessionId": "s"}));
            drop(strace);
            let is_new = is_whole(&place, &old, &name);
            server.notification(DID_UPDATE, |params| params["revision"] == 2);
            // The version is written on its own account, and once more for who has asked: one of the two meets the fault.
            let mut said: Vec<String> =
                server.notifications(SHOW).iter().map(|shown| shown["message"].as_str().unwrap().to_owned()).collect();
            match answer {
                Ok(answer) => {
                    assert_eq!(answer["revision"], 2, "{name}");
                    assert!(is_new, "{name}: said to be written");
                }
                Err(error) => {
                    assert_eq!(error.code, -32003, "{name}: {error:?}");
                    said.push(error.message);
                }
            }
            met += u32::from(!said.is_empty());
            for message in said {
                let folder = place.root().display().to_string();
                assert!(message.contains(&folder) && message.contains("os error"), "{name}: {message}");
            }
            // A new text that was not wanted is taken away at once, an old one where that can be.
            assert!(beside(&place).is_empty() || call == "unlinkat", "{name}: {:?}", beside(&place));
            works_again(&mut server, &place, &name);
        }
    }
    assert!(met >= 8, "only {met} faults were met");
}

#[test]
fn a_kill_at_any_call_leaves_the_old_or_the_new_file() {
    if !strace_works() {
        return;
    }
    let mut killed = 0;
    for (call, count) in CALLS {
        for at in 1..=count {
            let name = format!("{call}:signal=SIGKILL:when={at}");
            let place = Workspace::new();
            let (mut server, old) = begin(&place);
            let Some(strace) = Strace::attach(server.pid(), "writer", &name) else { return };
            let id = server.send("refresh", r#"{"sessionId":"s"}"#);
            // Killed, or done because there are not so many calls.
            let answers = server.await_end_or(id);
            drop(strace);
            killed += u32::from(!answers);
            drop(server.kill());
            is_whole(&place, &old, &name);
            assert!(beside(&place).len() <= 1, "{name}: {:?}", beside(&place));
            let mut server = start(&place);
            let memory = server.call("memory", json!({"sessionId": "s"}));
            assert_eq!(memory["revision"], 2, "{name}: the version was stored first");
            works_again(&mut server, &place, &name);
        }
    }
    assert!(killed >= 10, "only {killed} calls were met");
}

/// The workspace on a small disk of its own, seen through the server's process.
struct SmallDisk {
    server: Server,
    root: PathBuf,
}

impl SmallDisk {
    /// `None`, and said, where the machine does not allow that.
    fn new(place: &Workspace) -> Option<SmallDisk> {
        let is_root = rustix::process::geteuid().is_root();
        let unshare: &[&str] = if is_root { &["unshare", "-m"] } else { &["unshare", "-m", "--map-root-user"] };
        let mount = format!("mount -t tmpfs -o size=64k,mode=700 none '{}'", place.root().display());
        let tried = Command::new(unshare[0]).args(&unshare[1..]).args(["sh", "-c", &mount]).output();
        if !tried.is_ok_and(|done| done.status.success()) {
            eprintln!("skipped: nothing can be mounted here");
            return None;
        }
        let mut server = Server::with(place, |options| {
            options.settings = json!({"initTokens": 10_000_000});
            let stage = ["sh", "-c", &format!("{mount} && exec \"$@\""), "sh"].map(str::to_owned);
            options.under = unshare.iter().map(|&word| word.to_owned()).chain(stage).collect();
        });
        server.tolerate(DID_UPDATE);
        server.tolerate(SHOW);
        let root = PathBuf::from(format!("/proc/{}/root{}", server.pid(), place.root().display()));
        Some(SmallDisk { server, root })
    }

    fn file(&self) -> PathBuf {
        self.root.join(".session-memory/s/session-memory.md")
    }
}

#[test]
fn a_full_disk_is_said_and_the_memory_is_written_once_there_is_room() {
    let place = Workspace::new();
    let Some(mut disk) = SmallDisk::new(&place) else { return };
    say(&mut disk.server, 1);
    let old = refreshed(&mut disk.server);
    assert_eq!(fs::read_to_string(disk.file()).unwrap(), old);
    // To the last byte.
    let mut filler = fs::File::create(disk.root.join("filler")).unwrap();
    while std::io::Write::write(&mut filler, &[0; 4096]).is_ok_and(|written| written > 0) {}
    disk.server.append("s", &[user("u2", &format!("Please do thing number 2. {}", prose(3000, 1)))]);
    for _ in 0..2 {
        let error = disk.server.refused("refresh", json!({"sessionId": "s"}));
        assert_eq!(error.code, -32003, "{error:?}");
        assert!(error.message.contains("there is no room") && error.message.contains("free some space"), "{error:?}");
    }
    assert_eq!(fs::read_to_string(disk.file()).unwrap(), old);
    assert_eq!(fs::read_dir(disk.file().parent().unwrap()).unwrap().count(), 1, "no temporary file");
    disk.server.append("s", &[assistant("a2", "done")]);
    let answer = disk.server.call("compact", json!({"sessionId": "s", "targetTokens": 1000}));
    assert_eq!(answer["compacted"], true, "{answer}");
    drop(filler);
    fs::remove_file(disk.root.join("filler")).unwrap();
    let text = refreshed(&mut disk.server);
    assert_eq!(fs::read_to_string(disk.file()).unwrap(), text);
}

#[test]
fn a_workspace_that_becomes_read_only_is_said_and_the_conversation_goes_on() {
    let place = Workspace::new();
    let Some(mut disk) = SmallDisk::new(&place) else { return };
    say(&mut disk.server, 1);
    let old = refreshed(&mut disk.server);
    let target = format!("--target={}", disk.server.pid());
    let remount = |options: &str| {
        let user: &[&str] =
            if rustix::process::geteuid().is_root() { &[] } else { &["--user", "--preserve-credentials"] };
        let mount = ["--mount", "mount", "-o", options, place.root().to_str().unwrap()].map(str::to_owned);
        Command::new("nsenter").arg(&target).args(user).args(mount).status().is_ok_and(|status| status.success())
    };
    if !remount("remount,ro") {
        eprintln!("skipped: nothing can be remounted here");
        return;
    }
    say(&mut disk.server, 2);
    let error = disk.server.refused("refresh", json!({"sessionId": "s"}));
    assert_eq!(error.code, -32003, "{error:?}");
    assert!(error.message.contains("make the workspace writable"), "{error:?}");
    assert_eq!(fs::read_to_string(disk.file()).unwrap(), old);
    let answer = disk.server.call("compact", json!({"sessionId": "s"}));
    assert!(answer["messages"].is_array());
    assert!(remount("remount,rw"));
    let text = refreshed(&mut disk.server);
    assert!(text.contains("thing number 2"), "{text}");
    assert_eq!(fs::read_to_string(disk.file()).unwrap(), text);
}

/// The whole workspace goes while the server is at work, and comes back.
#[test]
fn a_workspace_that_comes_back_gets_its_memory_and_is_watched_again() {
    let place = Workspace::new();
    let (mut server, _) = begin(&place);
    fs::remove_dir_all(place.root()).unwrap();
    let answer = server.call("compact", json!({"sessionId": "s"}));
    assert!(answer["messages"].is_array());
    assert_eq!(server.refused("refresh", json!({"sessionId": "s"})).code, -32003);
    fs::create_dir(place.root()).unwrap();
    let text = refreshed(&mut server);
    let file = place.memory_file("s");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    // An edit right now may come before the folders are watched; it is seen all the same.
    fs::write(&file, format!("{text}- Mind the gap.\n")).unwrap();
    server.notification(DID_UPDATE, |params| params["origin"] == "user");
    await_some("the version is in the file", || {
        fs::read_to_string(&file).ok().filter(|text| text.contains("source: user") && text.contains("Mind the gap."))
    });
}
