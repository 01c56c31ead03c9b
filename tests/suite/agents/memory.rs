//! The whole way: a real agent with our hooks works until its context is full of old outputs, is compacted, and its next
//! request to the model has the memory and the newest turns in place of everything else.

use std::path::Path;

use serde_json::{Value, json};

use super::model::{Purpose, words};
use super::place::Place;
use super::process::Process;
use super::recorder::Recorder;
use super::terminal::{Terminal, compacted};
use super::{claude, codex};
use crate::harness::PROGRAM;
use crate::vendor::Answer;

/// What the user said and nothing may lose a word of.
const CORRECTION: &str = "No, never write to the production bucket. Always use the staging one, even for tests.";
/// The newest words of the agent.
pub const NEWEST: &str = "Understood: the last two are in the staging bucket now.";
/// What stands in the middle of the first output.
const OLD: &str = "export-1 row 150 ";
/// How many long outputs there are.
const EXPORTS: usize = 16;

/// Has our program put its hooks into an agent's settings.
#[track_caller]
fn install(place: &Place, agent: &str, more: &[&str]) {
    let printed = Process::start(place, Path::new(PROGRAM), &[&["install", agent, "--yes"], more].concat()).ended();
    assert_eq!(printed.code, Some(0), "{}{}", printed.out, printed.err);
}

/// Many long outputs, a correction, and the answer to that.
#[track_caller]
fn work(place: &Place, terminal: &Terminal, recorder: &Recorder, call: impl Fn(Answer, usize, String) -> Answer) {
    for export in 1..=EXPORTS {
        let command = format!("seq -f 'export-{export} row %g is written' 1 300");
        place.model.then(call(Answer::text(format!("I write export {export}.")), export, command));
    }
    place.model.then(Answer::text("All exports are written."));
    terminal.ask("Please move the exports to the new bucket.", "All exports are written.");
    recorder.wait_for_count("Stop", 1);
    place.model.then(Answer::text(NEWEST));
    terminal.ask(CORRECTION, NEWEST);
    recorder.wait_for_count("Stop", 2);
    let before = words(place.model.turns().last().unwrap());
    assert!(before.contains(OLD), "the first output is not in the context: {}", end_of(&before));
}

/// The end of a text, where the newest stands.
fn end_of(text: &str) -> String {
    let mut end: Vec<char> = text.chars().rev().take(20_000).collect();
    end.reverse();
    end.into_iter().collect()
}

/// The request that follows the compaction has what it should, and nothing else of before.
#[track_caller]
fn stands_for_everything(request: &Value) {
    let said = words(request);
    assert!(said.contains("User Corrections"), "no memory: {}", end_of(&said));
    assert!(said.contains(CORRECTION), "the correction is missing: {}", end_of(&said));
    assert!(said.contains(NEWEST), "the newest turn is missing: {}", end_of(&said));
    assert!(said.contains("Which bucket"), "the prompt is missing: {}", end_of(&said));
    assert!(!said.contains(OLD), "an old output is in it: {}", end_of(&said));
}

/// Claude Code at work, with our hooks or without.
#[track_caller]
pub fn claude_at_work(place: &Place, recorder: &Recorder, ours: bool) -> Terminal {
    claude::prepare(place, &recorder.hooks(&claude::EVENTS, true));
    if ours {
        install(place, "claude-code", &[]);
    }
    let terminal = claude::open(place);
    work(place, &terminal, recorder, |answer, number, command| {
        answer.and_call(&format!("toolu_{number}"), "Bash", json!({"command": command, "description": "Writes"}))
    });
    terminal
}

/// Codex at work, with our hooks or without.
#[track_caller]
pub fn codex_at_work(place: &Place, recorder: &Recorder, ours: bool) -> Terminal {
    codex::prepare(place, &recorder.hooks(&codex::EVENTS, false));
    if ours {
        install(place, "codex", &[]);
    }
    codex_working(place, recorder)
}

