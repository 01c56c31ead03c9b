//! Usage of the request behind a message, as mini-swe-agent keeps it: the whole answer of OpenAI's API.

use serde_json::value::RawValue;

use crate::transcripts::json::{Moment, number, raw_object, string};
use crate::transcripts::told::quoted;

raw_object!(
    /// An answer of the API.
    Response { id = "id", usage = "usage" }
);

raw_object!(
    /// Its `usage`. What was cached counts as input as well.
    Usage { input = "prompt_tokens", output = "completion_tokens", details = "prompt_tokens_details" }
);

raw_object!(
    /// Its `prompt_tokens_details`.
    Details { cached = "cached_tokens" }
);

/// The JSON of a usage event; `None` where there is no answer, or one that has no id and so could not be known again.
pub(super) fn usage_event(response: Option<&RawValue>, at: Option<&Moment>) -> Option<String> {
    let response: Response = serde_json::from_str(response?.get()).ok()?;
    let usage: Usage = serde_json::from_str(response.usage?.get()).ok()?;
    let id = string(response.id).filter(|id| !id.is_empty())?;
    let input = number(usage.input).filter(|input| *input > 0)?;
    let output = number(usage.output).unwrap_or(0);
    let details: Option<Details> = usage.details.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let cached = details.and_then(|details| number(details.cached)).unwrap_or(0);
    let id = quoted(&format!("usage:{id}"));
    let at = at.map(|at| format!(r#","at":{}"#, at.token)).unwrap_or_default();
    Some(format!(
        r#"{{"type":"usage","id":{id}{at},"inputTokens":{input},"outputTokens":{output},"cacheReadTokens":{cached}}}"#
    ))
}
