//! Answers of `compact`, and what they leave of the live context.

use serde_json::Value;

use super::{Fed, settings};
use crate::engine::compact::Shape;
use crate::engine::event::{CompactRequest, Passage};

#[test]
fn a_compaction_covers_all_and_cuts_the_live_context() {
    let mut fed = Fed::new(settings());
    fed.talk(40);
    let before = fed.session.context_tokens();
    let preview = fed.compact(Some(4_000), false);
    assert_eq!(fed.session.context_tokens(), before, "a preview changes nothing");
    let answer = fed.compact(Some(4_000), true);
    assert_eq!(preview, answer);
    assert!(answer.reason.is_none() && answer.tokens_after <= 4_000 && answer.tokens_before == before, "{answer:?}");
    assert_eq!(answer.covered_through, 160);
    assert_eq!(fed.session.live().first().map(|record| record.seq), Some(answer.keep_from.0));
    assert_eq!(fed.session.live().last().map(|record| record.seq), Some(160));
    assert_eq!(fed.session.context_tokens(), answer.tokens_after);
    assert_eq!(fed.compact(Some(4_000), true), answer, "the same request twice");
    assert_eq!(fed.session.memory().map(|memory| memory.covered_through), Some(160));
    fed.talk(40);
    let next = fed.compact(Some(4_000), true);
    assert!(next.reason.is_none() && next.keep_from.0 > 160, "the next compaction works from there: {next:?}");
}

#[test]
fn the_open_call_stays_in_the_tail() {
    let mut fed = Fed::new(settings());
    fed.talk(20);
    fed.call("open");
    fed.call("other");
    fed.result("other", &"output ".repeat(5_000));
    let answer = fed.compact(Some(2_000), true);
    assert!(answer.tokens_after <= 2_000);
    assert!(answer.messages.contains(r#""id":"open""#), "{}", answer.messages);
    assert!(!answer.messages.contains("interrupted"), "an open call is not interrupted");
    assert_eq!(
        answer.masked.len() + usize::from(answer.messages.contains("tokens left out")),
        1,
        "the long output is shortened"
    );
}

#[test]
fn nothing_is_applied_where_nothing_is_gained() {
    let mut fed = Fed::new(settings());
    fed.say("user", "hello");
    fed.say("assistant", "hi");
    let answer = fed.compact(None, true);
    assert!(answer.reason.as_deref().is_some_and(|reason| reason.contains("would not be smaller")), "{answer:?}");
    assert_eq!(fed.session.live().len(), 2);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&answer.messages).unwrap().len(), 2, "the conversation as it stands");
}

#[test]
fn what_the_user_corrected_and_asked_for_is_in_every_answer() {
    let mut fed = Fed::new(settings());
    fed.say("user", "Build the exporter.");
    fed.say("assistant", "I will write CSV.");
    fed.say("user", "No, never CSV: use JSON Lines, and keep times in UTC.");
    fed.talk(60);
    let request = CompactRequest {
        target: Some(3_000),
        shape: None,
        apply: true,
        instructions: Some("keep the API design".into()),
        passages: Vec::new(),
    };
    let answer = fed.answer(request);
    for expected in
        ["No, never CSV: use JSON Lines, and keep times in UTC.", "keep the API design", "Build the exporter."]
    {
        assert!(answer.messages.contains(expected), "{expected} is missing");
    }
}

#[test]
fn passages_for_the_next_prompt_are_brought_back() {
    let mut fed = Fed::new(settings());
    fed.talk(60);
    let passage = |seq, text: &str| Passage { seq, score: 1.0, text: text.into() };
    let passages = vec![
        passage(3, "the needle is in module 0"),
        passage(240, "in the tail anyway"),
        passage(5, &"far too long ".repeat(2_000)),
    ];
    let request = CompactRequest { target: Some(4_000), shape: None, apply: false, instructions: None, passages };
    let answer = fed.answer(request);
    assert_eq!(answer.retrieved, [(3, 1.0)]);
    assert!(answer.messages.contains("(event 3) the needle is in module 0") && answer.tokens_after <= 4_000);
}

#[test]
fn system_messages_at_the_head_stay() {
    let mut fed = Fed::new(settings());
    fed.say("system", "You are a careful engineer.");
    fed.talk(40);
    for _ in 0..2 {
        let answer = fed.compact(Some(3_000), true);
        assert!(
            answer.messages.starts_with(r#"[{"role":"system","content":"You are a careful engineer."}"#),
            "{}",
            &answer.messages[..200]
        );
        fed.talk(20);
    }
}

#[test]
fn every_shape_can_be_asked_for() {
    use crate::engine::message::Format;
    for shape in [Shape::Messages(Format::Anthropic), Shape::Messages(Format::OpenAi), Shape::Markdown] {
        let mut fed = Fed::new(settings());
        fed.talk(40);
        let request = CompactRequest {
            target: Some(4_000),
            shape: Some(shape),
            apply: true,
            instructions: None,
            passages: Vec::new(),
        };
        let answer = fed.answer(request);
        assert!(answer.reason.is_none() && answer.tokens_after <= 4_000, "{shape:?}: {answer:?}");
        assert_eq!(answer.markdown.is_some(), shape == Shape::Markdown);
    }
}
