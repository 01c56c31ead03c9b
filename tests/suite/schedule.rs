//! When the memory is updated, when the client hears of pressure, and what usage reports do.

use serde_json::{Value, json};

use crate::events::{assistant, call, prose, result, usage, user};
use crate::harness::{DID_CHANGE_PRESSURE, DID_UPDATE, Server, Workspace};

const INIT: u64 = 3000;
const UPDATE: u64 = 2000;
const CALLS: u64 = 3;
/// New tokens below which finished calls alone start no update, from the protocol.
const MIN_UPDATE: u64 = 1000;

/// What the thresholds say of an answer to `append`.
struct Expected {
    revision: u64,
    finished: u64,
}

impl Expected {
    /// Checks an answer and what follows from it; `finished` calls ended with it.
    #[track_caller]
    fn after(&mut self, server: &mut Server, answer: &Value, finished: u64) {
        self.finished += finished;
        let behind = answer["memory"]["behindTokens"].as_u64().unwrap();
        let reached = match self.revision {
            0 => behind >= INIT,
            _ => behind >= UPDATE || self.finished >= CALLS && behind >= MIN_UPDATE,
        };
        let open = answer["openToolCalls"].as_array().unwrap().len();
        assert_eq!(answer["memory"]["deferred"], reached && open > 0, "{answer} {}", self.finished);
        assert_eq!(answer["memory"]["updating"], reached && open == 0, "{answer} {}", self.finished);
        assert_eq!(answer["memory"]["revision"], self.revision, "{answer}");
        if reached && open == 0 {
            self.revision += 1;
            self.finished = 0;
            let update = server.notification(DID_UPDATE, |_| true);
            assert_eq!((&update["revision"], &update["origin"]), (&json!(self.revision), &json!("background")));
            assert_eq!(update["coveredThrough"], answer["seq"]);
        }
        match server.request("memory", json!({"sessionId": "s"})) {
            Err(error) => assert_eq!((error.code, self.revision), (-32002, 0)),
            Ok(memory) => assert_eq!(memory["revision"], self.revision, "{answer}"),
        }
    }
}

fn start(place: &Workspace) -> Server {
    Server::with(place, |options| {
        options.settings = json!({"initTokens": INIT, "updateTokens": UPDATE, "updateToolCalls": CALLS});
    })
}

#[test]
fn updates_come_at_the_thresholds_and_never_while_a_call_is_open() {
    let place = Workspace::new();
    let mut server = start(&place);
    let mut expected = Expected { revision: 0, finished: 0 };
    let mut number = 0;
    let mut step = |server: &mut Server, event: Value, finished: u64, expected: &mut Expected| {
        number += 1;
        let answer = server.append("s", &[event]);
        assert_eq!(answer["seq"], number);
        expected.after(server, &answer, finished);
        answer
    };
    // Prose alone: the first memory, then one update.
    for at in 0..40 {
        let text = format!("Please build part {at} of the pipeline. {}", prose(150, at));
        step(
            &mut server,
            if at % 2 == 0 { user(&format!("u{at}"), &text) } else { assistant(&format!("a{at}"), &text) },
            0,
            &mut expected,
        );
    }
    assert!(expected.revision >= 3, "{} revisions", expected.revision);
    // Calls: never while one is open, at the result at the latest.
    let mut deferred = false;
    for at in 0..12 {
        let id = format!("call{at}");
        step(
            &mut server,
            call(&id, "Read", json!({"file_path": format!("src/{at}.rs"), "note": prose(200, at)})),
            0,
            &mut expected,
        );
        let answer = step(
            &mut server,
            assistant(&format!("while{at}"), &prose(if at == 6 { 2500 } else { 60 }, at)),
            0,
            &mut expected,
        );
        deferred |= answer["memory"]["deferred"] == true;
        let revision = expected.revision;
        step(&mut server, result(&id, &prose(200, 100 + at)), 1, &mut expected);
        assert!(answer["memory"]["deferred"] == false || expected.revision == revision + 1, "right after the result");
    }
    assert!(deferred && expected.revision >= 6, "{deferred} {}", expected.revision);
    // Another server goes on where this one stopped.
    let history = server.call("history", json!({"sessionId": "s"}));
    drop(server);
    let mut server = start(&place);
    assert_eq!(server.call("history", json!({"sessionId": "s"})), history);
    let revisions: Vec<u64> =
        history["revisions"].as_array().unwrap().iter().map(|row| row["revision"].as_u64().unwrap()).collect();
    assert!(revisions.is_sorted() || revisions.iter().rev().is_sorted());
    assert_eq!(revisions.len() as u64, expected.revision);
}

#[test]
fn a_user_who_speaks_ends_the_wait_for_an_open_call() {
    let place = Workspace::new();
    let mut server = start(&place);
    let mut expected = Expected { revision: 0, finished: 0 };
    let answer = server.append("s", &[user("a", "Run it."), call("c", "Bash", json!({"command": prose(3500, 1)}))]);
    assert_eq!(answer["memory"]["deferred"], true);
    expected.after(&mut server, &answer, 0);
    let answer = server.append("s", &[user("b", "Forget it, we go another way.")]);
    assert_eq!((&answer["openToolCalls"], &answer["memory"]["updating"]), (&json!([]), &json!(true)));
    expected.after(&mut server, &answer, 0);
    assert_eq!(expected.revision, 1);
}

