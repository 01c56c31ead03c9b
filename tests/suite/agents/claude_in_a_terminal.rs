//! The real Claude Code in a terminal: what it tells its hooks, in which order, and what it asks the model when its context is
//! compacted, cleared, and taken up again.

use serde_json::{Value, json};

use super::model::{Purpose, words};
use super::payloads::fits;
use super::place::Place;
use super::recorder::Recorder;
use super::{await_in, claude};
use crate::vendor::Answer;

#[test]
fn claude_code_compacts_and_clears() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    claude::prepare(&place, &recorder.hooks(&claude::EVENTS, true));
    place.model.then(Answer::text("I look first.").and_call(
        "toolu_01A",
        "Bash",
        json!({"command": "echo seen-$((6*7))", "description": "Says something"}),
    ));
    place.model.then(Answer::text("The first answer."));
    place.model.summarises("<analysis>Short.</analysis><summary>What the model remembers.</summary>");
    place.model.then(Answer::text("The second answer."));
    place.model.then(Answer::text("The third answer."));
    let terminal = claude::open(&place);
    recorder.wait_for("SessionStart", |_| true);
    terminal.ask("What does it say?", "The first answer.");
    recorder.wait_for_count("Stop", 1);
    terminal.enter("/compact keep the answer");
    recorder.wait_for_count("PostCompact", 1);
    terminal.shows("Compacted");
    terminal.ask("And now?", "The second answer.");
    recorder.wait_for_count("Stop", 2);
    terminal.enter("/clear");
    recorder.wait_for("SessionStart", |told| told["source"] == "clear");
    terminal.wait_for("an empty screen", |screen| !screen.contains("The second answer."));
    terminal.ask("Who am I?", "The third answer.");
    recorder.wait_for_count("Stop", 3);
    terminal.enter("/exit");
    terminal.ended();

    let first = ["SessionStart", "UserPromptSubmit", "PostToolUse", "PostToolBatch", "Stop"];
    // The agent that summarises is one of its own, without a type.
    let compaction = ["PreCompact", "SubagentStop", "SessionStart", "PostCompact"];
    let second = ["UserPromptSubmit", "Stop"];
    let cleared = ["SessionEnd", "SessionStart", "UserPromptSubmit", "Stop", "SessionEnd"];
    assert_eq!(recorder.names(), [&first[..], &compaction, &second, &cleared].concat());
    let sources: Vec<_> = recorder.of("SessionStart").iter().map(|told| told["source"].clone()).collect();
    assert_eq!(sources, ["startup", "compact", "clear"]);
    // A compaction keeps the session, and a clear makes a new one.
    let starts = recorder.of("SessionStart");
    assert_eq!(starts[0]["session_id"], starts[1]["session_id"]);
    assert_ne!(starts[1]["session_id"], starts[2]["session_id"]);
    assert_eq!(recorder.of("SessionEnd")[0]["session_id"], starts[0]["session_id"]);

    let told = recorder.heard();
    for (name, at) in [
        ("session-start-startup", 0),
        ("user-prompt-submit", 1),
        ("post-tool-use", 2),
        ("post-tool-batch", 3),
        ("stop", 4),
        ("pre-compact", 5),
        ("subagent-stop-of-compaction", 6),
        ("session-start-compact", 7),
        ("post-compact", 8),
        ("session-end", 11),
        ("session-start-clear", 12),
    ] {
        fits(&format!("claude-code-{name}"), &told[at]);
    }
    assert_eq!(told[5]["custom_instructions"], "keep the answer");
    assert_eq!(told[6]["agent_type"], "");
    assert!(told[8]["compact_summary"].as_str().unwrap().contains("What the model remembers."));
    assert_eq!(told[11]["reason"], "clear");

    let summaries = place.model.asked(Purpose::Summary);
    assert_eq!(summaries.len(), 1);
    assert!(words(&summaries[0]).contains("keep the answer"));
    let turns: Vec<String> = place.model.turns().iter().map(words).collect();
    assert_eq!(turns.len(), 4);
    assert!(turns[2].contains("What the model remembers.") && turns[2].contains("And now?"), "{}", turns[2]);
    assert!(!turns[2].contains("What does it say?") && !turns[2].contains("seen-42"), "{}", turns[2]);
    assert!(turns[3].contains("Who am I?"), "{}", turns[3]);
    for gone in ["What the model remembers.", "And now?", "What does it say?"] {
        assert!(!turns[3].contains(gone), "{gone} is in {}", turns[3]);
    }
}

#[test]
fn claude_code_fails_at_a_tool_asks_an_agent_and_comes_back() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    claude::prepare(&place, &recorder.hooks(&claude::EVENTS, true));
    place.model.then(Answer::text("I try.").and_call(
        "toolu_01A",
        "Bash",
        json!({"command": "echo bad; exit 3", "description": "Fails"}),
    ));
    place.model.then(Answer::text("It failed."));
    place.model.then(Answer::text("I ask another.").and_call(
        "toolu_01B",
        "Agent",
        json!({"description": "Look", "prompt": "Look around.", "subagent_type": "general-purpose"}),
    ));
    let terminal = claude::open(&place);
    let session = recorder.wait_for("SessionStart", |_| true)["session_id"].as_str().unwrap().to_owned();
    terminal.ask("Try it.", "It failed.");
    fits("claude-code-post-tool-use-failure", &recorder.wait_for("PostToolUseFailure", |_| true));
    recorder.wait_for_count("Stop", 1);
    // The agent works in the background, and the conversation goes on when it is done, without the user.
    terminal.enter("Ask another one.");
    let of_agent = recorder.wait_for("SubagentStop", |told| told["agent_type"] == "general-purpose");
    fits("claude-code-subagent-stop", &of_agent);
    // Its word may come in the middle of the turn or after it.
    let is_word =
        |told: &Value| told["prompt"].as_str().is_some_and(|prompt| prompt.starts_with("<task-notification>"));
    fits("claude-code-user-prompt-submit", &recorder.wait_for("UserPromptSubmit", is_word));
    await_in(
        "the end of the turn",
        || terminal.text(),
        || {
            let heard = recorder.heard();
            let word = heard.iter().position(is_word)?;
            heard[word..].iter().find(|told| told["hook_event_name"] == "Stop").cloned()
        },
    );
    terminal.enter("/clear");
    let cleared = recorder.wait_for("SessionStart", |told| told["source"] == "clear");
    assert_ne!(cleared["session_id"], session.as_str());
    terminal.wait_for("an empty screen", |screen| !screen.contains("It failed."));
    terminal.enter(&format!("/resume {session}"));
    let resumed = recorder.wait_for("SessionStart", |told| told["source"] == "resume");
    fits("claude-code-session-start-resume", &resumed);
    assert_eq!(resumed["session_id"], session.as_str());
    terminal.shows("It failed.");
    place.model.then(Answer::text("I am back."));
    terminal.ask("And now?", "I am back.");
    let last = words(place.model.turns().last().unwrap());
    assert!(last.contains("Try it.") && last.contains("Exit code 3") && last.contains("And now?"), "{last}");
}
