//! The script, the gate and what is taken down.

use std::io::Write as _;

use serde_json::Value;

use super::client::{ask, everything, post, request, say};
use crate::vendor::{Api, Behaviour, Fault, Vendor};

fn text(vendor: &Vendor) -> String {
    let got = ask(vendor, &request(Api::Anthropic, false, true));
    got.json()["content"][0]["text"].as_str().unwrap_or("none").to_owned()
}

#[test]
fn the_script_comes_first() {
    let vendor = Vendor::start();
    assert_eq!(text(&vendor), "An answer.");
    vendor.otherwise(Behaviour::text("other")).then(Behaviour::text("one")).then(Behaviour::text("two"));
    assert_eq!([text(&vendor), text(&vendor), text(&vendor)], ["one", "two", "other"]);
}

#[test]
fn an_answer_can_be_made_from_the_request() {
    let vendor = Vendor::always(Behaviour::computed(|request| request.json()["model"].to_string().repeat(2)));
    assert_eq!(text(&vendor), "\"m\"\"m\"");
}

#[test]
fn requests_are_taken_down_as_they_came() {
    let vendor = Vendor::start();
    let body = "{\"model\":\"m\",  \"é\":1}";
    ask(&vendor, &post("/v1/messages?beta=true", body, true).replace("Host:", "X-Mine: a: b \r\nHost:"));
    let chunks = "POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
                  3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n";
    ask(&vendor, chunks);
    ask(&vendor, "GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n");
    let requests = vendor.requests();
    let seen: Vec<_> = requests.iter().map(|one| (one.method.as_str(), one.path.as_str(), one.api())).collect();
    assert_eq!(
        seen,
        [
            ("POST", "/v1/messages?beta=true", Some(Api::Anthropic)),
            ("POST", "/v1/chat/completions", Some(Api::OpenAi)),
            ("GET", "/v1/models", None),
        ]
    );
    assert_eq!(requests[0].body, body.as_bytes());
    assert_eq!(requests[0].header("x-mine"), Some("a: b"));
    assert_eq!(requests[0].headers[0].0, "X-Mine");
    assert_eq!((requests[1].json()["a"].as_i64(), requests[2].json()), (Some(1), Value::Null));
    assert!(requests[0].at <= requests[1].at);
    assert_eq!(vendor.connections(), 3);
}

#[test]
fn what_is_no_request_is_refused_and_the_vendor_goes_on() {
    let vendor = Vendor::always(Behaviour::text("still here"));
    vendor.then(Behaviour::text("for the first of the API"));
    for (sent, status) in [
        ("GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
        ("DELETE /v1/messages HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
        ("no http\r\n\r\n", 400),
        ("POST /v1/messages HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
        ("POST /v1/messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ] {
        assert_eq!(ask(&vendor, sent).status(), status, "{sent:?}");
    }
    // A client that goes in the middle of its own request.
    drop(say(&vendor, "POST /v1/messages HTTP/1.1\r\nContent-Length: 10\r\n\r\n{"));
    assert_eq!([text(&vendor), text(&vendor)], ["for the first of the API", "still here"]);
}

#[test]
fn a_connection_is_kept() {
    let vendor = Vendor::start();
    let mut connection = say(&vendor, &request(Api::OpenAi, true, false));
    vendor.await_requests(1);
    connection.write_all(request(Api::Anthropic, false, true).as_bytes()).unwrap();
    let all = String::from_utf8(everything(connection).bytes).unwrap();
    assert_eq!(all.matches("HTTP/1.1 200 OK").count(), 2);
    assert_eq!((vendor.requests().len(), vendor.connections()), (2, 1));
}

#[test]
fn no_answer_begins_while_they_are_held() {
    let vendor = Vendor::start();
    vendor.hold();
    let connections: Vec<_> = (0..3).map(|_| say(&vendor, &request(Api::OpenAi, false, true))).collect();
    vendor.await_requests(3);
    for connection in &connections {
        connection.set_nonblocking(true).unwrap();
        assert!(connection.peek(&mut [0]).is_err(), "an answer has begun");
        connection.set_nonblocking(false).unwrap();
    }
    vendor.release();
    for connection in connections {
        assert_eq!(everything(connection).status(), 200);
    }
}

#[test]
fn a_vendor_that_ends_ends_what_is_held_and_what_is_kept() {
    let vendor = Vendor::start();
    let kept = say(&vendor, "");
    vendor.hold();
    let held = say(&vendor, &request(Api::OpenAi, false, false));
    vendor.await_requests(1);
    drop(vendor);
    assert_eq!(everything(kept).bytes, b"");
    assert_eq!(everything(held).bytes, b"");
}

#[test]
fn a_client_that_goes_while_something_is_written_harms_nothing() {
    let vendor = Vendor::always(Behaviour::text("still here"));
    vendor.then(Behaviour::Answer(crate::vendor::Answer::huge()));
    drop(say(&vendor, &request(Api::Anthropic, true, false)));
    vendor.await_abandoned(1);
    vendor.then(Behaviour::fault(Fault::Drip(std::time::Duration::from_millis(1))));
    drop(say(&vendor, &request(Api::Anthropic, true, false)));
    vendor.await_abandoned(2);
    assert_eq!(text(&vendor), "still here");
}
