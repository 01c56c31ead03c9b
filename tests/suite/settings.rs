//! Settings from the config file, the environment and the editor: who wins, what is refused and said.

use serde_json::{Value, json};

use crate::events::{prose, user};
use crate::harness::{DID_CHANGE_PRESSURE, DID_UPDATE, SHOW, Server, Workspace, await_some};

/// Whether a message of some 300 tokens leads to a memory, which tells what `initTokens` is.
fn remembers(server: &mut Server, session: &str) -> bool {
    let updating = server.append(session, &[user("a", &prose(250, 1))])["memory"]["updating"] == true;
    if updating {
        server.notification(DID_UPDATE, |params| params["sessionId"] == session && params["revision"] == 1);
    }
    updating
}

fn start(file: &str, environment: Option<&str>, editor: Value) -> (Workspace, Server) {
    let place = Workspace::new();
    std::fs::write(place.config(), file).unwrap();
    let server = Server::with(&place, |options| {
        options.settings = editor;
        options.env = environment.map(|value| ("SESSION_MEMORY_INIT_TOKENS", value.to_owned())).into_iter().collect();
    });
    (place, server)
}

#[test]
fn a_later_source_wins() {
    let cases = [
        ("", None, json!(null), false),
        ("initTokens = 100", None, json!(null), true),
        ("initTokens = 100", Some("90000"), json!(null), false),
        ("initTokens = 90000", Some("100"), json!({}), true),
        ("initTokens = 90000", Some("90000"), json!({"initTokens": 100}), true),
        ("initTokens = 100", Some("100"), json!({"initTokens": 90_000}), false),
    ];
    for (file, environment, editor, expected) in cases {
        let (_place, mut server) = start(file, environment, editor.clone());
        assert_eq!(remembers(&mut server, "s"), expected, "{file:?} {environment:?} {editor}");
    }
}

#[test]
fn the_editor_can_change_its_settings_at_any_time() {
    let (_place, mut server) = start("initTokens = 90000", None, json!(null));
    for (round, (settings, expected)) in [
        (json!({"sessionMemory": {"initTokens": 100}}), true),
        (json!({"sessionMemory": {}}), false),
        (json!({"sessionMemory": {"initTokens": 100}}), true),
        (json!({"sessionMemory": null}), false),
        (json!({}), false),
        (json!(null), false),
    ]
    .into_iter()
    .enumerate()
    {
        server.notify("workspace/didChangeConfiguration", json!({"settings": settings}));
        assert_eq!(remembers(&mut server, &format!("s{round}")), expected, "{settings}");
    }
}

#[test]
fn a_change_reaches_a_session_that_is_under_way() {
    let (_place, mut server) = start("", None, json!(null));
    let appended =
        server.call("append", json!({"sessionId": "s", "contextLimit": 1000, "events": [user("a", &prose(250, 1))]}));
    assert_eq!(appended["pressure"], "low");
    server.notify(
        "workspace/didChangeConfiguration",
        json!({"settings": {"sessionMemory": {"pressureLevels": [0.01, 0.02, 0.9]}}}),
    );
    let appended = server.append("s", &[user("b", "more")]);
    assert_eq!(
        (&appended["pressure"], &appended["contextLimit"]),
        (&json!("medium"), &json!(1000)),
        "the window is remembered"
    );
    server.notification(DID_CHANGE_PRESSURE, |params| params["pressure"] == "medium");
}

