//! Requests read back: whatever stands in a conversation, a request holds exactly its events.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::json;

use super::{AgentContext, By, Context, LARGEST_REQUEST, Plan, Prompt, Purpose, Source, cached, join, plan, repair};
use crate::engine::conversation::{Part, Role, Turn};
use crate::engine::memory::{Document, Section};
use crate::engine::tokens;

mod frames;

const NONCE: &str = "k7p2m9x4";

fn turn(role: Role, parts: Vec<Part>) -> Turn {
    Turn { role, meta: false, parts }
}

fn says(role: Role, text: &str) -> Turn {
    turn(role, vec![Part::Text(text.to_owned())])
}

fn result(text: &str) -> Turn {
    turn(Role::User, vec![Part::Result { call: "c".to_owned(), text: text.to_owned(), is_error: false }])
}

fn document(section: Section, text: &str) -> Document {
    let mut document = Document::default();
    document.push(section, text, 1.0);
    document
}

/// A source of these events and nothing else.
fn source<'a>(events: &'a [(u64, &'a Turn)], kept: &'a Document) -> Source<'a> {
    Source {
        events,
        memory: None,
        kept,
        instructions: &[],
        removed: &[],
        memory_tokens: 8_000,
        section_tokens: 2_000,
        nonce: NONCE,
        largest_request: LARGEST_REQUEST,
    }
}

fn prompts(plan: Plan) -> Vec<Prompt> {
    match plan {
        Plan::One(prompt) => vec![prompt],
        Plan::Parts(prompts) => prompts,
    }
}

fn whole(prompt: &Prompt) -> String {
    let before = match &prompt.context {
        Context::Instructions(text) => text.as_str(),
        Context::Agent(_) => "",
    };
    let said: Vec<&str> = prompt.messages.iter().map(|said| said.text.as_str()).collect();
    format!("{before}\n{}", said.join("\n"))
}

/// The blocks of a request: what stands behind the mark, and the text.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    for row in text.lines() {
        if let Some(name) = row.strip_prefix(&format!("[{NONCE} ")).and_then(|rest| rest.strip_suffix(']')) {
            blocks.push((name.to_owned(), String::new()));
        } else if let Some((_, text)) = blocks.last_mut() {
            text.push_str(row);
            text.push('\n');
        }
    }
    blocks
}

#[test]
fn the_instructions_are_short_and_constant() {
    let size = tokens::estimate(super::instructions::INSTRUCTIONS);
    assert!((600..=1_250).contains(&size), "{size}");
    for section in Section::ALL {
        let stands = super::instructions::INSTRUCTIONS.contains(&format!("## {}\n", section.title()));
        assert_eq!(stands, section != Section::Notes, "{section:?}");
    }
}

#[test]
fn a_request_holds_everything_in_its_block() {
    let user = says(Role::User, "fix the totals");
    let both = turn(
        Role::Assistant,
        vec![
            Part::Thinking("secret thoughts".to_owned()),
            Part::Text("I look.".to_owned()),
            Part::Call { id: "c".to_owned(), name: "Read".to_owned(), input: json!({"path": "a.rs"}) },
            Part::Other { kind: "image".to_owned(), tokens: 9 },
        ],
    );
    let failed =
        turn(Role::User, vec![Part::Result { call: "c".to_owned(), text: "no such file".to_owned(), is_error: true }]);
    let reminder = Turn { meta: true, ..says(Role::User, "be brief") };
    let events = [(7, &user), (8, &both), (9, &failed), (12, &reminder)];
    let kept = document(Section::UserCorrections, "no, use UTC");
    let memory = document(Section::CurrentState, "before");
    let wishes = ["keep the API".to_owned(), " ".to_owned()];
    let removed = ["ran `x`".to_owned()];
    let source = Source { memory: Some(&memory), instructions: &wishes, removed: &removed, ..source(&events, &kept) };
    let Plan::One(prompt) = plan(&source) else { panic!("one request is enough") };
    assert_eq!(prompt.purpose, Purpose::Update);
    let expected = [
        ("wishes", "keep the API\n"),
        ("removed", "ran `x`\n"),
        ("old memory", "## Current State\n- before\n"),
        ("kept", "## User Corrections\n- no, use UTC\n"),
        ("events", ""),
        ("#7 user", "fix the totals\n"),
        ("#8 assistant", "I look.\n"),
        ("#8 call", "Read {\"path\":\"a.rs\"}\n"),
        ("#8 other", "image\n"),
        ("#9 error", "no such file\n"),
        ("#12 harness", "be brief\n"),
    ];
    let found = blocks(&prompt.messages[0].text);
    for ((name, text), (found_name, found_text)) in expected.iter().zip(&found) {
        assert_eq!(name, found_name);
        assert!(found_text.starts_with(text) && (found_text.lines().count() <= 3), "{name}: {found_text}");
    }
    assert_eq!(found.len(), expected.len() + 1);
    assert_eq!(found.last().unwrap().0, "end");
    assert!(!whole(&prompt).contains("secret thoughts"));
}

