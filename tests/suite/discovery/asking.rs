//! `attach: ask`: one question for each session at work that nobody feeds.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use super::homes::{claude, claude_folder, claude_text, codex, write};
use super::{ASK, age, await_events, choose, events, listed, root, server_with, started};
use crate::cli::run;
use crate::harness::{SHOW, Server, Workspace};

/// The question that has come, by its words.
#[track_caller]
fn question(server: &mut Server) -> (Value, String) {
    let (id, params) = server.asked(ASK);
    let titles: Vec<&str> =
        params["actions"].as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Attach", "Always attach (this run)", "Not now"]);
    (id, params["message"].as_str().unwrap().to_owned())
}

/// Everything that was to be decided is, once a list was asked for.
fn settled(server: &mut Server) {
    listed(server);
}

#[test]
fn a_session_at_work_is_offered_once() {
    let place = Workspace::new();
    let path = claude(&place, "live", "Mend the fence.");
    age(&claude(&place, "old", "Long ago."), Duration::from_hours(1));
    let mut server = started(&place, "ask");
    let (id, message) = question(&mut server);
    assert_eq!(message, "Claude Code is at work here: Mend the fence. Keep its memory?");
    settled(&mut server);
    assert_eq!(events(&mut server, "live"), None, "nobody has agreed");
    choose(&mut server, &id, Some("Attach"));
    await_events(&mut server, "live", 2);
    // What is added to it comes as well, and no further question.
    let more = claude_text("live", &root(&place), "And the gate.").replace("live-", "more-");
    fs::write(&path, format!("{}{more}", fs::read_to_string(&path).unwrap())).unwrap();
    await_events(&mut server, "live", 4);
    settled(&mut server);
}

#[test]
fn no_is_no_for_this_run() {
    for answer in [Some("Not now"), None, Some("Something else")] {
        let place = Workspace::new();
        let path = claude(&place, "live", "Mend the fence.");
        {
            let mut server = started(&place, "ask");
            let (id, _) = question(&mut server);
            choose(&mut server, &id, answer);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, format!("{text}\n")).unwrap();
            // A second session brings the server to look again.
            codex(&place, "2026/03/01", "c0de", "Move the bus stop.");
            let (id, message) = question(&mut server);
            assert!(message.starts_with("Codex is at work here: Move the bus stop"), "{message}");
            choose(&mut server, &id, Some("Not now"));
            settled(&mut server);
            assert_eq!((events(&mut server, "live"), events(&mut server, "c0de")), (None, None));
        }
        // The next run asks again.
        let mut server = started(&place, "ask");
        for _ in 0..2 {
            let (id, _) = question(&mut server);
            choose(&mut server, &id, None);
        }
        settled(&mut server);
    }
}

#[test]
fn always_is_for_all_that_come() {
    let place = Workspace::new();
    claude(&place, "one", "Mend the fence.");
    let mut server = started(&place, "ask");
    let (id, _) = question(&mut server);
    choose(&mut server, &id, Some("Always attach (this run)"));
    await_events(&mut server, "one", 2);
    claude(&place, "two", "Paint it.");
    await_events(&mut server, "two", 2);
}

#[test]
fn a_session_that_begins_later_is_offered() {
    let place = Workspace::new();
    // Nothing of the agent's is there yet.
    let mut server = started(&place, "ask");
    settled(&mut server);
    let path = claude(&place, "later", "");
    write(path, claude_text("later", &root(&place), "Mend the fence."));
    let (id, message) = question(&mut server);
    assert!(message.contains("Mend the fence"), "{message}");
    choose(&mut server, &id, Some("Attach"));
    await_events(&mut server, "later", 2);
    // In a folder that is there by now, and in one that is not.
    claude(&place, "next", "Paint it.");
    let (id, _) = question(&mut server);
    choose(&mut server, &id, None);
    codex(&place, "2026/03/02", "c0de", "Move the bus stop.");
    let (id, _) = question(&mut server);
    choose(&mut server, &id, None);
}