#[test]
fn refresh_updates_below_the_thresholds_and_while_a_call_is_open() {
    let place = Workspace::new();
    let mut server = start(&place);
    server
        .append("s", &[user("a", "Please find the leak in the cache."), call("c", "Grep", json!({"pattern": "leak"}))]);
    let refreshed = server.call("refresh", json!({"sessionId": "s"}));
    assert_eq!(refreshed, json!({"revision": 1, "source": "extractive", "changed": true}));
    server.notification(DID_UPDATE, |params| params["origin"] == "refresh" && params["coveredThrough"] == 2);
    let again = server.call("refresh", json!({"sessionId": "s"}));
    assert_eq!(again, json!({"revision": 1, "source": "extractive", "changed": false}), "nothing new");
}

#[test]
fn pressure_is_told_when_its_level_changes_and_only_then() {
    let place = Workspace::new();
    let mut server = Server::with(&place, |options| options.settings = json!({"initTokens": 10_000_000}));
    let mut told = vec![json!("low")];
    let mut seen = Vec::new();
    for at in 0..40 {
        let text = format!("Part {at}: {}", prose(180, at));
        let event = if at % 2 == 0 { user(&format!("u{at}"), &text) } else { assistant(&format!("a{at}"), &text) };
        let answer = server.call("append", json!({"sessionId": "s", "contextLimit": 8000, "events": [event]}));
        let share = answer["contextTokens"].as_f64().unwrap() / 8000.0;
        let level =
            ["low", "light", "medium", "heavy"][[0.70, 0.85, 0.95].iter().filter(|level| share >= **level).count()];
        assert_eq!(answer["pressure"], level, "{share}");
        if told.last() != Some(&answer["pressure"]) {
            told.push(answer["pressure"].clone());
            seen.push(server.notification(DID_CHANGE_PRESSURE, |_| true));
            assert_eq!(seen.last().unwrap()["contextTokens"], answer["contextTokens"]);
        }
    }
    assert_eq!(told, ["low", "light", "medium", "heavy"]);
    assert_eq!(seen.iter().map(|params| &params["pressure"]).collect::<Vec<_>>(), ["light", "medium", "heavy"]);
    assert!(seen.iter().all(|params| params["sessionId"] == "s" && params["contextLimit"] == 8000));
    let answer = server.call("compact", json!({"sessionId": "s"}));
    assert!(answer["tokensAfter"].as_u64().unwrap() <= 2000);
    let low = server.notification(DID_CHANGE_PRESSURE, |_| true);
    assert_eq!((&low["pressure"], &low["contextTokens"]), (&json!("low"), &answer["tokensAfter"]));
    server.notification(DID_UPDATE, |params| params["origin"] == "compact");
    server.tolerate(DID_UPDATE);
    // A larger window is a change as well.
    server.append("s", &[user("more", &prose(5000, 1))]);
    server.notification(DID_CHANGE_PRESSURE, |params| params["pressure"] != "low");
    server.call("append", json!({"sessionId": "s", "contextLimit": 1_000_000, "events": [user("end", "x")]}));
    server
        .notification(DID_CHANGE_PRESSURE, |params| params["pressure"] == "low" && params["contextLimit"] == 1_000_000);
}

#[test]
fn several_steps_of_one_batch_are_one_change() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    let events: Vec<Value> = (0..20).map(|at| user(&format!("u{at}"), &prose(400, at))).collect();
    server
        .notify("workspace/didChangeConfiguration", json!({"settings": {"sessionMemory": {"initTokens": 1_000_000}}}));
    let answer = server.call("append", json!({"sessionId": "s", "contextLimit": 4000, "events": events}));
    assert_eq!(answer["pressure"], "heavy");
    server.notification(DID_CHANGE_PRESSURE, |params| params["pressure"] == "heavy");
}

#[test]
fn usage_reports_set_the_size_of_the_context() {
    let near = |value: &Value, expected: u64| {
        let value = value.as_u64().unwrap();
        assert!(value.abs_diff(expected) * 20 <= expected, "{value} is not about {expected}");
    };
    let place = Workspace::new();
    let mut server = Server::with(&place, |options| options.settings = json!({"initTokens": 10_000_000}));
    let text = prose(700, 1);
    server.append("s", &[user("a", &text), assistant("b", &text)]);
    let answer = server.append("s", &[usage(20_000)]);
    near(&answer["contextTokens"], 20_000);
    let answer = server.append("s", &[user("c", "short")]);
    near(&answer["contextTokens"], 20_000);
    let answer = server.call("append", json!({"sessionId": "s", "contextLimit": 60_000, "events": [usage(50_000)]}));
    near(&answer["contextTokens"], 50_000);
    server.notification(DID_CHANGE_PRESSURE, |params| params["pressure"] == "light");
    // The report is remembered by the next server.
    drop(server);
    let mut server = Server::with(&place, |options| options.settings = json!({"initTokens": 10_000_000}));
    let answer = server.append("s", &[user("d", "short")]);
    near(&answer["contextTokens"], 50_000);
    // This client has not heard of the level yet.
    server.notification(DID_CHANGE_PRESSURE, |params| params["pressure"] == "light");
    // A report that is far off is believed once a second one confirms it.
    server.append("s", &[usage(2_000)]);
    let answer = server.append("s", &[usage(2_000)]);
    near(&answer["contextTokens"], 2_000);
    server.notification(DID_CHANGE_PRESSURE, |params| params["pressure"] == "low");
}
