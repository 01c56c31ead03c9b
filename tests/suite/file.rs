//! The memory file: its rights, its text, and the user's hand in it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use serde_json::{Value, json};

use crate::events::{Script, Voice, assistant, prose, user};
use crate::harness::{DID_UPDATE, Server, Workspace, await_some, file_uri};
use crate::rules::strings;

const SECTIONS: [&str; 9] = [
    "Current State",
    "User Intent",
    "User Corrections",
    "Completed Work",
    "Errors & Fixes",
    "Active Work",
    "Pending Tasks",
    "Key References",
    "Notes",
];

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

fn refresh(server: &mut Server) -> Value {
    server.call("refresh", json!({"sessionId": "s"}))
}

fn memory(server: &mut Server) -> String {
    server.call("memory", json!({"sessionId": "s"}))["markdown"].as_str().unwrap().to_owned()
}

fn start(place: &Workspace) -> Server {
    let mut server = Server::quiet(place);
    server.tolerate(DID_UPDATE);
    server
}

#[test]
fn the_file_is_private_and_says_what_the_memory_says() {
    let place = Workspace::new();
    let mut server = start(&place);
    server.append("s", &Script::long(Voice::Anthropic, 8, 200).events);
    refresh(&mut server);
    let file = place.memory_file("s");
    let text = fs::read_to_string(&file).unwrap();
    let given = server.call("memory", json!({"sessionId": "s"}));
    assert_eq!(
        (given["markdown"].as_str(), given["uri"].as_str()),
        (Some(text.as_str()), Some(file_uri(&file).as_str()))
    );
    let folder = file.parent().unwrap();
    assert_eq!((mode(&file), mode(folder), mode(folder.parent().unwrap())), (0o600, 0o700, 0o700));
    assert_eq!(fs::read_to_string(folder.parent().unwrap().join(".gitignore")).unwrap(), "*\n");
    // Front matter and sections.
    let front: Vec<&str> = text.lines().skip(1).take(6).map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(front, ["session", "revision", "updated", "covered_through", "tokens", "source"]);
    let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(headings, SECTIONS);
    for line in ["revision: 1", "source: extractive"] {
        assert!(text.lines().any(|found| found == line), "{line}");
    }
    // The store is as private.
    for path in crate::harness::files_under(&place.state()) {
        assert_eq!(mode(&path) & 0o077, 0, "{path:?}");
        assert_eq!(mode(path.parent().unwrap()) & 0o077, 0, "{path:?}");
    }
}

#[test]
fn revisions_are_kept_and_can_be_read() {
    let place = Workspace::new();
    let mut server = start(&place);
    let mut texts = Vec::new();
    for round in 1..=4u64 {
        server.append(
            "s",
            &[user(&format!("u{round}"), &format!("Please do thing number {round}. {}", prose(20, round)))],
        );
        assert_eq!(refresh(&mut server)["revision"], round);
        texts.push(fs::read_to_string(place.memory_file("s")).unwrap());
    }
    let history = server.call("history", json!({"sessionId": "s"}));
    let mut numbers: Vec<u64> =
        history["revisions"].as_array().unwrap().iter().map(|row| row["revision"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4]);
    for (at, text) in texts.iter().enumerate() {
        let known = server.call("memory", json!({"sessionId": "s", "revision": at + 1}));
        assert_eq!((known["markdown"].as_str().unwrap(), &known["coveredThrough"]), (text.as_str(), &json!(at + 1)));
    }
}

