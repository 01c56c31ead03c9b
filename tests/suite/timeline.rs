//! The size of the context over the life of a session, as the server tells it.

use serde_json::{Value, json};

use crate::events::{Script, Voice};
use crate::harness::{DID_UPDATE, Server, Workspace};

#[test]
fn the_timeline_shows_every_peak_and_low() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    let mut script = Script::long(Voice::Anthropic, 20, 500);
    let (mut stored, mut falls) = (0, Vec::new());
    for round in 0..3 {
        let appended = server.append("s", &script.events[stored..]);
        stored = script.events.len();
        let answer = server.call("compact", json!({"sessionId": "s", "targetTokens": 6000}));
        falls.push((stored, appended["contextTokens"].clone(), answer["tokensAfter"].clone()));
        for number in 0..6 {
            script.round(1000 * (round + 1) + number, 500);
        }
    }
    let appended = server.append("s", &script.events[stored..]);
    for points in [2, 7, 2000] {
        let timeline = server.call("timeline", json!({"sessionId": "s", "points": points}));
        let curve = timeline["points"].as_array().unwrap();
        assert!(curve.len() <= points + 2 + 2 * falls.len(), "{points}: {}", curve.len());
        assert!(curve.windows(2).all(|pair| pair[0]["seq"].as_u64() <= pair[1]["seq"].as_u64()), "{curve:?}");
        for (number, (seq, before, after)) in falls.iter().enumerate() {
            let at: Vec<&Value> = curve.iter().filter(|point| point["seq"] == *seq).collect();
            assert_eq!((&at[0]["contextTokens"], &at[1]["contextTokens"]), (before, after), "{points}: {at:?}");
            let compaction = &timeline["compactions"][number];
            assert_eq!(compaction["compaction"], number + 1);
            assert_eq!((&compaction["tokensBefore"], &compaction["tokensAfter"]), (before, after));
        }
        assert_eq!(curve.last().unwrap()["contextTokens"], appended["contextTokens"]);
        assert_eq!(timeline["contextTokens"], appended["contextTokens"]);
    }
    let history = server.call("history", json!({"sessionId": "s"}));
    let timeline = server.call("timeline", json!({"sessionId": "s"}));
    assert_eq!(timeline["pressureLevels"], json!([0.98, 0.99, 1.0]));
    assert_eq!(timeline["updates"].as_array().unwrap().len(), history["revisions"].as_array().unwrap().len());
    for (points, field) in [(json!(1), "points"), (json!(2001), "points"), (json!("x"), "points")] {
        let error = server.refused("timeline", json!({"sessionId": "s", "points": points}));
        assert_eq!((error.code, &error.data["field"]), (-32602, &json!(field)));
    }
}
