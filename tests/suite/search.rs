//! Finding events again, reading them, and forgetting them without a trace.

use serde_json::{Value, json};

use crate::cli::run;
use crate::events::{Script, Voice, assistant, call, message, prose, result, user};
use crate::harness::{DID_UPDATE, Server, Workspace, files_under, has_bytes};

fn hits(server: &mut Server, params: Value) -> Vec<(String, u64)> {
    let answer = server.call("search", params);
    let hit = |hit: &Value| (hit["sessionId"].as_str().unwrap().to_owned(), hit["seq"].as_u64().unwrap());
    answer["hits"].as_array().unwrap().iter().map(hit).collect()
}

#[test]
fn everything_that_was_said_is_found() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    server.append("one", &[
        message("1", json!({"role": "system", "content": "You speak of the armadillo."})),
        user("2", "Where is the config of the armadillo service?"),
        assistant("3", "In etc/armadillo/service.toml, next to badger.toml."),
        call("c4", "Bash", json!({"command": "grep -rn retry_limit etc/armadillo"})),
        result("c4", "etc/armadillo/service.toml:12: retry_limit = 7\nArmadilloServiceConfig loaded"),
        message("6", json!({"role": "assistant", "content": [{"type": "thinking", "thinking": "The capybara knows.", "signature": "x"}]})),
        json!({"type": "usage", "inputTokens": 100}),
    ]);
    server.append("two", &[user("1", "An armadillo in another session, with Größe and 日本語 and naïve text.")]);
    let one = |seqs: &[u64]| seqs.iter().map(|seq| ("one".to_owned(), *seq)).collect::<Vec<_>>();
    // (params, the hits in any order)
    let cases = [
        (json!({"query": "armadillo", "sessionId": "one"}), one(&[1, 2, 3, 4, 5])),
        (json!({"query": "armadillo", "sessionId": "two"}), vec![("two".to_owned(), 1)]),
        (json!({"query": "armadillo", "sessionId": "one", "roles": ["user"]}), one(&[2])),
        (json!({"query": "armadillo", "sessionId": "one", "roles": ["assistant", "system"]}), one(&[1, 3, 4])),
        (json!({"query": "armadillo", "sessionId": "one", "roles": ["tool"]}), one(&[5])),
        (json!({"query": "capybara"}), one(&[6])),
        (json!({"query": "etc/armadillo/service.toml", "limit": 2}), one(&[3, 5])),
        (json!({"query": "\"retry_limit = 7\""}), one(&[5])),
        (json!({"query": "retry_lim*", "limit": 2}), one(&[4, 5])),
        (json!({"query": "armadilloserviceconfig"}), one(&[5])),
        (json!({"query": "größe"}), vec![("two".to_owned(), 1)]),
        (json!({"query": "日本語"}), vec![("two".to_owned(), 1)]),
        (json!({"query": "wolverine"}), vec![]),
        (json!({"query": ""}), vec![]),
        (json!({"query": "!!! ??? \" * ( ) AND OR NOT NEAR ^ : -"}), vec![]),
    ];
    for (params, mut expected) in cases {
        let mut found = hits(&mut server, params.clone());
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{params}");
    }
    assert_eq!(hits(&mut server, json!({"query": "armadillo", "limit": 1})).len(), 1);
    let answer = server.call("search", json!({"query": "retry_limit", "limit": 1}));
    let hit = &answer["hits"][0];
    assert!(hit["snippet"].as_str().unwrap().contains("retry_limit"), "{hit}");
    // Hostile queries are queries.
    for query in [
        "'; DROP TABLE events; --",
        "\"",
        "\"\"",
        "a\u{0}b",
        "*",
        "NEAR(a b)",
        "col:x",
        &"x ".repeat(5000),
        &"\u{202e}".repeat(10),
    ] {
        server.call("search", json!({"query": query}));
    }
}

#[test]
fn what_was_compacted_away_is_found_and_read() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    let mut script = Script::new(Voice::Anthropic);
    script.user("The serial number of the otter sensor is QX-4411-ZB.");
    for number in 0..30 {
        script.round(number, 400);
    }
    server.append("s", &script.events);
    for round in 0..2 {
        let answer = server.call("compact", json!({"sessionId": "s", "targetTokens": 2000}));
        assert!(answer["keepFrom"]["seq"].as_u64().unwrap() > 1);
        assert_eq!(
            hits(&mut server, json!({"query": "otter sensor serial", "limit": 1})),
            [("s".to_owned(), 1)],
            "round {round}"
        );
        let read = server.call("events", json!({"sessionId": "s", "fromSeq": 1, "toSeq": 1}));
        assert_eq!(read["events"], json!([script.events[0]]));
        if round == 0 {
            drop(server);
            server = Server::quiet(&place);
            server.tolerate(DID_UPDATE);
            server.append("s", &[user("more", &prose(3000, 5))]);
        }
    }
}

#[test]
fn forgetting_leaves_no_trace() {
    for by_command_line in [false, true] {
        let place = Workspace::new();
        let mut server =
            Server::with(&place, |options| options.settings = json!({"initTokens": 200, "updateTokens": 300}));
        server.tolerate(DID_UPDATE);
        let canary = "axolotlcanary";
        for round in 0..10u64 {
            for session in ["kept", "gone"] {
                let word = if session == "gone" { canary } else { "harmless" };
                let text = format!("No, never touch the {word}{round} module. {word} {}", prose(100, round));
                let mut events = vec![
                    user(&format!("u{round}"), &text),
                    call(&format!("{word}{round}"), "Bash", json!({"command": format!("rm {word}")})),
                ];
                events
                    .push(result(&format!("{word}{round}"), &format!("error: {word} is busy\n{}", prose(200, round))));
                server.call("append", json!({"sessionId": session, "agent": word, "events": events}));
            }
        }
        server.call(
            "compact",
            json!({"sessionId": "gone", "targetTokens": 2000, "instructions": format!("Keep {canary}")}),
        );
        for session in ["kept", "gone"] {
            server.call("refresh", json!({"sessionId": session}));
        }
        assert!(!hits(&mut server, json!({"query": canary})).is_empty());
        assert!(files_under(&place.state()).iter().any(|path| has_bytes(&std::fs::read(path).unwrap(), canary)));
        if by_command_line {
            assert_eq!(run(&place.state(), &place.root(), &["forget", "gone"], "").code, 0);
        } else {
            assert_eq!(server.call("forget", json!({"sessionId": "gone"})), json!({}));
        }
        assert!(hits(&mut server, json!({"query": canary})).is_empty());
        assert_eq!(server.refused("events", json!({"sessionId": "gone", "fromSeq": 1, "toSeq": 1})).code, -32001);
        assert!(!place.memory_file("gone").parent().unwrap().exists());
        assert!(place.memory_file("kept").exists());
        for running in [true, false] {
            for path in files_under(&place.state()).into_iter().chain(files_under(&place.root())) {
                assert!(
                    !has_bytes(&std::fs::read(&path).unwrap(), canary),
                    "{path:?} has it, server running: {running}, command line: {by_command_line}"
                );
            }
            if running {
                let kept = server.append("kept", &[user("later", "go on")]);
                assert_eq!(kept["seq"], 31);
                drop(server);
                server = Server::quiet(&Workspace::new());
            }
        }
    }
}
