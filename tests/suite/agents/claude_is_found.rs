//! The real Claude Code at work in the workspace is found by its own folder, without hooks and without an import.

use serde_json::json;

use super::await_in;
use super::claude;
use super::place::Place;
use crate::harness::{DID_UPDATE, Server};
use crate::vendor::Answer;

#[test]
fn a_working_claude_code_is_found_and_followed() {
    let place = Place::new();
    claude::prepare(&place, &json!({}));
    place.model.then(Answer::text("It is a pelican."));
    let mut server = Server::with(&place.workspace, |options| {
        options.user = json!({"attach": "auto"});
        options.settings = json!({"initTokens": 10_000_000});
    });
    server.tolerate(DID_UPDATE);
    let session = claude::session_of(&claude::ask(&place, &["What is it?"]));
    let mut now = String::new();
    await_in("the conversation", String::new, || {
        let answer = server.request("events", json!({"sessionId": session, "fromSeq": 1, "toSeq": 1000}));
        now = answer.map(|answer| answer["events"].to_string()).unwrap_or_default();
        ["What is it?", "It is a pelican."].iter().all(|said| now.contains(said)).then_some(())
    });
    let rows = server.call("discover", json!({}))["sessions"].clone();
    assert_eq!(
        (&rows[0]["sessionId"], &rows[0]["title"], &rows[0]["by"]),
        (&json!(session), &json!("What is it?"), &json!("import")),
        "{rows}"
    );
}
