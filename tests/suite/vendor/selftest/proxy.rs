//! The proxy before the fake vendor answers as its models say. One test, because a start takes seconds.

use serde_json::json;

use super::client::{Got, ask_at, post};
use super::shapes::streamed;
use crate::vendor::{Answer, Api, Behaviour, Proxy, Recorded, Vendor, validate};

fn asked(proxy: &Proxy, api: Api, model: &str, stream: bool) -> Got {
    let path = match api {
        Api::Anthropic => "/v1/messages",
        Api::OpenAi => "/v1/chat/completions",
        Api::Responses => "/v1/responses",
    };
    let messages = json!([{"role": "user", "content": "a"}]);
    let body = json!({"model": model, "max_tokens": 50, "stream": stream, "messages": messages});
    let headers = format!(
        "Content-Type: application/json\r\nanthropic-version: 2023-06-01\r\nAuthorization: Bearer {}\r\nHost:",
        Proxy::KEY
    );
    ask_at(proxy.address(), &post(path, &body.to_string(), true).replacen("Host:", &headers, 1))
}

/// The requests to the APIs; when it starts, the proxy also asks for a list of models.
fn of_apis(vendor: &Vendor) -> Vec<Recorded> {
    vendor.requests().into_iter().filter(|request| request.api().is_some()).collect()
}

#[test]
fn the_proxy_answers_by_itself_and_for_the_fake() {
    let vendor = Vendor::always(Behaviour::Answer(Answer::text("ünd λ".repeat(9)).in_deltas_of(4)));
    let proxy = Proxy::before(&vendor);
    for (model, status) in [("fine", 200), ("too-many", 429), ("broken", 500), ("too-long", 400), ("unknown", 400)] {
        for (api, stream) in [(Api::Anthropic, false), (Api::OpenAi, false), (Api::OpenAi, true)] {
            assert_eq!(asked(&proxy, api, model, stream).status(), status, "{model} {api:?} {stream}");
        }
    }
    assert_eq!(streamed(&asked(&proxy, Api::OpenAi, "fine", true)), "## Notes\n- λ from the proxy\n");
    assert_eq!(of_apis(&vendor).len(), 0);
    // Each API over each: the proxy reads the fake's streams and makes its own of them.
    for (model, api) in [
        ("by-messages", Api::Anthropic),
        ("by-messages", Api::OpenAi),
        ("by-chat", Api::Anthropic),
        ("by-chat", Api::OpenAi),
    ] {
        assert_eq!(streamed(&asked(&proxy, api, model, true)), "ünd λ".repeat(9), "{model} {api:?}");
    }
    let requests = of_apis(&vendor);
    let apis: Vec<_> = requests.iter().map(|request| request.api().unwrap()).collect();
    assert_eq!(apis, [Api::Anthropic, Api::Anthropic, Api::OpenAi, Api::OpenAi]);
    validate(&requests[..1]).unwrap();
}
