//! Messages go in and come out byte for byte, whatever stands in them.

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::events::{Script, Voice};
use crate::harness::{Server, Workspace};

const MESSAGES: &[&str] = &[
    r#"{"role":"user","content":"plain"}"#,
    r#"{ "content" : "another order, with spaces" ,  "role" : "user" }"#,
    r#"{"role":"assistant","content":"x","zz":{"b":1,"a":[1,2,{"deep":null}]},"aa":true}"#,
    r#"{"role":"user","content":"numbers","big":123456789012345678901234567890,"small":1.000,"exp":1E+2,"neg":-0.0,"long":0.1234567890123456789}"#,
    r#"{"role":"user","content":"twice","x":1,"x":2}"#,
    r#"{"role":"user","content":"\u00e9 \ud83d\ude00 \/ \b\f\t\u0000 \u2028"}"#,
    "{\"role\":\"user\",\"content\":\"é 😀 日本語 עברית e\u{301} \u{200b}\u{202e}\u{feff}\"}",
    r#"{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"text","text":"t","citations":[{"x":1}]}],"stop_reason":"end_turn"}"#,
    r#"{"role":"user","content":[{"type":"hologram","payload":{"y":0.1000,"x":[[[]]]}},{"text":"kept","type":"text","cache_control":{"type":"ephemeral"}}]}"#,
    r#"{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}},{"type":"document","source":{"type":"text","data":"words"}}]}"#,
    r#"{"role":"assistant","content":[{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{"query":"q"}},{"type":"web_search_tool_result","tool_use_id":"srv_1","content":[]}]}"#,
    r#"{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"Read","input":{"z":12345678901234567890123,"a":"\u0041"},"caller":{"type":"direct"}}]}"#,
    r#"{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"r"},{"type":"image","source":{}}],"extra":1}]}"#,
    r#"{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"n\": 1.0}"},"index":0}],"refusal":null}"#,
    r#"{"role":"tool","tool_call_id":"call_1","content":"out","name":"f"}"#,
    r#"{"role":"developer","content":"rules","name":"dev"}"#,
    r#"{"role":"assistant","content":"","function_call":{"name":"g","arguments":"not json"}}"#,
    r#"{"role":"function","name":"g","content":"old"}"#,
    r#"{"role":"system","content":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}]}"#,
    r#"{"role":"user","content":""}"#,
    r#"{"role":"user","content":[]}"#,
    r#"{"role":"assistant"}"#,
];

#[derive(Deserialize)]
struct Events<'a> {
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Compacted<'a> {
    #[serde(borrow)]
    messages: Vec<&'a RawValue>,
}

