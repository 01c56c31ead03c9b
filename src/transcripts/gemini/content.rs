//! Contents of Gemini's API: a text, or parts.

use serde_json::{Value, json};

/// All text of a content.
pub(super) fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Object(_) => text_of(&json!([content])),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part.as_str().or_else(|| part["text"].as_str()));
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// The pictures of a content, in the shape of OpenAI's API.
pub(super) fn pictures(content: &Value) -> Vec<Value> {
    let parts = content.as_array().into_iter().flatten();
    let picture = |part: &Value| {
        let kind = part["inlineData"]["mimeType"].as_str().filter(|kind| kind.starts_with("image/"))?;
        let url = format!("data:{kind};base64,{}", part["inlineData"]["data"].as_str()?);
        Some(json!({"type": "image_url", "image_url": {"url": url}}))
    };
    parts.filter_map(picture).collect()
}

/// What a call came to, and whether it failed; `None` while it runs.
pub(super) fn outcome(call: &Value) -> Option<(String, bool)> {
    let status = call["status"].as_str().unwrap_or_default();
    let failed = matches!(status, "error" | "cancelled");
    let parts: Vec<&Value> = match &call["result"] {
        Value::Array(parts) => parts.iter().collect(),
        Value::Null => Vec::new(),
        other => vec![other],
    };
    if parts.is_empty() {
        if !failed && status != "success" {
            return None;
        }
        let display = call["resultDisplay"].as_str().unwrap_or(status);
        return Some((display.to_owned(), failed));
    }
    let mut texts = Vec::new();
    let mut bad = failed;
    for part in parts {
        let response = &part["functionResponse"]["response"];
        if let Some(error) = response.get("error").filter(|error| !error.is_null()) {
            bad = true;
            texts.push(plain(error));
        } else if let Some(output) = response.get("output") {
            texts.push(plain(output));
        } else if response.is_object() {
            texts.push(response.to_string());
        } else {
            texts.push(text_of(part));
        }
    }
    let text = texts.join("\n");
    // The shell tool reports a failed command as a success, with the code in its text.
    let code = text.split_once("Exit Code: ").and_then(|(_, rest)| rest.split_whitespace().next());
    let code = code.and_then(|code| code.parse::<i32>().ok());
    Some((text, bad || code.is_some_and(|code| code != 0)))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
