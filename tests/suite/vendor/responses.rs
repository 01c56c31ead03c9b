//! The shapes of OpenAI's Responses API as far as an agent needs them: a response, and the events of its stream.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{Answer, Call, Usage};

/// Each response has its own number, and its items have it too.
fn number() -> usize {
    static RESPONSES: AtomicUsize = AtomicUsize::new(1);
    RESPONSES.fetch_add(1, Ordering::Relaxed)
}

/// Cached tokens are a part of the input's here, as in Chat Completions.
fn usage(usage: Usage) -> Value {
    let input = usage.input + usage.cache_read + usage.cache_write;
    json!({
        "input_tokens": input,
        "input_tokens_details": {"cached_tokens": usage.cache_read},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.thinking},
        "total_tokens": input + usage.output,
    })
}

fn message(text: &str, number: usize) -> Value {
    json!({
        "type": "message", "id": format!("msg_fake{number}"), "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}],
    })
}

/// A function takes a JSON text; a custom tool, whose input is a text, takes it as it is.
fn called(call: &Call, number: usize) -> Value {
    match &call.input {
        Value::String(input) => json!({
            "type": "custom_tool_call", "id": format!("ctc_fake{number}{}", call.id), "call_id": call.id,
            "name": call.name, "input": input, "status": "completed",
        }),
        input => json!({
            "type": "function_call", "id": format!("fc_fake{number}{}", call.id), "call_id": call.id,
            "name": call.name, "arguments": input.to_string(), "status": "completed",
        }),
    }
}

fn items(answer: &Answer, number: usize) -> Vec<Value> {
    let text = (!answer.deltas.is_empty()).then(|| message(&answer.whole(), number));
    text.into_iter().chain(answer.calls.iter().map(|call| called(call, number))).collect()
}

fn envelope(model: &str, number: usize, status: &str) -> Value {
    json!({
        "id": format!("resp_fake{number}"), "object": "response", "created_at": 1_790_000_000, "status": status,
        "model": model, "output": [], "error": null, "incomplete_details": null, "usage": null,
    })
}

fn completed(answer: &Answer, model: &str, number: usize) -> Value {
    let mut response = envelope(model, number, "completed");
    response["output"] = items(answer, number).into();
    response["usage"] = usage(answer.usage);
    response
}

/// The body of a response that is no stream.
pub fn response(answer: &Answer, model: &str) -> Value {
    completed(answer, model, number())
}

/// The events of a whole stream.
pub fn events(answer: &Answer, model: &str) -> Vec<Value> {
    let number = number();
    let mut events = vec![json!({"type": "response.created", "response": envelope(model, number, "in_progress")})];
    for (index, item) in items(answer, number).iter().enumerate() {
        let mut begun = item.clone();
        begun["status"] = "in_progress".into();
        if item["type"] == "message" {
            begun["content"] = json!([]);
        }
        events.push(json!({"type": "response.output_item.added", "output_index": index, "item": begun}));
        if item["type"] == "message" {
            events.extend(answer.deltas.iter().map(|delta| {
                json!({
                    "type": "response.output_text.delta", "item_id": item["id"], "output_index": index,
                    "content_index": 0, "delta": delta,
                })
            }));
        }
        events.push(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
    }
    events.push(json!({"type": "response.completed", "response": completed(answer, model, number)}));
    for (at, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = at.into();
    }
    events
}