fn events() -> Vec<String> {
    let wrap = |(at, message): (usize, &&str)| match at % 3 {
        0 => format!(r#"{{"type":"message","message":{message}}}"#),
        1 => format!(r#"{{ "message" : {message} ,"type":"message","id":"id {at}" }}"#),
        _ => format!(
            r#"{{"type":"message","id":"{at}","message":{message},"at":"2026-01-31T12:00:00.123456+02:00","unknown":[1.50]}}"#
        ),
    };
    let mut events: Vec<String> = MESSAGES.iter().enumerate().map(wrap).collect();
    events.push(r#"{"type":"toolCall","id":"c9","name":"Odd \u0041","input":{"n":98765432109876543210,"s":"\ud83d\ude00"},"more":1e3}"#.to_owned());
    events.push(r#"{"type":"toolResult","id":"c9","content":[{"type":"text","text":"a"},{"type":"odd","v":2.50}],"isError":false,"more":null}"#.to_owned());
    events.push(r#"{"type":"usage","inputTokens":12,"outputTokens":3,"cacheReadTokens":4,"cacheCreationTokens":5,"costUsd":0.10}"#.to_owned());
    events
}

#[test]
fn events_are_given_back_as_they_came() {
    let place = Workspace::new();
    let sent = events();
    for restart in [false, true] {
        let mut server = Server::quiet(&place);
        if !restart {
            server.text("append", &format!(r#"{{"sessionId":"s","events":[{}]}}"#, sent.join(","))).unwrap();
        }
        let answer = server.text("events", r#"{"sessionId":"s","fromSeq":1,"toSeq":1000}"#).unwrap();
        let got: Vec<&str> =
            serde_json::from_str::<Events>(&answer).unwrap().events.iter().map(|raw| raw.get()).collect();
        assert_eq!(got, sent, "restarted: {restart}");
    }
}

#[test]
fn ranges_of_events() {
    let place = Workspace::new();
    let sent = events();
    let mut server = Server::quiet(&place);
    server.text("append", &format!(r#"{{"sessionId":"s","events":[{}]}}"#, sent.join(","))).unwrap();
    for (from, to) in
        [(1, 1), (2, 5), (sent.len(), sent.len()), (sent.len() - 1, sent.len() + 9), (sent.len() + 1, sent.len() + 2)]
    {
        let answer = server.text("events", &format!(r#"{{"sessionId":"s","fromSeq":{from},"toSeq":{to}}}"#)).unwrap();
        let got: Vec<&str> =
            serde_json::from_str::<Events>(&answer).unwrap().events.iter().map(|raw| raw.get()).collect();
        assert_eq!(got, &sent[from - 1..to.min(sent.len()).max(from - 1)], "{from} to {to}");
    }
}

/// Each message as the newest but one of a long conversation of its own API.
#[test]
fn the_tail_of_a_compaction_has_the_messages_as_they_came() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    for (at, message) in MESSAGES.iter().enumerate().take(11) {
        let role = if message.contains(r#""assistant""#) { "assistant" } else { "user" };
        let voice = if at % 2 == 0 { Voice::Anthropic } else { Voice::OpenAi };
        let voice = if message.contains(r#""content":["#) { Voice::Anthropic } else { voice };
        let mut script = Script::new(voice);
        for number in 0..24 {
            script.round(number, 300);
        }
        if role == "assistant" {
            script.user("and now?");
        }
        let session = format!("s{at}");
        server.append(&session, &script.events);
        let other = if role == "assistant" { "user" } else { "assistant" };
        let last = format!(r#"{{"type":"message","message":{{"role":"{other}","content":"the end"}}}}"#);
        let batch =
            format!(r#"{{"sessionId":"{session}","events":[{{"type":"message","message":{message}}},{last}]}}"#);
        server.text("append", &batch).unwrap();
        let params = json!({"sessionId": session, "targetTokens": 10_000}).to_string();
        let answer = server.text("compact", &params).unwrap();
        let messages = serde_json::from_str::<Compacted>(&answer).unwrap().messages;
        assert_eq!(messages[messages.len() - 2].get(), *message, "{voice:?}");
        server.tolerate(crate::harness::DID_UPDATE);
    }
}

/// What goes in by a command is the same conversation.
#[test]
fn commands_pass_messages_untouched_as_well() {
    let place = Workspace::new();
    let sent = events();
    let mut server = Server::quiet(&place);
    let params = format!(r#"{{"sessionId":"s","events":[{}]}}"#, sent.join(","));
    server
        .text("workspace/executeCommand", &format!(r#"{{"command":"sessionMemory.append","arguments":[{params}]}}"#))
        .unwrap();
    let answer = server.text("events", r#"{"sessionId":"s","fromSeq":1,"toSeq":1000}"#).unwrap();
    let got: Vec<&str> = serde_json::from_str::<Events>(&answer).unwrap().events.iter().map(|raw| raw.get()).collect();
    let range = r#"{"command":"sessionMemory.events","arguments":[{"sessionId":"s","fromSeq":1,"toSeq":1000}]}"#;
    let answer = server.text("workspace/executeCommand", range).unwrap();
    let by_command: Vec<&str> =
        serde_json::from_str::<Events>(&answer).unwrap().events.iter().map(|raw| raw.get()).collect();
    for (at, sent) in sent.iter().enumerate() {
        assert_eq!(got[at], sent, "stored by a command");
        assert_eq!(by_command[at], sent, "read by a command");
    }
}
