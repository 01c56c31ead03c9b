//! The shapes of Anthropic's Messages API, version 2023-06-01: a message, the events of a stream, an error.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::failure::Cause;
use super::{Answer, Call, Failure, Stop, Usage};

/// Each message has its own: agents and their transcripts tell by it what belongs together.
fn message_id() -> String {
    static MESSAGES: AtomicUsize = AtomicUsize::new(1);
    format!("msg_01FakeVendor{:08}", MESSAGES.fetch_add(1, Ordering::Relaxed))
}

fn stop_reason(answer: &Answer) -> &'static str {
    match answer.stop {
        Stop::End if answer.calls.is_empty() => "end_turn",
        Stop::End => "tool_use",
        Stop::Length => "max_tokens",
        Stop::Refusal => "refusal",
        Stop::Window => "model_context_window_exceeded",
    }
}

fn stop_details(stop: Stop) -> Value {
    match stop {
        Stop::Refusal => json!({"type": "refusal", "category": "cyber", "explanation": "This was refused by policy."}),
        _ => Value::Null,
    }
}

fn usage(usage: Usage, output: u32) -> Value {
    json!({
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cache_read,
        "cache_creation": {"ephemeral_5m_input_tokens": usage.cache_write, "ephemeral_1h_input_tokens": 0},
        "output_tokens": output,
        "service_tier": "standard",
    })
}

fn tool_use(call: &Call, input: &Value) -> Value {
    json!({"type": "tool_use", "id": call.id, "name": call.name, "input": input})
}

/// The body of an answer that is no stream.
pub fn message(answer: &Answer, model: &str) -> Value {
    let mut content = Vec::new();
    if let Some(thinking) = &answer.thinking {
        content.push(json!({"type": "thinking", "thinking": thinking, "signature": "RmFrZQ=="}));
    }
    if !answer.deltas.is_empty() {
        content.push(json!({"type": "text", "text": answer.whole(), "citations": null}));
    }
    content.extend(answer.calls.iter().map(|call| tool_use(call, &call.input)));
    let mut counted = usage(answer.usage, answer.usage.output);
    counted["output_tokens_details"] = json!({"thinking_tokens": answer.usage.thinking});
    json!({
        "id": message_id(),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": stop_reason(answer),
        "stop_sequence": null,
        "stop_details": stop_details(answer.stop),
        "usage": counted,
    })
}

/// The events of a stream up to its end, which [`ending`] gives.
pub fn events(answer: &Answer, model: &str) -> Vec<Value> {
    let mut events = vec![
        json!({"type": "message_start", "message": {
            "id": message_id(), "type": "message", "role": "assistant", "model": model, "content": [],
            "stop_reason": null, "stop_sequence": null, "stop_details": null, "usage": usage(answer.usage, 1),
        }}),
        json!({"type": "ping"}),
    ];
    let mut index = 0;
    let mut block = |start: Value, deltas: Vec<Value>| {
        events.push(json!({"type": "content_block_start", "index": index, "content_block": start}));
        let deltas = deltas.into_iter();
        events.extend(deltas.map(|delta| json!({"type": "content_block_delta", "index": index, "delta": delta})));
        events.push(json!({"type": "content_block_stop", "index": index}));
        index += 1;
    };
    if let Some(thinking) = &answer.thinking {
        let deltas = vec![
            json!({"type": "thinking_delta", "thinking": thinking}),
            json!({"type": "signature_delta", "signature": "RmFrZQ=="}),
        ];
        block(json!({"type": "thinking", "thinking": "", "signature": ""}), deltas);
    }
    if !answer.deltas.is_empty() {
        let deltas = answer.deltas.iter().map(|text| json!({"type": "text_delta", "text": text})).collect();
        block(json!({"type": "text", "text": "", "citations": null}), deltas);
    }
    for call in &answer.calls {
        let input = json!({"type": "input_json_delta", "partial_json": call.input.to_string()});
        block(tool_use(call, &json!({})), vec![input]);
    }
    if answer.noise {
        events.push(json!({"type": "some_later_event", "field": [1, {"a": null}]}));
    }
    events
}

/// The end of a stream.
pub fn ending(answer: &Answer) -> Vec<Value> {
    let delta = json!({
        "stop_reason": stop_reason(answer), "stop_sequence": null, "stop_details": stop_details(answer.stop),
    });
    let usage = json!({
        "input_tokens": answer.usage.input,
        "cache_creation_input_tokens": answer.usage.cache_write,
        "cache_read_input_tokens": answer.usage.cache_read,
        "output_tokens": answer.usage.output,
        "output_tokens_details": {"thinking_tokens": answer.usage.thinking},
    });
    vec![json!({"type": "message_delta", "delta": delta, "usage": usage}), json!({"type": "message_stop"})]
}

/// The body of an error, which is also the data of an `error` event.
pub fn error(failure: &Failure) -> Value {
    let (kind, message) = match (&failure.cause, failure.status) {
        (Cause::TooLong, _) => {
            ("invalid_request_error", "prompt is too long: 212345 tokens > 200000 maximum".to_owned())
        }
        (Cause::Parameter(name), _) => ("invalid_request_error", format!("{name}: Extra inputs are not permitted")),
        (Cause::SpendLimit, _) => ("rate_limit_error", "You have reached your specified API usage limits.".to_owned()),
        (_, status) => {
            let kind = match status {
                401 => "authentication_error",
                402 => "billing_error",
                403 => "permission_error",
                404 => "not_found_error",
                409 => "conflict_error",
                413 => "request_too_large",
                429 => "rate_limit_error",
                504 => "timeout_error",
                529 => "overloaded_error",
                500.. => "api_error",
                _ => "invalid_request_error",
            };
            (kind, format!("This is the fake vendor's error {status}."))
        }
    };
    let mut error = json!({"type": kind, "message": message});
    if matches!(failure.cause, Cause::SpendLimit) {
        error["details"] = json!({"error_code": "enforced_spend_limit_reached"});
    }
    json!({"type": "error", "error": error, "request_id": "req_011FakeVendor"})
}
