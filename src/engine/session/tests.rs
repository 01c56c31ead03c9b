use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::engine::compact::Shape;
use crate::engine::effect::CompactAnswer;
use crate::engine::event::{CompactRequest, Event, Origin, Passage};
use crate::engine::intake::Intake;
use crate::engine::memory::Section;

/// A session that is fed by events' JSON, with what it asked for.
struct Fed {
    session: Session,
    seq: u64,
    raws: Vec<String>,
}

impl Fed {
    fn new(settings: Settings) -> Fed {
        Fed { session: Session::new("s", settings), seq: 0, raws: Vec::new() }
    }

    fn event(&mut self, event: &Value) -> Vec<Effect> {
        self.seq += 1;
        self.raws.push(event.to_string());
        let stored = Intake::new(&event.to_string(), true).unwrap().stored(self.seq, 0);
        self.session.apply(0, Event::Appended(vec![stored]))
    }

    fn say(&mut self, role: &str, text: &str) -> Vec<Effect> {
        self.event(&json!({"type": "message", "message": {"role": role, "content": text}}))
    }

    fn call(&mut self, id: &str) -> Vec<Effect> {
        self.event(&json!({"type": "toolCall", "id": id, "name": "Bash", "input": {"command": "cargo test"}}))
    }

    fn result(&mut self, id: &str, text: &str) -> Vec<Effect> {
        self.event(&json!({"type": "toolResult", "id": id, "content": text}))
    }

    fn compact(&mut self, target: Option<u64>, apply: bool) -> Arc<CompactAnswer> {
        let request = CompactRequest { target, shape: None, apply, instructions: None, passages: Vec::new() };
        self.answer(request)
    }

    fn answer(&mut self, request: CompactRequest) -> Arc<CompactAnswer> {
        let effects = self.session.apply(0, Event::Compact(request));
        effects
            .into_iter()
            .find_map(|effect| match effect {
                Effect::Compacted { answer, .. } => Some(answer),
                _ => None,
            })
            .unwrap()
    }

    /// A conversation of `turns` questions, calls and answers.
    fn talk(&mut self, turns: u64) {
        for turn in 0..turns {
            self.say("user", &format!("Please look at module number {turn} of the project and say what it does."));
            self.call(&format!("c{turn}"));
            self.result(
                &format!("c{turn}"),
                &format!("src/module_{turn}.rs: {}", "fn work() { compute(); }\n".repeat(60)),
            );
            self.say(
                "assistant",
                &format!("Module {turn} computes the work of step {turn} and hands it to the next one."),
            );
        }
    }
}

fn settings() -> Settings {
    Settings { init_tokens: 500, update_tokens: 400, ..Settings::default() }
}

fn open(fed: &Fed) -> Vec<String> {
    fed.session.open_tool_calls().map(str::to_owned).collect()
}

#[test]
fn calls_are_open_until_answered_or_given_up() {
    let mut fed = Fed::new(settings());
    fed.call("a");
    fed.call("b");
    assert_eq!(open(&fed), ["a", "b"]);
    fed.result("b", "done");
    assert_eq!(open(&fed), ["a"]);
    fed.event(&json!({"type": "message", "meta": true, "message": {"role": "user", "content": "<system-reminder>x</system-reminder>"}}));
    assert_eq!(open(&fed), ["a"], "the harness does not give a call up");
    fed.say("user", "stop that");
    assert!(open(&fed).is_empty());
    fed.result("a", "late");
    fed.call("a");
    assert!(open(&fed).is_empty(), "a second copy of a call opens nothing");
}

#[test]
fn old_functions_are_paired_by_order() {
    let mut fed = Fed::new(settings());
    fed.event(&json!({"type": "message", "message": {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}}}));
    assert_eq!(open(&fed), ["function_1"]);
    fed.event(&json!({"type": "message", "message": {"role": "function", "name": "f", "content": "1"}}));
    assert!(open(&fed).is_empty());
}

#[test]
fn the_memory_is_updated_at_breakpoints_only() {
    let mut fed = Fed::new(settings());
    let update = |fed: &mut Fed| fed.session.apply(0, Event::Update { origin: Origin::Background });
    fed.say("user", "short");
    assert!(update(&mut fed).is_empty(), "too early");
    fed.say("user", &"many words of a long request ".repeat(120));
    fed.call("a");
    assert_eq!(fed.session.due(), Due::Deferred);
    assert!(update(&mut fed).is_empty(), "a call is open");
    fed.result("a", "ok");
    let effects = update(&mut fed);
    assert!(
        matches!(&effects[..], [Effect::Revised(revision)] if revision.revision == 1 && revision.covered_through == 4),
        "{effects:?}"
    );
    assert_eq!(fed.session.due(), Due::No, "counters begin anew");
    assert!(fed.session.apply(0, Event::Update { origin: Origin::Refresh }).is_empty(), "nothing new, no version");
}

