use serde_json::{Value, json};

use super::*;
use crate::engine::effect::Effect;
use crate::engine::event::Event;
use crate::engine::intake::Intake;
use crate::engine::settings::Settings;

struct Talk {
    session: Session,
    seq: u64,
}

impl Talk {
    /// A conversation whose answer is ready.
    fn prepared() -> Talk {
        let mut talk = Talk { session: Session::new("s", Settings::default()), seq: 0 };
        for turn in 0..60 {
            talk.say("user", &format!("Please look at part {turn} of src/part_{turn}.rs. {}", "word ".repeat(300)));
            talk.say("assistant", &format!("Part {turn} calls load_part_{turn} in src/loader.rs."));
        }
        talk.session.apply(0, Event::Idle);
        talk
    }

    fn event(&mut self, event: &Value) {
        self.seq += 1;
        let stored = Intake::new(&event.to_string(), true).unwrap().stored(self.seq, 0);
        self.session.apply(0, Event::Appended(vec![stored]));
    }

    fn say(&mut self, role: &str, text: &str) {
        self.event(&json!({"type": "message", "message": {"role": role, "content": text}}));
    }

    fn call(&mut self, id: &str) {
        self.event(&json!({"type": "toolCall", "id": id, "name": "Bash", "input": {"command": "make"}}));
    }

    fn result(&mut self, id: &str, text: &str) {
        self.event(&json!({"type": "toolResult", "id": id, "content": text}));
    }

    fn compact(&mut self, apply: bool) -> Arc<CompactAnswer> {
        let request = CompactRequest { target: None, shape: None, apply, instructions: None, passages: Vec::new() };
        let effects = self.session.apply(0, Event::Compact(request));
        let answer = effects.into_iter().find_map(|effect| match effect {
            Effect::Compacted { answer, .. } => Some(answer),
            _ => None,
        });
        answer.unwrap()
    }

    /// The answer as it would be built anew.
    fn built(&self) -> Arc<CompactAnswer> {
        let mut other = Talk { session: self.session.clone(), seq: self.seq };
        other.session.unprepare();
        other.compact(false)
    }
}

fn messages(answer: &CompactAnswer) -> Vec<Value> {
    serde_json::from_str(&answer.messages).unwrap()
}

#[test]
fn what_came_since_stands_behind_the_answer_that_was_ready() {
    type Steps = fn(&mut Talk);
    // Each ends an answer in its own way.
    let cases: [(&str, Steps); 6] = [
        ("a message", |talk| talk.say("user", "And now the last one.")),
        ("of the same role", |talk| talk.say("assistant", "One more thing.")),
        ("an open call", |talk| talk.call("c1")),
        ("a call with its result", |talk| {
            talk.call("c1");
            talk.result("c1", "built");
        }),
        ("an abandoned call", |talk| {
            talk.call("c1");
            talk.say("user", "Stop that.");
        }),
        ("nothing but a report", |talk| talk.event(&json!({"type": "usage", "inputTokens": 20_000}))),
    ];
    for (name, steps) in cases {
        let mut talk = Talk::prepared();
        let through = talk.seq;
        steps(&mut talk);
        let answer = talk.compact(false);
        assert_eq!(answer.covered_through, through, "{name}: it was built anew");
        let (new, anew) = (messages(&answer), messages(&talk.built()));
        // The memory may differ, the tail may not.
        let tail = new.len().min(anew.len()) - 2;
        assert_eq!(new[new.len() - tail..], anew[anew.len() - tail..], "{name}");
        assert_eq!(talk.compact(false), answer, "{name}: the same request twice");
        talk.session.apply(0, Event::Idle);
        assert_eq!(talk.compact(false), answer, "{name}: an answer that was given stays");
    }
}

#[test]
fn an_answer_goes_on_again_and_again() {
    let mut talk = Talk::prepared();
    for turn in 0..30 {
        talk.call(&format!("c{turn}"));
        talk.compact(false);
        talk.result(&format!("c{turn}"), &format!("output {turn}"));
        let answer = talk.compact(false);
        let (new, anew) = (messages(&answer), messages(&talk.built()));
        assert_eq!(new.last(), anew.last(), "turn {turn}");
        assert!(answer.covered_through < talk.seq, "turn {turn}: it was built anew");
    }
}

#[test]
fn a_quiet_moment_renews_what_the_next_answer_goes_on_from() {
    let mut talk = Talk::prepared();
    for turn in 0..10 {
        talk.say("user", &format!("Question {turn}"));
        let given = talk.compact(false);
        assert_eq!(given.covered_through, talk.seq - 1, "turn {turn}");
        talk.session.apply(0, Event::Idle);
        assert_eq!(talk.compact(false), given, "turn {turn}");
    }
}

#[test]
fn what_cannot_go_on_is_built_anew() {
    type Steps = fn(&mut Talk);
    let cases: [(&str, Steps); 3] = [
        ("too large", |talk| talk.say("user", &"a sentence of some words. ".repeat(12_000))),
        ("a call that was known", |talk| {
            talk.call("c1");
            talk.result("c1", "built");
            talk.session.apply(0, Event::Idle);
            talk.call("c1");
        }),
        ("another window", |talk| drop(talk.session.apply(0, Event::Window(100_000)))),
    ];
    for (name, steps) in cases {
        let mut talk = Talk::prepared();
        steps(&mut talk);
        let answer = talk.compact(false);
        assert_eq!((answer.covered_through, answer.behind_tokens), (talk.seq, 0), "{name}");
        assert_eq!(answer, talk.built(), "{name}");
    }
}

#[test]
fn the_memory_of_an_applied_answer_is_as_far_behind_as_it_says() {
    let mut talk = Talk::prepared();
    let through = talk.seq;
    talk.say("user", "And now the last one.");
    let answer = talk.compact(true);
    assert_eq!(answer.covered_through, through);
    assert!(answer.behind_tokens > 0);
    assert_eq!(talk.session.behind_tokens(), answer.behind_tokens);
    assert_eq!(talk.session.memory().unwrap().covered_through, through);
}
