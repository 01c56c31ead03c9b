//! `kill -9` at any moment: what was acknowledged is there, sending again is safe, and the memory works.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::events::{prose, user};
use crate::harness::{DID_UPDATE, Server, Workspace};
use crate::rules::strings;

const ROUNDS: u64 = 15;
const PIPELINE: u64 = 60;

fn start(place: &Workspace) -> Server {
    let mut server = Server::with(place, |options| options.settings = json!({"initTokens": 300, "updateTokens": 600}));
    server.tolerate(DID_UPDATE);
    server
}

fn event(round: u64, at: u64) -> Value {
    user(&format!("r{round}-{at}"), &format!("Round {round}, step {at}: {}", prose(15, at)))
}

fn stored(server: &mut Server) -> Vec<String> {
    let Ok(answer) = server.request("events", json!({"sessionId": "s", "fromSeq": 1, "toSeq": 100_000})) else {
        return Vec::new();
    };
    answer["events"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_was_acknowledged_survives_a_kill_at_any_moment() {
    let place = Workspace::new();
    let mut state = 0x5eed_u64;
    let mut expected: BTreeSet<String> = BTreeSet::new();
    for round in 0..ROUNDS {
        let mut server = start(&place);
        let ids: Vec<i64> = (0..PIPELINE)
            .map(|at| server.send("append", &json!({"sessionId": "s", "events": [event(round, at)]}).to_string()))
            .collect();
        // Kill after a random number of answers, the rest still under way.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let read = state % PIPELINE;
        let mut acknowledged: BTreeSet<u64> = BTreeSet::new();
        for at in 0..read {
            server.answer(ids[at as usize]).unwrap();
            acknowledged.insert(at);
        }
        for (id, answer) in server.kill() {
            if answer.is_ok() {
                acknowledged.insert(ids.iter().position(|sent| *sent == id).unwrap() as u64);
            }
        }
        let mut server = start(&place);
        let there = stored(&mut server);
        let unique: BTreeSet<String> = there.iter().cloned().collect();
        assert_eq!(unique.len(), there.len(), "round {round}: an event twice");
        expected.extend(acknowledged.iter().map(|at| format!("r{round}-{at}")));
        assert!(
            expected.is_subset(&unique),
            "round {round}: lost {:?}",
            expected.difference(&unique).collect::<Vec<_>>()
        );
        // Sending everything again stores what is missing and nothing twice.
        let all: Vec<Value> = (0..PIPELINE).map(|at| event(round, at)).collect();
        let known = all.iter().filter(|event| unique.contains(event["id"].as_str().unwrap())).count();
        let again = server.append("s", &all);
        assert_eq!(
            (again["duplicates"].as_u64(), again["stored"].as_u64()),
            (Some(known as u64), Some(PIPELINE - known as u64))
        );
        expected.extend(all.iter().map(|event| event["id"].as_str().unwrap().to_owned()));
        assert_eq!(again["seq"], expected.len(), "dense numbers");
        works(&mut server, &place, round);
    }
}

/// Memory, file and compaction are in order.
fn works(server: &mut Server, place: &Workspace, round: u64) {
    server.call("refresh", json!({"sessionId": "s"}));
    let memory = server.call("memory", json!({"sessionId": "s"}));
    assert_eq!(std::fs::read_to_string(place.memory_file("s")).unwrap(), memory["markdown"], "round {round}");
    let history = server.call("history", json!({"sessionId": "s"}));
    assert_eq!(
        history["revisions"].as_array().unwrap().len() as u64,
        memory["revision"].as_u64().unwrap(),
        "round {round}"
    );
    let answer = server.call("compact", json!({"sessionId": "s", "targetTokens": 2000, "apply": round % 3 == 2}));
    assert_eq!(answer["compacted"], true, "round {round}: {}", answer["reason"]);
    let last = format!("Round {round}, step {}", PIPELINE - 1);
    assert!(strings(&answer["messages"]).contains(&last), "round {round}: the newest event is in the tail");
    // A temporary file of a writer that died may lie there for a while; nothing else does.
    for entry in std::fs::read_dir(place.memory_file("s").parent().unwrap()).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(name == "session-memory.md" || name.starts_with(".session-memory.md.tmp-"), "round {round}: {name}");
    }
}

#[test]
fn a_kill_while_the_memory_is_written_leaves_a_whole_file() {
    let place = Workspace::new();
    for round in 0..10u64 {
        let mut server = start(&place);
        for at in 0..20 {
            server.send("append", &json!({"sessionId": "s", "events": [event(round, at)]}).to_string());
            server.send("refresh", &json!({"sessionId": "s"}).to_string());
        }
        // Killed at the first, second, third … revision.
        for _ in 0..=round % 5 {
            server.notification(DID_UPDATE, |_| true);
        }
        drop(server.kill());
        let text = std::fs::read_to_string(place.memory_file("s")).unwrap();
        assert!(text.starts_with("---\nsession: \"s\"\n") && text.contains("\n## Notes"), "round {round}: {text}");
        let mut server = start(&place);
        let revision: u64 = text.lines().find_map(|line| line.strip_prefix("revision: ")).unwrap().parse().unwrap();
        let known = server.call("memory", json!({"sessionId": "s", "revision": revision}));
        assert_eq!(known["markdown"], text, "round {round}: a version that was stored");
    }
}

/// What the user asked to be kept was acknowledged with the compaction.
#[test]
fn instructions_survive_a_kill() {
    let place = Workspace::new();
    let mut server = start(&place);
    server.append("s", &[user("u1", &prose(3000, 1)), user("u2", "go on")]);
    let params = json!({"sessionId": "s", "targetTokens": 2000, "instructions": "Keep the quokka numbers."});
    assert_eq!(server.call("compact", params)["compacted"], true);
    drop(server.kill());
    let mut server = start(&place);
    server.append("s", &[user("u3", "And now something else, please build the whole thing.")]);
    server.call("refresh", json!({"sessionId": "s"}));
    let memory = server.call("memory", json!({"sessionId": "s"}));
    assert!(memory["markdown"].as_str().unwrap().contains("Keep the quokka numbers."), "{}", memory["markdown"]);
}
