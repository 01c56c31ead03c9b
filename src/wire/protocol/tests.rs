use serde_json::Value;

use super::*;
use crate::engine::settings::Pressure;

#[test]
fn wrong_params_name_their_field() {
    let cases = [
        ("{}", "sessionId"),
        (r#"{"sessionId":7,"events":[]}"#, "sessionId"),
        (r#"{"sessionId":"a"}"#, "events"),
        (r#"{"sessionId":"a","events":{}}"#, "events"),
        (r#"{"sessionId":"a","events":[],"contextLimit":-1}"#, "contextLimit"),
        ("[]", "params"),
    ];
    for (text, field) in cases {
        let error = params::<AppendParams>(text).unwrap_err();
        assert_eq!(error.data.unwrap()["field"], field, "{text}: {}", error.message);
        assert_eq!(error.code, code::INVALID_PARAMS);
    }
    assert_eq!(
        params::<CompactParams>(r#"{"sessionId":"a","format":"xml"}"#).unwrap_err().data.unwrap()["field"],
        "format"
    );
}

#[test]
fn messages_stay_text() {
    let text = r#"{"sessionId":"a","events":[{"z":1,"a":12345678901234567890123}]}"#;
    assert_eq!(params::<AppendParams>(text).unwrap().events[0].get(), r#"{"z":1,"a":12345678901234567890123}"#);
}

#[test]
fn commands_name_methods() {
    for method in Method::ALL {
        assert_eq!(Method::from_command(&method.command()), Some(method));
    }
    assert_eq!(Method::Compact.command(), "sessionMemory.compact");
    assert_eq!(Method::from_command("sessionMemory.nonsense"), None);
}

/// The public page of the protocol.
const PAGE: &str = include_str!("../../../docs/protocol.md");

#[test]
fn the_page_and_the_program_name_the_same_methods() {
    let mut known: Vec<&str> = Method::ALL.iter().map(|method| method.name()).collect();
    known.extend([DID_UPDATE, DID_CHANGE_PRESSURE, COMPLETE]);
    let mut named: Vec<&str> = PAGE
        .split('`')
        .filter(|word| word.starts_with("sessionMemory/") && word.chars().all(|c| c.is_ascii_alphabetic() || c == '/'))
        .collect();
    named.sort_unstable();
    named.dedup();
    known.sort_unstable();
    assert_eq!(named, known);
}

#[test]
fn the_page_and_the_program_name_the_same_errors() {
    let mut named: Vec<i64> =
        PAGE.split('`').filter_map(|word| word.parse().ok()).filter(|&code: &i64| code < -1000).collect();
    named.sort_unstable();
    named.dedup();
    let mut known = [
        code::INVALID_PARAMS,
        code::INTERNAL,
        code::UNKNOWN_SESSION,
        code::UNKNOWN_REVISION,
        code::WRITE_REFUSED,
        code::PROVIDER_FAILED,
        code::PROMPT_TOO_LONG,
        code::CANCELLED,
    ];
    known.sort_unstable();
    assert_eq!(named, known);
}

#[test]
fn the_page_has_every_field_of_the_results() {
    let append = AppendResult {
        seq: 0,
        stored: 0,
        duplicates: 0,
        context_tokens: 0,
        context_limit: 0,
        pressure: Pressure::Low,
        open_tool_calls: Vec::new(),
        memory: MemoryState { revision: 0, freshness: "none", behind_tokens: 0, updating: false, deferred: false },
    };
    let compact = CompactResult {
        compacted: true,
        reason: Some(""),
        markdown: Some(""),
        keep_from: KeepFrom { seq: 1, id: Some("") },
        memory: CompactMemory { revision: 0, covered_through: 0, source: "", freshness: "", behind_tokens: 0, uri: "" },
        tokens_before: 0,
        tokens_after: 0,
        masked: vec![Masked { seq: 0, tokens: 0 }],
        retrieved: vec![Retrieved { seq: 0, score: 0.0 }],
        warnings: &[],
        elapsed_micros: 0,
    };
    for value in [serde_json::to_value(append).unwrap(), serde_json::to_value(compact).unwrap()] {
        let mut fields = Vec::new();
        collect(&value, &mut fields);
        for field in fields {
            assert!(
                PAGE.contains(&format!("{field}:")) || PAGE.contains(&format!("{field}?:")),
                "{field} is not on the page"
            );
        }
    }
}

fn collect(value: &Value, fields: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                fields.push(key.clone());
                collect(value, fields);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, fields)),
        _ => {}
    }
}
