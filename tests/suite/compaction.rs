//! The rules of a compaction over a scripted conversation, for every voice, shape and target.

use serde_json::{Value, json};

use crate::events::{Script, Voice, assistant, mark, prose, user};
use crate::harness::{DID_UPDATE, Server, Workspace};
use crate::rules::{check, strings, valid};

const TARGETS: [u64; 8] = [1000, 1500, 2500, 4000, 8000, 16_000, 32_000, 50_000];
const SHAPES: [(&str, Voice); 3] =
    [("anthropic", Voice::Anthropic), ("openai", Voice::OpenAi), ("markdown", Voice::Events)];

/// An answer without what differs from call to call.
fn timeless(mut answer: Value) -> Value {
    assert!(answer["elapsedMicros"].take().is_u64());
    answer
}

fn every_target(voice: Voice) {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    let script = Script::long(voice, 36, 700);
    let stored = server.append("s", &script.events);
    assert_eq!(stored["openToolCalls"], json!(script.open));
    let before = server.call("sessions", json!({}));
    for target in TARGETS {
        for (format, shape) in SHAPES {
            let params = json!({"sessionId": "s", "targetTokens": target, "format": format, "apply": false});
            let answer = server.call("compact", params.clone());
            check(&answer, &script, shape, Some(target));
            assert_eq!(
                timeless(answer),
                timeless(server.call("compact", params)),
                "the same request, {target} {format}"
            );
        }
    }
    // Looking has changed nothing.
    assert_eq!(server.call("sessions", json!({})), before);
    assert_eq!(server.call("history", json!({"sessionId": "s"})), json!({"revisions": []}));
    assert_eq!(server.refused("memory", json!({"sessionId": "s"})).code, -32002);
}

#[test]
fn anthropic_messages_at_every_target() {
    every_target(Voice::Anthropic);
}

#[test]
fn openai_messages_at_every_target() {
    every_target(Voice::OpenAi);
}

#[test]
fn events_at_every_target() {
    every_target(Voice::Events);
}

#[test]
fn the_default_target_is_a_quarter_of_the_window() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    let script = Script::long(Voice::Anthropic, 36, 700);
    for (limit, target) in [(20_000, 5_000), (64_000, 16_000), (200_000, 50_000), (8_000, 2_000)] {
        server.call("append", json!({"sessionId": "s", "contextLimit": limit, "events": script.events}));
        server.notifications("sessionMemory/didChangePressure");
        let answer = server.call("compact", json!({"sessionId": "s", "apply": false}));
        check(&answer, &script, Voice::Anthropic, Some(target));
    }
    server.tolerate("sessionMemory/didChangePressure");
}

#[test]
fn the_conversation_goes_on_after_a_compaction() {
    for voice in [Voice::Anthropic, Voice::OpenAi, Voice::Events] {
        let place = Workspace::new();
        let mut server = Server::quiet(&place);
        server.tolerate(DID_UPDATE);
        let mut script = Script::long(voice, 20, 500);
        let mut stored = 0;
        for round in 0..4 {
            let news = &script.events[stored..];
            let appended = server.append("s", news);
            assert_eq!(
                (appended["seq"].as_u64(), appended["stored"].as_u64()),
                (Some(script.events.len() as u64), Some(news.len() as u64))
            );
            stored = script.events.len();
            let params = json!({"sessionId": "s", "targetTokens": 6000});
            let answer = server.call("compact", params.clone());
            check(&answer, &script, voice, Some(6000));
            assert_eq!(answer["tokensBefore"], appended["contextTokens"], "{voice:?}, round {round}");
            assert_eq!(timeless(answer.clone()), timeless(server.call("compact", params)), "{voice:?}, round {round}");
            // The live context is the answer now.
            let sessions = server.call("sessions", json!({}));
            assert_eq!(sessions["sessions"][0]["contextTokens"], answer["tokensAfter"], "{voice:?}, round {round}");
            assert_eq!(answer["memory"]["revision"], sessions["sessions"][0]["memory"]["revision"]);
            let open = script.open.clone();
            for id in open {
                script.result(&id, "all clean");
            }
            for number in 0..6 {
                script.round(1000 * (round + 1) + number, 500);
            }
        }
    }
}

#[test]
fn what_would_not_be_smaller_is_not_compacted() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    let events = [user("a", "Say hello."), assistant("b", "Hello."), user("c", "Thanks.")];
    let appended = server.append("s", &events);
    for apply in [false, true] {
        let answer = server.call("compact", json!({"sessionId": "s", "apply": apply}));
        assert_eq!(answer["compacted"], false);
        assert!(answer["reason"].as_str().is_some_and(|reason| reason.contains("smaller")), "{answer}");
        assert_eq!(answer["keepFrom"], json!({"seq": 1, "id": "a"}));
        assert_eq!(answer["tokensBefore"], appended["contextTokens"]);
        let originals: Vec<&Value> = events.iter().map(|event| &event["message"]).collect();
        assert_eq!(answer["messages"], json!(originals), "the whole conversation as it is");
    }
    assert_eq!(server.append("s", &[assistant("d", "Anything else?")])["seq"], 4, "nothing was applied");
}

#[test]
fn the_tail_is_given_back_as_it_came() {
    for voice in [Voice::Anthropic, Voice::OpenAi] {
        let place = Workspace::new();
        let mut server = Server::quiet(&place);
        let mut script = Script::new(voice);
        for number in 0..60 {
            script.round(number, 50);
        }
        server.append("s", &script.events);
        let answer = server.call("compact", json!({"sessionId": "s", "apply": false}));
        check(&answer, &script, voice, Some(50_000));
        let messages = answer["messages"].as_array().unwrap();
        let from = answer["keepFrom"]["seq"].as_u64().unwrap() as usize;
        assert!(from > 1 && from < script.events.len() - 3, "the tail begins at {from}");
        // The first of the tail may stand in one message with the memory.
        let originals: Vec<&Value> = script.events[from..].iter().map(|event| &event["message"]).collect();
        for (given, original) in messages[messages.len() - originals.len()..].iter().zip(originals) {
            assert_eq!(given, original, "{voice:?}");
        }
    }
}

