//! An answer that is still coming in.

use serde_json::Value;

use super::failure::{Failure, FailureKind};
use crate::engine::prompt::{Answer, Stop, Usage};

/// Longest text of an answer, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 20;

/// What has come so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    text: String,
    pub(super) model: Option<String>,
    pub(super) stop: Option<Stop>,
    pub(super) usage: Usage,
    /// The API's end mark has come: nothing follows.
    pub(super) ended: bool,
    /// Something has come that the API's answers are made of.
    pub(super) begun: bool,
}

impl Draft {
    /// Adds to the text.
    pub(super) fn add(&mut self, text: &str) -> Result<(), Failure> {
        if self.text.len().saturating_add(text.len()) > MAX_TEXT {
            return Err(Failure::new(FailureKind::Unreadable, format!("the answer is over {MAX_TEXT} bytes")));
        }
        self.text.push_str(text);
        Ok(())
    }

    /// Learns the name of the model.
    pub(super) fn named(&mut self, name: Option<&Value>) {
        if let Some(name) = name.and_then(Value::as_str).filter(|name| !name.is_empty()) {
            self.model = Some(name.chars().filter(|c| !c.is_control()).take(200).collect());
        }
    }

    /// The answer.
    pub(super) fn answer(self) -> Answer {
        let stop = self.stop.unwrap_or_else(|| Stop::Other("unknown".to_owned()));
        Answer { text: self.text, stop, model: self.model, usage: self.usage }
    }
}

/// The reason's name as the vendor wrote it, short and without control characters.
pub(super) fn other(reason: &str) -> Stop {
    let name: String = reason.chars().filter(|c| !c.is_control()).take(60).collect();
    Stop::Other(if name.is_empty() { "unknown".to_owned() } else { name })
}

/// A field that holds a count.
pub(super) fn count(object: &Value, field: &str) -> Option<u64> {
    object.get(field)?.as_u64()
}
