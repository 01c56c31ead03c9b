use super::*;

fn turn(raw: &str) -> (Turn, Option<Format>) {
    let event = read_event(raw).unwrap();
    let Body::Turn(turn) = event.body else { panic!("not a turn: {raw}") };
    (turn, event.format)
}

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

#[test]
fn messages_of_both_apis() {
    let call = |id: &str, input: Value| Part::Call { id: id.into(), name: "Read".into(), input };
    let result = |call: &str, text: &str, is_error| Part::Result { call: call.into(), text: text.into(), is_error };
    let cases = [
        (r#"{"role":"user","content":"hi"}"#, vec![text("hi")], None),
        (r#"{"role":"user","content":[{"type":"text","text":"hi","cache_control":{}}]}"#, vec![text("hi")], None),
        (r#"{"role":"assistant","content":null}"#, vec![], None),
        (
            r#"{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"Read","input":{"p":1}}]}"#,
            vec![call("a", serde_json::json!({"p": 1}))],
            Some(Format::Anthropic),
        ),
        (
            r#"{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"x"},{"type":"image"}],"is_error":true}]}"#,
            vec![result("a", "x\n[image]", true)],
            Some(Format::Anthropic),
        ),
        (
            r#"{"role":"assistant","content":"","tool_calls":[{"id":"a","type":"function","function":{"name":"Read","arguments":"{\"p\":1}"}}]}"#,
            vec![text(""), call("a", serde_json::json!({"p": 1}))],
            Some(Format::OpenAi),
        ),
        (
            r#"{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"Read","arguments":"{broken"}}]}"#,
            vec![call("a", Value::String("{broken".into()))],
            Some(Format::OpenAi),
        ),
        (r#"{"role":"tool","tool_call_id":"a","content":"x"}"#, vec![result("a", "x", false)], Some(Format::OpenAi)),
        (
            r#"{"role":"user","content":[{"type":"hologram","x":1}]}"#,
            vec![Part::Other { kind: "hologram".into(), tokens: 0 }],
            None,
        ),
    ];
    for (raw, parts, format) in cases {
        let (mut turn, seen) = turn(&format!(r#"{{"type":"message","message":{raw}}}"#));
        for part in &mut turn.parts {
            if let Part::Other { tokens, .. } = part {
                *tokens = 0;
            }
        }
        assert_eq!((turn.parts, seen), (parts, format), "{raw}");
    }
}

#[test]
fn refusals_name_the_field() {
    let cases = [
        ("[]", "event"),
        (r#"{"type":"message"}"#, "message"),
        (r#"{"type":"nonsense"}"#, "type"),
        ("{}", "type"),
        (r#"{"type":"message","id":7,"message":{"role":"user"}}"#, "id"),
        (r#"{"type":"message","at":"noon","message":{"role":"user"}}"#, "at"),
        (r#"{"type":"message","message":{"content":"x"}}"#, "message.role"),
        (r#"{"type":"message","message":{"role":"robot"}}"#, "message.role"),
        (r#"{"type":"message","message":{"role":"user","content":7}}"#, "message.content"),
        (r#"{"type":"message","message":{"role":"user","content":[{"type":"tool_use"}]}}"#, "message.content[0].id"),
        (r#"{"type":"toolCall","name":"x"}"#, "id"),
        (r#"{"type":"toolResult","id":"x"}"#, "content"),
        (r#"{"type":"usage"}"#, "inputTokens"),
    ];
    for (raw, field) in cases {
        assert_eq!(read_event(raw).unwrap_err().field, field, "{raw}");
    }
}

#[test]
fn keys_tell_second_copies() {
    let event = read_event(r#"{"type":"message","id":"m1","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1"}]}}"#).unwrap();
    assert_eq!(event.keys, ["m:m1", "r:t1"]);
    let event = read_event(r#"{"type":"toolCall","id":"t1","name":"x","input":{}}"#).unwrap();
    assert_eq!(event.keys, ["c:t1"]);
}

#[test]
fn deep_nesting_stays_text() {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let (turn, _) = turn(&format!(r#"{{"type":"toolCall","id":"a","name":"x","input":{deep}}}"#));
    assert_eq!(turn.parts, [Part::Call { id: "a".into(), name: "x".into(), input: Value::String(deep) }]);
}