#[test]
fn instructions_and_the_next_prompt_are_honoured() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    let mut script = Script::new(Voice::Anthropic);
    script.user("The staging database is called zanzibar-7 and its replica lives in hall Quokka.");
    script.assistant("Noted.");
    for number in 0..30 {
        script.round(number, 600);
    }
    server.append("s", &script.events);
    let ask = |server: &mut Server, query: &str| {
        server.call("compact", json!({"sessionId": "s", "targetTokens": 8000, "apply": false, "query": query, "instructions": "Keep the API design in mind."}))
    };
    let answer = ask(&mut server, "Where does the replica of zanzibar-7 live?");
    check(&answer, &script, Voice::Anthropic, Some(8000));
    let retrieved = answer["retrieved"].as_array().unwrap();
    assert!(retrieved.iter().any(|hit| hit["seq"] == 1 && hit["score"].is_number()), "{retrieved:?}");
    assert!(strings(&answer["messages"]).contains("hall Quokka"));
    assert!(strings(&answer["messages"]).contains("Keep the API design in mind."));
    let nothing = ask(&mut server, "xylophone wombat");
    assert_eq!(nothing["retrieved"], json!([]));
    server.call("refresh", json!({"sessionId": "s"}));
    let memory = server.call("memory", json!({"sessionId": "s"}));
    assert!(
        memory["markdown"].as_str().unwrap().contains("Keep the API design in mind."),
        "instructions stay in the memory"
    );
}

#[test]
fn a_target_that_cannot_be_met_is_said() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    // An open call whose input alone is larger than the target, but made of small values that cannot be clipped.
    let input: serde_json::Map<String, Value> =
        (0..3000).map(|at| (format!("key{at}"), json!(format!("value{at}")))).collect();
    let mut script = Script::new(Voice::Events);
    script.round(1, 2000);
    script.user("Call it.");
    script.events.push(crate::events::call("open", "Configure", Value::Object(input)));
    server.append("s", &script.events);
    let answer = server.call("compact", json!({"sessionId": "s", "targetTokens": 1000}));
    assert_eq!(answer["compacted"], false);
    assert!(answer["reason"].as_str().is_some_and(|reason| reason.contains("too small")), "{}", answer["reason"]);
    valid(answer["messages"].as_array().unwrap(), Voice::Anthropic, &["open".to_owned()]);
    assert!(strings(&answer["messages"]).contains(&mark(1)), "nothing was applied");
}

#[test]
fn system_messages_stay_at_the_head() {
    for (role, voice) in [("system", Voice::Anthropic), ("system", Voice::OpenAi), ("developer", Voice::OpenAi)] {
        let place = Workspace::new();
        let mut server = Server::quiet(&place);
        server.tolerate(DID_UPDATE);
        let mut script = Script::new(voice);
        let system = json!({"role": role, "content": "You are careful."});
        script.events.push(crate::events::message("sys", system.clone()));
        script.told.push(crate::events::Told::Assistant);
        script.corrections.push("You are careful.".to_owned());
        for number in 0..12 {
            script.round(number, 500);
        }
        server.append("s", &script.events);
        for _ in 0..2 {
            let answer = server.call("compact", json!({"sessionId": "s", "targetTokens": 5000}));
            assert_eq!(answer["messages"][0], system, "{voice:?}");
            check(&answer, &script, voice, Some(5000));
            script.round(100 + script.events.len(), 2000);
            let news = script.events[script.events.len() - 4..].to_vec();
            server.append("s", &news);
        }
    }
}

/// A long text pasted by the user is clipped; it does not push the memory and the corrections out.
#[test]
fn a_huge_newest_message_leaves_room_for_the_memory() {
    for target in [1500, 2500, 6000] {
        let place = Workspace::new();
        let mut server = Server::quiet(&place);
        let mut script = Script::new(Voice::Anthropic);
        script.round(1, 200);
        script.corrects("No, never use floating point for money here. Use integer cents instead.");
        script.assistant("Understood, cents it is.");
        script.user(&prose(9000, 5));
        server.append("s", &script.events);
        let answer = server.call("compact", json!({"sessionId": "s", "targetTokens": target}));
        check(&answer, &script, Voice::Anthropic, Some(target));
        server.tolerate(DID_UPDATE);
    }
}

/// What is not compacted a second time begins where the first compaction cut, also with a system message at the head.
#[test]
fn keep_from_is_right_where_nothing_is_gained() {
    for system in [false, true] {
        let place = Workspace::new();
        let mut server = Server::quiet(&place);
        server.tolerate(DID_UPDATE);
        let mut events = Vec::new();
        if system {
            events.push(crate::events::message("sys", json!({"role": "system", "content": "You are careful."})));
        }
        let mut script = Script::new(Voice::Anthropic);
        (0..12).for_each(|number| script.round(number, 500));
        events.extend(script.events);
        server.append("s", &events);
        let first = server.call("compact", json!({"sessionId": "s", "targetTokens": 3000}));
        assert_eq!(first["compacted"], true);
        server.append("s", &[user("more", "go on")]);
        let second = server.call("compact", json!({"sessionId": "s"}));
        assert_eq!(second["compacted"], false, "{}", second["tokensBefore"]);
        assert_eq!(second["keepFrom"], first["keepFrom"], "with a system message: {system}");
    }
}
