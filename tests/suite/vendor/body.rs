//! Answers and errors of either API as bodies of HTTP: JSON, or the events of a stream.

use serde_json::{Value, json};

use super::steps::Reply;
use super::{Answer, Api, Failure, Recorded, anthropic, openai, responses};

/// An answer.
pub fn answered(answer: &Answer, api: Api, request: &Recorded) -> Reply {
    let asked = request.json();
    let model = asked["model"].as_str().unwrap_or_default();
    if asked["stream"] == true {
        let with_usage = asked["stream_options"]["include_usage"] == true;
        let (mut events, ending) = match api {
            Api::Anthropic => (anthropic::events(answer, model), anthropic::ending(answer)),
            Api::OpenAi => (openai::events(answer, model), openai::ending(answer, model, with_usage)),
            Api::Responses => (responses::events(answer, model), Vec::new()),
        };
        events.extend(ending);
        let mut parts: Vec<Vec<u8>> = events.iter().map(|event| written(event, api, answer.noise)).collect();
        if api == Api::OpenAi {
            parts.push(line_ends("data: [DONE]\n\n", answer.noise));
        }
        return reply(200, api, "text/event-stream", rewritten(parts, answer.write_size), true);
    }
    let mut body = match api {
        Api::Anthropic => anthropic::message(answer, model),
        Api::OpenAi => openai::completion(answer, model),
        Api::Responses => responses::response(answer, model),
    };
    if answer.noise {
        body["some_later_field"] = json!({"a": [null]});
    }
    reply(200, api, "application/json", halves_of(body.to_string().as_bytes(), answer.write_size), false)
}

/// An error.
pub fn failed(failure: &Failure, api: Api) -> Reply {
    let (content_type, body) = failure.body(api);
    let mut reply = reply(failure.status, api, content_type, halves_of(body.as_bytes(), None), false);
    reply.headers.extend(failure.headers.iter().cloned());
    reply
}

/// An error after an answer that had begun, or in place of one.
pub fn failed_within(failure: &Failure, answer: &Answer, api: Api, request: &Recorded) -> Reply {
    let asked = request.json();
    let model = asked["model"].as_str().unwrap_or_default();
    let (content_type, error) = failure.body(api);
    if asked["stream"] != true {
        return reply(200, api, content_type, halves_of(error.as_bytes(), None), false);
    }
    let (events, name) = match api {
        Api::Anthropic => (anthropic::events(answer, model), "event: error\n"),
        Api::OpenAi => (openai::events(answer, model), ""),
        Api::Responses => (responses::events(answer, model), "event: error\n"),
    };
    let mut parts: Vec<Vec<u8>> = events.iter().map(|event| written(event, api, answer.noise)).collect();
    parts.push(line_ends(&format!("{name}data: {error}\n\n"), answer.noise));
    reply(200, api, "text/event-stream", rewritten(parts, answer.write_size), true)
}

fn reply(status: u16, api: Api, content_type: &str, parts: Vec<Vec<u8>>, chunked: bool) -> Reply {
    let id = match api {
        Api::Anthropic => ("request-id", "req_011FakeVendor".to_owned()),
        Api::OpenAi | Api::Responses => ("x-request-id", "req_fakevendor".to_owned()),
    };
    Reply { status, headers: vec![("content-type", content_type.to_owned()), id], parts, chunked }
}

/// An event of a stream; only Chat Completions has none with a name.
fn written(event: &Value, api: Api, noise: bool) -> Vec<u8> {
    let name = match api {
        Api::Anthropic | Api::Responses => format!("event: {}\n", event["type"].as_str().unwrap_or_default()),
        Api::OpenAi => String::new(),
    };
    let comment = if noise { ": PROCESSING\n\n" } else { "" };
    line_ends(&format!("{comment}{name}data: {event}\n\n"), noise)
}

fn line_ends(text: &str, noise: bool) -> Vec<u8> {
    if noise { text.replace('\n', "\r\n").into_bytes() } else { text.as_bytes().to_vec() }
}

fn rewritten(parts: Vec<Vec<u8>>, write_size: Option<usize>) -> Vec<Vec<u8>> {
    match write_size {
        Some(size) => parts.concat().chunks(size).map(<[u8]>::to_vec).collect(),
        None => parts,
    }
}

fn halves_of(body: &[u8], write_size: Option<usize>) -> Vec<Vec<u8>> {
    rewritten(vec![body.to_vec()], Some(write_size.unwrap_or(body.len().div_ceil(2).max(1))))
}
