//! What a hook prints: nothing, or a context in the agent's own shape and within its limits. A context is given as facts: text
//! in the voice of a command would look to the agent like an attack.

use serde_json::{Value, json};

use super::{Call, Happened};
use crate::agents::Agent;

/// How much text an agent takes from its hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// UTF-16 units that one handler may give.
    pub handler: usize,
    /// Handlers that are registered.
    pub handlers: usize,
}

impl Room {
    /// Claude Code saves what is longer than 10,000 characters to a file and shows the beginning; the limit is for each handler.
    /// Codex has none where the handler is registered with `additionalContextLimit: 0`. Cursor takes 10,000 characters, Cline
    /// 50 kB. The others name no limit; what they get is what fits their windows well.
    pub fn of(agent: Agent) -> Room {
        let (handler, handlers) = match agent {
            Agent::ClaudeCode => (9_500, 4),
            Agent::Cursor => (9_500, 1),
            Agent::Codex | Agent::Copilot | Agent::Gemini | Agent::Cline => (38_000, 1),
        };
        Room { handler, handlers }
    }
}

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply<'a> {
    /// Nothing to say.
    Silence,
    /// A context for the session that begins or goes on.
    Context(&'a str),
    /// For an agent that can clear its context at the end of a turn: it does, and goes on with this.
    GoOnWith(&'a str),
    /// What the agent's own summariser is told.
    Instruct(&'a str),
}

impl Reply<'_> {
    /// The text for the agent's hook; empty for nothing.
    pub fn text(self, call: &Call) -> String {
        let (agent, event) = (call.agent, call.event.as_str());
        match self {
            Reply::Context(context) => match agent {
                Agent::Cursor => json!({"additional_context": context}),
                Agent::Cline => json!({"cancel": false, "contextModification": context}),
                Agent::Copilot if call.plain => json!({"additionalContext": context}),
                _ => specific(event, "additionalContext", context.into()),
            }
            .to_string(),
            Reply::GoOnWith(context) if agent == Agent::Gemini => {
                let mut answer = specific(event, "clearContext", true.into());
                answer["decision"] = "deny".into();
                answer["reason"] = context.into();
                answer.to_string()
            }
            Reply::Instruct(text) if agent == Agent::ClaudeCode => text.to_owned(),
            Reply::Silence | Reply::GoOnWith(_) | Reply::Instruct(_) => match agent {
                Agent::Gemini => "{}".to_owned(),
                // Cline takes a hook that says nothing for one that failed, and stops the user's work.
                Agent::Cline => r#"{"cancel":false}"#.to_owned(),
                _ => String::new(),
            },
        }
    }

    /// What is printed where the payload could not even be read.
    pub fn silence(agent: Option<Agent>) -> String {
        let call = Call {
            agent: agent.unwrap_or(Agent::ClaudeCode),
            event: String::new(),
            session: String::new(),
            happened: Happened::Other,
            folder: None,
            transcript: None,
            plain: false,
            moment: None,
        };
        Reply::Silence.text(&call)
    }
}

fn specific(event: &str, key: &str, value: Value) -> Value {
    let mut specific = json!({"hookEventName": event});
    specific[key] = value;
    json!({"hookSpecificOutput": specific})
}

/// A text in parts of at most so many UTF-16 units, cut between lines where that is possible. Each part says which it is, because
/// an agent that runs several handlers at once takes their answers in any order.
pub fn parts(text: &str, room: Room) -> Vec<String> {
    const LABEL: usize = 80;
    let most = room.handler.saturating_sub(LABEL).max(1);
    let mut parts: Vec<String> = Vec::new();
    let (mut part, mut units) = (String::new(), 0);
    for line in text.split_inclusive('\n') {
        let length = line.encode_utf16().count();
        if units > 0 && units + length > most {
            parts.push(std::mem::take(&mut part));
            units = 0;
        }
        if length <= most {
            part.push_str(line);
            units += length;
            continue;
        }
        for character in line.chars() {
            if units + character.len_utf16() > most {
                parts.push(std::mem::take(&mut part));
                units = 0;
            }
            part.push(character);
            units += character.len_utf16();
        }
    }
    if units > 0 {
        parts.push(part);
    }
    let count = parts.len();
    if count > 1 {
        for (number, part) in parts.iter_mut().enumerate() {
            *part = format!("[Memory of this conversation, part {} of {count}]\n{part}", number + 1);
        }
    }
    parts
}
