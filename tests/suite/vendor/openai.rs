//! The shapes of OpenAI's Chat Completions API: a completion, the chunks of a stream, an error.

use serde_json::{Value, json};

use super::failure::Cause;
use super::{Answer, Failure, Stop, Usage};

const ID: &str = "chatcmpl-FakeVendor";
/// Seconds since 1970; any will do.
const CREATED: u32 = 1_790_000_000;

fn finish_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "stop",
        Stop::Length | Stop::Window => "length",
        Stop::Refusal => "content_filter",
    }
}

/// Cached tokens are a part of the prompt's here; in Anthropic's API they stand beside it.
fn usage(usage: Usage) -> Value {
    let prompt = usage.input + usage.cache_read + usage.cache_write;
    json!({
        "prompt_tokens": prompt,
        "completion_tokens": usage.output,
        "total_tokens": prompt + usage.output,
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write, "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.thinking, "audio_tokens": 0,
            "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
        },
    })
}

/// The body of an answer that is no stream. Thinking stands in `reasoning_content`, as local servers give it.
pub fn completion(answer: &Answer, model: &str) -> Value {
    let content = if answer.deltas.is_empty() { Value::Null } else { answer.whole().into() };
    let mut message = json!({"role": "assistant", "content": content, "refusal": null, "annotations": []});
    if answer.stop == Stop::Refusal {
        message["refusal"] = message["content"].take();
    }
    if let Some(thinking) = &answer.thinking {
        message["reasoning_content"] = thinking.as_str().into();
    }
    json!({
        "id": ID,
        "object": "chat.completion",
        "created": CREATED,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": finish_reason(answer.stop)}],
        "usage": usage(answer.usage),
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    })
}

fn chunk(model: &str, choices: Value) -> Value {
    json!({
        "id": ID, "object": "chat.completion.chunk", "created": CREATED, "model": model,
        "service_tier": "default", "system_fingerprint": "fp_fake", "choices": choices,
    })
}

fn delta(model: &str, delta: Value, finish_reason: Option<&str>) -> Value {
    chunk(model, json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason}]))
}

/// The chunks of a stream up to its end, which [`ending`] gives.
pub fn events(answer: &Answer, model: &str) -> Vec<Value> {
    let mut chunks = vec![delta(model, json!({"role": "assistant", "content": "", "refusal": null}), None)];
    chunks.extend(answer.thinking.iter().map(|text| delta(model, json!({"reasoning_content": text}), None)));
    let field = if answer.stop == Stop::Refusal { "refusal" } else { "content" };
    chunks.extend(answer.deltas.iter().map(|text| delta(model, json!({ field: text }), None)));
    chunks
}

/// The end of a stream without its `[DONE]`; the usage comes to who asked for it.
pub fn ending(answer: &Answer, model: &str, with_usage: bool) -> Vec<Value> {
    let mut chunks = vec![delta(model, json!({}), Some(finish_reason(answer.stop)))];
    if with_usage {
        let mut last = chunk(model, json!([]));
        last["usage"] = usage(answer.usage);
        chunks.push(last);
    }
    chunks
}

/// The body of an error, which is also what an event of a stream brings.
pub fn error(failure: &Failure) -> Value {
    let (kind, code, param) = match (&failure.cause, failure.status) {
        (Cause::TooLong, _) => ("invalid_request_error", Some("context_length_exceeded"), Some("messages")),
        (Cause::Parameter(name), _) => ("invalid_request_error", Some("unsupported_parameter"), Some(*name)),
        (Cause::SpendLimit, _) | (_, 402) => ("insufficient_quota", Some("insufficient_quota"), None),
        (_, 401) => ("invalid_request_error", Some("invalid_api_key"), None),
        (_, 404) => ("invalid_request_error", Some("model_not_found"), None),
        (_, 429) => ("requests", Some("rate_limit_exceeded"), None),
        (_, 500..) => ("server_error", None, None),
        _ => ("invalid_request_error", None, None),
    };
    let message = match &failure.cause {
        Cause::TooLong => {
            "This model's maximum context length is 128000 tokens. However, your messages resulted in 212345 \
                           tokens. Please reduce the length of the messages."
                .to_owned()
        }
        Cause::Parameter(name) => format!("Unsupported parameter: '{name}' is not supported with this model."),
        Cause::SpendLimit => "You exceeded your current quota, please check your plan and billing details.".to_owned(),
        _ => format!("This is the fake vendor's error {}.", failure.status),
    };
    json!({"error": {"message": message, "type": kind, "param": param, "code": code}})
}
