//! What a model says, without any vendor's shape.

use serde_json::Value;

/// What the vendor counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the request that no cache had and none was to keep.
    pub input: u32,
    /// Tokens read from the cache.
    pub cache_read: u32,
    /// Tokens written to the cache.
    pub cache_write: u32,
    /// Tokens of the answer, thinking included.
    pub output: u32,
    /// Those of them that were thinking.
    pub thinking: u32,
}

/// Why a model stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It had said everything.
    End,
    /// The answer had as many tokens as it may have.
    Length,
    /// It refused. In the Chat Completions API a filter of the vendor's says so.
    Refusal,
    /// The window was full. The Chat Completions API has no word of its own for that.
    Window,
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub id: String,
    pub name: String,
    pub input: Value,
}

/// An answer of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The text, in the parts that a stream brings one by one.
    pub deltas: Vec<String>,
    /// What it thought first, if that is told.
    pub thinking: Option<String>,
    /// The tools it calls behind the text.
    pub calls: Vec<Call>,
    pub usage: Usage,
    pub stop: Stop,
    /// Most bytes of the body in one write and one HTTP chunk; characters and events are cut wherever that falls. Without
    /// it, an event is a chunk.
    pub write_size: Option<usize>,
    /// Comments, events and fields that no client knows, and lines that end with CR LF.
    pub noise: bool,
}

impl Answer {
    /// A text in one piece.
    pub fn text(text: impl Into<String>) -> Answer {
        Answer {
            deltas: vec![text.into()],
            thinking: None,
            calls: Vec::new(),
            usage: Usage { input: 100, cache_read: 0, cache_write: 0, output: 10, thinking: 0 },
            stop: Stop::End,
            write_size: None,
            noise: false,
        }
    }

    /// No word at all.
    pub fn empty() -> Answer {
        Answer { deltas: Vec::new(), ..Answer::text("") }
    }

    /// Thinking, and then the end.
    pub fn only_thinking(thought: &str) -> Answer {
        Answer::empty().after_thinking(thought)
    }

    /// A local model that thinks aloud and never comes to its answer.
    pub fn unclosed_think() -> Answer {
        Answer::text("<think>The user wants a memory. First I").in_deltas_of(3)
    }

    /// A refusal.
    pub fn refusal() -> Answer {
        Answer { stop: Stop::Refusal, ..Answer::text("I can't help with that.") }
    }

    /// A text of ten million bytes.
    pub fn huge() -> Answer {
        let line = "0123456789abcdefghijklmnopqrstuvwxyz-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789 ten milli.\n";
        Answer::text(line.repeat(10_000_000_usize.div_ceil(line.len()))).in_deltas_of(65_536)
    }

    /// The text again, so many characters to a part of the stream.
    #[must_use]
    pub fn in_deltas_of(mut self, characters: usize) -> Answer {
        let all: Vec<char> = self.deltas.concat().chars().collect();
        self.deltas = all.chunks(characters.max(1)).map(|part| part.iter().collect()).collect();
        self
    }

    /// The body in writes of so many bytes.
    #[must_use]
    pub fn in_writes_of(self, bytes: usize) -> Answer {
        Answer { write_size: Some(bytes.max(1)), ..self }
    }

    /// The same after thinking.
    #[must_use]
    pub fn after_thinking(mut self, thought: &str) -> Answer {
        self.thinking = Some(thought.to_owned());
        self.usage.thinking = self.usage.output / 2;
        self
    }

    /// The same with one more call of a tool.
    #[must_use]
    pub fn and_call(mut self, id: &str, name: &str, input: Value) -> Answer {
        self.calls.push(Call { id: id.to_owned(), name: name.to_owned(), input });
        self
    }

    #[must_use]
    pub fn with_usage(self, usage: Usage) -> Answer {
        Answer { usage, ..self }
    }

    #[must_use]
    pub fn stopped(self, stop: Stop) -> Answer {
        Answer { stop, ..self }
    }

    #[must_use]
    pub fn with_noise(self) -> Answer {
        Answer { noise: true, ..self }
    }

    /// The whole text.
    pub fn whole(&self) -> String {
        self.deltas.concat()
    }
}
