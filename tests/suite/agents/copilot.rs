//! The real GitHub Copilot in a terminal: our hooks, as `install` writes them, feed the session from its transcript, and its next
//! conversation begins with the compacted context.

use serde_json::{Value, json};

use super::await_in;
use super::model::words;
use super::place::{Place, installed};
use super::process::Process;
use crate::harness::PROGRAM;
use crate::vendor::Answer;

const CORRECTION: &str = "No, never write to the production bucket. Always use the staging one, even for tests.";

/// Lets it say what it has to say to a prompt.
#[track_caller]
fn ask(place: &Place, arguments: &[&str]) -> String {
    let words = [&["--allow-all-tools", "--no-auto-update", "--no-color"], arguments].concat();
    let printed = Process::start(place, &installed("copilot"), &words).ended();
    assert_eq!(printed.code, Some(0), "{}\n{}", printed.out, printed.err);
    printed.out
}

#[track_caller]
fn ours(place: &Place, arguments: &[&str]) -> String {
    let printed = Process::start(place, std::path::Path::new(PROGRAM), arguments).ended();
    assert_eq!(printed.code, Some(0), "{}{}", printed.out, printed.err);
    printed.out
}

/// The only session of the place, once it has what is wanted.
fn await_session(place: &Place, wanted: &str) -> String {
    let all = || {
        let printed = Process::start(place, std::path::Path::new(PROGRAM), &["search", wanted, "--json"]).ended();
        serde_json::from_str::<Value>(&printed.out).unwrap_or_default()
    };
    await_in(wanted, || all().to_string(), || all()[0]["sessionId"].as_str().map(str::to_owned))
}

#[test]
fn copilot_feeds_and_its_next_conversation_knows_everything() {
    let place = Place::new();
    ours(&place, &["install", "copilot", "--yes"]);
    place.model.then(Answer::text("I look first.").and_call(
        "call_1",
        "bash",
        json!({"command": "echo seen-$((6*7))", "description": "Looks"}),
    ));
    place.model.then(Answer::text("It says what it should."));
    ask(&place, &["-p", CORRECTION]);
    let session = await_session(&place, "should");
    let said = ours(&place, &["search", "seen", "--json"]);
    assert!(said.contains("seen-42"), "{said}");
    ours(&place, &["compact", "--agent", "copilot", "--way", "new-chat", "--session", &session]);
    place.model.then(Answer::text("The staging bucket."));
    ask(&place, &["-p", "Which bucket is it?"]);
    let last = place.model.turns().pop().unwrap();
    let said = words(&last);
    for wanted in ["Recent conversation", CORRECTION, "It says what it should.", "Which bucket is it?"] {
        assert!(said.contains(wanted), "{wanted} is missing: {said}");
    }
    // What its hooks say and what its transcript says is there once.
    let once = ours(&place, &["search", "tests", "--session", &session, "--json"]);
    assert_eq!(once.matches("\"seq\"").count(), 1, "{once}");
    // The new conversation goes on in the same session here.
    assert_eq!(await_session(&place, "Which"), session);
}
