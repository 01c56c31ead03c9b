//! Answers and errors in the shapes of both APIs. Whether the shapes are the vendors' is for `sdk`; here stands what a
//! library does not look at.

use serde_json::{Value, json};

use super::client::{Got, ask, request};
use crate::vendor::{Answer, Api, Behaviour, Failure, Stop, Usage, Vendor};

fn given(behaviour: Behaviour, api: Api, stream: bool) -> Got {
    ask(&Vendor::always(behaviour), &request(api, stream, true))
}

/// The text that a stream brings, from whatever field of either API.
pub fn streamed(got: &Got) -> String {
    let events = got.events();
    let texts = events.iter().filter_map(|event| {
        event["delta"]["text"].as_str().or_else(|| event["choices"][0]["delta"]["content"].as_str())
    });
    texts.collect()
}

#[test]
fn a_text_comes_whole_however_it_is_cut() {
    let text = "## Notes\n- \u{1f980} λ → ü \"quoted\" \\ \u{7}\r\n".repeat(20);
    let answers = [
        Answer::text(&*text),
        Answer::text(&*text).in_deltas_of(1),
        Answer::text(&*text).in_deltas_of(7).in_writes_of(1),
        Answer::text(&*text).in_deltas_of(3).in_writes_of(5).with_noise(),
        Answer::text(&*text).after_thinking("hm").with_noise(),
    ];
    for answer in answers {
        for api in [Api::Anthropic, Api::OpenAi] {
            assert_eq!(streamed(&given(Behaviour::Answer(answer.clone()), api, true)), text, "{answer:?}");
            let plain = given(Behaviour::Answer(answer.clone()), api, false).json();
            let block = usize::from(answer.thinking.is_some());
            let said = plain["content"][block]["text"].as_str();
            assert_eq!(said.or(plain["choices"][0]["message"]["content"].as_str()), Some(&*text));
        }
    }
}

#[test]
fn a_huge_answer_is_huge() {
    for api in [Api::Anthropic, Api::OpenAi] {
        assert!(streamed(&given(Behaviour::Answer(Answer::huge()), api, true)).len() >= 10_000_000);
    }
}

#[test]
fn answers_that_are_none() {
    // (answer, Anthropic's blocks and stop reason, OpenAI's content and finish reason)
    let cases = [
        (Answer::empty(), json!([[], "end_turn"]), json!([null, "stop"])),
        (Answer::only_thinking("hm"), json!([["thinking"], "end_turn"]), json!([null, "stop"])),
        (Answer::refusal(), json!([["text"], "refusal"]), json!([null, "content_filter"])),
        (Answer::text("a").stopped(Stop::Length), json!([["text"], "max_tokens"]), json!(["a", "length"])),
        (
            Answer::text("a").stopped(Stop::Window),
            json!([["text"], "model_context_window_exceeded"]),
            json!(["a", "length"]),
        ),
        (
            Answer::unclosed_think(),
            json!([["text"], "end_turn"]),
            json!(["<think>The user wants a memory. First I", "stop"]),
        ),
    ];
    for (answer, anthropic, openai) in cases {
        let message = given(Behaviour::Answer(answer.clone()), Api::Anthropic, false).json();
        let blocks: Vec<&Value> = message["content"].as_array().unwrap().iter().map(|block| &block["type"]).collect();
        assert_eq!(json!([blocks, message["stop_reason"]]), anthropic, "{answer:?}");
        let choice = &given(Behaviour::Answer(answer.clone()), Api::OpenAi, false).json()["choices"][0];
        assert_eq!(json!([choice["message"]["content"], choice["finish_reason"]]), openai, "{answer:?}");
    }
}

