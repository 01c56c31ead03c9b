//! What the server says is wrong with an open memory.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{DIAGNOSTICS, Editor};
use crate::events::{call, prose, result, user};

/// Code, severity, the text it stands at, message.
fn listed<'a>(editor: &'a Editor, findings: &'a [Value]) -> Vec<(&'a str, u64, &'a str, &'a str)> {
    let one = |finding: &'a Value| {
        assert_eq!(finding["source"], "session-memory");
        let text = |name: &str| finding[name].as_str().unwrap();
        (text("code"), finding["severity"].as_u64().unwrap(), editor.part(&finding["range"]), text("message"))
    };
    findings.iter().map(one).collect()
}

#[test]
fn a_memory_as_it_is_written_has_nothing_wrong() {
    let mut editor = Editor::start();
    assert_eq!(editor.open(""), Vec::<Value>::new());
    // A long one, with sections up to their budget.
    let mut editor = Editor::with(|options| options.settings = json!({"initTokens": 10_000_000, "sectionTokens": 300}));
    let many: Vec<Value> =
        (0..60).map(|at| user(&format!("m{at}"), &format!("No, do {at} otherwise. {}", prose(60, at)))).collect();
    editor.server.append("s", &many);
    editor.server.call("refresh", json!({"sessionId": "s"}));
    editor.text = std::fs::read_to_string(&editor.file).unwrap();
    let found = editor.open_text();
    assert!(found.iter().all(|finding| finding["code"] != "budget"), "{found:?}");
}

#[test]
fn files_that_are_gone_or_have_changed() {
    let mut editor = Editor::start();
    let root = editor.place.root();
    std::fs::create_dir_all(root.join("src")).unwrap();
    let file = editor.place.write("src/parser.rs", "");
    editor.place.write("src/with space.rs", "");
    let old = SystemTime::now() - Duration::from_hours(1);
    std::fs::File::options().write(true).open(&file).unwrap().set_modified(old).unwrap();
    let gone = format!("{}/lib/gone.rs", root.display());
    let lines = format!(
        "- fine: src/parser.rs ^5\n- gone: `src/none.rs:4` ^5\n- gone too: {gone}\n- a command: `cat src/none2.rs && ls` \n- \
         `src/with space.rs`\n- elsewhere: lib/none.rs, /usr/none.rs, \
         ../none.rs and/or http://x.org/a.html ^5\n- a call: src/parser.rs ^4\n"
    );
    let found = editor.open(&lines);
    let listed_now = listed(&editor, &found);
    let ours: Vec<_> = listed_now.iter().filter(|(_, _, text, _)| !text.is_empty()).collect();
    assert_eq!(
        ours,
        [
            &("gone", 2, "src/none.rs:4", "src/none.rs is gone"),
            &("gone", 2, gone.as_str(), format!("{gone} is gone").as_str()),
            &("gone", 2, "src/none2.rs", "src/none2.rs is gone"),
        ]
    );
    // The file changes later than the events.
    let later = SystemTime::now() + Duration::from_hours(1);
    std::fs::File::options().write(true).open(&file).unwrap().set_modified(later).unwrap();
    editor.server.notify("textDocument/didSave", json!({"textDocument": {"uri": editor.uri}}));
    let found = editor.findings();
    let changed: Vec<_> = listed(&editor, &found).into_iter().filter(|(code, ..)| *code == "changed").collect();
    let text = |event: u64| format!("src/parser.rs has changed since event {event}, which this line comes from");
    let marked: Vec<_> = changed.iter().filter(|(.., message)| *message == text(5) || *message == text(4)).collect();
    assert!(marked.len() >= 2 && changed.iter().all(|(_, severity, ..)| *severity == 4), "{changed:?}");
}

/// A call ends with its answer: what it wrote meanwhile is no later change.
#[test]
fn a_tool_that_took_long_has_not_changed_the_file_since() {
    let mut editor = Editor::start();
    std::fs::create_dir_all(editor.place.root().join("src")).unwrap();
    let file = editor.place.write("src/slow.rs", "");
    let mut events = [
        user("t1", "Please write src/slow.rs."),
        call("t2", "Write", json!({"file_path": "src/slow.rs"})),
        result("t2", "written"),
    ];
    for (event, minute) in events.iter_mut().zip(["00", "01", "09"]) {
        event["at"] = json!(format!("2026-01-01T12:{minute}:00Z"));
    }
    assert_eq!(editor.server.append("s", &events)["seq"], 11);
    let written = SystemTime::UNIX_EPOCH + Duration::from_mins(29_454_480 + 5);
    std::fs::File::options().write(true).open(&file).unwrap().set_modified(written).unwrap();
    editor.text =
        "## Notes\n- asked: src/slow.rs ^9\n- called: src/slow.rs ^10\n- answered: src/slow.rs ^11\n".to_owned();
    let found = editor.open_text();
    let changed: Vec<&Value> = found.iter().filter(|finding| finding["code"] == "changed").collect();
    assert_eq!(changed.len(), 1, "{found:?}");
    assert!(changed[0]["message"].as_str().unwrap().contains("since event 9,"), "{found:?}");
}

#[test]
fn typing_saving_new_versions_and_closing() {
    let mut editor = Editor::start();
    assert_eq!(editor.open(""), Vec::<Value>::new());
    // The last of several versions counts; where the machine is slow, one before it is looked at too.
    editor.server.tolerate(DIAGNOSTICS);
    let whole = editor.text.clone();
    editor.change(&whole.replacen("revision: 1", "revision: x", 1));
    editor.change(&whole.replacen("revision: 1", "revision: y", 1));
    let found = editor.findings();
    assert_eq!(
        listed(&editor, &found),
        [("front-matter", 2, "revision: y", "revision is \"y\"; a whole number is accepted")]
    );
    // A new version of the memory: the same text is looked at again.
    editor.server.append("s", &[user("u9", "Now make src/lexer.rs faster too.")]);
    editor.server.call("refresh", json!({"sessionId": "s"}));
    let found = editor.findings();
    assert_eq!(found.len(), 1);
    editor.change("## Notes\n");
    let found = editor.findings();
    assert_eq!(listed(&editor, &found)[0].3.split(':').next(), Some("the front matter is missing"));
    // Closed: nothing is wrong any more.
    editor.server.notify("textDocument/didClose", json!({"textDocument": {"uri": editor.uri}}));
    let told = editor.server.notification(DIAGNOSTICS, |told| told["version"].is_null());
    assert_eq!((&told["uri"], &told["diagnostics"]), (&json!(editor.uri), &json!([])));
}

#[test]
fn another_session_and_a_section_over_its_budget() {
    let mut editor = Editor::start();
    let line = format!("- {}\n", prose(3000, 5).replace('\n', " "));
    editor.text = editor.text.replacen("session: \"s\"", "session: \"t\"", 1);
    editor.text = editor.text.replacen("## Active Work\n", &format!("## Active Work\n{line}"), 1);
    editor.text = editor.text.replacen("## Notes\n", &format!("## Notes\n{line}"), 1);
    let found = editor.open_text();
    let found = listed(&editor, &found);
    let kinds: Vec<(&str, &str)> = found.iter().map(|(code, _, text, _)| (*code, *text)).collect();
    assert_eq!(kinds, [("front-matter", "session: \"t\""), ("budget", "## Active Work")]);
    assert!(found[0].3.contains("\"t\" is another one") && found[1].3.contains("its budget is 2000"), "{found:?}");
}