/// The same, as it is installed.
#[track_caller]
fn codex_working(place: &Place, recorder: &Recorder) -> Terminal {
    let terminal = codex::open(place);
    work(place, &terminal, recorder, |answer, number, command| {
        answer.and_call(&format!("call_{number}"), codex::SHELL, json!({"cmd": command}))
    });
    terminal
}

/// Has our program make a session that the agent resumes, and gives what it says.
#[track_caller]
pub fn resumable(place: &Place, agent: &str) -> Value {
    let arguments = ["compact", "--agent", agent, "--way", "resume", "--json"];
    let printed = Process::start(place, Path::new(PROGRAM), &arguments).ended();
    assert_eq!(printed.code, Some(0), "{}{}", printed.out, printed.err);
    let answer: Value = serde_json::from_str(&printed.out).unwrap();
    assert_eq!((&answer["way"], &answer["failed"]), (&json!("resume"), &Value::Null), "{answer}");
    answer
}

#[test]
fn claude_code_is_cleared_and_knows_everything() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    let terminal = claude_at_work(&place, &recorder, true);
    terminal.command("/clear", "an empty screen", |screen| !screen.contains(NEWEST));
    // As fast as a user can type.
    place.model.then(Answer::text("The staging bucket."));
    terminal.ask("Which bucket is it?", "The staging bucket.");
    let turns = place.model.turns();
    let last = turns.last().unwrap();
    stands_for_everything(last);
    let roles: Vec<&str> = last["messages"].as_array().unwrap().iter().filter_map(|m| m["role"].as_str()).collect();
    assert!(!roles.contains(&"assistant"), "{roles:?}");
    assert!(place.model.asked(Purpose::Summary).is_empty(), "no model was asked for a summary");
}

#[test]
fn claude_code_compacts_by_itself_and_knows_everything() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    let terminal = claude_at_work(&place, &recorder, true);
    place.model.summarises("<analysis>-</analysis><summary>See the session memory.</summary>");
    terminal.command("/compact", "a compaction", compacted);
    recorder.wait_for_count("PostCompact", 1);
    place.model.then(Answer::text("The staging bucket."));
    terminal.ask("Which bucket is it?", "The staging bucket.");
    let summaries = place.model.asked(Purpose::Summary);
    assert_eq!(summaries.len(), 1);
    assert!(words(&summaries[0]).contains("A summary of one line is enough"), "the summariser was told nothing");
    stands_for_everything(place.model.turns().last().unwrap());
}

#[test]
fn codex_is_cleared_and_knows_everything() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    let terminal = codex_at_work(&place, &recorder, true);
    terminal.command("/clear", "an empty screen", |screen| !screen.contains(NEWEST));
    place.model.then(Answer::text("The staging bucket."));
    terminal.ask("Which bucket is it.", "The staging bucket.");
    stands_for_everything(place.model.turns().last().unwrap());
    assert!(place.model.asked(Purpose::Summary).is_empty(), "no model was asked for a summary");
}

#[test]
fn codex_compacts_by_itself_and_knows_everything() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    let terminal = codex_at_work(&place, &recorder, true);
    terminal.command("/compact", "a compaction", compacted);
    recorder.wait_for_count("PostCompact", 1);
    place.model.then(Answer::text("The staging bucket."));
    terminal.ask("Which bucket is it.", "The staging bucket.");
    stands_for_everything(place.model.turns().last().unwrap());
}

