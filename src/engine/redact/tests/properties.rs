//! What must hold for every input.

use proptest::prelude::*;
use serde_json::Value;

use super::super::{redact, redact_json};
use super::tokens;

/// Text around a planted token, and the token's index.
fn planted() -> impl Strategy<Value = (String, String)> {
    let edge =
        prop::sample::select(vec![" ", "\n", "\t", "\"", "'", "=", ": ", "(", "/", ",", "<", "[", "é", "\u{1f980}"]);
    let end = prop::sample::select(vec![" ", "\n", "\t", "\"", "'", ": ", ")", ",", "<", "]", "é", "\u{1f980}"]);
    (".{0,24}", edge, 0..tokens().len(), end, ".{0,24}").prop_map(|(before, edge, index, end, after)| {
        let secret = tokens().swap_remove(index).1;
        ([&before, edge, &secret, end, &after].concat(), secret)
    })
}

/// Any JSON value, in which every string may hold a token, be any text, or be JSON again.
fn json() -> impl Strategy<Value = (Value, Vec<String>)> {
    let leaf = prop_oneof![
        3 => planted().prop_map(|(text, secret)| (Value::from(text), vec![secret])),
        2 => ".{0,40}".prop_map(|text| (Value::from(text), vec![])),
        1 => any::<i64>().prop_map(|number| (Value::from(number), vec![])),
        1 => any::<bool>().prop_map(|bool| (Value::from(bool), vec![])),
        1 => Just((Value::Null, vec![])),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let items = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            items.clone().prop_map(|items| {
                let (values, secrets): (Vec<_>, Vec<_>) = items.into_iter().unzip();
                (Value::Array(values), secrets.concat())
            }),
            (items, prop::collection::vec("[a-z_\"\\\\]{0,8}|password|api_key|é", 4)).prop_map(|(items, keys)| {
                let (values, secrets): (Vec<_>, Vec<_>) = items.into_iter().unzip();
                let names = keys.iter().enumerate().map(|(index, key)| format!("{index}{key}"));
                (Value::Object(names.zip(values).collect()), secrets.concat())
            }),
            planted().prop_map(|(text, secret)| (serde_json::json!({ text: 1 }), vec![secret])),
            inner.prop_map(|(value, secrets)| (Value::from(value.to_string()), secrets)),
        ]
    })
}

/// Asserts that `after` is `before` but for the contents of strings, which may be JSON themselves.
fn same_shape(before: &Value, after: &Value) -> Result<(), TestCaseError> {
    match (before, after) {
        (Value::Array(a), Value::Array(b)) => {
            prop_assert_eq!(a.len(), b.len());
            a.iter().zip(b).try_for_each(|(a, b)| same_shape(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            prop_assert_eq!(a.len(), b.len());
            a.values().zip(b.values()).try_for_each(|(a, b)| same_shape(a, b))
        }
        // A field that holds a password is replaced as a whole.
        (Value::String(_), Value::String(b)) if b.starts_with("[redacted:") && b.ends_with(']') => Ok(()),
        (Value::String(a), Value::String(b)) => match serde_json::from_str::<Value>(a) {
            Ok(a) => {
                let b = serde_json::from_str::<Value>(b);
                prop_assert!(b.is_ok(), "no longer JSON: {:?}", after);
                same_shape(&a, &b.unwrap())
            }
            Err(_) => Ok(()),
        },
        _ => {
            prop_assert_eq!(before, after);
            Ok(())
        }
    }
}

/// Text made of what the rules look for, in every wrong order.
fn adversarial() -> impl Strategy<Value = String> {
    let mut words: Vec<String> = [
        "password",
        "token",
        "secret",
        "api_key",
        "Authorization",
        "Bearer ",
        "://",
        "PRIVATE KEY",
        "-----BEGIN ",
        "-----END ",
        "-----",
        "=",
        ":",
        " ",
        "\n",
        "\\n",
        "\\",
        "\\\\",
        "\"",
        "\\\"",
        "\\\\\\\"",
        "'",
        "@",
        "user:",
        "value",
        ",",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "discord",
        "login(",
        "é",
        "\u{1f980}",
        ".",
        "%3D",
        "\\u0026",
        "--",
        "[redacted:token]",
        "[redacted:",
        "Aq9zT4xW2LmK",
        "MTA4NzY1NDMyMTA5ODc2NTQzMg",
        "is ",
        "sha256=",
    ]
    .map(String::from)
    .to_vec();
    words.extend(tokens().into_iter().map(|(_, token)| token));
    prop::collection::vec(prop::sample::select(words), 0..16).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_keeps_its_shape_and_no_secret((value, secrets) in json()) {
        let raw = value.to_string();
        let hidden = redact_json(&raw).into_owned();
        for secret in &secrets {
            prop_assert!(!hidden.contains(secret.as_str()), "{} left in {}", secret, hidden);
        }
        let after = serde_json::from_str(&hidden);
        prop_assert!(after.is_ok(), "no longer JSON: {}", hidden);
        same_shape(&value, &after.unwrap())?;
        prop_assert_eq!(redact_json(&hidden), hidden.as_str());
    }

    #[test]
    fn text_holds_no_secret_afterwards((text, secret) in planted()) {
        prop_assert!(!redact(&text).contains(&secret));
    }

    #[test]
    fn anything_goes_in_and_twice_is_once(text in adversarial()) {
        let once = redact(&text).into_owned();
        prop_assert_eq!(redact(&once), once.as_str());
        let raw = Value::from(text.clone()).to_string();
        let hidden = redact_json(&raw).into_owned();
        prop_assert!(serde_json::from_str::<String>(&hidden).is_ok(), "no longer JSON: {}", hidden);
        prop_assert_eq!(redact_json(&hidden), hidden.as_str());
        let _ = redact_json(&text);
    }
}
