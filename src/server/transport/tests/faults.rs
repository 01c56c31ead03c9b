//! Nothing that a client sends may end the connection, and every fault is answered.

use super::*;
use crate::wire::frame::MAX_BODY;

/// `frame` is answered with `code` and `id`, and the next request is served.
async fn check(frame: &[u8], code: i64, id: Value) {
    let shown = String::from_utf8_lossy(&frame[..frame.len().min(120)]).into_owned();
    let mut peer = Peer::start().await;
    peer.input.write_all(frame).await.unwrap();
    let answer = peer.next_value().await;
    assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(code), &id), "{shown} -> {answer}");
    assert!(answer["error"]["message"].as_str().is_some_and(|message| message.len() > 10), "{shown} -> {answer}");
    peer.echoes().await;
}

fn framed(body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    [encode_header(body.len()).as_bytes(), body].concat()
}

#[tokio::test]
async fn bodies_that_are_no_messages() {
    let null = Value::Null;
    check(&framed("{nonsense"), -32700, null.clone()).await;
    check(&framed(""), -32700, null.clone()).await;
    check(&framed(r#"{"jsonrpc":"2.0","id":7,"method":"test/echo","params":{]}"#), -32700, json!(7)).await;
    check(&framed(b"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"test/echo\",\"params\":[\"\xff\"]}"), -32700, json!(7))
        .await;
    check(&framed(r#"{"hello":"world"}"#), -32600, null.clone()).await;
    check(&framed(r#"[{"jsonrpc":"2.0","id":7,"method":"test/echo","params":[]}]"#), -32600, null.clone()).await;
    check(&framed(r#"{"jsonrpc":"2.0","id":1.5,"method":"test/echo"}"#), -32600, null.clone()).await;
    check(&framed(r#"{"id":"x","method":"test/echo","params":[]}"#), -32600, json!("x")).await;
    check(&framed(r#"{"jsonrpc":"2.0","id":7,"id":7,"method":"test/echo","params":[]}"#), -32600, json!(7)).await;
    check(&framed("[".repeat(1000)), -32700, null.clone()).await;
    check(&framed("[".repeat(1000) + &"]".repeat(1000)), -32600, null).await;
}

#[tokio::test]
async fn parameters_that_are_no_values() {
    for params in ["1e400".to_owned(), "[".repeat(1000) + &"]".repeat(1000), "[\"\\x\"]".to_owned()] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"test/echo","params":{params}}}"#);
        check(&framed(body), if params.contains('x') { -32700 } else { -32602 }, json!(7)).await;
    }
    check(&framed(r#"{"jsonrpc":"2.0","id":7,"method":"test/nowhere"}"#), -32601, json!(7)).await;
    check(&framed(r#"{"jsonrpc":"2.0","id":7,"method":"sessionMemory/nowhere"}"#), -32601, json!(7)).await;
    check(&framed(r#"{"jsonrpc":"2.0","id":7,"method":"test/note","params":1}"#), -32600, json!(7)).await;
}

#[tokio::test]
async fn headers_that_are_no_headers() {
    let body = r#"{"jsonrpc":"2.0","id":7,"method":"test/echo","params":[]}"#;
    for header in [
        "",
        "Content-Length: x\r\n\r\n",
        "X-Other: 1\r\n\r\n",
        "Content-Length: -1\r\n\r\n",
        "Content-Length 57\r\n\r\n",
    ] {
        check(format!("{header}{body}").as_bytes(), -32700, Value::Null).await;
    }
}

#[tokio::test]
async fn headers_of_other_clients() {
    let body = r#"{"jsonrpc":"2.0","id":7,"method":"test/echo","params":[]}"#;
    let length = body.len();
    let mut peer = Peer::start().await;
    for header in [
        format!("content-length: {length}\r\n\r\n"),
        format!("Content-Length:{length}\n\n"),
        format!("Content-Type: application/json\r\nX-A: b\r\nCONTENT-LENGTH: {length}\r\n\r\n"),
        format!(
            "\r\nContent-Length: {length}\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\nX-A: b\r\n\r\n"
        ),
    ] {
        peer.input.write_all(format!("{header}{body}").as_bytes()).await.unwrap();
        assert_eq!(peer.answer(7).await["result"], json!([]), "{header}");
    }
}

#[tokio::test]
async fn bodies_over_the_cap_are_skipped() {
    let head = r#"{"jsonrpc":"2.0","id":7,"method":"sessionMemory/echo","params":[""#;
    let mut frame = encode_header(usize::try_from(MAX_BODY).unwrap() + 1).into_bytes();
    let end = frame.len() + usize::try_from(MAX_BODY).unwrap() + 1;
    frame.extend_from_slice(head.as_bytes());
    frame.resize(end, b' ');
    check(&frame, -32600, json!(7)).await;
}

#[tokio::test]
async fn a_length_that_nobody_can_mean_ends_the_connection() {
    let mut peer = Peer::start().await;
    peer.input.write_all(b"Content-Length: 10000000000\r\n\r\n{}").await.unwrap();
    let answer = peer.next_value().await;
    assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32600), &Value::Null), "{answer}");
    assert_eq!(peer.next().await, None);
    assert_eq!(peer.server.await.unwrap().code(), 1);
}

#[tokio::test]
async fn lone_surrogates_are_replaced() {
    for method in ["test/echo", "sessionMemory/echo"] {
        let mut peer = Peer::start().await;
        peer.send(&format!(r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":["a\ud800b","\ud83d\ude00"]}}"#))
            .await;
        assert_eq!(peer.answer(7).await["result"], json!(["a\u{fffd}b", "\u{1f600}"]), "{method}");
    }
}

#[tokio::test]
async fn panics_fail_their_own_request_only() {
    let mut peer = Peer::start().await;
    for later in [false, true] {
        peer.request(7, "test/panic", &json!([later])).await;
        let answer = peer.answer(7).await;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        peer.request(8, "test/panic", &json!(later)).await;
        let answer = peer.answer(8).await;
        assert_eq!(answer["error"]["code"], -32603, "{answer}");
        peer.echoes().await;
    }
}

#[tokio::test]
async fn a_panic_in_initialize_can_be_tried_again() {
    let mut peer = Peer::connect();
    peer.request(1, "initialize", &json!({"capabilities": {}, "processId": 666})).await;
    peer.request(2, "test/echo", &json!([])).await;
    peer.request(3, "initialize", &json!({"capabilities": {}})).await;
    peer.request(4, "test/echo", &json!([])).await;
    assert_eq!(peer.answer(1).await["error"]["code"], -32603);
    assert_eq!(peer.answer(2).await["error"]["code"], -32002);
    assert!(peer.answer(3).await["result"].is_object());
    assert_eq!(peer.answer(4).await["result"], json!([]));
}

#[tokio::test]
async fn answers_of_the_client_that_cannot_be_read_reach_the_handler_as_errors() {
    let deep = "[".repeat(1000) + &"]".repeat(1000);
    let outcomes = [r#""result":1e400"#.to_owned(), format!(r#""result":{deep}"#), r#""error":5"#.to_owned()];
    for outcome in outcomes {
        let mut peer = Peer::start().await;
        peer.request(7, "test/ask", &Value::Null).await;
        let question = peer.next_value().await;
        peer.send(r#"{"jsonrpc":"2.0","id":12345,"result":"of nothing"}"#).await;
        peer.send(&format!(r#"{{"jsonrpc":"2.0","id":{},{outcome}}}"#, question["id"])).await;
        assert_eq!(peer.answer(7).await["error"]["code"], -32603, "{outcome}");
        peer.echoes().await;
    }
}
