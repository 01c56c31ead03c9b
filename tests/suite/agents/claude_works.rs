//! The real Claude Code talks, works, and leaves a transcript that our server reads.

use serde_json::json;

use super::model::words;
use super::place::Place;
use super::{await_in, claude};
use crate::harness::{DID_UPDATE, Server};
use crate::vendor::Answer;

/// A first answer that calls a tool, and a second one.
fn script(place: &Place) {
    place.model.then(Answer::text("I look first.").and_call(
        "toolu_01A",
        "Bash",
        json!({"command": "echo seen-$((6*7))", "description": "Says something"}),
    ));
    place.model.then(Answer::text("It says what it should."));
}

/// What must have come to our server of that conversation.
const SAID: [&str; 5] = ["What does it say?", "I look first.", "toolu_01A", "seen-42", "It says what it should."];

/// The events of a session, as text.
fn stored(server: &mut Server, session: &str) -> String {
    let answer = server.request("events", json!({"sessionId": session, "fromSeq": 1, "toSeq": 1000}));
    answer.map(|answer| answer["events"].to_string()).unwrap_or_default()
}

#[test]
fn claude_code_works_with_a_tool_and_its_transcript_is_read() {
    let place = Place::new();
    claude::prepare(&place, &json!({}));
    script(&place);
    let session = claude::session_of(&claude::ask(&place, &[SAID[0]]));
    let turns = place.model.turns();
    assert_eq!(turns.len(), 2);
    let result = turns[1]["messages"].as_array().unwrap().last().unwrap()["content"][0].clone();
    assert_eq!((&result["tool_use_id"], &result["content"]), (&json!("toolu_01A"), &json!("seen-42")));
    assert!(words(&turns[1]).contains(SAID[0]));
    let transcripts = claude::transcripts(&place);
    assert_eq!(transcripts.len(), 1, "{transcripts:?}");
    let mut server = Server::quiet(&place.workspace);
    let imported = server.call("import", json!({"path": transcripts[0]}));
    assert_eq!((&imported["sessionId"], &imported["format"]), (&json!(session), &json!("claude-code")));
    let stored = stored(&mut server, &session);
    for said in SAID {
        assert!(stored.contains(said), "{said} is not stored: {stored}");
    }
}

#[test]
fn a_working_claude_code_is_followed() {
    let place = Place::new();
    claude::prepare(&place, &json!({}));
    script(&place);
    place.model.hold();
    let process = claude::start(&place, &[SAID[0]]);
    let transcript = await_in("a transcript", String::new, || {
        let asked = !place.model.turns().is_empty();
        claude::transcripts(&place)
            .pop()
            .filter(|path| asked && std::fs::read_to_string(path).is_ok_and(|text| text.contains(SAID[0])))
    });
    let mut server = Server::quiet(&place.workspace);
    server.tolerate(DID_UPDATE);
    let imported = server.call("import", json!({"path": transcript, "follow": true}));
    let session = imported["sessionId"].as_str().unwrap().to_owned();
    let mut now = String::new();
    await_in("the prompt", String::new, || {
        now = stored(&mut server, &session);
        now.contains(SAID[0]).then_some(())
    });
    assert!(!now.contains(SAID[1]), "{now}");
    place.model.release();
    await_in("the rest of the conversation", String::new, || {
        now = stored(&mut server, &session);
        SAID.iter().all(|said| now.contains(said)).then_some(())
    });
    assert_eq!(process.ended().code, Some(0));
}
