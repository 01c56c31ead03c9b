//! Items in one short line each, for the tables of the importers' tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;

use super::{Format, Item, Reader, read_all};

/// What a file gives, and how many records were skipped. A reader that gets it in pieces gives the same.
pub(super) fn shown(format: Format, input: &str) -> (Vec<String>, u64) {
    let (items, summary) = read_all(format, input.as_bytes());
    let mut reader = Reader::new(format);
    let mut pieces: Vec<Item> = input.as_bytes().chunks(7).flat_map(|piece| reader.push(piece)).collect();
    pieces.extend(reader.finish());
    if summary.abandoned == 0 {
        assert_eq!(pieces, items, "in pieces");
    }
    (items.iter().map(show).collect(), summary.skipped)
}

/// Compares what a file gives with a table.
pub(super) fn check(format: Format, input: &str, expected: &[&str], skipped: u64) {
    let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
    assert_eq!(shown(format, input), (expected, skipped), "{input}");
}

/// An item in a line.
pub(super) fn show(item: &Item) -> String {
    let event: Value = match item {
        Item::Compacted(compaction) => return format!("compacted {} {:?}", compaction.trigger, compaction.summary),
        Item::Rewound { after } => return format!("rewound {}", after.as_deref().unwrap_or("-")),
        Item::Event(event) => serde_json::from_str(event).unwrap(),
    };
    let meta = if event["meta"] == true { " meta" } else { "" };
    match event["type"].as_str().unwrap() {
        "usage" => format!("usage {} {} {}", event["inputTokens"], event["outputTokens"], event["cacheReadTokens"]),
        "toolResult" => {
            let failed = if event["isError"] == true { " failed" } else { "" };
            format!("result {}{failed}: {}", event["id"].as_str().unwrap(), plain(&event["content"]))
        }
        _ => {
            let message = &event["message"];
            let role = message["role"].as_str().unwrap();
            let calls = message["tool_calls"].as_array().into_iter().flatten().map(|call| {
                let function = &call["function"];
                format!(
                    "call {} {} {}",
                    call["id"].as_str().unwrap(),
                    plain(&function["name"]),
                    plain(&function["arguments"])
                )
            });
            let text = plain(&message["content"]);
            let text = (!text.is_empty()).then(|| format!("{role}{meta}: {text}"));
            text.into_iter().chain(calls).collect::<Vec<_>>().join(" | ")
        }
    }
}

/// Texts as they are, blocks by their kinds.
fn plain(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(blocks) => blocks.iter().map(block).collect::<Vec<_>>().join(" + "),
        other => other.to_string(),
    }
}

fn block(block: &Value) -> String {
    match block["type"].as_str().unwrap_or_default() {
        "text" => plain(&block["text"]),
        "tool_use" => format!("call {} {} {}", plain(&block["id"]), plain(&block["name"]), block["input"]),
        "tool_result" => {
            let failed = if block["is_error"] == true { " failed" } else { "" };
            format!("result {}{failed}: {}", plain(&block["tool_use_id"]), plain(&block["content"]))
        }
        kind => format!("[{kind}]"),
    }
}
