//! How connections end, and with which exit status.

use super::super::Cause;
use super::*;

/// What the client does at the end, after `initialize`.
#[derive(Debug, Clone, Copy)]
enum Last {
    Exit,
    Close,
    Stop,
    CloseOutput,
}

/// Plays `requests`, then `last`; the server ends with `code`.
async fn check(requests: &[&str], last: Last, code: u8) {
    let mut peer = Peer::start().await;
    for (id, method) in requests.iter().enumerate() {
        peer.request(id as u64, method, &Value::Null).await;
        if *method == "shutdown" {
            assert_eq!(peer.answer(id as u64).await["result"], Value::Null);
        }
    }
    if !requests.contains(&"shutdown") {
        peer.echoes().await;
    }
    let (mut input, output) = (Some(peer.input), peer.output);
    match last {
        Last::Exit => {
            let exit = r#"{"jsonrpc":"2.0","method":"exit"}"#;
            let frame = encode_header(exit.len()) + exit;
            input.as_mut().unwrap().write_all(frame.as_bytes()).await.unwrap();
        }
        Last::Close => input = None,
        Last::Stop => peer.stop.take().unwrap().send(()).unwrap(),
        Last::CloseOutput => {
            drop(output);
            let frame = r#"{"jsonrpc":"2.0","id":1,"method":"test/nowhere"}"#;
            let frame = encode_header(frame.len()) + frame;
            input.as_mut().unwrap().write_all(frame.as_bytes()).await.unwrap();
        }
    }
    let exit = peer.server.await.unwrap();
    let as_expected = match last {
        Last::Exit => matches!(exit.cause, Cause::Exit),
        Last::Close => matches!(exit.cause, Cause::EndOfInput),
        Last::Stop => matches!(exit.cause, Cause::Stopped),
        Last::CloseOutput => matches!(exit.cause, Cause::Broken(_)),
    };
    assert!(as_expected && exit.code() == code, "{requests:?} {last:?} -> {exit:?}");
    drop(input);
}

#[tokio::test]
async fn exit_status() {
    check(&["shutdown"], Last::Exit, 0).await;
    check(&["shutdown"], Last::Close, 0).await;
    check(&["shutdown"], Last::Stop, 0).await;
    check(&["shutdown"], Last::CloseOutput, 1).await;
    check(&[], Last::Exit, 1).await;
    check(&[], Last::Close, 1).await;
    check(&[], Last::Stop, 1).await;
    check(&[], Last::CloseOutput, 1).await;
}

#[tokio::test]
async fn exit_does_not_overtake_shutdown() {
    let mut peer = Peer::start().await;
    peer.request(1, "shutdown", &Value::Null).await;
    peer.notify("exit", &Value::Null).await;
    assert_eq!(peer.answer(1).await["result"], Value::Null);
    assert_eq!(peer.server.await.unwrap().code(), 0);
}

#[tokio::test]
async fn a_handler_that_never_ends_does_not_keep_the_server() {
    let waits: [(&[&str], _, _); 4] = [
        (&["test/forever"], Last::Close, 1),
        (&["test/forever"], Last::Stop, 1),
        (&["test/forever"], Last::CloseOutput, 1),
        (&["test/forever", "shutdown"], Last::Exit, 0),
    ];
    for (requests, last, code) in waits {
        check(requests, last, code).await;
    }
}

#[tokio::test]
async fn a_question_that_nobody_will_answer_does_not_keep_the_server() {
    let mut peer = Peer::start().await;
    peer.request(1, "test/ask", &Value::Null).await;
    assert_eq!(peer.next_value().await["method"], "test/question");
    drop(peer.input);
    assert_eq!(peer.server.await.unwrap().code(), 1);
}

#[tokio::test]
async fn what_was_sent_before_the_end_of_input_is_answered() {
    let mut peer = Peer::connect();
    peer.request(0, "initialize", &json!({"capabilities": {}})).await;
    peer.request(1, "test/soon", &Value::Null).await;
    peer.request(2, "sessionMemory/echo", &json!(["x".repeat(10 * PIPE)])).await;
    drop(peer.input);
    peer.input = duplex(1).0;
    assert!(peer.answer(0).await["result"].is_object());
    assert!(peer.answer(2).await["result"].is_array());
    assert_eq!(peer.answer(1).await["result"], "soon");
    assert_eq!(peer.next().await, None);
}

#[tokio::test]
async fn the_end_of_input_is_noticed_while_initialize_runs_and_within_a_frame() {
    let mut peer = Peer::connect();
    peer.request(0, "initialize", &json!({"capabilities": {}})).await;
    peer.input.write_all(b"Content-Length: 100\r\n\r\n{").await.unwrap();
    drop(peer.input);
    let exit = peer.server.await.unwrap();
    assert!(matches!(exit.cause, Cause::EndOfInput), "{exit:?}");
}

#[tokio::test]
async fn a_client_that_never_reads_does_not_keep_the_server() {
    let mut peer = Peer::start().await;
    for id in 0..20 {
        peer.request(id, "sessionMemory/echo", &json!(["x".repeat(PIPE)])).await;
    }
    drop(peer.input);
    assert_eq!(peer.server.await.unwrap().code(), 1);
}
