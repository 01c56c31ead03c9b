//! Why a model gave no answer: what servers say, in all the shapes they say it in, sorted by what is to be done about it.
//!
//! An error is an object or a text, at the top or within `error`, in an answer of any status or in the middle of a
//! stream; its code is a number, a text or missing.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::keys::Key;
use crate::engine::redact::redact;

/// Longest message, in characters.
const MESSAGE: usize = 300;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What is to be done about it.
    pub kind: FailureKind,
    /// The HTTP status, or the one that an error within a stream stands for.
    pub status: Option<u16>,
    /// The provider's name for the request.
    pub request_id: Option<String>,
    /// The provider's own words, or ours where it said nothing: at most 300 characters, none of them a control
    /// character, without the address and without the key.
    pub message: String,
    /// How long the provider asks to be left alone, as it said it: any length.
    pub retry_after: Option<Duration>,
}

/// What is to be done about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The user has to change something: key, model, address, limit of spending.
    Settings,
    /// The provider is overloaded or limits the rate: later.
    Busy,
    /// No connection, or it broke or fell silent: later.
    Unreachable,
    /// The prompt is larger than the model's window: a smaller one.
    TooLong,
    /// The provider does not take the request.
    Rejected,
    /// What came back is no answer.
    Unreadable,
}

impl FailureKind {
    /// The name in the log and in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            FailureKind::Settings => "settings",
            FailureKind::Busy => "busy",
            FailureKind::Unreachable => "unreachable",
            FailureKind::TooLong => "too-long",
            FailureKind::Rejected => "rejected",
            FailureKind::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (self.status, &self.request_id) {
            (Some(status), Some(id)) => write!(f, " (status {status}, request {id})"),
            (Some(status), None) => write!(f, " (status {status})"),
            (None, Some(id)) => write!(f, " (request {id})"),
            (None, None) => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// A failure that no server described.
    pub(super) fn new(kind: FailureKind, message: impl Into<String>) -> Failure {
        Failure { kind, status: None, request_id: None, message: message.into(), retry_after: None }
    }

    /// An answer whose status is no success.
    pub(super) fn of_status(status: u16, body: &str) -> Failure {
        if (300..400).contains(&status) {
            let message = "redirects are not followed: set baseUrl to the final address";
            return Failure { status: Some(status), ..Failure::new(FailureKind::Rejected, message) };
        }
        let said = match serde_json::from_str::<Value>(body) {
            Ok(value) => Said::read(&value),
            // A proxy's page says nothing to a user.
            Err(_) if body.trim_start().starts_with('<') => Said::default(),
            Err(_) => Said { message: body.trim().to_owned(), ..Said::default() },
        };
        said.failure(status)
    }

    /// The error within a successful answer or a piece of a stream, if that is what it is.
    pub(super) fn within(value: &Value) -> Option<Failure> {
        let error = value.get("error").is_some_and(|error| !error.is_null() && error != false);
        let typed = ["type", "object"].iter().any(|field| value.get(*field).is_some_and(|kind| kind == "error"));
        if !error && !typed {
            return None;
        }
        let said = Said::read(value);
        Some(said.failure(said.status()))
    }

    /// Makes the message fit to be shown: no key, no other secret, no control characters, not too long.
    pub(super) fn presentable(mut self, key: Option<&Key>) -> Failure {
        self.message = clean(&self.message, key, MESSAGE);
        self.request_id = self.request_id.map(|id| clean(&id, key, 100)).filter(|id| !id.is_empty());
        self
    }
}

fn clean(text: &str, key: Option<&Key>, length: usize) -> String {
    let text = match key {
        Some(key) => text.replace(key.reveal(), "[key]"),
        None => text.to_owned(),
    };
    let mut clean = String::new();
    for (count, c) in redact(&text).chars().enumerate() {
        if count >= length {
            break;
        }
        match c {
            '\n' | '\r' | '\t' => clean.push(' '),
            // What turns the direction of text or cannot be seen may hide what a message says.
            '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' => {
                clean.extend(c.escape_unicode());
            }
            c if c.is_control() => clean.extend(c.escape_unicode()),
            c => clean.push(c),
        }
    }
    match clean.char_indices().nth(length) {
        Some((end, _)) => clean.get(..end).unwrap_or_default().trim().to_owned(),
        None => clean.trim().to_owned(),
    }
}

/// What a server said about an error.
#[derive(Debug, Default)]
struct Said {
    message: String,
    /// Types and codes, in the order found.
    codes: Vec<String>,
}

impl Said {
    fn read(value: &Value) -> Said {
        let mut said = Said::default();
        said.add(value, 0);
        said
    }

