//! A server that starts anew answers as the one before it.

use serde_json::{Value, json};

use crate::events::{Script, Voice, assistant, message, prose, usage, user};
use crate::harness::{DID_CHANGE_PRESSURE, DID_UPDATE, Server, Workspace};
use crate::rules::check;

#[test]
fn a_server_that_starts_anew_knows_what_was_compacted() {
    for voice in [Voice::Anthropic, Voice::OpenAi, Voice::Events] {
        let place = Workspace::new();
        let mut script = Script::long(voice, 20, 500);
        let answer = {
            let mut server = Server::quiet(&place);
            server.tolerate(DID_UPDATE);
            server.append("s", &script.events);
            server.call("compact", json!({"sessionId": "s", "targetTokens": 6000}))
        };
        check(&answer, &script, voice, Some(6000));
        let mut server = Server::quiet(&place);
        server.tolerate(DID_UPDATE);
        let news: Vec<Value> = {
            let from = script.events.len();
            let open = script.open.clone();
            for id in open {
                script.result(&id, "all clean");
            }
            for number in 0..6 {
                script.round(1000 + number, 500);
            }
            script.events[from..].to_vec()
        };
        let appended = server.append("s", &news);
        assert_eq!(appended["openToolCalls"], json!([]));
        let added = appended["contextTokens"].as_u64().unwrap() - answer["tokensAfter"].as_u64().unwrap();
        assert!((3_000..9_000).contains(&added), "{added} tokens were added, {voice:?}");
        let next = server.call("compact", json!({"sessionId": "s", "targetTokens": 5000}));
        check(&next, &script, voice, Some(5000));
    }
}

fn start(place: &Workspace) -> Server {
    let mut server =
        Server::with(place, |options| options.settings = json!({"initTokens": 10_000_000, "keepRecentTokens": 80}));
    server.tolerate(DID_UPDATE);
    server.tolerate(DID_CHANGE_PRESSURE);
    server
}

/// What a client can see of a session, without what differs from call to call.
fn seen(server: &mut Server) -> Vec<Value> {
    let mut answers = vec![server.call("sessions", json!({})), server.call("memory", json!({"sessionId": "s"}))];
    for (target, format) in [(1500, "anthropic"), (4000, "openai"), (9000, "markdown")] {
        let params = json!({"sessionId": "s", "targetTokens": target, "format": format, "apply": false});
        let mut answer = server.call("compact", params);
        answer["elapsedMicros"].take();
        answers.push(answer);
    }
    answers
}

/// Conversations with something in them that the events of the tail alone do not tell: before a compaction, and after it.
fn histories() -> Vec<(&'static str, Vec<Value>, Vec<Value>)> {
    let rounds = |first: usize| {
        let mut script = Script::new(Voice::Anthropic);
        (first..first + 8).for_each(|number| script.round(number, 300));
        script.events.into_iter().map(move |mut event| {
            event["id"] = json!(format!("{first}-{}", event["id"].as_str().unwrap()));
            event
        })
    };
    let system = |text: &str| message(text, json!({"role": "system", "content": text}));
    let with = |before: Vec<Value>, after: Vec<Value>| {
        before.into_iter().chain(rounds(0)).chain(after).collect::<Vec<Value>>()
    };
    let later = || rounds(100).collect::<Vec<Value>>();
    let small = || vec![user("short", "Short one."), assistant("shorter", "Yes.")];
    let mut reminder = vec![system("REMINDER: be brief.")];
    reminder.extend(small());
    let mut reported = later();
    reported.push(usage(30_000));
    vec![
        ("nothing special", with(vec![], vec![]), later()),
        ("a system message at the head", with(vec![system("You are careful.")], vec![]), later()),
        ("a system message where the tail begins", with(vec![], reminder), later()),
        ("a usage report before the cut", with(vec![], vec![usage(25_000), user("last", "Go on.")]), later()),
        ("usage reports before and after the cut", with(vec![], vec![usage(25_000), user("last", "Go on.")]), reported),
        ("a correction", with(vec![user("c", "No, never use tabs here. Use four spaces instead.")], small()), later()),
        ("nothing after the cut", with(vec![], small()), vec![]),
        ("a large newest message", with(vec![], small()), vec![user("large", &prose(2000, 9))]),
    ]
}

#[test]
fn a_restart_changes_no_answer() {
    for (name, before, after) in histories() {
        // What reports have taught about token counts is saved when nothing else is to do, not at once.
        for killed in [false, !name.contains("usage")] {
            let place = Workspace::new();
            let mut server = start(&place);
            server.append("s", &before);
            assert_eq!(
                server.call("compact", json!({"sessionId": "s", "targetTokens": 1500}))["compacted"],
                true,
                "{name}"
            );
            if !after.is_empty() {
                server.append("s", &after);
            }
            // An update that is due is made when the memory is asked for, at the latest.
            server.call("history", json!({"sessionId": "s"}));
            let living = seen(&mut server);
            if killed {
                server.kill();
            } else {
                drop(server);
            }
            let mut server = start(&place);
            // A session is read from its rows until somebody asks for more of it.
            server.call("compact", json!({"sessionId": "s", "apply": false}));
            for (one, two) in seen(&mut server).into_iter().zip(living) {
                assert_eq!(one, two, "{name}, killed: {killed}");
            }
        }
    }
}

#[test]
fn the_list_of_sessions_needs_no_session_in_memory() {
    for (name, before, after) in histories() {
        let place = Workspace::new();
        let mut server = start(&place);
        server.append("s", &before);
        server.call("compact", json!({"sessionId": "s", "targetTokens": 1500}));
        if !after.is_empty() {
            server.append("s", &after);
        }
        server.call("refresh", json!({"sessionId": "s"}));
        let living = server.call("sessions", json!({}));
        drop(server);
        let listed = start(&place).call("sessions", json!({}));
        for field in [
            "sessionId",
            "events",
            "contextLimit",
            "title",
            "uri",
            "startedAt",
            "lastEventAt",
            "contextTokens",
            "pressure",
            "memory",
        ] {
            assert_eq!(listed["sessions"][0][field], living["sessions"][0][field], "{name}: {field}");
        }
    }
}

/// Only what stands before the conversation is its head; a reminder at the cut is an event of the tail like any other.
#[test]
fn a_system_message_at_the_cut_does_not_become_the_head() {
    let place = Workspace::new();
    let mut server = start(&place);
    let mut script = Script::new(Voice::Anthropic);
    (0..8).for_each(|number| script.round(number, 300));
    script.events.push(message("reminder", json!({"role": "system", "content": "REMINDER: be brief."})));
    script.events.push(user("short", "Short one."));
    script.events.push(assistant("shorter", "Yes."));
    server.append("s", &script.events);
    let first = server.call("compact", json!({"sessionId": "s"}));
    assert_eq!(first["keepFrom"]["id"], "reminder", "the case that this is about");
    for round in 0..2 {
        let events: Vec<Value> = (0..8).map(|at| user(&format!("{round}-{at}"), &prose(200, at))).collect();
        server.append("s", &events);
        let next = server.call("compact", json!({"sessionId": "s"}));
        assert_eq!(next["messages"][0]["role"], "user", "compacted {} times more", round + 1);
    }
}
