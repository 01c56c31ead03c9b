//! Order, concurrency, cancellation, raw content and back-pressure.

use super::*;

#[tokio::test]
async fn handlers_start_in_arrival_order() {
    const COUNT: u64 = 3000;
    let mut peer = Peer::start().await;
    for number in 0..COUNT {
        peer.notify("test/note", &json!(number)).await;
    }
    peer.request(1, "test/noted", &Value::Null).await;
    assert_eq!(peer.answer(1).await["result"], json!((0..COUNT).collect::<Vec<_>>()));
}

#[tokio::test]
async fn what_is_pipelined_behind_initialize_is_served() {
    let mut peer = Peer::connect();
    peer.request(0, "initialize", &json!({"capabilities": {}})).await;
    peer.notify("initialized", &json!({})).await;
    peer.notify("test/note", &json!(5)).await;
    peer.request(1, "test/noted", &Value::Null).await;
    assert!(peer.answer(0).await["result"].is_object());
    assert_eq!(peer.answer(1).await["result"], json!([5]));
}

#[tokio::test]
async fn pending_handlers_block_nobody_and_each_can_be_cancelled() {
    const COUNT: u64 = 5000;
    let mut peer = Peer::start().await;
    for id in 1000..1000 + COUNT {
        peer.request(id, "test/forever", &Value::Null).await;
    }
    peer.echoes().await;
    peer.request(1001, "test/echo", &json!([])).await;
    assert_eq!(peer.answer(1001).await["error"]["code"], -32600, "the id is in use");
    for id in (1000..1000 + COUNT).rev() {
        peer.notify("$/cancelRequest", &json!({"id": id})).await;
        assert_eq!(peer.answer(id).await["error"]["code"], -32800);
    }
    peer.echoes().await;
}

#[tokio::test]
async fn handlers_can_wait_for_the_client() {
    const COUNT: u64 = 20;
    let mut peer = Peer::start().await;
    let mut questions = Vec::new();
    for id in 0..COUNT {
        peer.request(100 + id, "test/ask", &Value::Null).await;
        let question = peer.next_value().await;
        assert_eq!(question["method"], "test/question");
        questions.push(question["id"].clone());
    }
    for (id, question) in questions.iter().enumerate().rev() {
        peer.send(&json!({"jsonrpc": "2.0", "id": question, "result": id}).to_string()).await;
        assert_eq!(peer.answer(100 + id as u64).await["result"], json!(id));
    }
}

#[tokio::test]
async fn what_a_handler_sends_arrives_before_its_answer() {
    let mut peer = Peer::start().await;
    peer.request(1, "test/tell", &json!(50)).await;
    for time in 0..50 {
        let told = peer.next_value().await;
        assert_eq!((&told["method"], &told["params"]), (&json!("test/told"), &json!(time)));
    }
    assert_eq!(peer.answer(1).await["result"], 50);
}

#[tokio::test]
async fn raw_methods_carry_json_byte_for_byte() {
    let deep = format!("{{\"deep\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let long = format!("[\"{}\"]", "text \\n".repeat(1 << 20));
    let mut peer = Peer::start().await;
    for params in [
        r#"{"z":123456789012345678901234567890,"a":1e400,"z":1.0, "m" : [ ] ,"b":-0.0}"#,
        "{\"t\":\"\\u00e9\\/\u{1f600}\\ud83d\\ude00\"}",
        "[]",
        "7",
        &deep,
        &long,
    ] {
        peer.send(&format!(r#"{{"jsonrpc":"2.0","method":"sessionMemory/echo","params": {params} ,"id":"a\"b"}}"#))
            .await;
        let answer = peer.next().await.unwrap();
        let expected = format!(r#"{{"jsonrpc":"2.0","id":"a\"b","result":{params}}}"#);
        assert!(answer == expected, "{params:.200} -> {answer:.200}");
    }
    for params in ["", r#","params":null"#] {
        peer.send(&format!(r#"{{"jsonrpc":"2.0","id":1,"method":"sessionMemory/echo"{params}}}"#)).await;
        assert_eq!(peer.answer(1).await["result"], json!({}));
    }
    peer.request(2, "sessionMemory/error", &json!(["why"])).await;
    assert_eq!(peer.answer(2).await["error"], json!({"code": -32602, "message": "[\"why\"]"}));
}

#[tokio::test]
async fn a_client_that_does_not_read_is_not_read_from() {
    const SIZE: usize = 100 << 10;
    let mut peer = Peer::start().await;
    let params = json!(["x".repeat(SIZE)]);
    let mut accepted = 0;
    // A write is stuck when the other tasks have had a thousand turns and it is still not done.
    loop {
        let stuck = async {
            for _ in 0..1000 {
                yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = peer.request(accepted, "sessionMemory/echo", &params) => accepted += 1,
            () = stuck => break,
        }
    }
    let bytes = usize::try_from(accepted).unwrap() * SIZE;
    assert!((8 << 20..10 << 20).contains(&bytes), "{bytes}");
    for id in 0..accepted {
        assert_eq!(peer.answer(id).await["result"][0].as_str().map(str::len), Some(SIZE));
    }
}
