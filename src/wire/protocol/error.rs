//! What a request that failed is answered with, and how parameters are read so that the answer can name the field.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Error codes beyond those of JSON-RPC.
pub mod code {
    /// A field is missing or wrong.
    pub const INVALID_PARAMS: i64 = -32602;
    /// A fault of the program.
    pub const INTERNAL: i64 = -32603;
    /// No such session.
    pub const UNKNOWN_SESSION: i64 = -32001;
    /// No such version of a memory.
    pub const UNKNOWN_REVISION: i64 = -32002;
    /// The workspace or the store refuses the write.
    pub const WRITE_REFUSED: i64 = -32003;
    /// The provider of the model failed.
    pub const PROVIDER_FAILED: i64 = -32004;
    /// A client's answer: the prompt is too long for its model.
    pub const PROMPT_TOO_LONG: i64 = -32005;
    /// Cancelled by the client.
    pub const CANCELLED: i64 = -32800;
}

/// A request that failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct RequestError {
    /// See [`code`].
    pub code: i64,
    /// What happened, where, what to do.
    pub message: String,
    /// `{field?, path?}`.
    pub data: Option<Value>,
}

impl RequestError {
    /// A parameter is missing or wrong.
    pub fn invalid(field: &str, message: impl Into<String>) -> RequestError {
        let message = message.into();
        RequestError {
            code: code::INVALID_PARAMS,
            message: format!("invalid params: {field}: {message}"),
            data: Some(serde_json::json!({ "field": field })),
        }
    }

    /// No such session.
    pub fn unknown_session(id: &str) -> RequestError {
        let message = format!(
            "unknown session {id:?}: nothing was ever appended to it in this workspace; `sessionMemory/sessions` lists what there is"
        );
        RequestError { code: code::UNKNOWN_SESSION, message, data: None }
    }

    /// Cancelled by the client.
    pub fn cancelled() -> RequestError {
        RequestError { code: code::CANCELLED, message: "cancelled".to_owned(), data: None }
    }

    /// A fault of the program.
    pub fn internal(message: impl Into<String>) -> RequestError {
        RequestError { code: code::INTERNAL, message: message.into(), data: None }
    }
}

/// Reads parameters; an error names the field.
pub fn params<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, RequestError> {
    serde_json::from_str(text).map_err(|error| {
        // Only a refused text is read a second time, to learn where it is wrong.
        let deserializer = &mut serde_json::Deserializer::from_str(text);
        let path = match serde_path_to_error::deserialize::<_, T>(deserializer) {
            Err(traced) => traced.path().to_string(),
            Ok(_) => String::new(),
        };
        let said = error.to_string();
        let missing = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        let field = match (missing, path.as_str()) {
            (Some(name), "" | ".") => name.to_owned(),
            (_, "" | ".") => "params".to_owned(),
            (_, path) => path.to_owned(),
        };
        RequestError::invalid(&field, said)
    })
}

/// Reads a value of a type that borrows nothing.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, RequestError> {
    serde_json::from_value(value).map_err(|error| RequestError::invalid("params", error.to_string()))
}

/// Refuses ids that are empty or longer than 256 characters.
pub fn check_session_id(id: &str) -> Result<(), RequestError> {
    match id.chars().count() {
        1..=256 => Ok(()),
        0 => Err(RequestError::invalid("sessionId", "is empty; 1 to 256 characters are accepted")),
        length => Err(RequestError::invalid("sessionId", format!("has {length} characters; 1 to 256 are accepted"))),
    }
}
