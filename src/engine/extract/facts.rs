//! JSON results as facts: one line for each flat group of fields, `key: value, key: value`.

use serde_json::{Map, Value};

/// Longest line in bytes.
const LONGEST: usize = 360;
/// Lines taken from one result at most.
const MOST: usize = 200;

/// The facts of a result, or nothing where it is not a JSON object or array.
pub fn read(result: &str) -> Option<Vec<String>> {
    let result = result.trim();
    if !result.starts_with(['{', '[']) || result.len() > 200_000 {
        return None;
    }
    let value: Value = serde_json::from_str(result).ok()?;
    let mut out = Vec::new();
    walk("", &value, 0, &mut out);
    (!out.is_empty()).then_some(out)
}

fn walk(name: &str, value: &Value, depth: usize, out: &mut Vec<String>) {
    if out.len() >= MOST || depth > 8 {
        return;
    }
    match value {
        Value::Object(fields) => object(name, fields, depth, out),
        Value::Array(items) if items.iter().all(is_scalar) => {
            let items: Vec<String> = items.iter().map(scalar).collect();
            push(name, &items.join(", "), out);
        }
        Value::Array(items) => items.iter().for_each(|item| walk(name, item, depth + 1, out)),
        _ => push(name, &scalar(value), out),
    }
}

/// Scalars and small objects stand together in one line, the rest follows in lines of its own.
fn object(name: &str, fields: &Map<String, Value>, depth: usize, out: &mut Vec<String>) {
    let mut line = String::new();
    let mut later = Vec::new();
    for (key, value) in fields {
        let text = match value {
            Value::Object(inner) if inner.len() <= 4 && inner.values().all(is_scalar) => {
                let inner: Vec<String> =
                    inner.iter().map(|(key, value)| format!("{}: {}", words(key), scalar(value))).collect();
                format!("{}: {{{}}}", words(key), inner.join(", "))
            }
            value if is_scalar(value) => format!("{}: {}", words(key), scalar(value)),
            _ => {
                later.push((key, value));
                continue;
            }
        };
        if !line.is_empty() && line.len() + text.len() > LONGEST {
            push(name, &line, out);
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(&text);
    }
    push(name, &line, out);
    for (key, value) in later {
        walk(key, value, depth + 1, out);
    }
}

fn push(name: &str, line: &str, out: &mut Vec<String>) {
    if line.is_empty() || out.len() >= MOST {
        return;
    }
    let line = super::text::clip(line, LONGEST * 2);
    out.push(if name.is_empty() { line.to_owned() } else { format!("{}: {line}", words(name)) });
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Object(_) | Value::Array(_))
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        value => value.to_string(),
    }
}

/// A key as words: `flight_number` reads better, and costs less, as `flight number`.
pub fn words(key: &str) -> String {
    key.replace('_', " ")
}
