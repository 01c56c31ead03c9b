//! From JSON texts to structs and values. An error names the field by its path and says what is wrong with it
//! with at most a short piece of the text.

use serde::Deserialize;
use serde_json::Value;

use super::InvalidEvent;

pub(super) fn invalid(field: &str, problem: impl Into<String>) -> InvalidEvent {
    InvalidEvent { field: field.to_owned(), problem: problem.into() }
}

/// Reads a struct; an error names the field below `place`.
pub(super) fn parse<'a, T: Deserialize<'a>>(raw: &'a str, place: &str) -> Result<T, InvalidEvent> {
    serde_json::from_str(raw).map_err(|error| {
        // Only a refused text is read a second time, to learn where it is wrong.
        let deserializer = &mut serde_json::Deserializer::from_str(raw);
        let path = serde_path_to_error::deserialize::<_, T>(deserializer).err().map(|traced| traced.path().to_string());
        let path = path.filter(|path| path != ".").unwrap_or_default();
        let field = match (place, path.as_str()) {
            ("", "") => "event".to_owned(),
            (place, "") => place.to_owned(),
            ("", path) => path.to_owned(),
            (place, path) => format!("{place}.{path}"),
        };
        invalid(&field, short(&error))
    })
}

pub(super) fn string(raw: &str, field: &str) -> Result<String, InvalidEvent> {
    serde_json::from_str(raw).map_err(|e| invalid(field, short(&e)))
}

/// The value of a JSON text; what is nested deeper than serde allows stays text.
pub(super) fn value(raw: &str) -> Value {
    serde_json::from_str(raw).unwrap_or_else(|_| Value::String(raw.to_owned()))
}

pub(super) fn short(error: &serde_json::Error) -> String {
    error.to_string()
}

/// At most 60 characters of a value, for messages.
pub(super) fn clip(text: &str) -> String {
    let mut clipped: String = text.chars().take(60).collect();
    if clipped.len() < text.len() {
        clipped.push('…');
    }
    clipped
}