#[test]
fn what_is_not_accepted_is_said_with_its_place() {
    // (config file, environment, editor, what the message names)
    let cases = [
        ("initTokens = -5", None, json!(null), vec!["config.toml", "initTokens", "-5"]),
        ("not toml at all [", None, json!(null), vec!["config.toml", "ignored"]),
        ("", Some("many"), json!(null), vec!["environment", "initTokens", "many"]),
        ("", None, json!({"initTokens": "x"}), vec!["editor", "initTokens"]),
        ("", None, json!({"initTokns": 5}), vec!["editor", "initTokns"]),
        ("", None, json!({"baseUrl": "http://127.0.0.1"}), vec!["editor", "baseUrl"]),
        ("", None, json!({"provider": "anthropic"}), vec!["editor", "provider"]),
        ("", None, json!({"pressureLevels": [0.9, 0.8, 0.7]}), vec!["editor", "pressureLevels"]),
        ("", None, json!({"memoryFile": "../{session}.md"}), vec!["editor", "memoryFile"]),
        ("", None, json!({"redact": false}), vec!["editor", "redact"]),
        ("", None, json!([1]), vec!["editor", "object"]),
    ];
    for (file, environment, editor, named) in cases {
        let (_place, mut server) = start(file, environment, editor.clone());
        let shown = server.notification(SHOW, |_| true);
        assert_eq!(shown["type"], 2, "a warning");
        for name in named {
            assert!(shown["message"].as_str().unwrap().contains(name), "{shown} does not name {name}");
        }
        assert!(!remembers(&mut server, "s"), "{file:?} {environment:?} {editor}: the default stands");
    }
}

fn secret() -> String {
    ["ghp", "_", "q7Zx41Lm", "Kp90TtRw", "Yv3sBn8D", "cH6jUe2F", "a5Go"].concat()
}

#[test]
fn redaction_is_turned_off_by_the_user_alone() {
    for (file, environment, editor, kept) in [
        ("", None, json!({"redact": false}), false),
        ("redact = false", None, json!(null), true),
        ("", Some("false"), json!(null), true),
        ("redact = false", None, json!({"redact": true}), true),
        ("redact = false", Some("true"), json!(null), false),
    ] {
        let place = Workspace::new();
        std::fs::write(place.config(), file).unwrap();
        let mut server = Server::with(&place, |options| {
            options.settings = editor.clone();
            options.env =
                environment.map(|value: &str| ("SESSION_MEMORY_REDACT", value.to_owned())).into_iter().collect();
        });
        server.append("s", &[user("a", &format!("the token is {}", secret()))]);
        let events = server.call("events", json!({"sessionId": "s", "fromSeq": 1, "toSeq": 1}));
        assert_eq!(events.to_string().contains(&secret()), kept, "{file:?} {environment:?} {editor}");
        server.tolerate(SHOW);
    }
}

#[test]
fn the_memory_file_can_have_another_place() {
    let place = Workspace::new();
    let mut server = Server::with(&place, |options| options.settings = json!({"memoryFile": "notes/{session}.md"}));
    server.append("s", &[user("a", "hello")]);
    server.call("refresh", json!({"sessionId": "s"}));
    server.notification(DID_UPDATE, |params| params["uri"].as_str().unwrap().ends_with("/notes/s.md"));
    assert!(place.root().join("notes/s.md").is_file() && !place.memory_file("s").exists());
    server.notify("workspace/didChangeConfiguration", json!({"settings": {"sessionMemory": {}}}));
    server.append("s", &[user("b", "No, never do that again. Use the other one instead.")]);
    server.call("refresh", json!({"sessionId": "s"}));
    server.notification(DID_UPDATE, |_| true);
    await_some("the file in its usual place", || place.memory_file("s").is_file().then_some(()));
}

#[test]
fn no_file_of_the_workspace_is_read_for_settings() {
    let place = Workspace::new();
    for name in ["config.toml", "session-memory.toml", ".session-memory.toml", ".env"] {
        place.write(name, "initTokens = 100\nredact = false\nSESSION_MEMORY_INIT_TOKENS=100\n");
    }
    std::fs::create_dir(place.root().join(".session-memory")).unwrap();
    place.write(".session-memory/config.toml", "initTokens = 100\n");
    let mut server = Server::start(&place);
    assert!(!remembers(&mut server, "s"));
}