#[test]
fn a_session_is_offered_once_its_user_has_said_something() {
    let place = Workspace::new();
    let text = claude_text("s", &root(&place), "Mend the fence.");
    let (half, rest) = text.split_at(100);
    let path = write(claude_folder(&place.outside("home/.claude"), &root(&place)).join("s.jsonl"), half);
    let mut server = started(&place, "ask");
    settled(&mut server);
    let (before, _) = text.split_at(100 + rest.len());
    write(path, before);
    let (id, message) = question(&mut server);
    assert!(message.contains("Mend the fence"), "{message}");
    choose(&mut server, &id, None);
}

#[test]
fn what_hooks_feed_is_never_offered() {
    let place = Workspace::new();
    let path = claude(&place, "hooked", "Mend the fence.");
    let payload = json!({"session_id": "hooked", "transcript_path": path, "cwd": place.root(), "hook_event_name": "UserPromptSubmit", "prompt": "x"});
    assert_eq!(run(&place.state(), &place.root(), &["hook", "--agent", "claude-code"], payload.to_string()).code, 0);
    let mut server = started(&place, "ask");
    await_events(&mut server, "hooked", 2);
    let rows = listed(&mut server);
    assert_eq!((&rows[0]["attached"], &rows[0]["by"]), (&json!(true), &json!("hook")), "{rows:?}");
    // One that its user imports by hand is not offered either.
    let path = place.outside("home/.claude/elsewhere.jsonl");
    write(path.clone(), claude_text("by-hand", &root(&place), "Paint it."));
    server.call("import", json!({"path": path, "follow": true}));
    claude(&place, "by-hand", "Paint it.");
    claude(&place, "new", "Sweep the yard.");
    let (id, message) = question(&mut server);
    assert!(message.contains("Sweep the yard"), "{message}");
    choose(&mut server, &id, None);
    settled(&mut server);
}

#[test]
fn who_cannot_be_asked_gets_nothing() {
    let place = Workspace::new();
    claude(&place, "live", "Mend the fence.");
    let mut server = server_with(&place, "ask", |options| options.capabilities = json!({}));
    settled(&mut server);
    assert_eq!(events(&mut server, "live"), None);
}

#[test]
fn a_workspace_has_no_say() {
    let place = Workspace::new();
    claude(&place, "live", "Mend the fence.");
    let mut server = server_with(&place, "off", |options| options.settings["attach"] = json!("auto"));
    let shown = server.notification(SHOW, |_| true)["message"].as_str().unwrap().to_owned();
    assert!(shown.contains("attach is accepted from the user's own settings only"), "{shown}");
    settled(&mut server);
    assert_eq!(events(&mut server, "live"), None);
    drop(server);
    let mut server = started(&place, "sometimes");
    let shown = server.notification(SHOW, |_| true)["message"].as_str().unwrap().to_owned();
    assert!(shown.contains("\"ask\", \"auto\" or \"off\""), "{shown}");
    let (id, _) = question(&mut server);
    choose(&mut server, &id, None);
}

#[test]
fn a_title_is_only_text() {
    let place = Workspace::new();
    claude(&place, "live", "\u{1b}]0;x\u{7}see [this](command:evil)\u{202e}");
    let mut server = started(&place, "ask");
    let (id, message) = question(&mut server);
    assert_eq!(
        message,
        "Claude Code is at work here: \u{fffd}]0;x\u{fffd}see [this] (command:evil)\u{fffd}. Keep its memory?"
    );
    choose(&mut server, &id, None);
}

#[test]
fn only_a_few_questions_stand_at_once_and_none_is_lost() {
    let place = Workspace::new();
    for at in 0..6 {
        claude(&place, &format!("s{at}"), &format!("Task {at}"));
    }
    let mut server = started(&place, "ask");
    let mut open: Vec<(Value, String)> = (0..4).map(|_| question(&mut server)).collect();
    settled(&mut server);
    let mut seen: Vec<String> = open.iter().map(|(_, message)| message.clone()).collect();
    while let Some((id, _)) = open.pop() {
        choose(&mut server, &id, Some("Not now"));
        if seen.len() < 6 {
            let next = question(&mut server);
            seen.push(next.1.clone());
            open.insert(0, next);
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 6, "{seen:?}");
}
