//! The shape of a JSON value: which fields it has and of which type they are.

use serde_json::Value;

/// Checks a value against a shape: an object with exactly these fields (`name?` may be absent), an array `[shape]` of
/// such elements, or the name of a type: `uint`, `number`, `text`, `bool`, `any`, `time` (RFC 3339 in UTC), `uri`, or the
/// accepted texts with `|` between them. A type with `?` behind it may be null.
#[track_caller]
pub fn has_shape(value: &Value, shape: &Value) {
    check("", value, shape);
}

#[track_caller]
fn check(path: &str, value: &Value, shape: &Value) {
    match shape {
        Value::Object(fields) => {
            let object = value.as_object().unwrap_or_else(|| panic!("{path} is no object: {value}"));
            for name in object.keys() {
                assert!(
                    fields.contains_key(name) || fields.contains_key(&format!("{name}?")),
                    "{path}.{name} is not documented"
                );
            }
            for (name, shape) in fields {
                match (object.get(name.trim_end_matches('?')), name.ends_with('?')) {
                    (Some(value), _) => check(&format!("{path}.{name}"), value, shape),
                    (None, optional) => assert!(optional, "{path}.{name} is missing in {value}"),
                }
            }
        }
        Value::Array(shapes) => {
            for (at, element) in
                value.as_array().unwrap_or_else(|| panic!("{path} is no array: {value}")).iter().enumerate()
            {
                check(&format!("{path}[{at}]"), element, &shapes[0]);
            }
        }
        shape => {
            let kind = shape.as_str().unwrap();
            let nullable = kind.ends_with('?');
            let kind = kind.trim_end_matches('?');
            assert!(nullable && value.is_null() || is(value, kind), "{path} is {value}, expected {kind}");
        }
    }
}

fn is(value: &Value, kind: &str) -> bool {
    let text = value.as_str();
    match kind {
        "uint" => value.is_u64(),
        "number" => value.is_number(),
        "text" => value.is_string(),
        "bool" => value.is_boolean(),
        "any" => true,
        "uri" => text.is_some_and(|text| text.starts_with("file:///")),
        "time" => text.is_some_and(|text| text.len() >= 20 && text.as_bytes()[10] == b'T' && text.ends_with('Z')),
        accepted => text.is_some_and(|text| accepted.split('|').any(|one| one == text)),
    }
}
