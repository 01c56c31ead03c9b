//! A request as it came.

use std::time::Instant;

use serde_json::Value;

/// Which API a path belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// `POST /v1/messages`.
    Anthropic,
    /// `POST /v1/chat/completions`.
    OpenAi,
    /// `POST /v1/responses`, the API that Codex speaks.
    Responses,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// When it had come whole.
    pub at: Instant,
    pub method: String,
    /// With the query, if there is one.
    pub path: String,
    /// In their order, names as they were written.
    pub headers: Vec<(String, String)>,
    /// Without the framing of chunks.
    pub body: Vec<u8>,
}

impl Recorded {
    /// The first header of a name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The API that is called, if it is one that we speak.
    pub fn api(&self) -> Option<Api> {
        match (self.method.as_str(), self.path.split('?').next().unwrap_or_default()) {
            ("POST", "/v1/messages") => Some(Api::Anthropic),
            ("POST", "/v1/chat/completions") => Some(Api::OpenAi),
            ("POST", "/v1/responses") => Some(Api::Responses),
            _ => None,
        }
    }

    /// Whether the connection is to be closed behind the answer.
    pub(super) fn closes(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}
