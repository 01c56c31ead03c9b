//! What the agents tell their hooks: the shapes of what the real programs send, held against samples with contents of our
//! own, `payloads/<agent>-<event>.json`. The tests of the hook may rely on the samples, because these tests do.

use std::path::Path;

use serde_json::{Map, Value};

/// A sample.
pub fn sample(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/agents/payloads").join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// A payload has the shape of the sample: the same names with the same kinds of values, nothing less and nothing more.
#[track_caller]
pub fn fits(name: &str, told: &Value) {
    assert_eq!(shape(told), shape(&sample(name)), "{name} is not as the agent tells it: {told:#}");
}

/// Kinds in place of values; of a list, that of its first member.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "bool".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "string".into(),
        Value::Array(members) => members.iter().take(1).map(shape).collect(),
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            Value::Object(names.into_iter().map(|name| (name.clone(), shape(&fields[name]))).collect::<Map<_, _>>())
        }
    }
}