/// With a summary prompt of ours it writes a few lines, and knows as much.
#[test]
fn codex_compacts_by_our_prompt_and_knows_everything() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    codex::prepare(&place, &recorder.hooks(&codex::EVENTS, false));
    let configuration = place.home().join(".codex/config.toml");
    let before = std::fs::read_to_string(&configuration).unwrap();
    install(&place, "codex", &["--compact-prompt"]);
    let terminal = codex_working(&place, &recorder);
    place.model.summarises("The exports are moved.");
    terminal.command("/compact", "a compaction", compacted);
    recorder.wait_for_count("PostCompact", 1);
    place.model.then(Answer::text("The staging bucket."));
    terminal.ask("Which bucket is it.", "The staging bucket.");
    let summaries = place.model.asked(Purpose::Summary);
    assert_eq!(summaries.len(), 1);
    let asked = summaries[0]["input"].as_array().unwrap().last().unwrap().to_string();
    assert!(asked.contains("at most five short lines") && asked.contains("session memory"), "{asked}");
    assert!(!words(&summaries[0]).contains("CONTEXT CHECKPOINT"), "its own prompt as well");
    let last = place.model.turns().pop().unwrap();
    assert!(words(&last).contains("The exports are moved."), "its own summary is missing");
    stands_for_everything(&last);
    terminal.enter("/quit");
    terminal.ended();
    // What it has written into the file itself meanwhile stays.
    let meanwhile = std::fs::read_to_string(&configuration).unwrap();
    install(&place, "codex", &["--uninstall"]);
    let after = std::fs::read_to_string(&configuration).unwrap();
    assert!(
        meanwhile.ends_with(&after) && after.contains(&before[..40]) && !after.contains("compact_prompt"),
        "{after}"
    );
}

#[test]
fn claude_code_finds_its_context_full_and_knows_everything() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    let terminal = claude_at_work(&place, &recorder, true);
    place.model.counts(4);
    place.model.then(Answer::text("Nothing is left."));
    terminal.ask("What is left?", "Nothing is left.");
    recorder.wait_for_count("Stop", 3);
    place.model.counts(1);
    place.model.then(Answer::text("The staging bucket."));
    terminal.ask("Which bucket is it?", "The staging bucket.");
    assert_eq!(recorder.of("PreCompact")[0]["trigger"], "auto");
    let summaries = place.model.asked(Purpose::Summary);
    assert_eq!(summaries.len(), 1);
    assert!(words(&summaries[0]).contains("A summary of one line is enough"), "the summariser was told nothing");
    stands_for_everything(place.model.turns().last().unwrap());
}

#[test]
fn codex_finds_its_context_full_and_knows_everything() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    let terminal = codex_at_work(&place, &recorder, true);
    place.model.counts(4);
    place.model.then(Answer::text("Nothing is left."));
    terminal.ask("What is left.", "Nothing is left.");
    recorder.wait_for_count("Stop", 3);
    place.model.counts(1);
    place.model.then(Answer::text("The staging bucket."));
    terminal.ask("Which bucket is it.", "The staging bucket.");
    assert_eq!(recorder.of("PreCompact")[0]["trigger"], "auto");
    assert_eq!(place.model.asked(Purpose::Summary).len(), 1);
    stands_for_everything(place.model.turns().last().unwrap());
}

#[test]
fn claude_code_resumes_a_session_that_was_compacted_for_it() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    let terminal = claude_at_work(&place, &recorder, true);
    let answer = resumable(&place, "claude-code");
    terminal.enter(answer["type"].as_str().unwrap().trim_end());
    recorder.wait_for("SessionStart", |told| told["source"] == "resume");
    terminal.wait_for("the session", |screen| !screen.contains("/resume"));
    place.model.then(Answer::text("The staging bucket."));
    terminal.ask("Which bucket is it?", "The staging bucket.");
    stands_for_everything(place.model.turns().last().unwrap());
    assert!(place.model.asked(Purpose::Summary).is_empty(), "no model was asked for a summary");
}

#[test]
fn codex_resumes_a_thread_that_was_compacted_for_it() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    drop(codex_at_work(&place, &recorder, true));
    let answer = resumable(&place, "codex");
    let thread = answer["run"].as_array().unwrap().last().unwrap().as_str().unwrap().to_owned();
    codex::ask(&place, &["resume", &thread, "Which bucket is it?"]);
    stands_for_everything(place.model.turns().last().unwrap());
    assert!(place.model.asked(Purpose::Summary).is_empty(), "no model was asked for a summary");
}
