//! The estimate against the real tokenizer. `cargo test tokens -- --nocapture` prints the tables.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "the wider check reads transcripts, where there are any")]

use std::fs;
use std::path::{Path, PathBuf};

use super::{estimate, samples};

fn tokens(text: &str) -> usize {
    tiktoken_rs::o200k_base_singleton().encode_ordinary(text).len()
}

/// Estimated by true tokens, in percent; prints the row.
fn percent(name: &str, text: &str) -> usize {
    let (estimated, tokens) = (estimate(text) as usize, tokens(text).max(1));
    let percent = (estimated * 100 + tokens / 2) / tokens;
    println!("{name:<16} {:>9} bytes {tokens:>8} tokens {estimated:>8} estimated {percent:>4} %", text.len());
    percent
}

#[test]
fn each_class_of_text_is_near() {
    let mut far = samples::all();
    far.retain(|(name, tolerance, text)| percent(name, text).abs_diff(100) > *tolerance);
    assert!(far.is_empty(), "too far off: {:?}", far.iter().map(|(name, ..)| name).collect::<Vec<_>>());
}

#[test]
fn small_and_odd_texts() {
    let check = |text: &str, at_least: u32, at_most: u32| {
        let found = estimate(text);
        assert!((at_least..=at_most).contains(&found), "{:?}: {found}", text.get(..40).unwrap_or(text));
    };
    check("", 0, 0);
    check(" ", 1, 1);
    check("\n", 1, 1);
    check("a", 1, 2);
    check("hello world", 2, 3);
    check("getHTTPServerName()", 5, 7);
    check("1234567890", 4, 4);
    check("don't", 1, 3);
    check("é", 1, 3);
    check("u\u{308}", 1, 4);
    check("中", 1, 2);
    check("👩\u{200d}💻", 3, 7);
    check("\u{0}\u{7}\u{1b}", 1, 8);
    check("\u{10ffff}", 1, 4);
    check(&"=".repeat(1000), 13, 60);
    check(&" ".repeat(1000), 1, 20);
    check(&"\n".repeat(1000), 1, 100);
    check(&"a".repeat(1000), 100, 1000);
    check(&"7".repeat(1000), 334, 334);
}

#[test]
fn more_text_is_more_tokens() {
    for (name, _, text) in samples::all() {
        let cut = text.char_indices().map(|(at, _)| at).nth(text.chars().count() / 2).unwrap_or(0);
        let (head, tail) = text.split_at(cut);
        let (whole, parts) = (estimate(&text), estimate(head) + estimate(tail));
        assert!(estimate(head) < whole && whole.abs_diff(parts) <= 6, "{name}: {whole} is not about {parts}");
    }
}

/// Adds all texts of the file's JSON, which is one document or one in each line.
fn texts(path: &Path, into: &mut String) {
    fn collect(value: &serde_json::Value, into: &mut String) {
        match value {
            serde_json::Value::String(text) if text.contains([' ', '\n']) => {
                into.push_str(text);
                into.push('\n');
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
            serde_json::Value::Object(fields) => fields.values().for_each(|field| collect(field, into)),
            _ => {}
        }
    }
    let content = fs::read_to_string(path).unwrap_or_default();
    let whole = serde_json::from_str(&content).ok();
    let lines = content.lines().filter(|_| whole.is_none()).filter_map(|line| serde_json::from_str(line).ok());
    for value in whole.iter().cloned().chain(lines) {
        collect(&value, into);
    }
}

/// What the folder holds, in order; nothing where there is no folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}

/// The beginnings of all conversations below the folder.
fn conversations(folder: &Path, into: &mut String) {
    const MOST: usize = 400_000;
    const MOST_EACH: usize = 60_000;
    for path in entries(folder) {
        if path.is_dir() {
            conversations(&path, into);
        } else if into.len() < MOST {
            let mut text = String::new();
            texts(&path, &mut text);
            into.push_str(&text[..text.floor_char_boundary(MOST_EACH)]);
        }
    }
}

/// Real conversations by agent, where they are at hand (they are not part of the repository).
#[test]
fn real_conversations_are_near() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let mut far = Vec::new();
    for agent in ["transcripts", "eval/dev"].iter().flat_map(|root| entries(&shared.join(root))) {
        let mut text = String::new();
        if agent.is_dir() {
            conversations(&agent, &mut text);
        }
        let name = agent.file_name().unwrap_or_default().to_string_lossy();
        if text.len() > 10_000 && percent(&name, &text).abs_diff(100) > 10 {
            far.push(agent);
        }
    }
    assert!(far.is_empty(), "too far off: {far:?}");
}

#[test]
fn thousands_are_apart() {
    for (value, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
        assert_eq!(super::grouped(value), text);
    }
}
