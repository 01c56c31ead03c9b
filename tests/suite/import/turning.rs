//! What a transcript tells of going back and compacting is done once, however often the file is read.

use serde_json::{Value, json};

use super::samples::{message, rollout};
use super::start;
use crate::harness::{Server, Workspace};

fn back(turns: u64) -> (&'static str, Value) {
    ("event_msg", json!({"type": "thread_rolled_back", "num_turns": turns}))
}

fn compacted(summary: &str) -> (&'static str, Value) {
    ("compacted", json!({"message": summary}))
}

/// What the model of the agent still has before it, by the server's account.
fn context(server: &mut Server) -> String {
    let answer = server.call("compact", json!({"sessionId": "s", "apply": false, "targetTokens": 100_000}));
    answer["messages"].to_string()
}

#[test]
fn a_followed_rollout_that_is_read_again_loses_nothing() {
    let place = Workspace::new();
    let path = place.outside("r.jsonl");
    let records = [
        message("user", "ONE"),
        message("assistant", "first"),
        message("user", "TWO"),
        message("assistant", "second"),
        back(1),
        message("user", "THREE"),
        message("assistant", "third"),
    ];
    std::fs::write(&path, rollout(&records)).unwrap();
    let mut server = start(&place);
    let follow = json!({"path": path, "sessionId": "s", "follow": true});
    server.call("import", follow.clone());
    for again in 0..2 {
        let context = context(&mut server);
        let has = |word: &str| context.contains(word);
        assert!(has("ONE") && has("THREE") && has("third") && !has("second"), "{again}: {context}");
        server.kill();
        server = start(&place);
        assert_eq!(server.call("import", follow.clone())["events"], 0, "{again}");
    }
}

#[test]
fn every_compaction_of_a_file_counts_and_counts_once() {
    let place = Workspace::new();
    let path = place.outside("r.jsonl");
    let mut server = start(&place);
    let filler = |word: &str| message("assistant", &format!("{word} {}", crate::events::prose(3000, 1)));
    let records = [
        message("user", "ONE"),
        filler("first"),
        compacted("SUMMARY-A"),
        filler("second"),
        compacted("SUMMARY-B"),
        message("user", "TWO"),
    ];
    std::fs::write(&path, rollout(&records)).unwrap();
    let mut first = None;
    for events in [6, 0, 0] {
        assert_eq!(server.call("import", json!({"path": path, "sessionId": "s"}))["events"], events);
        let tokens = server.call("sessions", json!({}))["sessions"][0]["contextTokens"].as_u64().unwrap();
        assert!(tokens < 200, "{tokens} tokens stand after the second compaction");
        assert_eq!(*first.get_or_insert(tokens), tokens, "read again");
    }
}
