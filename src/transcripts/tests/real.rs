//! Real files of many agents, where they lie beside the repository; without them there is nothing to test here.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::in_pieces;
use crate::engine::intake::Intake;
use crate::transcripts::{Format, Item, detect, read_all};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/transcripts")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// What the items of a file hold.
#[derive(Default)]
struct Count {
    messages: u64,
    humans: u64,
    calls: u64,
    results: u64,
    usages: u64,
    compactions: u64,
}

fn count(items: &[Item], path: &str) -> Count {
    let mut count = Count::default();
    for item in items {
        let event = match item {
            Item::Compacted(_) => {
                count.compactions += 1;
                continue;
            }
            Item::Rewound { .. } => panic!("{path}: not from a whole file"),
            Item::Event(event) => event,
        };
        if let Err(error) = Intake::new(event, false) {
            // One of the made-up files holds a call without an id.
            assert!(path.starts_with("claude-code/agentsessions"), "{path}: {error} in {event}");
        }
        let event: Value = serde_json::from_str(event).unwrap();
        match event["type"].as_str().unwrap() {
            "usage" => {
                assert!(event["inputTokens"].as_u64() > Some(0), "{path}: {event}");
                count.usages += 1;
            }
            "toolResult" => count.results += 1,
            _ => {
                let message = &event["message"];
                let blocks = message["content"].as_array().into_iter().flatten();
                let results = blocks.clone().filter(|block| block["type"] == "tool_result").count() as u64;
                count.messages += 1;
                count.results += results + u64::from(message["role"] == "tool");
                count.humans += u64::from(message["role"] == "user" && event["meta"] != true && results == 0);
                count.calls += blocks.filter(|block| block["type"] == "tool_use").count() as u64;
                count.calls += message["tool_calls"].as_array().map_or(0, Vec::len) as u64;
            }
        }
    }
    count
}

/// The format that a file of the collection is in; `None` where it is none of a conversation.
fn expected(file: &str, format: &str) -> Option<Format> {
    Some(match format.split('/').next().unwrap() {
        "claude-code" if !file.ends_with(".meta.json") => Format::ClaudeCode,
        "codex" if file.contains("schema_drift") => Format::Messages,
        "codex" => Format::Codex,
        "gemini-cli" => Format::Gemini,
        "openai-style" => Format::MiniSweAgent,
        "swe-agent" => Format::SweAgent,
        "pi" => Format::Pi,
        "cline" if !file.ends_with("sdk-session.json") => Format::Cline,
        "openhands" if file.contains("events") => Format::OpenHands,
        "other-agents" if file.contains("copilot") => Format::Copilot,
        _ => return None,
    })
}

#[test]
fn real_files_give_what_their_index_says() {
    let Ok(index) = fs::read_to_string(corpus().join("INDEX.tsv")) else { return };
    let mut rows = index.lines().map(|row| row.split('\t').collect::<Vec<_>>());
    let names = rows.next().unwrap();
    for row in rows {
        let row: HashMap<&str, &str> = names.iter().copied().zip(row).collect();
        let number = |name: &str| row[name].parse::<u64>().unwrap();
        let (file, real) = (row["file"], row["kind"] == "real");
        let Ok(bytes) = fs::read(corpus().join(file)) else { continue };
        assert_eq!(detect(&bytes), expected(file, row["format"]), "{file}");
        let Some(format) = detect(&bytes) else { continue };
        let (items, summary) = read_all(format, &bytes);
        let count = count(&items, file);
        match format {
            Format::ClaudeCode => {
                assert_eq!(count.compactions, number("compaction_events"), "compactions of {file}");
                // The index counts calls on abandoned branches and of side conversations as well.
                if real && row["format"] == "claude-code" && summary.abandoned == 0 {
                    assert_eq!(count.calls, number("tool_calls"), "calls of {file}");
                }
            }
            Format::MiniSweAgent | Format::SweAgent => {
                assert!(number("messages") - count.messages - summary.skipped <= 1, "{file}");
                // The task is the only thing that a human said; the first version's complaint about a format looks like a human's.
                assert!((1..=2).contains(&count.humans), "humans of {file}");
                let answers = file.contains("mini-astroid") || file.contains("mini-marsh");
                assert_eq!(answers, count.usages > 70, "usage of {file}");
                assert_eq!(count.calls, number("tool_calls"), "calls of {file}");
            }
            Format::Pi if real => {
                assert_eq!(count.calls, number("tool_calls"), "calls of {file}");
                assert_eq!(count.humans, number("human_messages"), "humans of {file}");
            }
            Format::Pi | Format::Copilot => {
                assert_eq!(count.compactions, number("compaction_events"), "compactions of {file}");
                assert!(count.messages > 0 && summary.agent_session_id.is_some(), "{file}");
            }
            Format::Cline => {
                assert_eq!(count.calls, number("tool_calls"), "calls of {file}");
                assert_eq!(count.compactions, number("compaction_events"), "compactions of {file}");
            }
            Format::OpenHands => {
                assert_eq!((count.messages, count.results), (3, 3), "{file}");
            }
            Format::Messages => assert_eq!(count.messages, 1, "{file}"),
            Format::Aider | Format::OpenCode | Format::Roo => panic!("{file}"),
            Format::Gemini => {
                assert_eq!(count.calls, number("tool_calls"), "calls of {file}");
                assert_eq!(count.results, count.calls, "results of {file}");
                // "System: Please continue." is the program's.
                assert!(count.humans + 1 >= number("human_messages"), "humans of {file}");
            }
            Format::Codex => {
                assert_eq!(count.compactions, number("compaction_events"), "compactions of {file}");
                assert!(summary.agent_session_id.is_some() && summary.cwd.is_some(), "{file}");
                if real {
                    assert_eq!(count.calls, number("tool_calls"), "calls of {file}");
                    assert_eq!(count.results, count.calls, "results of {file}");
                    assert_eq!(count.messages - count.calls, number("messages"), "messages of {file}");
                    assert_eq!((count.humans, summary.skipped), (number("human_messages"), 0), "{file}");
                }
            }
        }
    }
}

#[test]
fn real_files_come_in_pieces_too() {
    let mut found = Vec::new();
    files(&corpus(), &mut found);
    for path in found {
        let bytes = fs::read(&path).unwrap();
        let Some(format) = detect(&bytes) else { continue };
        assert_eq!(detect(&bytes[..bytes.len().min(65_536)]), Some(format), "{}", path.display());
        let ends: Vec<usize> = (1..bytes.len()).step_by(4999).collect();
        assert_eq!(in_pieces(format, &bytes, &ends), in_pieces(format, &bytes, &[]), "{}", path.display());
    }
}
