//! A conversation of a coding agent without end, the same in every run: requests of a user, prose of the assistant,
//! calls of Read, Edit, Grep and Bash with outputs of 100 bytes to 20 kB, some of them failures.
//!
//! Names are not repeated from a fixed list: the project grows with the conversation, as real ones do, because the
//! cost of keeping facts depends on how many there are.

use std::collections::VecDeque;

use serde_json::{Value, json};
use session_memory::engine::intake::Intake;

use super::code;
use super::random::Random;

/// An event as it is sent, and its size.
pub struct Event {
    /// Its JSON.
    pub raw: String,
    /// Estimated tokens.
    pub tokens: u64,
}

/// The events, in order; a result follows its call at once.
pub struct Workload {
    random: Random,
    events: u64,
    calls: u64,
    /// Steps left until the user speaks again.
    steps: u64,
    ready: VecDeque<String>,
}

impl Workload {
    /// The conversation with this number.
    pub fn new(number: u64) -> Workload {
        Workload { random: Random::new(number), events: 0, calls: 0, steps: 0, ready: VecDeque::new() }
    }

    /// The events of the next `tokens` tokens.
    pub fn take_tokens(&mut self, tokens: u64) -> Vec<Event> {
        let mut events = Vec::new();
        let mut taken = 0;
        // Never between a call and its result.
        while taken < tokens || !self.ready.is_empty() {
            let event = self.event();
            taken += event.tokens;
            events.push(event);
        }
        events
    }

    /// One call with its result, or what the user says.
    pub fn step(&mut self) -> Vec<Event> {
        self.take_tokens(1)
    }

    fn event(&mut self) -> Event {
        if self.ready.is_empty() {
            self.next_step();
        }
        let raw = self.ready.pop_front().unwrap_or_default();
        let tokens = Intake::new(&raw, false).map_or(0, |intake| u64::from(intake.tokens));
        Event { raw, tokens }
    }

    fn next_step(&mut self) {
        if self.steps == 0 {
            self.steps = self.random.between(4, 18);
            let module = self.module();
            let request = code::request(&mut self.random, module);
            if self.events > 0 {
                let words = code::prose(&mut self.random, module, 4);
                self.say("assistant", json!([{"type": "text", "text": words}]));
            }
            self.say("user", json!(request));
            return;
        }
        self.steps -= 1;
        let module = self.module();
        self.calls += 1;
        let id = format!("toolu_{:012x}", self.calls);
        let (name, input, output, failed) = code::tool_use(&mut self.random, module);
        let mut blocks = Vec::new();
        if self.random.chance(60) {
            let sentences = self.random.between(1, 3);
            blocks.push(json!({"type": "text", "text": code::prose(&mut self.random, module, sentences)}));
        }
        blocks.push(json!({"type": "tool_use", "id": id, "name": name, "input": input}));
        self.say("assistant", Value::Array(blocks));
        let mut result = json!({"type": "tool_result", "tool_use_id": id, "content": output});
        if failed {
            result["is_error"] = json!(true);
        }
        self.say("user", json!([result]));
    }

    /// Mostly a module of late, sometimes an old one; a new one every dozen events.
    fn module(&mut self) -> u64 {
        let newest = 6 + self.events / 12;
        if self.random.chance(80) { newest - self.random.below(6) } else { self.random.below(newest) }
    }

    #[expect(clippy::needless_pass_by_value, reason = "built in place by the callers")]
    fn say(&mut self, role: &str, content: Value) {
        self.events += 1;
        let event = json!({
            "type": "message",
            "id": format!("msg_{:08}", self.events),
            "message": {"role": role, "content": content},
        });
        self.ready.push_back(event.to_string());
    }
}

/// A `toolResult` whose JSON is `bytes` long, different for each number.
pub fn sized_event(number: u64, bytes: usize) -> String {
    let text = |content: &str| {
        json!({"type": "toolResult", "id": format!("call_{number:09}"), "content": content}).to_string()
    };
    let (mut content, mut at) = (String::new(), number * 7 % 300);
    while text(&content).len() < bytes {
        content.push_str(&code::source(number / 20, at, 4));
        at += 4;
    }
    while text(&content).len() > bytes && content.pop().is_some() {}
    text(&content)
}
