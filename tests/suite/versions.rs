//! Versions of a memory: compared, gone back to, traced to events; compactions explained. By method and by command line.

mod mixed;

use std::fs;

use serde_json::{Value, json};

use crate::cli::run;
use crate::events::{Script, Voice, assistant, prose, user};
use crate::harness::{DID_UPDATE, Server, Workspace, await_some};

/// A server with a session `s` that has two versions, the second one with a line of the user's.
fn two_versions(place: &Workspace) -> Server {
    let mut server = Server::quiet(place);
    server.tolerate(DID_UPDATE);
    server.append("s", &[user("u1", "Please do thing number 1."), assistant("a1", "I did it in src/one.rs.")]);
    server.call("refresh", json!({"sessionId": "s"}));
    let file = place.memory_file("s");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("## Active Work\n", "## Active Work\n- typed by hand\n")).unwrap();
    await_some("the user's version", || (revisions(&mut server).len() == 2).then_some(()));
    server
}

fn revisions(server: &mut Server) -> Vec<Value> {
    server.call("history", json!({"sessionId": "s"}))["revisions"].as_array().unwrap().clone()
}

fn memory(server: &mut Server) -> String {
    server.call("memory", json!({"sessionId": "s"}))["markdown"].as_str().unwrap().to_owned()
}

fn next_version(server: &mut Server, number: usize) {
    server.append("s", &[user(&format!("u{number}"), &format!("Please do thing number {number}."))]);
    server.call("refresh", json!({"sessionId": "s"}));
}

#[test]
fn two_versions_are_compared() {
    let place = Workspace::new();
    let mut server = two_versions(&place);
    next_version(&mut server, 3);
    let change = server.call("diff", json!({"sessionId": "s", "from": 1, "to": 2}));
    assert_eq!((&change["addedLines"], &change["removedLines"]), (&json!(1), &json!(0)));
    let unified = change["unified"].as_str().unwrap();
    assert!(unified.contains("\n+- typed by hand\n") && !unified.contains("revision:"), "{unified}");
    let hunk = &change["hunks"][0];
    assert!(hunk["lines"].as_array().unwrap().contains(&json!("+- typed by hand")), "{hunk}");
    assert_eq!(hunk["newLines"].as_u64().unwrap(), hunk["oldLines"].as_u64().unwrap() + 1);
    // To the newest by default, from nothing by 0; a source mark is no change.
    let newest = server.call("diff", json!({"sessionId": "s", "from": 2}));
    assert_eq!(newest["to"], 3);
    assert!(newest["unified"].as_str().unwrap().contains("+- Please do thing number 3.\n"), "{newest}");
    let whole = server.call("diff", json!({"sessionId": "s", "from": 0, "to": 1}));
    assert_eq!(whole["removedLines"], 0);
    assert!(!whole["unified"].as_str().unwrap().contains('^'), "{whole}");
    assert_eq!(server.call("diff", json!({"sessionId": "s", "from": 2, "to": 2}))["hunks"], json!([]));
    for params in [json!({"sessionId": "s", "from": 9}), json!({"sessionId": "s", "from": 1, "to": 9})] {
        let error = server.refused("diff", params);
        assert!(error.code == -32002 && error.message.contains("has no revision 9; it has 3 so far"), "{error:?}");
    }
}

#[test]
fn going_back_keeps_what_the_user_typed() {
    let place = Workspace::new();
    let mut server = two_versions(&place);
    next_version(&mut server, 3);
    let first =
        server.call("memory", json!({"sessionId": "s", "revision": 1}))["markdown"].as_str().unwrap().to_owned();
    let answer = server.call("restore", json!({"sessionId": "s", "revision": 1}));
    assert_eq!((&answer["revision"], &answer["coveredThrough"]), (&json!(4), &json!(2)));
    let text = memory(&mut server);
    assert_eq!(fs::read_to_string(place.memory_file("s")).unwrap(), text, "the answer comes behind the file");
    // What revision 1 said, and the line that the user typed since.
    let rows =
        |text: &str| text.lines().skip_while(|row| !row.starts_with("## ")).map(str::to_owned).collect::<Vec<_>>();
    let mut expected = rows(&first);
    let place_of = expected.iter().position(|row| row == "## Active Work").unwrap();
    expected.insert(place_of + 1, "- typed by hand".to_owned());
    assert_eq!(rows(&text), expected);
    assert_eq!(revisions(&mut server)[3]["origin"], "restore");
    // It stands over a restart, and the next version goes on from it.
    server.close();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    assert_eq!(rows(&memory(&mut server)), expected);
    next_version(&mut server, 5);
    let text = memory(&mut server);
    for line in ["- typed by hand", "Please do thing number 1.", "Please do thing number 5."] {
        assert!(text.contains(line), "{line:?} is not in {text}");
    }
    // What the user removed since is there again, where they go back to it.
    let file = place.memory_file("s");
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("- typed by hand\n", "")).unwrap();
    await_some("the line is gone", || (!memory(&mut server).contains("typed by hand")).then_some(()));
    server.call("restore", json!({"sessionId": "s", "revision": 2}));
    assert!(memory(&mut server).contains("- typed by hand"));
    next_version(&mut server, 6);
    assert!(memory(&mut server).contains("- typed by hand"));
    let error = server.refused("restore", json!({"sessionId": "s", "revision": 99}));
    assert_eq!(error.code, -32002, "{error:?}");
}

