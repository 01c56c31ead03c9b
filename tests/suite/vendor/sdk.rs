//! The vendors' own libraries as judges: of the fake vendor's answers (`tests/peers/strict.py`), and of requests
//! (`tests/peers/requests.py`).

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Answer, Behaviour, Failure, Fault, Recorded, Stop, Usage, Vendor};

/// Where `tests/peers/setup` puts a program.
pub fn installed(venv: &str, program: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers").join(venv).join("bin").join(program);
    assert!(path.exists(), "run ./test, or tests/peers/setup");
    path
}

/// Runs a judge of `tests/peers`; gives the faults that it has found. One that could not judge fails the test, so that
/// nobody takes that for a verdict.
fn run(script: &str, arguments: &[String], input: &str) -> Result<(), String> {
    let mut child = Command::new(installed("venv", "python"))
        // Isolated: neither the folder of the script nor the user's packages are searched, no variable is heard.
        .arg("-I")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(script))
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that ends before it has read everything tells why in what it prints.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let [told, failed] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    match output.status.code() {
        Some(0) => Ok(()),
        Some(3) => Err(told),
        _ => panic!("{script} could not judge: {}\n{told}{failed}", output.status),
    }
}

/// Holds requests against the request types of the vendors' libraries; gives what is wrong, a line for each fault.
/// Requests to paths that are no API are wrong.
pub fn validate(requests: &[Recorded]) -> Result<(), String> {
    let mut lines = String::new();
    for request in requests {
        let api = match request.api() {
            Some(super::Api::Anthropic) => "anthropic",
            Some(super::Api::OpenAi) => "openai",
            Some(super::Api::Responses) | None => {
                return Err(format!("{} {} is no path that is judged", request.method, request.path));
            }
        };
        let body = std::str::from_utf8(&request.body).map_err(|error| format!("a body is no UTF-8: {error}"))?;
        lines += &json!({"api": api, "headers": request.headers, "body": body}).to_string();
        lines.push('\n');
    }
    run("requests.py", &[], &lines)
}

/// What the fake does in each case of `strict.py`.
fn cases() -> Vec<(&'static str, Behaviour)> {
    let usage = Usage { input: 5, cache_read: 1000, cache_write: 200, output: 30, thinking: 10 };
    let text = "ünd λ \u{1f980}";
    let answers = [
        ("text", Answer::text(text).in_deltas_of(2)),
        ("bytes", Answer::text(text).in_deltas_of(2).in_writes_of(1)),
        ("thinking", Answer::text("text").after_thinking("thought")),
        ("only-thinking", Answer::only_thinking("thought")),
        ("empty", Answer::empty()),
        ("refusal", Answer { deltas: vec!["no".to_owned()], ..Answer::refusal() }),
        ("length", Answer::text("tex").stopped(Stop::Length)),
        ("window", Answer::text("tex").stopped(Stop::Window)),
    ];
    let mut cases: Vec<_> =
        answers.into_iter().map(|(name, answer)| (name, Behaviour::Answer(answer.with_usage(usage)))).collect();
    let statuses = ["400", "401", "402", "403", "404", "408", "409", "413", "429", "500", "502", "503", "504", "529"];
    cases.extend(statuses.map(|status| (status, Behaviour::status(status.parse().unwrap()))));
    cases.extend([
        ("spend-limit", Behaviour::Fail(Failure::spend_limit())),
        ("too-long", Behaviour::Fail(Failure::too_long())),
        ("parameter", Behaviour::Fail(Failure::parameter("max_tokens"))),
        ("reset", Behaviour::fault(Fault::ResetAtOnce)),
        ("garbage", Behaviour::fault(Fault::Garbage)),
        ("within", Behaviour::FailWithin(Failure::status(529), Answer::text("half"))),
    ]);
    cases
}

#[test]
fn the_vendors_own_libraries_believe_the_fake() {
    let cases = cases();
    let mut arguments: Vec<String> = cases.iter().map(|(name, _)| (*name).to_owned()).collect();
    let vendor = Vendor::always(Behaviour::depends(move |request| {
        let wanted = request.header("x-case").unwrap_or_default();
        cases.iter().find(|(name, _)| *name == wanted).map(|(_, behaviour)| behaviour.clone()).unwrap()
    }));
    arguments.insert(0, vendor.anthropic());
    run("strict.py", &arguments, "").unwrap();
    // What the libraries themselves send is right, or the judge of requests is wrong.
    validate(&vendor.requests()).unwrap();
}

fn recorded(path: &str, headers: &[(&str, &str)], body: &Value) -> Recorded {
    Recorded {
        at: std::time::Instant::now(),
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.to_string().into_bytes(),
    }
}

fn anthropic(change: impl FnOnce(&mut Value)) -> Recorded {
    let headers = [("content-type", "application/json"), ("Anthropic-Version", "2023-06-01"), ("x-api-key", "k")];
    let mut body = json!({
        "model": "m",
        "max_tokens": 5,
        "stream": true,
        "system": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        "messages": [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "n", "input": {"any": [1]}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "r"}]},
                {"type": "text", "text": "b", "cache_control": {"type": "ephemeral"}},
            ]},
        ],
        "tools": [{"name": "n", "input_schema": {"type": "object", "properties": {"any": {"type": "array"}}}}],
        "thinking": {"type": "disabled"},
        "output_config": {"effort": "low"},
    });
    change(&mut body);
    recorded("/v1/messages", &headers, &body)
}

