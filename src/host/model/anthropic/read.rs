//! Events of the Messages API, and whole messages, to an answer.

use serde_json::Value;

use crate::engine::prompt::{Stop, Usage};
use crate::host::model::draft::{Draft, count, other};
use crate::host::model::failure::Failure;
use crate::host::model::reader::unreadable;

/// Takes one event of a stream; what is not known is passed over.
pub(in crate::host::model) fn event(draft: &mut Draft, name: &str, event: &Value) -> Result<(), Failure> {
    match event.get("type").and_then(Value::as_str).unwrap_or(name) {
        "message_start" => {
            draft.begun = true;
            if let Some(message) = event.get("message") {
                draft.named(message.get("model"));
                take_usage(&mut draft.usage, message.get("usage"));
            }
        }
        "content_block_start" => add_text(draft, event.get("content_block"), "text")?,
        "content_block_delta" => add_text(draft, event.get("delta"), "text_delta")?,
        "message_delta" => {
            draft.begun = true;
            if let Some(reason) = event.get("delta").and_then(|delta| delta.get("stop_reason")?.as_str()) {
                draft.stop = Some(stop(reason));
            }
            take_usage(&mut draft.usage, event.get("usage"));
        }
        "message_stop" => draft.ended = true,
        _ => {}
    }
    Ok(())
}

/// Takes a message that came in one piece.
pub(in crate::host::model) fn whole(draft: &mut Draft, message: &Value) -> Result<(), Failure> {
    let Some(blocks) = message.get("content").and_then(Value::as_array) else {
        return Err(unreadable("the answer is JSON but no message; does baseUrl name the Messages API?"));
    };
    for block in blocks {
        add_text(draft, Some(block), "text")?;
    }
    draft.named(message.get("model"));
    draft.stop = message.get("stop_reason").and_then(Value::as_str).map(stop);
    take_usage(&mut draft.usage, message.get("usage"));
    draft.ended = true;
    Ok(())
}

/// Adds the text of a block or of a piece of one; thinking and calls are no text.
fn add_text(draft: &mut Draft, part: Option<&Value>, kind: &str) -> Result<(), Failure> {
    draft.begun = true;
    let Some(part) = part.filter(|part| part.get("type").is_some_and(|found| found == kind)) else { return Ok(()) };
    draft.add(part.get("text").and_then(Value::as_str).unwrap_or_default())
}

fn stop(reason: &str) -> Stop {
    match reason {
        "end_turn" | "stop_sequence" => Stop::End,
        "max_tokens" | "model_context_window_exceeded" => Stop::Length,
        "refusal" => Stop::Refusal,
        reason => other(reason),
    }
}

/// Takes what a report says; the later ones of a stream are cumulative and may leave fields out. The vendor counts what
/// was cached beside `input_tokens`, we count it within.
fn take_usage(usage: &mut Usage, report: Option<&Value>) {
    let Some(report) = report else { return };
    let uncached =
        usage.input_tokens.saturating_sub(usage.cache_read_tokens.saturating_add(usage.cache_creation_tokens));
    let read = count(report, "cache_read_input_tokens").unwrap_or(usage.cache_read_tokens);
    let created = count(report, "cache_creation_input_tokens").unwrap_or(usage.cache_creation_tokens);
    let uncached = count(report, "input_tokens").unwrap_or(uncached);
    *usage = Usage {
        input_tokens: uncached.saturating_add(read).saturating_add(created),
        output_tokens: count(report, "output_tokens").unwrap_or(usage.output_tokens),
        cache_read_tokens: read,
        cache_creation_tokens: created,
    };
}
