//! Chunks of the Chat Completions API, and whole completions, to an answer.

use serde_json::Value;

use crate::engine::prompt::{Stop, Usage};
use crate::host::model::draft::{Draft, count, other};
use crate::host::model::failure::Failure;
use crate::host::model::reader::unreadable;

/// Takes one chunk of a stream; what is not known is passed over.
pub(in crate::host::model) fn chunk(draft: &mut Draft, chunk: &Value) -> Result<(), Failure> {
    draft.begun |= chunk.get("choices").is_some();
    draft.named(chunk.get("model"));
    take_usage(draft, chunk.get("usage"));
    match chunk.get("choices").and_then(first) {
        Some(choice) => take_choice(draft, choice, "delta"),
        None => Ok(()),
    }
}

/// Takes a completion that came in one piece.
pub(in crate::host::model) fn whole(draft: &mut Draft, completion: &Value) -> Result<(), Failure> {
    let Some(choice) = completion.get("choices").and_then(first) else {
        return Err(unreadable(
            "the answer is JSON but no completion; does baseUrl end where /chat/completions follows?",
        ));
    };
    draft.named(completion.get("model"));
    take_usage(draft, completion.get("usage"));
    take_choice(draft, choice, "message")?;
    draft.ended = true;
    Ok(())
}

/// The choice of index 0: we ask for one.
fn first(choices: &Value) -> Option<&Value> {
    choices.as_array()?.iter().find(|choice| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0)
}

fn take_choice(draft: &mut Draft, choice: &Value, part: &str) -> Result<(), Failure> {
    if let Some(said) = choice.get(part) {
        match said.get("content") {
            Some(Value::String(text)) => draft.add(text)?,
            // Parts: some vendors' reasoning models separate thinking from text this way.
            Some(Value::Array(parts)) => {
                for part in parts.iter().filter(|part| part.get("type").is_none_or(|kind| kind == "text")) {
                    draft.add(part.get("text").and_then(Value::as_str).unwrap_or_default())?;
                }
            }
            _ => {}
        }
        if said.get("refusal").and_then(Value::as_str).is_some_and(|refusal| !refusal.is_empty()) {
            draft.stop = Some(Stop::Refusal);
        }
    }
    if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str)
        && draft.stop != Some(Stop::Refusal)
    {
        draft.stop = Some(stop(reason));
    }
    Ok(())
}

fn stop(reason: &str) -> Stop {
    match reason.to_ascii_lowercase().as_str() {
        "stop" => Stop::End,
        "length" | "max_tokens" => Stop::Length,
        "content_filter" => Stop::Refusal,
        _ => other(reason),
    }
}

/// Takes a report: all of it, since the vendor counts what was cached within `prompt_tokens`.
fn take_usage(draft: &mut Draft, report: Option<&Value>) {
    let Some(report) = report.filter(|report| report.is_object()) else { return };
    let detail = |field| report.get("prompt_tokens_details").and_then(|details| count(details, field)).unwrap_or(0);
    draft.usage = Usage {
        input_tokens: count(report, "prompt_tokens").unwrap_or(draft.usage.input_tokens),
        output_tokens: count(report, "completion_tokens").unwrap_or(draft.usage.output_tokens),
        cache_read_tokens: detail("cached_tokens"),
        cache_creation_tokens: detail("cache_write_tokens"),
    };
}
