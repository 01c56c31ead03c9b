//! What stands in the way of the memory file: links, pipes, foreign files, a workspace that vanishes. It is refused and
//! left alone, and the conversation goes on.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::run;
use crate::events::{assistant, prose, user};
use crate::harness::{DID_UPDATE, SHOW, Server, Workspace, await_some, files_under};

fn quiet(place: &Workspace) -> Server {
    let mut server = Server::quiet(place);
    server.tolerate(DID_UPDATE);
    server
}

#[test]
fn a_linked_folder_is_refused_once_and_nothing_else_suffers() {
    let place = Workspace::new();
    let outside = place.outside("elsewhere");
    fs::create_dir_all(outside.join("s")).unwrap();
    fs::write(outside.join("s/session-memory.md"), "canary").unwrap();
    symlink(&outside, place.root().join(".session-memory")).unwrap();
    let mut server = Server::with(&place, |options| options.settings = json!({"initTokens": 200, "updateTokens": 200}));
    server.tolerate(DID_UPDATE);
    for round in 0..12u64 {
        let appended =
            server.append("s", &[user(&format!("u{round}"), &format!("Thing {round}. {}", prose(150, round)))]);
        assert_eq!(appended["seq"], round + 1);
    }
    let answer = server.call("compact", json!({"sessionId": "s", "targetTokens": 1000}));
    assert_eq!(answer["compacted"], true);
    for _ in 0..2 {
        let error = server.refused("refresh", json!({"sessionId": "s"}));
        let link = place.root().join(".session-memory");
        assert_eq!((error.code, &error.data["path"]), (-32003, &json!(link)), "{error:?}");
        assert!(error.message.contains("link") && error.message.contains("memoryFile"), "{}", error.message);
    }
    assert!(server.call("memory", json!({"sessionId": "s"}))["revision"].as_u64().unwrap() >= 1);
    let shown = server.notifications(SHOW);
    assert_eq!(shown.len(), 1, "said once: {shown:?}");
    assert!(shown[0]["message"].as_str().unwrap().contains("link"));
    assert_eq!(fs::read_to_string(outside.join("s/session-memory.md")).unwrap(), "canary");
    assert_eq!(files_under(&outside).len(), 1, "nothing was written through the link");
    // Once the link is gone the file is written.
    fs::remove_file(place.root().join(".session-memory")).unwrap();
    server.call("refresh", json!({"sessionId": "s"}));
    let memory = server.call("memory", json!({"sessionId": "s"}));
    assert_eq!(fs::read_to_string(place.memory_file("s")).unwrap(), memory["markdown"]);
}

