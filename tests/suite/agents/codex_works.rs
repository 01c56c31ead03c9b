//! The real Codex without a terminal: it talks, works, leaves its rollout for our server to read, and takes a conversation up again.

use serde_json::json;

use super::codex;
use super::model::words;
use super::payloads::fits;
use super::place::Place;
use super::recorder::Recorder;
use crate::harness::Server;
use crate::vendor::Answer;

#[test]
fn codex_works_with_a_tool_and_goes_on_later() {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    codex::prepare(&place, &recorder.hooks(&codex::EVENTS, false));
    place.model.then(Answer::text("I look first.").and_call(
        "call_1",
        codex::SHELL,
        json!({"cmd": "echo seen-$((6*7))"}),
    ));
    place.model.then(Answer::text("It says what it should."));
    let thread = codex::thread_of(&codex::ask(&place, &["What does it say?"]));
    let turns = place.model.turns();
    assert_eq!(turns.len(), 2);
    let result = turns[1]["input"].as_array().unwrap().last().unwrap();
    assert_eq!((&result["type"], &result["call_id"]), (&json!("function_call_output"), &json!("call_1")));
    assert!(result["output"].as_str().unwrap().contains("seen-42"), "{result}");
    let rollouts = codex::rollouts(&place);
    assert_eq!(rollouts.len(), 1, "{rollouts:?}");
    let name = rollouts[0].file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("rollout-") && name.ends_with(&format!("-{thread}.jsonl")), "{name}");
    let text = std::fs::read_to_string(&rollouts[0]).unwrap();
    for said in ["What does it say?", "I look first.", "call_1", "seen-42", "It says what it should."] {
        assert!(text.contains(said), "{said} is not in {text}");
    }

    let stream = codex::ask(&place, &["resume", &thread, "And now?"]);
    assert_eq!(codex::thread_of(&stream), thread);
    let said = words(place.model.turns().last().unwrap());
    assert!(said.contains("What does it say?") && said.contains("seen-42") && said.contains("And now?"), "{said}");
    assert_eq!(codex::rollouts(&place), rollouts, "it goes on in the same file");

    let first = ["SessionStart", "UserPromptSubmit", "PostToolUse", "Stop", "SessionEnd"];
    let second = ["SessionStart", "UserPromptSubmit", "Stop", "SessionEnd"];
    assert_eq!(recorder.names(), [&first[..], &second].concat());
    let told = recorder.heard();
    fits("codex-post-tool-use", &told[2]);
    fits("codex-session-start-resume", &told[5]);
    assert_eq!(told[5]["source"], "resume");
    assert_eq!(told[0]["transcript_path"], rollouts[0].canonicalize().unwrap().to_str().unwrap());

    let mut server = Server::quiet(&place.workspace);
    let imported = server.call("import", json!({"path": rollouts[0]}));
    assert_eq!((&imported["sessionId"], &imported["format"]), (&json!(thread), &json!("codex")));
    let stored = server.call("events", json!({"sessionId": thread, "fromSeq": 1, "toSeq": 1000}))["events"].to_string();
    let said =
        ["What does it say?", "I look first.", "call_1", "seen-42", "It says what it should.", "And now?", "Fine."];
    let places: Vec<Option<usize>> = said.iter().map(|text| stored.find(text)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{stored}");
}