#[test]
fn pressure_is_told_once_for_each_level() {
    let mut fed = Fed::new(settings());
    fed.session.apply(0, Event::Window(1_000));
    let mut told = Vec::new();
    for _ in 0..12 {
        for effect in fed.say("user", &"some words ".repeat(45)) {
            if let Effect::Pressure { pressure, .. } = effect {
                told.push(pressure);
            }
        }
    }
    assert_eq!(
        told,
        [Pressure::Light, Pressure::Medium, Pressure::Heavy]
            .into_iter()
            .filter(|level| told.contains(level))
            .collect::<Vec<_>>()
    );
    assert_eq!(told.last(), Some(&Pressure::Heavy));
}

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
fn an_edit_of_the_file_survives_updates_and_compactions() {
    let mut fed = Fed::new(settings());
    fed.talk(10);
    fed.session.apply(0, Event::Update { origin: Origin::Refresh });
    let base = fed.session.memory().unwrap().text.clone();
    let text = base.replace("## Notes\n", "## Notes\n- ask Mira before a release\n");
    assert_ne!(base, text);
    let effects = fed.session.apply(0, Event::FileEdited { base, text });
    assert!(
        matches!(&effects[..], [Effect::Revised(revision)] if revision.source == "user" && revision.revision == 2),
        "{effects:?}"
    );
    fed.talk(10);
    fed.session.apply(0, Event::Update { origin: Origin::Refresh });
    assert!(fed.session.memory().unwrap().text.contains("- ask Mira before a release"));
    assert!(fed.compact(Some(1_500), true).messages.contains("ask Mira before a release"));
}

#[test]
fn the_agents_own_compaction_begins_a_new_context() {
    let mut fed = Fed::new(settings());
    fed.talk(10);
    let effects = fed.session.apply(0, Event::AgentCompacted { through: 40 });
    assert!(matches!(&effects[0], Effect::Cut(cut) if cut.keep_from == 41 && cut.memory.is_empty()));
    assert_eq!(fed.session.context_tokens(), 0);
    fed.say("user", "go on");
    assert_eq!(fed.session.live().len(), 1);
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
fn a_restored_session_answers_as_the_live_one() {
    // (turns before the state is saved, compact before saving, turns after, compact after)
    for (before, cut_before, after, cut_after) in [
        (0, false, 30, false),
        (30, false, 20, false),
        (30, true, 20, false),
        (30, true, 20, true),
        (10, false, 30, true),
    ] {
        let mut fed = Fed::new(settings());
        fed.talk(before);
        let mut cut = None;
        let mut compact = |fed: &mut Fed| {
            let request = CompactRequest {
                target: Some(3_000),
                shape: None,
                apply: true,
                instructions: None,
                passages: Vec::new(),
            };
            for effect in fed.session.apply(0, Event::Compact(request)) {
                if let Effect::Cut(made) = effect {
                    cut = Some((made.at_seq, made.keep_from, made.estimate, made.memory));
                }
            }
        };
        if cut_before {
            compact(&mut fed);
        }
        let (saved, seq) = fed.session.saved();
        let saved: Saved = serde_json::from_str(&serde_json::to_string(&saved).unwrap()).unwrap();
        fed.talk(after);
        if cut_after {
            compact(&mut fed);
        }
        fed.talk(3);
        let first = cut.as_ref().map_or(1, |cut| cut.1).min(seq + 1);
        let events = fed.raws.iter().enumerate().map(|(at, raw)| (at as u64 + 1, raw)).filter(|(at, _)| *at >= first);
        let events = events.map(|(at, raw)| Intake::new(raw, false).unwrap().stored(at, 0)).collect();
        let restored = Restored {
            edits: crate::engine::edits::Edits::default(),
            saved: Some((saved, seq)),
            memory: fed.session.memory().cloned(),
            cut,
            context_limit: None,
            events,
        };
        let mut again = Fed { session: Session::restore("s", settings(), restored), seq: fed.seq, raws: Vec::new() };
        let case = (before, cut_before, after, cut_after);
        assert_eq!(again.session.context_tokens(), fed.session.context_tokens(), "{case:?}");
        assert_eq!(again.session.last_seq(), fed.session.last_seq(), "{case:?}");
        assert_eq!(again.compact(Some(2_000), true), fed.compact(Some(2_000), true), "{case:?}");
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

#[test]
fn notes_are_a_section_of_the_file() {
    let mut fed = Fed::new(settings());
    fed.talk(5);
    fed.session.apply(0, Event::Update { origin: Origin::Refresh });
    let text = &fed.session.memory().unwrap().text;
    for section in Section::ALL {
        assert!(text.contains(&format!("## {}\n", section.title())), "{text}");
    }
}
