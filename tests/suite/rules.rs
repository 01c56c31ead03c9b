//! The rules that the answer to "compact" always keeps, checked on the answer itself.

use std::collections::HashSet;

use serde_json::Value;

use crate::events::{Script, Told, Voice, mark};

/// All strings inside a value, joined.
pub fn strings(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text}\n"),
        Value::Array(values) => values.iter().map(strings).collect(),
        Value::Object(map) => map.values().map(strings).collect(),
        _ => String::new(),
    }
}

fn blocks(message: &Value) -> &[Value] {
    message["content"].as_array().map_or(&[], Vec::as_slice)
}

fn ids<'a>(message: &'a Value, kind: &str, name: &str) -> Vec<&'a str> {
    let of_kind = blocks(message).iter().filter(|block| block["type"] == kind);
    of_kind.map(|block| block[name].as_str().expect("a block names its call")).collect()
}

/// Roles alternate: only tool results and system messages may follow their like.
fn alternate(messages: &[Value]) {
    for pair in messages.windows(2) {
        let (one, two) = (pair[0]["role"].as_str().unwrap(), pair[1]["role"].as_str().unwrap());
        assert!(
            one != two || matches!(one, "tool" | "system" | "developer"),
            "two messages of {one} in a row: {pair:?}"
        );
    }
}

/// Behind the system messages stands a user's message: the one with the memory.
#[track_caller]
pub fn begins_with_user(messages: &[Value]) {
    let first = messages.iter().find(|message| message["role"] != "system" && message["role"] != "developer");
    assert_eq!(first.map(|message| &message["role"]), Some(&Value::from("user")), "who begins");
}

/// Anthropic: each `tool_use` is answered at the start of the next message, each `tool_result` answers one; ids once.
fn anthropic(messages: &[Value], open: &[String]) {
    let mut seen = HashSet::new();
    for (at, message) in messages.iter().enumerate() {
        let next = messages.get(at + 1);
        let calls = ids(message, "tool_use", "id");
        assert!(calls.is_empty() || message["role"] == "assistant", "a call in {message}");
        for id in &calls {
            assert!(seen.insert((*id).to_owned()), "{id} is called twice");
            let answers = next.map(|next| ids(next, "tool_result", "tool_use_id")).unwrap_or_default();
            let times = answers.iter().filter(|answer| answer == &id).count();
            let is_open = open.iter().any(|open| open == id);
            assert!(times == 1 || times == 0 && is_open, "{id} has {times} answers: {next:?}");
        }
        let results = ids(message, "tool_result", "tool_use_id");
        let before = at.checked_sub(1).map(|before| ids(&messages[before], "tool_use", "id")).unwrap_or_default();
        for id in &results {
            assert!(message["role"] == "user" && before.contains(id), "{id} answers nothing: {message}");
        }
        let leading = blocks(message).iter().take_while(|block| block["type"] == "tool_result").count();
        assert_eq!(leading, results.len(), "results come first: {message}");
        assert!(message["content"] != "" && message["content"] != Value::Array(Vec::new()), "an empty message");
    }
}

/// OpenAI: each call of `tool_calls` is answered by the `tool` messages right behind it.
fn openai(messages: &[Value], open: &[String]) {
    let mut seen = HashSet::new();
    let mut asked: HashSet<&str> = HashSet::new();
    for message in messages {
        if message["role"] == "tool" {
            let id = message["tool_call_id"].as_str().expect("a tool message names its call");
            assert!(asked.remove(id), "{id} answers nothing");
            assert!(message["content"].is_string() || message["content"].is_array(), "{message}");
            continue;
        }
        asked.retain(|id| !open.iter().any(|open| open == id));
        assert!(asked.is_empty(), "no answer to {asked:?} before {message}");
        for call in message["tool_calls"].as_array().map_or(&[][..], Vec::as_slice) {
            assert_eq!(message["role"], "assistant");
            assert!(call["function"]["arguments"].is_string(), "{call}");
            let id = call["id"].as_str().unwrap();
            assert!(seen.insert(id), "{id} is called twice");
            asked.insert(id);
        }
    }
    asked.retain(|id| !open.iter().any(|open| open == id));
    assert!(asked.is_empty(), "no answer to {asked:?} at the end");
}

