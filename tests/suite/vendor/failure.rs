//! An error of a vendor: its status, its headers, and its body in the shape of either API.

use serde_json::{Value, json};

use super::{Api, anthropic, openai};

/// An error of a vendor.
#[derive(Clone, Debug)]
pub struct Failure {
    pub status: u16,
    /// Beside those that every answer has.
    pub headers: Vec<(&'static str, String)>,
    pub cause: Cause,
}

/// What the body tells.
#[derive(Clone, Debug)]
pub enum Cause {
    /// What the status means.
    Status,
    /// The limit of what the account may spend is reached; to try again helps nothing.
    SpendLimit,
    /// The request has more tokens than the window.
    TooLong,
    /// The request has a parameter that this model does not take.
    Parameter(&'static str),
    /// A body as it is: of a local server, or of a proxy before the vendor.
    Body { content_type: &'static str, body: String },
}

impl Failure {
    /// An error of which the status tells all.
    pub fn status(status: u16) -> Failure {
        Failure { status, headers: Vec::new(), cause: Cause::Status }
    }

    /// Too many requests; `retry-after` is in seconds or a date.
    pub fn rate_limit(retry_after: &str) -> Failure {
        Failure::status(429).with_header("retry-after", retry_after)
    }

    /// Status 429 that no waiting ends: without `retry-after`, with a code that says so.
    pub fn spend_limit() -> Failure {
        Failure { cause: Cause::SpendLimit, ..Failure::status(429) }
    }

    /// The request does not fit the model's window.
    pub fn too_long() -> Failure {
        Failure { cause: Cause::TooLong, ..Failure::status(400) }
    }

    /// The model does not take a parameter.
    pub fn parameter(name: &'static str) -> Failure {
        Failure { cause: Cause::Parameter(name), ..Failure::status(400) }
    }

    /// A body of JSON as it is, in the shape of some local server.
    pub fn json(status: u16, body: &Value) -> Failure {
        let cause = Cause::Body { content_type: "application/json", body: body.to_string() };
        Failure { cause, ..Failure::status(status) }
    }

    /// A page for people, as a proxy gives it.
    pub fn page(status: u16) -> Failure {
        let body = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
        Failure { cause: Cause::Body { content_type: "text/html", body }, ..Failure::status(status) }
    }

    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Failure {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Type and text of the body.
    pub(super) fn body(&self, api: Api) -> (&'static str, String) {
        let value = match (&self.cause, api) {
            (Cause::Body { content_type, body }, _) => return (content_type, body.clone()),
            (_, Api::Anthropic) => anthropic::error(self),
            (_, Api::OpenAi | Api::Responses) => openai::error(self),
        };
        ("application/json", value.to_string())
    }

    /// What an unknown path or method gets.
    pub(super) fn unknown_path(method: &str, path: &str) -> Failure {
        Failure::json(
            404,
            &json!({"error": {"message": format!("no such route: {method} {path}"), "type": "not_found"}}),
        )
    }
}
