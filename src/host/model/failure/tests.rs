//! Errors as servers write them.

use super::FailureKind::{Busy, Rejected, Settings, TooLong};
use super::*;

#[test]
fn answers_with_a_status() {
    let check = |status, body: &str, kind, message: &str| {
        let failure = Failure::of_status(status, body).presentable(None);
        assert_eq!((failure.kind, failure.status, failure.message.as_str()), (kind, Some(status), message), "{body}");
    };
    // Anthropic.
    let anthropic = |kind: &str, message: &str| {
        format!(r#"{{"type":"error","error":{{"type":"{kind}","message":"{message}"}},"request_id":"req_1"}}"#)
    };
    check(400, &anthropic("invalid_request_error", "max_tokens: required"), Rejected, "max_tokens: required");
    check(401, &anthropic("authentication_error", "invalid x-api-key"), Settings, "invalid x-api-key");
    check(402, &anthropic("billing_error", "b"), Settings, "b");
    check(403, &anthropic("permission_error", "p"), Settings, "p");
    check(404, &anthropic("not_found_error", "model: x"), Settings, "model: x");
    check(408, "", Busy, "the provider answered with status 408 and did not say why");
    check(409, &anthropic("conflict_error", "c"), Busy, "c");
    check(413, &anthropic("request_too_large", "Request exceeds"), TooLong, "Request exceeds");
    check(413, "<html>", Rejected, "the provider answered with status 413 and did not say why");
    check(422, r#"{"message":"no"}"#, Rejected, "no");
    check(429, &anthropic("rate_limit_error", "slow down"), Busy, "slow down");
    check(500, &anthropic("api_error", "internal"), Busy, "internal");
    check(529, &anthropic("overloaded_error", "Overloaded"), Busy, "Overloaded");
    let spent = r#"{"type":"error","error":{"type":"rate_limit_error","message":"limit","details":{"error_code":"enforced_spend_limit_reached"}}}"#;
    check(429, spent, Settings, "limit");
    let low = anthropic("invalid_request_error", "Your credit balance is too low to access the API");
    check(400, &low, Settings, "Your credit balance is too low to access the API");
    let long = anthropic("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum");
    check(400, &long, TooLong, "prompt is too long: 210000 tokens > 200000 maximum");
    let both = anthropic("invalid_request_error", "input length and `max_tokens` exceed context limit: 9 + 9 > 10");
    check(400, &both, TooLong, "input length and `max_tokens` exceed context limit: 9 + 9 > 10");

    // OpenAI and those who speak like it.
    let openai = |code: &str| format!(r#"{{"error":{{"message":"m","type":"t","param":null,"code":{code}}}}}"#);
    check(400, &openai("null"), Rejected, "m");
    check(400, &openai(r#""context_length_exceeded""#), TooLong, "m");
    check(404, &openai(r#""model_not_found""#), Settings, "m");
    check(400, &openai(r#""model_not_found""#), Settings, "m");
    check(429, &openai(r#""insufficient_quota""#), Settings, "m");
    check(429, &openai(r#""rate_limit_exceeded""#), Busy, "m");
    check(429, &openai(r#""429""#), Busy, "m");
    check(503, &openai("503"), Busy, "m");
    let llama = r#"{"error":{"code":400,"message":"request (3000 tokens) exceeds the available context size (2048 tokens)","type":"exceed_context_size_error","n_prompt_tokens":3000,"n_ctx":2048}}"#;
    check(400, llama, TooLong, "request (3000 tokens) exceeds the available context size (2048 tokens)");
    let vllm = r#"{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","param":null,"code":400}"#;
    check(400, vllm, TooLong, "This model's maximum context length is 4096 tokens.");
    check(400, r#"{"error":"model crashed"}"#, Rejected, "model crashed");
    check(
        400,
        r#"{"error":"Trying to keep the first 9000 tokens when context the overflows, context length 4096"}"#,
        TooLong,
        "Trying to keep the first 9000 tokens when context the overflows, context length 4096",
    );
    let gemini = r#"[{"error":{"code":400,"message":"The input token count (2) exceeds the maximum number of tokens allowed (1).","status":"INVALID_ARGUMENT"}}]"#;
    check(400, gemini, TooLong, "The input token count (2) exceeds the maximum number of tokens allowed (1).");
    check(422, r#"{"detail":[{"type":"missing","loc":["body"],"msg":"Field required"}]}"#, Rejected, "Field required");
    check(404, r#"{"detail":"Not Found"}"#, Settings, "Not Found");
    check(502, r#"{"error":{"message":"Upstream","error":{"message":"inner","code":"x"}}}"#, Busy, "inner");
    check(418, "plain words", Rejected, "plain words");
    check(502, "<html><h1>Bad Gateway", Busy, "the provider answered with status 502 and did not say why");
    for body in ["", "null", "[]", "{}", "7", r#"{"error":null}"#, r#"{"error":{"message":null,"code":[]}}"#] {
        check(500, body, Busy, "the provider answered with status 500 and did not say why");
    }
    for status in [301, 302, 303, 307, 308] {
        check(status, "{}", Rejected, "redirects are not followed: set baseUrl to the final address");
    }
}

#[test]
fn errors_within_an_answer() {
    let check = |piece: &str, expected: Option<(FailureKind, u16)>| {
        let failure = Failure::within(&serde_json::from_str(piece).unwrap());
        assert_eq!(failure.map(|failure| (failure.kind, failure.status.unwrap())), expected, "{piece}");
    };
    check(r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, Some((Busy, 529)));
    check(r#"{"error":{"type":"invalid_request_error","message":"prompt is too long"}}"#, Some((TooLong, 400)));
    check(r#"{"error":{"code":502,"message":"Provider disconnected"},"choices":[]}"#, Some((Busy, 502)));
    check(r#"{"error":{"code":"429","message":"m","type":"throttling_error"}}"#, Some((Busy, 429)));
    check(r#"{"error":{"code":401,"message":"m"}}"#, Some((Settings, 401)));
    check(r#"{"error":"out of memory"}"#, Some((Busy, 500)));
    check(r#"{"object":"error","message":"m","code":40}"#, Some((Busy, 500)));
    check(r#"{"type":"message","error":null}"#, None);
    check(r#"{"choices":[]}"#, None);
    check("[]", None);
    check("7", None);
}

#[test]
fn messages_are_fit_to_be_shown() {
    let key = Key::handed("hunter2-hunter2");
    let check = |message: &str, expected: &str| {
        let body = serde_json::json!({"error": {"message": message}}).to_string();
        assert_eq!(Failure::of_status(400, &body).presentable(key.as_ref()).message, expected);
    };
    check("Incorrect API key provided: hunter2-hunter2.", "Incorrect API key provided: [key].");
    check("\u{1b}[2Ja\u{202E}b\r\nc\u{0}", "\\u{1b}[2Ja\\u{202e}b  c\\u{0}");
    check(&"ü".repeat(500), &"ü".repeat(300));
    check(&"\u{1}".repeat(500), &"\\u{1}".repeat(60));
    let nested = "[".repeat(100_000);
    assert_eq!(Failure::of_status(400, &nested).presentable(None).message.len(), 300);
    let secret = format!("token ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    assert!(!Failure::of_status(400, &secret).presentable(None).message.contains("ghp_"));
}