/// The array is a valid request body's `messages`.
#[track_caller]
pub fn valid(messages: &[Value], voice: Voice, open: &[String]) {
    alternate(messages);
    match voice {
        Voice::OpenAi => openai(messages, open),
        _ => anthropic(messages, open),
    }
}

/// The message that holds the memory.
pub fn memory_message(messages: &[Value]) -> String {
    let first = messages.iter().find(|message| message["role"] == "user").expect("a memory message");
    let text = strings(&first["content"]);
    assert!(text.contains("# Session memory"), "no memory: {text:.200}");
    text
}

/// Everything that a compaction of a script promises. `shape` is the API of the answer.
#[track_caller]
pub fn check(answer: &Value, script: &Script, shape: Voice, target: Option<u64>) {
    let number = |name: &str| answer[name].as_u64().unwrap_or_else(|| panic!("{name} is no number"));
    let last = script.events.len();
    let messages = answer["messages"].as_array().expect("messages");
    assert_eq!(answer["compacted"], true, "{}", answer["reason"]);
    assert!(target.is_none_or(|target| number("tokensAfter") <= target), "{} of {target:?}", answer["tokensAfter"]);
    assert!(number("tokensAfter") < number("tokensBefore"));
    let from = answer["keepFrom"]["seq"].as_u64().unwrap() as usize;
    assert!((1..=last + 1).contains(&from), "keepFrom {from} of {last}");
    assert!(
        answer["memory"]["coveredThrough"].as_u64().unwrap() as usize + 1 >= from,
        "events between memory and tail"
    );
    let id = script.events.get(from - 1).map(|event| event["id"].clone()).unwrap_or_default();
    assert_eq!(answer["keepFrom"].get("id").cloned().unwrap_or_default(), id, "keepFrom {from}");

    let text = answer["markdown"].as_str().map_or_else(|| messages.iter().map(strings).collect(), str::to_owned);
    if answer["markdown"].is_null() {
        valid(messages, shape, &script.open);
        begins_with_user(messages);
        memory_message(messages);
    } else {
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0]["content"], text);
    }
    tail(&text, script, from);
    for correction in &script.corrections {
        assert!(text.contains(correction), "lost: {correction}");
    }
    for open in &script.open {
        let seq = script.told.iter().position(|told| told == &Told::Call(open.clone())).unwrap() + 1;
        assert!(from <= seq, "the open call is event {seq}, the tail begins at {from}");
    }
    for abandoned in &script.abandoned {
        let seq = script.told.iter().position(|told| told == &Told::Call(abandoned.clone())).unwrap() + 1;
        assert!(seq < from || text.contains("interrupted"), "call {abandoned} has no answer");
    }
    let masked = answer["masked"].as_array().unwrap();
    for entry in masked {
        let seq = entry["seq"].as_u64().unwrap() as usize;
        assert!(seq >= from && matches!(script.told[seq - 1], Told::Result(_)), "masked {entry}");
        assert!(text.contains(&format!("event {seq}")), "no pointer to {entry}");
    }
}

/// The tail runs without a gap from `from` to the newest event, in order.
fn tail(text: &str, script: &Script, from: usize) {
    let mut at = 0;
    for seq in from..=script.events.len() {
        let told = &script.told[seq - 1];
        if script.corrections.iter().any(|correction| script.events[seq - 1]["message"]["content"] == **correction) {
            continue;
        }
        // The memory in front may quote it too; the tail is what comes last.
        let place = text.rfind(&mark(seq));
        match (told, place) {
            (Told::User | Told::Assistant, Some(place)) => {
                assert!(place > at, "event {seq} stands before its predecessor");
                at = place;
            }
            (Told::Result(_), place) => {
                assert!(place.is_some() || text.contains(&format!("event {seq}")), "result {seq} is lost");
            }
            (Told::Call(_), place) => assert!(place.is_some(), "call {seq} is lost"),
            (_, None) => panic!("event {seq} is lost, the tail begins at {from}"),
        }
    }
}
