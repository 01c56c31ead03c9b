//! Builders for events, and a scripted conversation in which every event has a mark of its own.

use serde_json::{Value, json};

/// A `message` event.
pub fn message(id: &str, message: Value) -> Value {
    json!({"type": "message", "id": id, "message": message})
}

pub fn user(id: &str, text: &str) -> Value {
    message(id, json!({"role": "user", "content": text}))
}

pub fn assistant(id: &str, text: &str) -> Value {
    message(id, json!({"role": "assistant", "content": text}))
}

/// A `toolCall` event.
pub fn call(id: &str, name: &str, input: Value) -> Value {
    json!({"type": "toolCall", "id": id, "name": name, "input": input})
}

/// A `toolResult` event.
pub fn result(id: &str, text: &str) -> Value {
    json!({"type": "toolResult", "id": id, "content": text})
}

pub fn usage(input_tokens: u64) -> Value {
    json!({"type": "usage", "inputTokens": input_tokens, "outputTokens": 10})
}

/// Blocks of Anthropic's API.
pub fn tool_use(id: &str, name: &str, input: Value) -> Value {
    json!({"type": "tool_use", "id": id, "name": name, "input": input})
}

pub fn tool_result(id: &str, text: &str) -> Value {
    json!({"type": "tool_result", "tool_use_id": id, "content": text})
}

pub fn text_block(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

const WORDS: [&str; 48] = [
    "parser", "buffer", "request", "column", "latency", "module", "branch", "cursor", "handler", "schema", "retry",
    "socket", "ledger", "window", "render", "signal", "thread", "vector", "widget", "kernel", "packet", "report",
    "sample", "target", "the", "a", "of", "and", "in", "with", "before", "after", "reads", "writes", "holds", "moves",
    "checks", "sends", "keeps", "drops", "small", "large", "first", "last", "every", "open", "closed", "old",
];

/// Prose of so many words, a sentence a line; the same for the same seed.
pub fn prose(words: usize, seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut text = String::new();
    for at in 0..words {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push_str(WORDS[(state % WORDS.len() as u64) as usize]);
        text.push_str(if at % 12 == 11 { ".\n" } else { " " });
    }
    text
}

/// How a scripted conversation is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Anthropic messages with tool blocks.
    Anthropic,
    /// OpenAI messages with `tool_calls` and `tool` messages.
    OpenAi,
    /// Plain messages, calls and results as events of their own.
    Events,
}

/// What an event of the script is, for the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    User,
    Assistant,
    Call(String),
    Result(String),
}

/// A conversation.
pub struct Script {
    pub voice: Voice,
    pub events: Vec<Value>,
    pub told: Vec<Told>,
    /// What the user corrected, word for word.
    pub corrections: Vec<String>,
    pub open: Vec<String>,
    pub abandoned: Vec<String>,
    calls: usize,
}

/// The mark of the event with this number.
pub fn mark(seq: usize) -> String {
    format!("MARK{seq:04}")
}

impl Script {
    pub fn new(voice: Voice) -> Script {
        let empty = Vec::new;
        Script {
            voice,
            events: empty(),
            told: Vec::new(),
            corrections: Vec::new(),
            open: Vec::new(),
            abandoned: Vec::new(),
            calls: 0,
        }
    }

    fn next(&self) -> (String, String) {
        let seq = self.events.len() + 1;
        (format!("e{seq}"), mark(seq))
    }

    pub fn user(&mut self, text: &str) {
        let (id, mark) = self.next();
        self.events.push(user(&id, &format!("{mark} {text}")));
        self.told.push(Told::User);
        self.abandoned.append(&mut self.open);
    }

    /// A correction that stands verbatim in the memory ever after.
    pub fn corrects(&mut self, text: &str) {
        let (id, _) = self.next();
        self.events.push(user(&id, text));
        self.told.push(Told::User);
        self.corrections.push(text.to_owned());
        self.abandoned.append(&mut self.open);
    }

    pub fn assistant(&mut self, text: &str) {
        let (id, mark) = self.next();
        self.events.push(assistant(&id, &format!("{mark} {text}")));
        self.told.push(Told::Assistant);
    }

    /// The assistant calls a tool; gives the call's id.
    pub fn call(&mut self, name: &str, argument: &str) -> String {
        let (id, mark) = self.next();
        self.calls += 1;
        let call_id = format!("call_{}", self.calls);
        let input = json!({"mark": mark, "argument": argument});
        self.events.push(match self.voice {
            Voice::Anthropic => {
                message(&id, json!({"role": "assistant", "content": [tool_use(&call_id, name, input)]}))
            }
            Voice::OpenAi => {
                let function = json!({"name": name, "arguments": input.to_string()});
                let calls = json!([{"id": call_id, "type": "function", "function": function}]);
                message(&id, json!({"role": "assistant", "content": null, "tool_calls": calls}))
            }
            Voice::Events => call(&call_id, name, input),
        });
        self.told.push(Told::Call(call_id.clone()));
        self.open.push(call_id.clone());
        call_id
    }

    pub fn result(&mut self, call_id: &str, text: &str) {
        let (id, mark) = self.next();
        let text = format!("{mark} {text}");
        self.events.push(match self.voice {
            Voice::Anthropic => message(&id, json!({"role": "user", "content": [tool_result(call_id, &text)]})),
            Voice::OpenAi => message(&id, json!({"role": "tool", "tool_call_id": call_id, "content": text})),
            Voice::Events => result(call_id, &text),
        });
        self.told.push(Told::Result(call_id.to_owned()));
        self.open.retain(|open| open != call_id);
        self.abandoned.retain(|abandoned| abandoned != call_id);
    }

    /// A round of work: request, call, result, summary.
    pub fn round(&mut self, number: usize, result_words: usize) {
        let seed = number as u64 + 7;
        self.user(&format!("Please look into part {number} of the ingest pipeline, {}", prose(20, seed)));
        let call = self.call("Read", &format!("src/part_{number}.rs"));
        self.result(&call, &prose(result_words, seed * 31));
        self.assistant(&format!("Part {number} is done. {}", prose(40, seed * 57)));
    }

    /// A long conversation with everything in it: corrections, an abandoned call, parallel calls, an open call at the end.
    pub fn long(voice: Voice, rounds: usize, result_words: usize) -> Script {
        let mut script = Script::new(voice);
        for number in 0..rounds {
            script.round(number, result_words);
            if number == rounds / 4 {
                script.corrects("No, never use floating point for money here. Use integer cents instead.");
                script.assistant("Understood, cents it is.");
            }
            if number == rounds / 2 {
                script.call("Bash", "cargo test --workspace");
                script.corrects("Stop. Do not run the whole workspace, only the ledger crate.");
                script.assistant("Only the ledger crate from now on.");
            }
            if number == rounds - 2 {
                script.user("Look at both files at once.");
                let (one, two) = (script.call("Read", "src/one.rs"), script.call("Read", "src/two.rs"));
                script.result(&two, &prose(30, 3));
                script.result(&one, &prose(30, 4));
                script.call("Bash", "sleep 100");
                script.user("Never mind that command.");
            }
        }
        script.user("Now the last thing: run the linter.");
        script.call("Bash", "cargo clippy");
        script
    }
}