    /// Takes the fields of an error and of what stands within it; the innermost message is the most exact.
    fn add(&mut self, value: &Value, depth: usize) {
        match value {
            Value::String(text) => text.clone_into(&mut self.message),
            Value::Array(list) => {
                if let Some(first) = list.first() {
                    self.add(first, depth);
                }
            }
            Value::Object(fields) => {
                for name in ["message", "msg"] {
                    if let Some(text) = fields.get(name).and_then(Value::as_str) {
                        text.clone_into(&mut self.message);
                    }
                }
                for name in ["code", "error_code", "type", "status"] {
                    match fields.get(name) {
                        Some(Value::String(code)) => self.codes.push(code.to_ascii_lowercase()),
                        Some(Value::Number(code)) => self.codes.push(code.to_string()),
                        _ => {}
                    }
                }
                for name in ["detail", "details", "errors", "error"] {
                    if let Some(inner) = fields.get(name).filter(|_| depth < 4) {
                        self.add(inner, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// The status that an error within a stream stands for; 500 where it does not say.
    fn status(&self) -> u16 {
        let of_code = |code: &String| match code.as_str() {
            "invalid_request_error" | "exceed_context_size_error" | "context_length_exceeded" => Some(400),
            "authentication_error" => Some(401),
            "billing_error" => Some(402),
            "permission_error" => Some(403),
            "not_found_error" => Some(404),
            "request_too_large" => Some(413),
            "rate_limit_error" | "rate_limit_exceeded" | "throttling_error" => Some(429),
            "timeout_error" => Some(504),
            "overloaded_error" => Some(529),
            code => code.parse().ok().filter(|status| (400..600).contains(status)),
        };
        self.codes.iter().find_map(of_code).unwrap_or(500)
    }

    fn failure(&self, status: u16) -> Failure {
        let message = match self.message.trim() {
            "" => format!("the provider answered with status {status} and did not say why"),
            message => message.to_owned(),
        };
        Failure { status: Some(status), ..Failure::new(self.kind(status), message) }
    }

    fn kind(&self, status: u16) -> FailureKind {
        let message = self.message.to_ascii_lowercase();
        let says = |words: &[&str]| {
            words.iter().any(|word| message.contains(word) || self.codes.iter().any(|code| code.contains(word)))
        };
        match status {
            _ if says(USER_HAS_TO) => FailureKind::Settings,
            401..=404 => FailureKind::Settings,
            429 => FailureKind::Busy,
            _ if says(TOO_LONG) => FailureKind::TooLong,
            408 | 409 | 500.. => FailureKind::Busy,
            _ => FailureKind::Rejected,
        }
    }
}

/// What providers say with a status that does not, where only the user can help: limits of spending, an empty account, a
/// wrong key or model.
const USER_HAS_TO: &[&str] = &[
    "enforced_spend_limit_reached",
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "credit balance is too low",
    "specified api usage limits",
    "invalid_api_key",
    "api key not valid",
    "no_db_connection",
    "model_not_found",
    "is not a valid model",
];

/// What providers say of a prompt over the model's window.
const TOO_LONG: &[&str] = &[
    "context_length_exceeded",
    "exceed_context_size",
    "context_window_exceeded",
    "contextwindowexceeded",
    "model_context_window",
    "request_too_large",
    "string_above_max_length",
    "prompt is too long",
    "prompt too long",
    "input is too long",
    "context length",
    "context window",
    "context size",
    "context limit",
    "too many tokens",
    "exceeds the maximum number of tokens",
    "reduce the length of the messages",
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