fn openai(change: impl FnOnce(&mut Value)) -> Recorded {
    let mut body = json!({
        "model": "m",
        "max_completion_tokens": 5,
        "stream": true,
        "stream_options": {"include_usage": true},
        "reasoning_effort": "low",
        "store": false,
        "prompt_cache_options": {"mode": "explicit", "ttl": "30m"},
        "messages": [
            {"role": "developer", "content": "a"},
            {"role": "user", "content": [{"type": "text", "text": "a"}]},
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "t", "type": "function", "function": {"name": "n", "arguments": "{}"}},
            ]},
            {"role": "tool", "tool_call_id": "t", "content": "r"},
        ],
    });
    change(&mut body);
    let headers = [("Content-Type", "application/json; charset=utf-8"), ("authorization", "Bearer k")];
    recorded("/v1/chat/completions", &headers, &body)
}

#[test]
fn good_requests_are_good() {
    let without_stream = |body: &mut Value| body["stream"] = json!(false);
    let older = |body: &mut Value| body["max_tokens"] = body["max_completion_tokens"].take();
    let plain = |body: &mut Value| *body = json!({"model": "m", "messages": [{"role": "user", "content": "a"}]});
    let requests = [anthropic(|_| ()), anthropic(without_stream), openai(|_| ()), openai(older), openai(plain)];
    validate(&requests).unwrap();
}

#[test]
fn bad_requests_are_bad() {
    type Change = fn(&mut Value);
    // What is done to a good request, and what the complaint names.
    let of_anthropic: [(Change, &str); 15] = [
        (|body| body["temperature"] = json!(1.0), "temperature"),
        (|body| body["max_completion_tokens"] = json!(5), "max_completion_tokens"),
        (|body| body["max_tokens"] = json!("5"), "max_tokens"),
        (|body| drop(body.as_object_mut().unwrap().remove("max_tokens")), "max_tokens"),
        (|body| body["messages"] = json!("a"), "messages"),
        (|body| body["messages"] = json!([{"role": "user", "contents": "a"}]), "contents"),
        (|body| body["messages"] = json!([{"role": "usr", "content": "a"}]), "role"),
        (|body| body["messages"] = json!([{"role": "user", "content": [{"type": "text", "text": "a", "x": 1}]}]), "x"),
        (|body| body["messages"] = json!([{"role": "user", "content": [{"type": "text", "text": 1}]}]), "text"),
        (|body| body["system"][0]["cache_control"]["ttl"] = json!("2h"), "ttl"),
        (|body| body["system"] = json!(vec![body["system"][0].clone(); 4]), "breakpoints"),
        (|body| body["output_config"]["effort"] = json!("turbo"), "effort"),
        (|body| body["thinking"] = json!({"type": "off"}), "thinking"),
        (|body| body["workspace_id"] = json!("w"), "workspace_id"),
        (|body| body["stop_sequences"] = json!("abc"), "stop_sequences"),
    ];
    let of_openai: [(Change, &str); 8] = [
        (|body| body["max_output_tokens"] = json!(5), "max_output_tokens"),
        (|body| body["system"] = json!("a"), "system"),
        (|body| body["stream_options"]["include_usage"] = json!(1), "include_usage"),
        (|body| body["reasoning_effort"] = json!("turbo"), "reasoning_effort"),
        (|body| body["prompt_cache_options"]["ttl"] = json!("31m"), "ttl"),
        (|body| body["messages"][1]["content"][0]["type"] = json!("txt"), "content"),
        (|body| body["messages"][2]["tool_calls"][0]["function"]["arguments"] = json!({}), "arguments"),
        (|body| drop(body["messages"][3].as_object_mut().unwrap().remove("tool_call_id")), "tool_call_id"),
    ];
    let mut requests: Vec<(Recorded, &str)> = Vec::new();
    requests.extend(of_anthropic.map(|(change, named)| (anthropic(change), named)));
    requests.extend(of_openai.map(|(change, named)| (openai(change), named)));
    for (header, value, named) in [
        ("anthropic-version", "2024-01-01", "anthropic-version"),
        ("content-type", "text/plain", "content-type"),
        ("authorization", "Bearer k", "both"),
        ("x-api-key", "other", "twice"),
    ] {
        let mut request = anthropic(|_| ());
        // A version or a type takes the place of the right one, others come beside it.
        request.headers.retain(|(name, _)| name == "x-api-key" || !name.eq_ignore_ascii_case(header));
        request.headers.push((header.to_owned(), value.to_owned()));
        requests.push((request, named));
    }
    let mut no_json = anthropic(|_| ());
    no_json.body.pop();
    requests.push((no_json, "JSON"));
    let all: Vec<Recorded> = requests.iter().map(|(request, _)| request.clone()).collect();
    let complaint = validate(&all).unwrap_err();
    for (at, (request, named)) in requests.iter().enumerate() {
        let start = format!("request {} ", at + 1);
        let named_in = complaint.lines().any(|line| line.starts_with(&start) && line.contains(named));
        assert!(named_in, "{named} is not named for request {}: {:?}\n{complaint}", at + 1, request.json());
    }
    let elsewhere = Recorded { path: "/v1/complete".to_owned(), ..openai(|_| ()) };
    assert!(validate(&[elsewhere]).unwrap_err().contains("/v1/complete"));
}
