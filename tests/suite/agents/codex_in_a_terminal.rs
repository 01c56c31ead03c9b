//! The real Codex in a terminal: what it tells its hooks, in which order, and what it asks the model when its context is
//! compacted and cleared.

use serde_json::json;

use super::codex;
use super::model::{Purpose, words};
use super::payloads::fits;
use super::place::Place;
use super::recorder::Recorder;
use super::terminal::compacted;
use crate::vendor::Answer;

#[test]
fn codex_compacts_and_clears() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    codex::prepare(&place, &recorder.hooks(&codex::EVENTS, false));
    place.model.then(Answer::text("I look first.").and_call(
        "call_1",
        codex::SHELL,
        json!({"cmd": "echo seen-$((6*7))"}),
    ));
    place.model.then(Answer::text("The first answer."));
    place.model.summarises("What the model remembers.");
    place.model.then(Answer::text("The second answer."));
    place.model.then(Answer::text("The third answer."));
    let terminal = codex::open(&place);
    terminal.ask("Say what it says.", "The first answer.");
    recorder.wait_for_count("Stop", 1);
    terminal.command("/compact", "a compaction", compacted);
    recorder.wait_for_count("PostCompact", 1);
    terminal.ask("And now.", "The second answer.");
    recorder.wait_for_count("Stop", 2);
    terminal.command("/clear", "an empty screen", |screen| !screen.contains("The second answer."));
    terminal.ask("Who am I.", "The third answer.");
    recorder.wait_for_count("Stop", 3);
    terminal.enter("/quit");
    terminal.ended();

    let first = ["SessionStart", "UserPromptSubmit", "PostToolUse", "Stop"];
    // What a start after a compaction or a clear brings is asked for with the next prompt.
    let compaction = ["PreCompact", "PostCompact", "SessionStart", "UserPromptSubmit", "Stop"];
    let cleared = ["SessionStart", "UserPromptSubmit", "Stop"];
    // Both sessions end with the program.
    let ends = ["SessionEnd", "SessionEnd"];
    assert_eq!(recorder.names(), [&first[..], &compaction, &cleared, &ends].concat());
    let starts = recorder.of("SessionStart");
    let sources: Vec<_> = starts.iter().map(|told| told["source"].clone()).collect();
    assert_eq!(sources, ["startup", "compact", "clear"]);
    assert_eq!(starts[0]["session_id"], starts[1]["session_id"]);
    assert_ne!(starts[1]["session_id"], starts[2]["session_id"]);
    let told = recorder.heard();
    for (name, at) in [
        ("session-start-startup", 0),
        ("user-prompt-submit", 1),
        ("post-tool-use", 2),
        ("stop", 3),
        ("pre-compact", 4),
        ("post-compact", 5),
        ("session-start-compact", 6),
        ("session-start-clear", 9),
        ("session-end", 12),
    ] {
        fits(&format!("codex-{name}"), &told[at]);
    }

    assert_eq!(place.model.asked(Purpose::Summary).len(), 1);
    let turns: Vec<String> = place.model.turns().iter().map(words).collect();
    assert_eq!(turns.len(), 4);
    // It keeps what the user said beside the summary.
    assert!(turns[2].contains("What the model remembers.") && turns[2].contains("Say what it says."), "{}", turns[2]);
    assert!(!turns[2].contains("seen-42") && !turns[2].contains("The first answer."), "{}", turns[2]);
    assert!(turns[3].contains("Who am I."), "{}", turns[3]);
    for gone in ["What the model remembers.", "And now.", "Say what it says."] {
        assert!(!turns[3].contains(gone), "{gone} is in {}", turns[3]);
    }
}