#[test]
fn long_outputs_are_clipped_and_the_user_is_not() {
    let long = (0..4_000).map(|at| format!("row {at} of the text\n")).collect::<Vec<_>>().concat();
    let (user, output) = (says(Role::User, long.get(..40_000).unwrap()), result(&long));
    let kept = Document::default();
    let events = [(1, &user), (2, &output)];
    let Plan::One(prompt) = plan(&source(&events, &kept)) else { panic!("one request is enough") };
    let found = blocks(&prompt.messages[0].text);
    let block = |name: &str| found.iter().find(|(block, _)| block == name).unwrap().1.clone();
    assert_eq!(block("#1 user").trim_end(), long.get(..40_000).unwrap().trim_end());
    let output = block("#2 result");
    assert!(tokens::estimate(&output) < 800, "{}", tokens::estimate(&output));
    assert!(output.starts_with("row 0 ") && output.contains("event 2 has all of it") && output.contains("row 3999 "));
}

#[test]
fn long_conversations_are_asked_for_in_parts_and_joined_in_rounds() {
    let long = (0..3_000).map(|at| format!("sentence {at} of a long request. ")).collect::<Vec<_>>().concat();
    let turns: Vec<Turn> = (0..40).map(|at| says(Role::User, &format!("{at}: {long}"))).collect();
    let events: Vec<(u64, &Turn)> = (1..).zip(&turns).collect();
    let kept = document(Section::UserCorrections, &long);
    let memory = document(Section::CurrentState, &long);
    let wishes = [long.clone()];
    let source = Source { memory: Some(&memory), instructions: &wishes, ..source(&events, &kept) };
    let parts = prompts(plan(&source));
    assert!(parts.len() > 5);
    let mut seen = Vec::new();
    for part in &parts {
        assert_eq!(part.purpose, Purpose::Part);
        assert!(tokens::estimate(&whole(part)) <= LARGEST_REQUEST, "{}", tokens::estimate(&whole(part)));
        seen.extend(
            blocks(&part.messages[0].text).into_iter().map(|(name, _)| name).filter(|name| name.starts_with('#')),
        );
    }
    assert_eq!(seen, (1..=40).map(|seq| format!("#{seq} user")).collect::<Vec<_>>());

    let items = (0..3_000).map(|at| format!("- item {at} of this part\n")).collect::<Vec<_>>().concat();
    let mut answers: Vec<String> =
        parts.iter().map(|_| format!("<memory>\n## Current State\n- a\n## Active Work\n{items}</memory>")).collect();
    let mut rounds = 0;
    let last = loop {
        rounds += 1;
        match join(&source, &answers) {
            Plan::One(prompt) => break prompt,
            Plan::Parts(prompts) => {
                assert!(prompts.len() < answers.len() && rounds < 9, "each round has fewer parts");
                for prompt in &prompts {
                    assert!(tokens::estimate(&whole(prompt)) <= LARGEST_REQUEST);
                }
                answers.truncate(prompts.len());
            }
        }
    };
    assert!(rounds > 1, "the parts are too long for one request");
    assert_eq!(last.purpose, Purpose::Join);
    assert!(tokens::estimate(&whole(&last)) <= LARGEST_REQUEST);
    assert!(blocks(&last.messages[0].text).iter().any(|(name, _)| name == "old memory"));
}

#[test]
fn the_agents_context_stays_as_it_is() {
    let (user, kept) = (says(Role::User, "the new message"), Document::default());
    let events = [(9, &user)];
    let memory = document(Section::CurrentState, "before");
    let context = AgentContext {
        system: Some("\"be  good\"".to_owned()),
        tools: Some("[ ]".to_owned()),
        thinking: None,
        messages: vec!["{ \"role\":\"user\" , \"content\":\"x\"}".to_owned()],
    };
    let prompt = cached(&Source { memory: Some(&memory), ..source(&events, &kept) }, context.clone());
    assert_eq!(prompt.context, Context::Agent(context));
    assert_eq!(prompt.messages.len(), 1);
    let found = blocks(&prompt.messages[0].text);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["old memory", "new from here", "end"]);
    assert_eq!(found[1].1, "the new message\n");
}

#[test]
fn a_repair_is_the_request_with_its_answer_and_what_was_wrong() {
    let (user, kept) = (says(Role::User, "x"), Document::default());
    let events = [(1, &user)];
    let Plan::One(first) = plan(&source(&events, &kept)) else { panic!("one request is enough") };
    let cases = [("an answer", "an answer"), ("  ", "(nothing)")];
    for (answer, expected) in cases {
        let mended = repair(&first, answer, &["It is empty.".to_owned()]);
        assert_eq!(mended.purpose, Purpose::Repair);
        assert_eq!((&mended.context, &mended.messages[0]), (&first.context, &first.messages[0]));
        assert_eq!((mended.messages[1].by, mended.messages[1].text.as_str()), (By::Assistant, expected));
        assert_eq!(mended.messages[2].by, By::User);
        assert!(mended.messages[2].text.contains("- It is empty.\n"));
    }
    let huge = repair(&first, &"word ".repeat(200_000), &[]);
    assert!(tokens::estimate(&huge.messages[1].text) < 13_000);
}
