//! What stands in the way of the memory file: links, pipes, foreign files, a workspace that vanishes. It is refused and
//! left alone, and the conversation goes on.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;

use serde_json::json;

use crate::events::{assistant, prose, user};
use crate::harness::{DID_UPDATE, SHOW, Server, Workspace};

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
    assert_eq!(crate::harness::files_under(&outside).len(), 1, "nothing was written through the link");
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
    let plants: [Plant; 4] = [
        ("a link", |file| symlink("/etc/hostname", file).unwrap()),
        ("a folder", |file| fs::create_dir(file).unwrap()),
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
