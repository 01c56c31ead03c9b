//! What is a message, and how everything else is refused.

use super::*;

fn shown(body: &[u8]) -> String {
    let text = |json: Option<&RawValue>| json.map_or("-".to_owned(), |json| json.get().to_owned());
    match parse(body) {
        Ok(Message::Request { id, method, params }) => format!("request {id} {method} {}", text(params)),
        Ok(Message::Notification { method, params }) => format!("notification {method} {}", text(params)),
        Ok(Message::Response { id, outcome: Ok(result) }) => format!("result {id} {}", result.get()),
        Ok(Message::Response { id, outcome: Err(error) }) => format!("error {id} {}", error.get()),
        Err(Invalid { id, code, message }) => format!("{code} {id} {message}"),
    }
}

/// `expected` is the start of what is shown.
fn check(body: impl AsRef<[u8]>, expected: &str) {
    let body = body.as_ref();
    let shown = shown(body);
    assert!(shown.starts_with(expected), "{} -> {shown}", String::from_utf8_lossy(body));
}

#[test]
fn messages() {
    check(r#"{"jsonrpc":"2.0","id":7,"method":"a/b","params":{"z": 1,"a":[ ]}}"#, r#"request 7 a/b {"z": 1,"a":[ ]}"#);
    check(r#" {"params":[1e400],"x":{"id":[]},"method":"m","id":"7","jsonrpc":"2.0"} "#, r#"request "7" m [1e400]"#);
    check(r#"{"jsonrpc":"2.0","id":null,"method":"m"}"#, "request null m -");
    check(r#"{"jsonrpc":"2.0","method":"m","params":null}"#, "notification m null");
    check(r#"{"jsonrpc":"2.0","m\u0065thod":"\u00e9"}"#, "notification \u{e9} -");
    check(r#"{"jsonrpc":"2.0","id":1,"result":null}"#, "result 1 null");
    check(r#"{"jsonrpc":"2.0","id":1,"result":{},"error":null}"#, "result 1 {}");
    check(r#"{"jsonrpc":"2.0","id":1,"error":{"code":1}}"#, r#"error 1 {"code":1}"#);
    check(r#"{"id":1,"result":3}"#, "result 1 3");
    check(r#"{"jsonrpc":"2.0","id":9223372036854775807,"method":"m"}"#, "request 9223372036854775807 m");
}

#[test]
fn depth_and_size_of_params_do_not_matter() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"m","params":{deep}}}"#);
    let Ok(Message::Request { params: Some(params), .. }) = parse(body.as_bytes()) else {
        panic!("{}", shown(body.as_bytes()))
    };
    assert_eq!(params.get(), deep);
    check(format!(r#"{{"jsonrpc":"2.0","other":{deep},"method":"m"}}"#), "notification m -");
}

#[test]
fn not_json() {
    check("", "-32700 null");
    check("{", "-32700 null");
    check("{]", "-32700 null the message is not valid JSON: ");
    check("[1,", "-32700 null");
    check("nul", "-32700 null");
    check(r#"{"jsonrpc":"2.0","id":3,"method":"m","params":{"a":}}"#, "-32700 3");
    check(r#"{"jsonrpc":"2.0","id":"x","method":"m"} extra"#, "-32700 \"x\"");
    check(r#"{"jsonrpc":"2.0","method":"m","params":{,},"id":3}"#, "-32700 null");
    check(b"{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"m\",\"params\":[\"\xff\"]}", "-32700 4");
    check(b"{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"\xc3\"}", "-32700 4");
    check(format!("{}{}", "[".repeat(1000), "]".repeat(999)), "-32700 null");
}

#[test]
fn not_json_rpc() {
    let own_words = |body: &str, id: &str, what: &str| check(body, &format!("-32600 {id} {what}"));
    own_words(r#"[{"jsonrpc":"2.0","id":1,"method":"m"}]"#, "null", "batches are not part of LSP");
    own_words("[]", "null", "batches");
    own_words("7", "null", "a message is a JSON object");
    own_words("{}", "null", "`jsonrpc` must be");
    own_words(r#"{"id":5,"method":"m"}"#, "5", "`jsonrpc` must be");
    own_words(r#"{"jsonrpc":2.0,"id":5,"method":"m"}"#, "5", "`jsonrpc` must be");
    own_words(r#"{"jsonrpc":"1.0","id":5,"method":"m"}"#, "5", "`jsonrpc` must be");
    own_words(r#"{"jsonrpc":"2.0","id":5}"#, "5", "`method` is missing");
    own_words(r#"{"jsonrpc":"2.0","id":5,"method":6}"#, "5", "`method` must be a string");
    for id in ["1.5", "1e400", "true", "{}", "[1]", "9223372036854775808"] {
        own_words(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"m"}}"#), "null", "`id` must be");
    }
    own_words(r#"{"jsonrpc":"2.0","id":1,"id":1,"method":"m"}"#, "1", "`id` is given twice");
    own_words(r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"m"}"#, "null", "`id` is given twice");
    own_words(r#"{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}"#, "1", "`method` is given twice");
    own_words(&format!("{}{}", "[".repeat(1000), "]".repeat(1000)), "null", "batches");
}

#[test]
fn id_of_a_message_that_was_cut_off() {
    let check = |head: &str, expected| assert_eq!(id_in_head(head.as_bytes()), expected, "{head}");
    check(r#"{"jsonrpc":"2.0","id":12,"method":"m","params":{"text":"abc"#, Id::Number(12));
    check(r#"{"jsonrpc":"2.0","id":"a","#, Id::String("a".into()));
    check(r#"{"jsonrpc":"2.0","id":12"#, Id::Null);
    check(r#"{"jsonrpc":"2.0","method":"m","params":{"id":3,"#, Id::Null);
}

#[test]
fn raw_json_is_a_string_to_serde() {
    let raw = RawJson::encode(&("a", 1)).unwrap();
    assert_eq!(serde_json::to_value(&raw).unwrap(), serde_json::json!("[\"a\",1]"));
    assert_eq!(serde_json::from_value::<RawJson>("{}".into()).unwrap(), RawJson("{}".into()));
    assert_eq!(raw.decode::<(&str, u8)>().unwrap(), ("a", 1));
}