#[test]
fn an_acknowledged_edit_survives_a_crash() {
    let place = Workspace::new();
    let server = two_versions(&place);
    server.kill();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    next_version(&mut server, 3);
    let text = memory(&mut server);
    assert!(text.contains("- typed by hand") && text.contains("thing number 3"), "{text}");
}

#[test]
fn every_line_is_traced() {
    let place = Workspace::new();
    let mut server = two_versions(&place);
    next_version(&mut server, 3);
    let blame = server.call("blame", json!({"sessionId": "s"}));
    assert_eq!(blame["revision"], 3);
    let line = |text: &str| {
        let lines = blame["lines"].as_array().unwrap();
        lines
            .iter()
            .find(|line| line["text"].as_str().unwrap().contains(text))
            .unwrap_or_else(|| panic!("{text}: {lines:?}"))
    };
    let of = |text: &str| (line(text)["revision"].clone(), line(text)["event"].clone(), line(text)["own"].clone());
    assert_eq!(of("thing number 1"), (json!(1), json!(1), json!(false)));
    assert_eq!(of("typed by hand"), (json!(2), Value::Null, json!(true)));
    assert_eq!(of("thing number 3"), (json!(3), json!(3), json!(false)));
    assert_eq!(line("typed by hand")["origin"], "user");
    let older = server.call("blame", json!({"sessionId": "s", "revision": 1}));
    assert!(older["lines"].as_array().unwrap().iter().all(|line| line["revision"] == 1), "{older}");
}

#[test]
fn a_compaction_is_explained() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    let error = {
        server.append("s", &[user("u1", "x")]);
        server.refused("explain", json!({"sessionId": "s"}))
    };
    assert!(error.code == -32602 && error.message.contains("was never compacted"), "{error:?}");
    let script = Script::long(Voice::Anthropic, 30, 400);
    server.append("s", &script.events);
    let answer = server.call("compact", json!({"sessionId": "s", "targetTokens": 4000}));
    assert_eq!(answer["compacted"], true);
    for restarted in [false, true] {
        if restarted {
            server.close();
            server = Server::quiet(&place);
            server.tolerate(DID_UPDATE);
        }
        let told = server.call("explain", json!({"sessionId": "s"}));
        assert_eq!((&told["compaction"], &told["by"]), (&json!(1), &json!("session-memory")));
        assert_eq!(told["masked"], answer["masked"]);
        let from = answer["keepFrom"]["seq"].as_u64().unwrap();
        let last = script.events.len() as u64 + 1;
        assert_eq!(told["verbatim"], json!({"fromSeq": from, "toSeq": last}));
        // Every event before the tail is told by a line or found by a search.
        let lines = told["lines"].as_array().unwrap();
        let text = crate::rules::strings(&answer["messages"]);
        for line in lines {
            let first = line["text"].as_str().unwrap().lines().next().unwrap();
            assert!(text.contains(first), "{first:?} does not stand in the answer");
        }
        let by_line: Vec<u64> = lines.iter().filter_map(|line| line["event"].as_u64()).collect();
        assert!(by_line.len() > lines.len() / 2, "{lines:?}");
        let ranges = told["searchable"].as_array().unwrap();
        let searchable = |seq: u64| {
            ranges
                .iter()
                .any(|range| (range["fromSeq"].as_u64().unwrap()..=range["toSeq"].as_u64().unwrap()).contains(&seq))
        };
        for seq in 1..from {
            assert!(by_line.contains(&seq) != searchable(seq), "event {seq}");
        }
        let summary = told["summary"].as_str().unwrap();
        assert!(summary.lines().count() <= 14 && summary.contains("stand word for word"), "{summary}");
    }
    assert!(
        server.refused("explain", json!({"sessionId": "s", "compaction": 2})).message.contains("compactions 1 to 1")
    );
}

#[test]
fn by_command_line() {
    let place = Workspace::new();
    let mut server = two_versions(&place);
    server.append("s", &[user("u9", &prose(6000, 3))]);
    server.call("compact", json!({"sessionId": "s", "targetTokens": 2000}));
    server.close();
    // Typed while no server runs.
    let file = place.memory_file("s");
    fs::write(&file, fs::read_to_string(&file).unwrap() + "typed into the notes\n").unwrap();
    let command = |args: &[&str]| run(&place.state(), &place.root(), args, "");
    let history = command(&["history"]);
    assert_eq!(history.code, 0, "{}", history.stderr);
    assert!(history.stdout.lines().next().unwrap().contains(" user "), "{}", history.stdout);
    let diff = command(&["diff"]);
    assert!(diff.stdout.contains("+typed into the notes\n") && !diff.stdout.contains('\u{1b}'), "{}", diff.stdout);
    let diff = command(&["diff", "1", "2", "--json"]).json();
    assert_eq!((&diff["from"], &diff["addedLines"]), (&json!(1), &json!(1)));
    let blame = command(&["blame"]).stdout;
    assert!(blame.lines().any(|row| row.contains(" you ") && row.ends_with("typed by hand")), "{blame}");
    let explained = command(&["explain", "--lines"]).stdout;
    assert!(explained.starts_with("Compaction 1 at ") && explained.contains("User Intent: "), "{explained}");
    let back = command(&["restore", "1", "--session", "s"]);
    assert!(back.stdout.contains("says what revision 1 said"), "{} {}", back.stdout, back.stderr);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("- typed by hand") && text.contains("typed into the notes"), "{text}");
    command(&["restore", "99"]).is_refused("has no revision 99");
    command(&["explain", "7"]).is_refused("compactions 1 to 1");
}
