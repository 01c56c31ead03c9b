//! What is no edit: older versions of ours, a file that is gone or empty, a file that is no text.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Value, json};

use super::{TYPED, begin, heard, shell, start, with_line};
use crate::events::user;
use crate::harness::{DID_UPDATE, SHOW, Server, Workspace, await_some};

/// Makes the next version and gives its text.
fn next_version(server: &mut Server, place: &Workspace, number: u64) -> String {
    server.append("s", &[user(&format!("u{number}"), &format!("Please do thing number {number}."))]);
    server.call("refresh", json!({"sessionId": "s"}));
    server.notification(DID_UPDATE, |params| params["sessionId"] == "s" && params["revision"] == number);
    fs::read_to_string(place.memory_file("s")).unwrap()
}

fn versions(server: &mut Server) -> Vec<Value> {
    let history = server.call("history", json!({"sessionId": "s"}));
    history["revisions"].as_array().unwrap().clone()
}

/// When an edit of another file was seen, everything before it was.
fn all_is_seen(server: &mut Server, place: &Workspace, session: &str) {
    begin(server, session);
    let file = place.memory_file(session);
    fs::write(&file, with_line(&fs::read_to_string(&file).unwrap(), TYPED)).unwrap();
    heard(server, session, TYPED);
}

fn await_text(file: &PathBuf, expected: &str) {
    await_some("the newest version is in the file", || {
        fs::read_to_string(file).is_ok_and(|text| text == expected).then_some(())
    });
}

#[test]
fn an_older_version_from_git_is_replaced_by_the_newest() {
    let place = Workspace::new();
    let mut server = start(&place);
    let git = "git -c user.name=u -c user.email=u@example.org -c init.defaultBranch=main";
    shell(&place.root(), &format!("{git} init -q && {git} add -f .session-memory/s && {git} commit -qm one"));
    let newest = next_version(&mut server, &place, 2);
    shell(&place.root(), &format!("{git} checkout -q -- .session-memory/s"));
    await_text(&place.memory_file("s"), &newest);
    assert_eq!(versions(&mut server).len(), 2, "nobody has edited it");
    // An edit of an older version is one of the user's all the same.
    shell(
        &place.root(),
        &format!("{git} show HEAD:.session-memory/s/session-memory.md > old && echo '- {TYPED}' >> old"),
    );
    fs::rename(place.root().join("old"), place.memory_file("s")).unwrap();
    let told = heard(&mut server, "s", TYPED);
    assert_eq!((&told["revision"], &told["removedLines"]), (&json!(3), &json!(0)), "{told}");
}

/// A tool that puts an old text back each time: we answer more and more slowly, and win once it ends.
#[test]
fn a_tool_that_insists_on_an_old_version_costs_little() {
    let place = Workspace::new();
    let mut server = start(&place);
    let file = place.memory_file("s");
    let old = fs::read_to_string(&file).unwrap();
    let newest = next_version(&mut server, &place, 2);
    let begun = Instant::now();
    let mut undone = 0;
    while undone < 4 {
        fs::write(file.with_extension("sync"), &old).unwrap();
        fs::rename(file.with_extension("sync"), &file).unwrap();
        await_text(&file, &newest);
        undone += 1;
    }
    // At once, then after 0.1, 0.2 and 0.4 s: never sooner.
    assert!(begun.elapsed().as_millis() >= 700, "{:?}", begun.elapsed());
    assert_eq!(versions(&mut server).len(), 2);
}

#[test]
fn a_deleted_file_comes_back_when_it_is_asked_for() {
    for (name, gone) in [("deleted", None), ("empty", Some("")), ("white", Some("\u{feff} \n\t\n"))] {
        let place = Workspace::new();
        let mut server = start(&place);
        let file = place.memory_file("s");
        let text = fs::read_to_string(&file).unwrap();
        for (round, method) in ["memory", "refresh"].iter().enumerate() {
            match gone {
                None => fs::remove_file(&file).unwrap(),
                Some(blank) => fs::write(&file, blank).unwrap(),
            }
            all_is_seen(&mut server, &place, &format!("other{round}"));
            assert_eq!(fs::read_to_string(&file).ok().as_deref(), gone, "{name}: not at once");
            server.call(method, json!({"sessionId": "s"}));
            await_text(&file, &text);
        }
        assert_eq!(versions(&mut server).len(), 1, "{name}: nobody has edited it");
        fs::remove_dir_all(place.root().join(".session-memory")).unwrap();
        let newest = next_version(&mut server, &place, 2);
        assert!(newest.contains("thing number 1") && newest.contains("thing number 2"), "{newest}");
    }
}

#[test]
fn what_is_no_text_is_moved_aside_and_the_memory_written_anew() {
    let large = vec![b'x'; (1 << 20) + 1];
    let cases: [(&str, &[u8], &str); 3] = [
        ("not UTF-8", b"---\nrevision: 1\n---\n\xff\xfe", "not UTF-8 (from byte 20 on)"),
        ("NUL", b"---\nrevision: 1\n---\n\0\0\0", "NUL characters (from byte 20 on)"),
        ("large", &large, "1048577 bytes"),
    ];
    for (name, bytes, said) in cases {
        let place = Workspace::new();
        let mut server = start(&place);
        let file = place.memory_file("s");
        let text = fs::read_to_string(&file).unwrap();
        let mut asides = Vec::new();
        for round in 1..=2 {
            fs::write(&file, bytes).unwrap();
            let shown = server.notification(SHOW, |_| true);
            let message = shown["message"].as_str().unwrap();
            assert!(message.contains(said) && message.contains("moved to"), "{name}: {message}");
            await_text(&file, &text);
            asides = fs::read_dir(file.parent().unwrap())
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.to_str().unwrap().ends_with(".bak.md"))
                .collect();
            assert_eq!(asides.len(), round, "{name}: {asides:?}");
            assert!(asides.iter().any(|aside| message.contains(aside.to_str().unwrap())), "{name}: {message}");
        }
        // What stood there before the first version is none of ours.
        let other = place.memory_file("other");
        fs::create_dir(other.parent().unwrap()).unwrap();
        fs::write(&other, bytes).unwrap();
        server.tolerate(SHOW);
        server.append("other", &[user("u1", "Please do thing number 1.")]);
        let error = server.refused("refresh", json!({"sessionId": "other"}));
        assert!(error.code == -32003 && error.message.contains("memoryFile"), "{name}: {error:?}");
        server.notification(DID_UPDATE, |params| params["sessionId"] == "other");
        assert_eq!(fs::read(&other).unwrap(), bytes, "{name}: left alone");
        for aside in &asides {
            assert_eq!(fs::read(aside).unwrap(), bytes, "{name}: nothing is lost");
        }
        assert_eq!(versions(&mut server).len(), 1, "{name}: nobody has edited it");
    }
}
