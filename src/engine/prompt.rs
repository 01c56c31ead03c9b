//! What is asked of a model, and what comes back. No vendor's shape: `host::model` writes a [`Prompt`] for each API.
//!
//! [`plan`], [`join`], [`cached`] and [`repair`] write the requests. Everything in them that is not ours stands in blocks
//! that no text can forge (`frame`); what comes back is judged by [`super::guard`].

mod frame;
mod instructions;
pub mod mode;
mod request;
#[cfg(test)]
mod tests;
mod transcript;

pub use instructions::INSTRUCTIONS;
pub use request::{LARGEST_REQUEST, Plan, Source, cached, join, plan, repair, smaller};

/// A request to a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// What it is for, as the log and the ledger name it.
    pub purpose: Purpose,
    /// What stands before the messages.
    pub context: Context,
    /// What is said after that, ending with our question.
    pub messages: Vec<Said>,
    /// Most tokens of the answer.
    pub max_output_tokens: u32,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The first memory of a conversation.
    Create,
    /// The memory is to cover what happened since.
    Update,
    /// A part of a conversation that is too long for one request.
    Part,
    /// The parts' memories become one.
    Join,
    /// An answer that could not be accepted is to be mended.
    Repair,
}

impl Purpose {
    /// The name in the log and in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Purpose::Create => "create",
            Purpose::Update => "update",
            Purpose::Part => "part",
            Purpose::Join => "join",
            Purpose::Repair => "repair",
        }
    }
}

/// What stands before the messages of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Context {
    /// Instructions of ours: the same text in every request, so that a provider can cache it.
    Instructions(String),
    /// The conversation exactly as the agent's own requests had it, for a provider that still has it in its cache.
    Agent(AgentContext),
}

/// The beginning of an agent's own request: JSON as the agent sent it, never rebuilt, because one changed byte loses
/// the cache.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentContext {
    /// The `system` field (Anthropic), if there is one.
    pub system: Option<String>,
    /// The `tools` field, if there is one.
    pub tools: Option<String>,
    /// The `thinking` field (Anthropic), if there is one: another value would lose the cache of the messages.
    pub thinking: Option<String>,
    /// The messages, each as JSON.
    pub messages: Vec<String>,
}

/// A turn of our own in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Whose turn it is.
    pub by: By,
    /// The text.
    pub text: String,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Ours.
    User,
    /// The model's.
    Assistant,
}

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The text, thinking not included.
    pub text: String,
    /// Why it ended.
    pub stop: Stop,
    /// The model that answered, where it says so.
    pub model: Option<String>,
    /// What it took.
    pub usage: Usage,
}

/// Why an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The model had said everything.
    End,
    /// It ran into `max_output_tokens` or the end of its window.
    Length,
    /// It refused.
    Refusal,
    /// Anything else, by the vendor's name, or `unknown` where none was given.
    Other(String),
}

/// Tokens of a request as the provider counted them, or as we estimate them where it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Everything that went in, cached or not.
    pub input_tokens: u64,
    /// What came out, thinking included.
    pub output_tokens: u64,
    /// The part of the input that was read from the cache.
    pub cache_read_tokens: u64,
    /// The part of the input that was written to the cache.
    pub cache_creation_tokens: u64,
}
