//! The model that the agents talk with: the fake vendor with a script, which tells the requests of a conversation from those
//! that a summary is asked with, and from what an agent asks aside (titles, topics, quota).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::vendor::{Answer, Behaviour, Recorded, Vendor};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The next step of the conversation.
    Turn,
    /// A summary in place of the conversation.
    Summary,
    /// Anything else.
    Aside,
}

/// The answers that are still to be given.
struct Script {
    turns: VecDeque<Answer>,
    summaries: VecDeque<Answer>,
    /// How long a summary takes.
    writing: Duration,
    /// How many times as large as it is a request is said to be.
    larger: u32,
}

/// The model.
pub struct Model {
    vendor: Vendor,
    script: Arc<Mutex<Script>>,
}

impl Model {
    pub fn start() -> Model {
        let script = Script { turns: VecDeque::new(), summaries: VecDeque::new(), writing: Duration::ZERO, larger: 1 };
        let script = Arc::new(Mutex::new(script));
        let own = Arc::clone(&script);
        let vendor = Vendor::always(Behaviour::depends(move |request| {
            let mut script = own.lock().unwrap_or_else(PoisonError::into_inner);
            let larger = script.larger;
            let answer = match purpose(request) {
                Purpose::Turn => script.turns.pop_front(),
                Purpose::Summary => {
                    let (answer, writing) = (script.summaries.pop_front(), script.writing);
                    drop(script);
                    // A model at work, not a test that waits.
                    std::thread::sleep(writing);
                    answer.or_else(|| Some(Answer::text("<summary>A summary by the model.</summary>")))
                }
                Purpose::Aside => None,
            };
            let mut answer = answer.unwrap_or_else(|| Answer::text("Fine."));
            // As a vendor counts, about: our server and the agents go by it.
            answer.usage.input = request.body.len() as u32 / 4 * larger;
            Behaviour::Answer(answer)
        }));
        Model { vendor, script }
    }

    pub fn anthropic(&self) -> String {
        self.vendor.anthropic()
    }

    pub fn openai(&self) -> String {
        self.vendor.openai()
    }

    fn change(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What it answers to the next step of a conversation that no earlier word is for; "Fine." where nothing is left.
    pub fn then(&self, answer: Answer) -> &Model {
        self.change(|script| script.turns.push_back(answer));
        self
    }

    /// The same for a summary.
    pub fn summarises(&self, text: &str) -> &Model {
        self.change(|script| script.summaries.push_back(Answer::text(text)));
        self
    }

    /// How long it writes at a summary.
    pub fn takes(&self, writing: Duration) {
        self.change(|script| script.writing = writing);
    }

    /// From now on it counts every request as so many times as large: the agent believes that its context is full.
    pub fn counts(&self, times: u32) {
        self.change(|script| script.larger = times);
    }

    /// From now on no answer begins.
    pub fn hold(&self) {
        self.vendor.hold();
    }

    /// Answers that were held begin.
    pub fn release(&self) {
        self.vendor.release();
    }

    /// Everything that was asked.
    pub fn requests(&self) -> Vec<Recorded> {
        self.vendor.requests()
    }

    /// The bodies of the requests for a purpose, in order.
    pub fn asked(&self, wanted: Purpose) -> Vec<Value> {
        self.requests().iter().filter(|request| purpose(request) == wanted).map(Recorded::json).collect()
    }

    /// The bodies of the conversation's requests.
    pub fn turns(&self) -> Vec<Value> {
        self.asked(Purpose::Turn)
    }
}

/// How Claude Code begins to ask for a summary, how Codex does, and how it does with our prompt.
const SUMMARY: [&str; 3] = [
    "Your task is to create a detailed summary of",
    "CONTEXT CHECKPOINT COMPACTION",
    "is about to be replaced. Answer with",
];

/// What a request is for.
pub fn purpose(request: &Recorded) -> Purpose {
    let body = request.json();
    if request.api().is_none() {
        return Purpose::Aside;
    }
    let messages = body["messages"].as_array().or_else(|| body["input"].as_array());
    let last = messages.and_then(|messages| messages.last()).map(Value::to_string).unwrap_or_default();
    if SUMMARY.iter().any(|start| last.contains(start)) {
        Purpose::Summary
    } else if body["tools"].as_array().is_some_and(|tools| !tools.is_empty()) {
        Purpose::Turn
    } else {
        Purpose::Aside
    }
}

/// Everything that stands in a body's messages, as plain text.
pub fn words(body: &Value) -> String {
    fn gather(value: &Value, into: &mut String) {
        match value {
            Value::String(text) => {
                into.push_str(text);
                into.push('\n');
            }
            Value::Array(values) => values.iter().for_each(|value| gather(value, into)),
            Value::Object(fields) => fields.values().for_each(|value| gather(value, into)),
            _ => {}
        }
    }
    let mut text = String::new();
    gather(&body["messages"], &mut text);
    gather(&body["input"], &mut text);
    text
}

/// The words of a conversation that was put into an agent stand in a request, each behind the one before.
#[track_caller]
pub fn is_taken_up(said: &str) {
    let order = [
        "never touch the lock file",
        "Run the checks",
        "make check",
        "14 checks passed",
        "All of them pass.",
        "And the lock file?",
    ];
    let places: Vec<Option<usize>> = order.iter().map(|text| said.find(text)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{said}");
}
