//! What a session makes of events, and what of it survives.

mod compaction;

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::engine::effect::CompactAnswer;
use crate::engine::event::{CompactRequest, Event, Origin};
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
fn notes_are_a_section_of_the_file() {
    let mut fed = Fed::new(settings());
    fed.talk(5);
    fed.session.apply(0, Event::Update { origin: Origin::Refresh });
    let text = &fed.session.memory().unwrap().text;
    for section in Section::ALL {
        assert!(text.contains(&format!("## {}\n", section.title())), "{text}");
    }
}
