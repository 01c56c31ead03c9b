//! Sessions side by side, workspace folders that come and go, and ids of every shape.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::events::{assistant, prose, user};
use crate::harness::{DID_UPDATE, Server, Workspace, file_uri, files_under};

/// The path of a `file:` URI.
pub fn path_of(uri: &Value) -> PathBuf {
    let text = uri.as_str().unwrap().strip_prefix("file://").unwrap();
    PathBuf::from(percent_decode(text))
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(byte);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn ids() -> Vec<String> {
    let tame =
        ["plain", "Plain", "PLAIN", "5e1f8a3c-0b7d-4c92-9a46-d1c3b7e20f58", "a.b_c-d", "session-memory.md", "x.lock"];
    let odd = [
        "..",
        ".",
        "../..",
        "../../etc/passwd",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "C:\\x",
        "~",
        "-rf",
        ".git",
        ".gitignore",
        "CON",
        "con",
        "nul.txt",
        "com1",
        "a b",
        " ",
        "a.",
        "a\nb",
        "a\tb",
        "ünïcödé",
        "日本語",
        "😀",
        "e\u{301}",
        "é",
        "\u{202e}rtl",
        "\u{200b}",
        "%2e%2e",
        "{session}",
        "\"quoted\"",
        "'",
        "$HOME",
        "*",
        "?",
        "|",
        "null",
        "true",
        "0",
        "plain-0123456789abcdef0123456789abcdef",
    ];
    let mut ids: Vec<String> = tame.iter().chain(&odd).map(|&id| id.to_owned()).collect();
    ids.extend(["x".repeat(256), "X".repeat(256), "😀".repeat(256), "../".repeat(85)]);
    ids
}

#[test]
fn every_id_has_a_file_of_its_own_inside_the_workspace() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    let folder = place.root().join(".session-memory");
    let mut paths = HashSet::new();
    for id in ids() {
        server.append(&id, &[user("a", &format!("I am {id:?}"))]);
        server.call("refresh", json!({"sessionId": id}));
        let memory = server.call("memory", json!({"sessionId": id}));
        let path = path_of(&memory["uri"]);
        assert_eq!(path.parent().and_then(Path::parent), Some(folder.as_path()), "{id:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), memory["markdown"], "{id:?}");
        assert!(paths.insert(path.display().to_string().to_lowercase()), "{id:?} shares {path:?}");
        let front = memory["markdown"].as_str().unwrap().lines().nth(1).unwrap().to_owned();
        let named: String = serde_json::from_str(front.strip_prefix("session: ").unwrap()).unwrap();
        assert_eq!(named, id);
    }
    let known: HashSet<String> = server.call("sessions", json!({}))["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["sessionId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(known, ids().into_iter().collect());
    // Nothing but these files and the .gitignore was made.
    assert_eq!(files_under(&place.root()).len(), paths.len() + 1);
    for id in ids() {
        assert_eq!(server.call("forget", json!({"sessionId": id})), json!({}));
        assert_eq!(server.refused("memory", json!({"sessionId": id})).code, -32001);
    }
    assert_eq!(std::fs::read_dir(place.root()).unwrap().count(), 0, "the workspace is as it was");
}

#[test]
fn sessions_do_not_mix() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    for round in 0..20 {
        for session in ["one", "two", "three"] {
            let text = format!("{session} says {}", prose(60, round));
            let answer =
                server.append(session, &[user(&format!("u{round}"), &text), assistant(&format!("a{round}"), &text)]);
            assert_eq!(answer["seq"], (round + 1) * 2);
        }
    }
    for session in ["one", "two", "three"] {
        let answer = server.call("compact", json!({"sessionId": session, "targetTokens": 1500})).to_string();
        let memory = server.call("memory", json!({"sessionId": session})).to_string();
        for other in ["one", "two", "three"] {
            let words = format!("{other} says");
            assert_eq!(answer.contains(&words), other == session, "{other} in {session}");
            assert_eq!(memory.contains(&words), other == session, "{other} in the memory of {session}");
        }
    }
    server.call("forget", json!({"sessionId": "two"}));
    let left: Vec<Value> = server.call("sessions", json!({}))["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["sessionId"].clone())
        .collect();
    assert_eq!(left.len(), 2);
    assert!(!left.contains(&json!("two")));
}

#[test]
fn more_sessions_than_are_kept_in_memory() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    let name = |at: usize| format!("session {at}");
    for round in 0..3 {
        for at in 0..40 {
            let answer = server.append(&name(at), &[user(&format!("r{round}"), &format!("number {at}"))]);
            assert_eq!(answer["seq"], round + 1, "{at}");
        }
    }
    let list = server.call("sessions", json!({}));
    assert_eq!(list["sessions"].as_array().unwrap().len(), 40);
    assert!(list["sessions"].as_array().unwrap().iter().all(|session| session["events"] == 3));
}

#[test]
fn folders_come_and_go() {
    let place = Workspace::new();
    let (one, two) = (place.root(), place.outside("second"));
    std::fs::create_dir(&two).unwrap();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    let folder = |path: &Path| json!({"uri": file_uri(path), "name": "x"});
    let change = |server: &mut Server, added: Vec<Value>, removed: Vec<Value>| {
        server.notify("workspace/didChangeWorkspaceFolders", json!({"event": {"added": added, "removed": removed}}));
    };
    let names = |server: &mut Server, params: Value| -> Vec<String> {
        let list = server.call("sessions", params);
        let mut names: Vec<String> =
            list["sessions"].as_array().unwrap().iter().map(|s| s["sessionId"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    server.append("in one", &[user("a", "the walrus")]);
    change(&mut server, vec![folder(&two)], vec![]);
    server.call(
        "append",
        json!({"sessionId": "in two", "workspaceFolder": file_uri(&two), "events": [user("a", "the other walrus")]}),
    );
    assert_eq!(names(&mut server, json!({})), ["in one", "in two"]);
    assert_eq!(names(&mut server, json!({"workspaceFolder": file_uri(&two)})), ["in two"]);
    assert_eq!(names(&mut server, json!({"workspaceFolder": file_uri(&one)})), ["in one"]);
    let hits = server.call("search", json!({"query": "walrus"}));
    assert_eq!(hits["hits"].as_array().unwrap().len(), 2, "{hits}");
    for (session, root) in [("in one", &one), ("in two", &two)] {
        server.call("refresh", json!({"sessionId": session}));
        let path = path_of(&server.call("memory", json!({"sessionId": session}))["uri"]);
        assert!(path.starts_with(root) && path.is_file(), "{path:?}");
    }
    // Without the first folder the second is the default.
    change(&mut server, vec![], vec![folder(&one)]);
    server.append("new", &[user("a", "hello")]);
    assert_eq!(names(&mut server, json!({"workspaceFolder": file_uri(&two)})), ["in two", "new"]);
    drop(server);
    // Each folder has its sessions, whoever opens it.
    let mut server = Server::with(&place, |options| options.folders = vec![two.clone()]);
    assert_eq!(names(&mut server, json!({})), ["in two", "new"]);
    change(&mut server, vec![folder(&one)], vec![folder(&two)]);
    assert_eq!(
        server.call("events", json!({"sessionId": "in one", "fromSeq": 1, "toSeq": 1}))["events"],
        json!([user("a", "the walrus")])
    );
}

/// However an editor spells a folder, it is the same workspace.
#[test]
fn one_folder_in_several_spellings_is_one_workspace() {
    let place = Workspace::new();
    let root = place.root();
    let mut server = Server::quiet(&place);
    server.append("s", &[user("a", "hello")]);
    drop(server);
    let spellings = [
        root.clone(),
        root.join(""),
        root.join("."),
        root.parent().unwrap().join("state/../ws"),
        PathBuf::from(format!("/{}", root.display())),
    ];
    let mut wrong = Vec::new();
    for spelling in spellings {
        let mut server = Server::with(&place, |options| options.folders = vec![spelling.clone()]);
        let found = server.call("sessions", json!({}))["sessions"].as_array().unwrap().len();
        if found != 1 {
            wrong.push(spelling);
        }
    }
    assert!(wrong.is_empty(), "no session seen when the folder is spelled {wrong:?}");
}