/// Whatever else stands where the file belongs: it is refused and left alone, and the conversation goes on.
#[test]
fn what_is_no_file_of_ours_is_left_alone() {
    type Plant = (&'static str, fn(&Path));
    let plants: [Plant; 6] = [
        ("a link", |file| symlink("/etc/hostname", file).unwrap()),
        ("a folder", |file| fs::create_dir(file).unwrap()),
        ("not UTF-8", |file| fs::write(file, b"\xff\xfe\x00").unwrap()),
        ("huge", |file| fs::File::create(file).unwrap().set_len(1 << 30).unwrap()),
        ("a pipe", |file| assert!(std::process::Command::new("mkfifo").arg(file).status().unwrap().success())),
        ("a hard link", |file| {
            let other = file.with_file_name("other");
            fs::write(&other, "other").unwrap();
            fs::hard_link(other, file).unwrap();
        }),
    ];
    for (name, plant) in plants {
        let place = Workspace::new();
        let file = place.memory_file("s");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        plant(&file);
        let before = fs::symlink_metadata(&file).unwrap();
        let mut server = quiet(&place);
        server.append("s", &[user("u1", &prose(3000, 1)), assistant("a1", "done")]);
        let error = server.refused("refresh", json!({"sessionId": "s"}));
        assert_eq!((error.code, &error.data["path"]), (-32003, &json!(file)), "{name}: {error:?}");
        assert_eq!(
            server.call("compact", json!({"sessionId": "s", "targetTokens": 1000}))["compacted"],
            true,
            "{name}"
        );
        let after = fs::symlink_metadata(&file).unwrap();
        assert_eq!(
            (before.ino(), before.len(), before.mtime_nsec()),
            (after.ino(), after.len(), after.mtime_nsec()),
            "{name}"
        );
        server.tolerate(SHOW);
    }
}

/// A setting can name a file that the user has already. It is theirs until a memory was written there, also for a server
/// that starts later; from then on it is the memory, whatever they make of it.
#[test]
fn a_file_that_was_there_before_is_not_replaced() {
    let start = |place: &Workspace| {
        let mut server = Server::with(place, |options| {
            options.settings = json!({"memoryFile": "{session}.md", "initTokens": 10_000_000});
        });
        server.tolerate(DID_UPDATE);
        server
    };
    let refresh = json!({"sessionId": "s"});
    for before in ["# My walrus\n", "", "---\ntitle: walrus\n---\n", "---\nsession: \"t\"\nrevision: 1\n---\nwalrus\n"]
    {
        let place = Workspace::new();
        let file = place.write("s.md", before);
        for round in 0..2u64 {
            let mut server = start(&place);
            server.append("s", &[user(&format!("u{round}"), &prose(1500, round))]);
            for _ in 0..2 {
                let error = server.refused("refresh", refresh.clone());
                assert_eq!((error.code, &error.data["path"]), (-32003, &json!(file)), "{before:?}: {error:?}");
                assert!(error.message.contains("move it away") && error.message.contains("memoryFile"), "{error:?}");
            }
            assert!(!server.call("memory", refresh.clone())["markdown"].as_str().unwrap().contains("walrus"));
            let answer = server.call("compact", json!({"sessionId": "s", "targetTokens": 1000, "apply": false}));
            assert!(!answer.to_string().contains("walrus"), "{answer}");
            assert_eq!(fs::read_to_string(&file).unwrap(), before);
            assert_eq!(server.notifications(SHOW).len(), 1, "said once");
        }
        let mut server = start(&place);
        if before.is_empty() {
            // Forgetting the session does not touch it either.
            server.call("forget", refresh.clone());
            assert_eq!(fs::read_to_string(&file).unwrap(), before);
            server.append("s", &[user("u", "Please do thing number 1.")]);
        }
        fs::rename(&file, place.outside("moved.md")).unwrap();
        server.call("refresh", refresh.clone());
        assert!(fs::read_to_string(&file).unwrap().starts_with("---\nsession: \"s\"\n"));
        drop(server);
        fs::write(&file, "Mind the gap.\n").unwrap();
        let mut server = start(&place);
        server.call("refresh", refresh.clone());
        let memory = server.call("memory", refresh.clone())["markdown"].as_str().unwrap().to_owned();
        assert!(memory.contains("Mind the gap."), "{before:?}: {memory}");
        await_some("the file with the edit", || (fs::read_to_string(&file).unwrap() == memory).then_some(()));
        server.call("forget", refresh.clone());
        assert!(!file.exists());
    }
}

#[test]
fn a_file_of_the_users_stops_no_conversation() {
    let place = Workspace::new();
    let before = "# My walrus\r\n\n\u{feff}no newline at the end";
    let file = place.write("s.md", before);
    let mut server = Server::with(&place, |options| {
        options.settings = json!({"memoryFile": "{session}.md", "initTokens": 200, "updateTokens": 200});
    });
    server.tolerate(DID_UPDATE);
    for round in 0..12u64 {
        let text = format!("Thing {round}. {}", prose(150, round));
        assert_eq!(server.append("s", &[user(&format!("u{round}"), &text)])["seq"], round + 1);
    }
    let answer = server.call("compact", json!({"sessionId": "s", "targetTokens": 1000}));
    assert!(answer["compacted"] == true && !answer.to_string().contains("walrus"), "{answer}");
    assert!(server.call("memory", json!({"sessionId": "s"}))["revision"].as_u64().unwrap() >= 1);
    assert_eq!(server.refused("refresh", json!({"sessionId": "s"})).code, -32003);
    let said = server.notifications(SHOW);
    let words = said.iter().filter_map(|said| said["message"].as_str()).collect::<Vec<_>>();
    assert!(matches!(words[..], [one] if one.contains("move it away") && one.contains("memoryFile")), "{words:?}");
    // The commands leave it alone as well.
    fs::write(place.state().join("none.toml"), "memoryFile = \"{session}.md\"").unwrap();
    let shown = run(&place.state(), &place.root(), &["show", "s"], "");
    assert!(shown.code == 0 && shown.stdout.contains("## Current State"), "{}", shown.stderr);
    assert!(!shown.stdout.contains("walrus") && shown.stderr.contains("move it away"), "{}", shown.stderr);
    assert_eq!(run(&place.state(), &place.root(), &["forget", "s"], "").code, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
}

/// Where memories were written, as it is recorded in the state folder.
fn records(place: &Workspace) -> usize {
    let kept = |path: &PathBuf| path.parent().is_some_and(|folder| folder.ends_with("memory-files"));
    files_under(&place.state()).iter().filter(|path| kept(path)).count()
}

#[test]
fn a_memory_without_its_front_matter_is_still_one() {
    type Damage = (&'static str, fn(&str) -> String);
    let place = Workspace::new();
    let file = place.memory_file("s");
    let damages: [Damage; 4] = [
        ("removed", |text| text.splitn(3, "---\n").last().unwrap().to_owned()),
        ("damaged", |text| text.replacen("session: ", "sess", 1)),
        ("another's", |text| text.replacen("session: \"s\"", "session: \"t\"", 1)),
        ("not closed", |text| text.replacen("---\n", "", 1)),
    ];
    let mut server = quiet(&place);
    server.append("s", &[user("u", &prose(1500, 1)), assistant("a", "done")]);
    server.call("refresh", json!({"sessionId": "s"}));
    assert_eq!(records(&place), 1);
    for (round, (name, damage)) in damages.into_iter().enumerate() {
        drop(server);
        let text = fs::read_to_string(&file).unwrap();
        let rule = format!("- Walrus number {round}.");
        fs::write(&file, format!("{}{rule}\n", damage(&text))).unwrap();
        let shown = run(&place.state(), &place.root(), &["show", "s"], "");
        assert!(shown.stdout.contains(&rule) && shown.stderr.is_empty(), "{name}: {}", shown.stderr);
        server = quiet(&place);
        server.call("refresh", json!({"sessionId": "s"}));
        let memory = server.call("memory", json!({"sessionId": "s"}))["markdown"].as_str().unwrap().to_owned();
        assert!(memory.contains(&rule), "{name}: {memory}");
        await_some("the file with the edit", || (fs::read_to_string(&file).unwrap() == memory).then_some(()));
        assert!(memory.starts_with("---\nsession: \"s\"\n"), "{name}: {memory}");
    }
    // Both ways to forget it take the record along.
    server.call("forget", json!({"sessionId": "s"}));
    assert!(records(&place) == 0 && !file.exists());
    server.append("s", &[user("u", &prose(1500, 1))]);
    server.call("refresh", json!({"sessionId": "s"}));
    drop(server);
    assert_eq!(records(&place), 1);
    fs::write(&file, "nothing of the front matter is left\n").unwrap();
    assert_eq!(run(&place.state(), &place.root(), &["forget", "s"], "").code, 0);
    assert!(records(&place) == 0 && !file.exists());
}

#[test]
fn a_workspace_that_vanishes_is_said_and_the_session_goes_on() {
    let place = Workspace::new();
    let mut server = quiet(&place);
    server.append("s", &[user("u1", &prose(3000, 1)), assistant("a1", "done")]);
    fs::remove_dir_all(place.root()).unwrap();
    assert_eq!(server.refused("refresh", json!({"sessionId": "s"})).code, -32003);
    assert_eq!(server.append("s", &[user("u2", "still here?")])["seq"], 3);
    assert_eq!(server.call("compact", json!({"sessionId": "s", "targetTokens": 1000}))["compacted"], true);
    server.tolerate(SHOW);
    assert!(!place.root().exists(), "it is not made again");
}