/// Edits of every kind: what is done to the file, and what must be in it, or not be in it, ever after.
#[test]
fn the_users_edits_survive_every_later_update() {
    type Edit = (&'static str, fn(&str) -> String, &'static [&'static str], &'static [&'static str]);
    let edits: [Edit; 6] = [
        ("a note", |text| format!("{text}- Deploy on Tuesdays only.\n"), &["Deploy on Tuesdays only."], &[]),
        (
            "a line in a section",
            |text| text.replace("## User Intent\n", "## User Intent\n- The real goal is speed.\n"),
            &["The real goal is speed."],
            &[],
        ),
        (
            "a deleted line",
            |text| {
                text.lines().filter(|line| !line.contains("thing number 1")).map(|line| format!("{line}\n")).collect()
            },
            &[],
            &["thing number 1"],
        ),
        (
            "a changed line",
            |text| text.replace("thing number 1", "thing number ONE"),
            &["thing number ONE"],
            &["thing number 1."],
        ),
        ("text without front matter", |_| "My own words.\n".to_owned(), &["My own words."], &[]),
        (
            "windows line ends",
            |text| text.replace('\n', "\r\n").replace("## Notes\r\n", "## Notes\r\n- Written elsewhere.\r\n"),
            &["Written elsewhere."],
            &[],
        ),
    ];
    for (name, edit, there, gone) in edits {
        let place = Workspace::new();
        let mut server = start(&place);
        let file = place.memory_file("s");
        server.append(
            "s",
            &[user("u1", "Please do thing number 1."), assistant("a1", "I did thing number 1 in src/one.rs.")],
        );
        refresh(&mut server);
        let edited = edit(&fs::read_to_string(&file).unwrap());
        fs::write(&file, edited).unwrap();
        for round in 2..5u64 {
            if round == 4 {
                drop(server);
                server = start(&place);
            }
            server
                .append("s", &[user(&format!("u{round}"), &format!("And then thing {round}: {}", prose(2500, round)))]);
            refresh(&mut server);
            await_some(name, || {
                let text = fs::read_to_string(&file).unwrap();
                let kept = there.iter().all(|part| text.contains(part)) && !gone.iter().any(|part| text.contains(part));
                (kept && text.contains(&format!("thing {round}"))).then_some(())
            });
            assert_eq!(memory(&mut server), fs::read_to_string(&file).unwrap(), "{name}, round {round}");
            let answer =
                server.call("compact", json!({"sessionId": "s", "targetTokens": 1200 + round, "apply": false}));
            let text = strings(&answer["messages"]);
            assert!(
                there.iter().all(|part| text.contains(part)),
                "{name} is not in the answer to compact: {text:.600}"
            );
        }
        let history = server.call("history", json!({"sessionId": "s"})).to_string();
        assert!(history.contains(r#""origin":"user""#), "{name}: {history}");
    }
}

#[test]
fn an_edit_is_announced_with_its_diff() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.append("s", &[user("u1", "Please do thing number 1.")]);
    refresh(&mut server);
    server.notification(DID_UPDATE, |params| params["revision"] == 1);
    let file = place.memory_file("s");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}- Mind the gap.\n")).unwrap();
    assert!(memory(&mut server).contains("Mind the gap."));
    let told = server.notification(DID_UPDATE, |params| params["revision"] == 2);
    assert_eq!(
        (&told["origin"], &told["source"], &told["addedLines"], &told["removedLines"]),
        (&json!("user"), &json!("user"), &json!(1), &json!(0))
    );
    assert!(told["unified"].as_str().unwrap().contains("+- Mind the gap."), "{told}");
}

#[test]
fn a_deleted_file_is_written_again() {
    let place = Workspace::new();
    let mut server = start(&place);
    server.append("s", &[user("u1", "Please do thing number 1.")]);
    refresh(&mut server);
    fs::remove_dir_all(place.root().join(".session-memory")).unwrap();
    // Nothing has changed but the file.
    refresh(&mut server);
    assert_eq!(fs::read_to_string(place.memory_file("s")).unwrap(), memory(&mut server));
    assert_eq!(fs::read_to_string(place.root().join(".session-memory/.gitignore")).unwrap(), "*\n");
    fs::remove_file(place.memory_file("s")).unwrap();
    server.append("s", &[user("u2", "Please do thing number 2.")]);
    refresh(&mut server);
    assert!(fs::read_to_string(place.memory_file("s")).unwrap().contains("thing number 2"));
}

#[test]
fn a_reader_never_sees_half_a_file() {
    let place = Workspace::new();
    let mut server = start(&place);
    server.append("s", &[user("u0", "Begin.")]);
    refresh(&mut server);
    let file = place.memory_file("s");
    // Held open, so that no other file gets its number.
    let first = fs::File::open(&file).unwrap();
    let mut ids = Vec::new();
    for round in 1..60u64 {
        server.send(
            "append",
            &json!({"sessionId": "s", "events": [user(&format!("u{round}"), &prose(80, round))]}).to_string(),
        );
        ids.push(server.send("refresh", r#"{"sessionId":"s"}"#));
    }
    let mut versions = 0;
    for id in ids {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("---\nsession:") && text.contains("## Notes"), "{text}");
        server.answer(id).unwrap();
        versions += 1;
    }
    for id in 1..=i64::from(versions) * 2 + 3 {
        // The answers to `append` are claimed here.
        server.forget_answer(id);
    }
    assert_ne!(fs::metadata(&file).unwrap().ino(), first.metadata().unwrap().ino(), "replaced, not rewritten");
}
