//! Several processes on one workspace at once: two servers and the command line.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::cli::run;
use crate::events::{assistant, prose, user};
use crate::harness::{DID_UPDATE, Server, Workspace, await_some};

const ROUNDS: usize = 60;

fn start(place: &Workspace) -> Server {
    Server::with(place, |options| options.settings = json!({"initTokens": 500, "updateTokens": 800}))
}

fn append(server: &mut Server, session: &str, event: Value) -> i64 {
    server.send("append", &json!({"sessionId": session, "events": [event]}).to_string())
}

#[test]
fn two_servers_and_the_command_line_work_on_the_same_sessions() {
    let place = Workspace::new();
    let transcript = place.outside("talk.json");
    let talk: Vec<Value> = (0..20)
        .map(|at| json!({"role": if at % 2 == 0 { "user" } else { "assistant" }, "content": prose(50, at)}))
        .collect();
    std::fs::write(&transcript, json!(talk).to_string()).unwrap();
    let mut servers = [start(&place), start(&place)];

    // Both have all requests under way at once.
    let mut sent: Vec<Vec<i64>> = vec![Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        for (at, server) in servers.iter_mut().enumerate() {
            let text = format!("server {at} in round {round}: please do part {round}. {}", prose(30, round as u64));
            let own = format!("own{at}");
            sent[at].push(append(server, "shared", user(&format!("s{at}-{round}"), &text)));
            sent[at].push(append(server, &own, assistant(&format!("o{round}"), &text)));
            // Known to the other server as well.
            sent[at].push(append(server, "shared", user(&format!("both-{round}"), "the same from both")));
        }
    }
    let commands: Vec<_> = (0..3)
        .map(|_| {
            let (root, state) = (place.root(), place.state());
            let transcript = transcript.clone();
            std::thread::spawn(move || {
                for args in [vec!["replay", transcript.to_str().unwrap(), "--json"], vec!["sessions", "--json"]] {
                    let done = run(&state, &root, &args, "");
                    // Three replays of one file take turns at the same session; a session may just be gone.
                    assert!(done.code == 0 || args[0] == "replay", "{args:?}: {}", done.stderr);
                }
            })
        })
        .collect();
    let mut stored = 0;
    for (server, ids) in servers.iter_mut().zip(&sent) {
        for id in ids {
            let answer: Value = serde_json::from_str(&server.answer(*id).unwrap()).unwrap();
            assert_eq!(answer["stored"].as_u64().unwrap() + answer["duplicates"].as_u64().unwrap(), 1);
            stored += answer["stored"].as_u64().unwrap();
        }
    }
    for thread in commands {
        thread.join().unwrap();
    }
    assert_eq!(stored as usize, ROUNDS * 2 + ROUNDS * 2 + ROUNDS, "each event once");

    for session in ["shared", "own0", "own1"] {
        let mut views = Vec::new();
        for server in &mut servers {
            let events = server.call("events", json!({"sessionId": session, "fromSeq": 1, "toSeq": 10_000}));
            let ids: Vec<String> = events["events"]
                .as_array()
                .unwrap()
                .iter()
                .map(|event| event["id"].as_str().unwrap().to_owned())
                .collect();
            views.push(ids);
        }
        assert_eq!(views[0], views[1], "{session}");
        assert_eq!(views[0].len(), if session == "shared" { ROUNDS * 3 } else { ROUNDS });
        assert_eq!(views[0].iter().collect::<HashSet<_>>().len(), views[0].len(), "{session}: an event twice");
        // Events of one server stand in the order it sent them.
        for at in 0..2 {
            let own: Vec<usize> = views[0]
                .iter()
                .filter_map(|id| id.strip_prefix(&format!("s{at}-")))
                .map(|n| n.parse().unwrap())
                .collect();
            assert!(own.is_sorted(), "{session}: {own:?}");
        }
    }

    // Each revision is announced to both clients, once.
    for server in &mut servers {
        // So that no update is due that would come while they are counted.
        for session in ["shared", "own0", "own1"] {
            server.call("refresh", json!({"sessionId": session}));
        }
    }
    for session in ["shared", "own0", "own1"] {
        let history = servers[1].call("history", json!({"sessionId": session}));
        let rows = history["revisions"].as_array().unwrap();
        for server in &mut servers {
            for row in rows {
                let told = |params: &Value| params["sessionId"] == session && params["revision"] == row["revision"];
                server.notification(DID_UPDATE, told);
            }
        }
        let mut stored: Vec<(u64, u64)> = rows
            .iter()
            .map(|row| (row["revision"].as_u64().unwrap(), row["coveredThrough"].as_u64().unwrap()))
            .collect();
        stored.sort_unstable();
        assert!(stored.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{stored:?}");
        let memory = servers[0].call("memory", json!({"sessionId": session}));
        assert_eq!(memory["revision"], rows.len());
        await_some("the file has the newest revision", || {
            (std::fs::read_to_string(place.memory_file(session)).ok()? == memory["markdown"]).then_some(())
        });
    }
    for server in &mut servers {
        let others = server.notifications(DID_UPDATE);
        assert!(others.iter().all(|params| params["sessionId"].as_str().is_some_and(|id| id.starts_with("replay"))));
        server.tolerate(DID_UPDATE);
    }
}

#[test]
fn one_server_sees_what_another_one_did() {
    let place = Workspace::new();
    let mut one = Server::quiet(&place);
    let mut two = Server::quiet(&place);
    one.tolerate(DID_UPDATE);
    two.tolerate(DID_UPDATE);
    one.append("s", &[user("a", "from one")]);
    assert_eq!(two.append("s", &[assistant("b", "from two")])["seq"], 2);
    assert_eq!(one.append("s", &[user("c", &prose(3000, 1)), assistant("d", "done")])["seq"], 4);
    let compacted = two.call("compact", json!({"sessionId": "s", "targetTokens": 1000}));
    assert_eq!(compacted["compacted"], true);
    let listed = one.call("sessions", json!({}));
    assert_eq!(listed["sessions"][0]["contextTokens"], compacted["tokensAfter"]);
    let appended = one.append("s", &[user("e", "go on")]);
    assert!(appended["contextTokens"].as_u64().unwrap() < 1100, "{appended}");
    assert_eq!(one.call("memory", json!({"sessionId": "s"})), two.call("memory", json!({"sessionId": "s"})));
    two.call("forget", json!({"sessionId": "s"}));
    assert_eq!(one.refused("memory", json!({"sessionId": "s"})).code, -32001);
    assert_eq!(one.append("s", &[user("a", "again")])["seq"], 1);
    assert_eq!(two.append("s", &[user("b", "again")])["seq"], 2);
}