#[test]
fn cached_tokens_stand_beside_the_input_or_in_it() {
    let usage = Usage { input: 5, cache_read: 1000, cache_write: 200, output: 30, thinking: 10 };
    let behaviour = Behaviour::Answer(Answer::text("a").with_usage(usage));
    let message = given(behaviour.clone(), Api::Anthropic, false).json();
    assert_eq!(message["usage"]["input_tokens"], 5);
    assert_eq!(message["usage"]["cache_read_input_tokens"], 1000);
    let completion = given(behaviour.clone(), Api::OpenAi, false).json();
    assert_eq!(completion["usage"]["prompt_tokens"], 1205);
    assert_eq!(completion["usage"]["prompt_tokens_details"]["cached_tokens"], 1000);
    // The usage of a stream comes only to who has asked for it.
    let vendor = Vendor::always(behaviour);
    let asked = request(Api::OpenAi, true, true);
    let not_asked = asked.replace("include_usage", "exclude_usage");
    let counts = |got: Got| got.events().iter().filter(|event| event["usage"].is_object()).count();
    assert_eq!([counts(ask(&vendor, &asked)), counts(ask(&vendor, &not_asked))], [1, 0]);
}

#[test]
fn an_error_has_its_status_and_shape() {
    for status in [400, 401, 402, 403, 404, 408, 409, 413, 429, 500, 502, 503, 504, 529] {
        for stream in [false, true] {
            let got = given(Behaviour::status(status), Api::Anthropic, stream);
            assert_eq!((got.status(), got.json()["type"].as_str()), (status, Some("error")));
            assert!(got.header("request-id").is_some() && got.header("retry-after").is_none());
            let got = given(Behaviour::status(status), Api::OpenAi, stream);
            assert_eq!(got.status(), status);
            assert!(got.json()["error"]["type"].is_string() && got.json()["type"].is_null());
        }
    }
}

#[test]
fn an_error_tells_more_where_it_is_told_to() {
    let anthropic = |failure: Failure| given(Behaviour::Fail(failure), Api::Anthropic, true);
    let openai = |failure: Failure| given(Behaviour::Fail(failure), Api::OpenAi, true);
    assert_eq!(anthropic(Failure::rate_limit("7")).header("retry-after").as_deref(), Some("7"));
    let header = Failure::status(529).with_header("x-should-retry", "false");
    assert_eq!(openai(header).header("x-should-retry").as_deref(), Some("false"));
    let limit = anthropic(Failure::spend_limit());
    assert_eq!(limit.json()["error"]["details"]["error_code"], "enforced_spend_limit_reached");
    assert_eq!((limit.status(), limit.header("retry-after")), (429, None));
    assert_eq!(openai(Failure::spend_limit()).json()["error"]["code"], "insufficient_quota");
    assert_eq!(openai(Failure::too_long()).json()["error"]["code"], "context_length_exceeded");
    assert_eq!(openai(Failure::parameter("max_tokens")).json()["error"]["param"], "max_tokens");
    assert_eq!(anthropic(Failure::page(502)).header("content-type").as_deref(), Some("text/html"));
    assert_eq!(openai(Failure::json(503, &json!({"error": "loading"}))).json(), json!({"error": "loading"}));
}

#[test]
fn an_error_can_come_after_the_status() {
    for api in [Api::Anthropic, Api::OpenAi] {
        let behaviour = Behaviour::FailWithin(Failure::status(529), Answer::text("half"));
        let got = given(behaviour.clone(), api, true);
        assert_eq!((got.status(), streamed(&got)), (200, "half".to_owned()));
        assert!(got.events().last().unwrap()["error"]["message"].is_string(), "{api:?}");
        let plain = given(behaviour, api, false);
        assert_eq!(plain.status(), 200);
        assert!(plain.json()["error"]["message"].is_string());
    }
}

#[test]
fn a_redirect_names_the_other_address() {
    let other = Vendor::start();
    for status in [301, 302, 307, 308] {
        let got = given(Behaviour::Redirect(status, other.address()), Api::Anthropic, true);
        assert_eq!(got.status(), status);
        assert_eq!(got.header("location"), Some(format!("{}/v1/messages", other.anthropic())));
    }
    assert_eq!(other.connections(), 0);
}
