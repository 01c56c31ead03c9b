//! What is no message of the protocol is answered with the standard error, and the next one works; and how the server
//! ends. The transport's own tests have many more such frames.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::events::user;
use crate::harness::{DID_UPDATE, Server, Workspace};

const PARSE: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;

#[test]
fn bad_messages_are_answered_and_the_next_one_works() {
    let frame = |body: &[u8]| [format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat();
    let cases: Vec<(&str, Vec<u8>, i64)> = vec![
        ("not JSON", frame(b"nonsense"), PARSE),
        ("cut JSON", frame(br#"{"jsonrpc":"2.0","met"#), PARSE),
        ("empty", frame(b""), PARSE),
        ("not UTF-8", frame(b"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\xfe\"}"), PARSE),
        ("NULs", frame(&[0; 64]), PARSE),
        ("two values", frame(br#"{"jsonrpc":"2.0","method":"x"} {}"#), PARSE),
        ("a batch", frame(br#"[{"jsonrpc":"2.0","id":1,"method":"sessionMemory/sessions"}]"#), INVALID_REQUEST),
        ("a number", frame(b"5"), INVALID_REQUEST),
        ("an empty object", frame(b"{}"), INVALID_REQUEST),
        ("no method", frame(br#"{"jsonrpc":"2.0","params":{}}"#), INVALID_REQUEST),
        ("a bad header", b"Content-Length: many\r\n\r\n".to_vec(), PARSE),
        ("no length", b"Content-Type: x\r\n\r\n".to_vec(), PARSE),
        ("a header that is none", b"hello there\r\n\r\n".to_vec(), PARSE),
    ];
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    for (round, (name, bytes, code)) in cases.into_iter().enumerate() {
        server.bytes(&bytes);
        assert_eq!(server.append("s", &[user(&format!("u{round}"), "still here")])["seq"], round + 1, "after {name}");
        let error = server.nameless();
        assert_eq!(error.code, code, "{name}: {}", error.message);
        assert!(!error.message.is_empty());
    }
}

#[test]
fn frames_in_unusual_but_right_forms_are_read() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    let body = |id: i64| format!(r#"{{"params":{{}},"method":"sessionMemory/sessions","id":{id},"jsonrpc":"2.0"}}"#);
    let ids: Vec<i64> = (0..4).map(|_| server.expect_answer()).collect();
    let texts: Vec<String> = ids.iter().map(|id| body(*id)).collect();
    server.bytes(format!("content-length:{}\r\n\r\n{}", texts[0].len(), texts[0]).as_bytes());
    server.bytes(
        format!(
            "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nCONTENT-LENGTH: {}\r\n\r\n{}",
            texts[1].len(),
            texts[1]
        )
        .as_bytes(),
    );
    server.bytes(format!("Content-Length: {}\n\n{}", texts[2].len(), texts[2]).as_bytes());
    for byte in format!("Content-Length: {}\r\n\r\n{}", texts[3].len(), texts[3]).bytes() {
        server.bytes(&[byte]);
    }
    for id in ids {
        assert_eq!(server.answer(id).unwrap(), r#"{"sessions":[]}"#);
    }
}

#[test]
fn a_message_over_the_limit_is_skipped() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    let id = server.expect_answer();
    let head = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"sessionMemory/append","params":{{"sessionId":""#);
    let length = 65 << 20;
    server.bytes(format!("Content-Length: {length}\r\n\r\n{head}").as_bytes());
    let piece = vec![b'x'; 1 << 20];
    let mut left = length - head.len();
    while left > 0 {
        let part = left.min(piece.len());
        server.bytes(&piece[..part]);
        left -= part;
    }
    let error = server.answer(id).unwrap_err();
    assert_eq!(error.code, INVALID_REQUEST, "{error:?}");
    assert_eq!(server.append("s", &[user("a", "still here")])["seq"], 1);
}

#[test]
fn a_length_that_can_only_be_a_lie_ends_the_connection() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.append("s", &[user("a", "stored")]);
    server.bytes(b"Content-Length: 1000000000000\r\n\r\n{");
    assert_eq!(server.nameless().code, INVALID_REQUEST);
    assert_eq!(server.ended(), 1);
    let mut server = Server::quiet(&place);
    assert_eq!(server.append("s", &[user("a", "stored")])["duplicates"], 1);
}

#[test]
fn lone_surrogates_are_repaired() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    let params = r#"{"sessionId":"half \ud83d","events":[{"type":"message","id":"a","message":{"role":"user","content":"cut \ud83d and \udE00x and \ud83d\ude00"}}]}"#;
    server.text("append", params).unwrap();
    let answer = server.call("events", json!({"sessionId": "half \u{fffd}", "fromSeq": 1, "toSeq": 1}));
    assert_eq!(answer["events"][0]["message"]["content"], "cut \u{fffd} and \u{fffd}x and 😀");
    server.call("refresh", json!({"sessionId": "half \u{fffd}"}));
    server.call("compact", json!({"sessionId": "half \u{fffd}"}));
}

#[test]
fn deep_nesting_is_data() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    for (depth, close) in [(10_000, true), (40_000, true), (10_000, false)] {
        let (open, shut) = ("[".repeat(depth), if close { "]".repeat(depth) } else { String::new() });
        let event = format!(r#"{{"type":"toolCall","id":"c{depth}","name":"Deep","input":{{"x":{open}{shut}}}}}"#);
        let answer = server.text("append", &format!(r#"{{"sessionId":"s","events":[{event}]}}"#));
        if !close {
            assert_eq!(answer.unwrap_err().code, PARSE, "an unfinished text");
            continue;
        }
        answer.unwrap();
        let answer = server.text("events", r#"{"sessionId":"s","fromSeq":1,"toSeq":99}"#).unwrap();
        assert!(answer.contains(&event), "{depth}");
        server.text("append", &format!(r#"{{"sessionId":"s","events":[{{"type":"toolResult","id":"c{depth}","content":[{{"type":"odd","v":{open}"x"{shut}}}]}}]}}"#)).unwrap();
        let block = format!(r#"{{"type":"odd","v":{open}{shut}}}"#);
        let message =
            format!(r#"{{"type":"message","message":{{"role":"user","content":[{block}],"extra":{open}{shut}}}}}"#);
        server.text("append", &format!(r#"{{"sessionId":"s","events":[{message}]}}"#)).unwrap();
        for format in ["anthropic", "openai", "markdown"] {
            server
                .text(
                    "compact",
                    &format!(r#"{{"sessionId":"s","format":"{format}","targetTokens":100000,"apply":false}}"#),
                )
                .unwrap();
        }
        server.text("refresh", r#"{"sessionId":"s"}"#).unwrap();
        server.text("search", r#"{"query":"deep"}"#).unwrap();
    }
    // The envelope itself.
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":77777,"method":"sessionMemory/sessions","params":{}{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    server.expect_answer_to(77_777);
    server.body(&deep);
    assert!(server.answer(77_777).is_err());
}

#[test]
fn the_end_of_input_ends_the_server() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.append("s", &[user("a", "stored")]);
    assert_eq!(server.close(), 1, "without shutdown");
    let mut server = Server::quiet(&place);
    assert_eq!(server.append("s", &[user("a", "stored")])["duplicates"], 1);
    server.call("shutdown", Value::Null);
    assert_eq!(server.close(), 0, "after shutdown");
    let mut server = Server::quiet(&place);
    server.notify("exit", Value::Null);
    assert_eq!(server.ended(), 1, "exit without shutdown");
    // In the middle of a frame, with requests under way.
    let mut server = Server::quiet(&place);
    let id = server.send("append", &json!({"sessionId": "s", "events": [user("b", "under way")]}).to_string());
    server.bytes(b"Content-Length: 500\r\n\r\n{\"jsonrpc\"");
    server.close_input();
    server.answer(id).unwrap();
    assert_eq!(server.ended(), 1);
    let mut server = Server::quiet(&place);
    assert_eq!(server.append("s", &[user("b", "under way")])["duplicates"], 1);
}

#[test]
fn the_server_does_not_outlive_its_client() {
    let place = Workspace::new();
    let mut client = Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().unwrap();
    let mut server = Server::with(&place, |options| options.process_id = Some(client.id()));
    server.append("s", &[user("a", "stored")]);
    client.kill().unwrap();
    client.wait().unwrap();
    // Its input stays open.
    assert_eq!(server.ended(), 1);
    let mut server = Server::quiet(&place);
    assert_eq!(server.append("s", &[user("a", "stored")])["duplicates"], 1);
}

/// Requests under way are answered in the order they came, however many.
#[test]
fn a_thousand_requests_at_once() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    let ids: Vec<i64> = (0..1000)
        .map(|at| {
            server.send("append", &json!({"sessionId": "s", "events": [user(&format!("u{at}"), "x")]}).to_string())
        })
        .collect();
    for (at, id) in ids.into_iter().enumerate() {
        let answer: Value = serde_json::from_str(&server.answer(id).unwrap()).unwrap();
        assert_eq!(answer["seq"], at + 1);
    }
}
