//! Reading only what is behind an offset, and what a path and first bytes tell.

use std::fs;

use super::samples::SAMPLES;
use crate::transcripts::{Following, Format, Item, Place, Reader, identify, identify_bytes, read_behind};

/// The files of the samples that only grow, with a newline at the end.
fn growing() -> Vec<(Format, String)> {
    let samples = SAMPLES.map(|(format, sample)| (format, format!("{}\n", sample.trim_end())));
    let grows = |(format, sample): &(Format, String)| {
        let mut reader = Reader::new(*format);
        reader.push(sample.as_bytes());
        !reader.is_document()
    };
    samples.into_iter().filter(grows).collect()
}

/// The ids of the events, each once; an event without one by its text. Usage comes last: a reading that ends in the middle
/// of a message tells what it has taken so far.
fn ids(items: &[Item]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for event in items.iter().filter_map(|item| if let Item::Event(event) = item { Some(event) } else { None }) {
        let value: serde_json::Value = serde_json::from_str(event).unwrap();
        let id = value["id"].as_str().map_or_else(|| event.clone(), |id| format!("{} {id}", value["type"]));
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.sort_by_key(|id| id.starts_with("\"usage\""));
    ids
}

#[test]
fn a_file_that_is_read_on_from_where_it_ended_gives_what_the_whole_gives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t");
    assert_eq!(growing().len(), 7);
    for (format, sample) in growing() {
        let (mut offset, mut got) = (0, Vec::new());
        // A record more each time, and half of the next one.
        for (at, _) in sample.match_indices('\n') {
            for end in [at + 1, sample.floor_char_boundary(at + 9)] {
                fs::write(&path, &sample[..end]).unwrap();
                let added = read_behind(&path, format, offset).unwrap();
                assert!(added.offset >= offset && added.offset <= end as u64, "{format:?}");
                offset = added.offset;
                got.extend(added.items);
            }
        }
        assert_eq!(ids(&got), ids(&read_behind(&path, format, 0).unwrap().items), "{format:?}");
        // In the middle of a record, and behind the end: from the start.
        for offset in [sample.len() as u64 - 2, sample.len() as u64 + 5] {
            let whole = read_behind(&path, format, 0).unwrap();
            assert_eq!(read_behind(&path, format, offset).unwrap().items, whole.items, "{format:?}");
        }
    }
}

#[test]
fn a_document_has_no_new_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.json");
    fs::write(&path, "{\n\"messages\":[\n{\"role\":\"user\",\"content\":\"x\"}]}\n").unwrap();
    assert!(read_behind(&path, Format::Messages, 0).is_err());
}

#[test]
fn a_path_and_first_bytes_tell_what_a_conversation_is() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, text: &str, expected: (Format, Following, &str, Option<&str>)| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let told = identify(&path).unwrap().unwrap();
        let got = (told.format, told.following, told.session_id.as_deref().unwrap(), told.cwd.as_deref());
        assert_eq!(got, expected, "{name}");
        assert_eq!(identify_bytes(&Place::File(path), text.as_bytes()), Some(told), "{name}");
    };
    let sample = |format: Format| SAMPLES.into_iter().find(|(known, _)| *known == format).unwrap().1;
    check("rollout.jsonl", sample(Format::Codex), (Format::Codex, Following::Tail, "s", Some("/w")));
    check("session.json", sample(Format::Gemini), (Format::Gemini, Following::Reread, "g", None));
    check(
        "chats/s.jsonl",
        "{\"sessionId\":\"g\",\"projectHash\":\"h\"}\n",
        (Format::Gemini, Following::Tail, "g", None),
    );
    check(
        "k1/events.jsonl",
        "{\"type\":\"session.start\",\"data\":{}}\n",
        (Format::Copilot, Following::Tail, "k1", None),
    );
    check("17/api_conversation_history.json", sample(Format::Cline), (Format::Cline, Following::Reread, "17", None));
    check(
        "p/.aider.chat.history.md",
        sample(Format::Aider),
        (Format::Aider, Following::Tail, ".aider.chat.history", None),
    );
    check("pi.jsonl", sample(Format::Pi), (Format::Pi, Following::Tail, "s", Some("/w")));
    // A first record that is longer than what is looked at has told nothing yet, but its format.
    let long = format!("{{\"type\":\"session_meta\",\"payload\":{{\"id\":\"s\",\"x\":\"{}", "y".repeat(300_000));
    check("long.jsonl", &long, (Format::Codex, Following::Tail, "long", None));
    for text in ["", "hello", "{\"a\":1}"] {
        let path = folder.path().join("none");
        fs::write(&path, text).unwrap();
        assert_eq!(identify(&path).unwrap(), None);
    }
    assert!(identify(&folder.path().join("missing")).is_err());
    assert!(identify(folder.path()).is_err());
}
