//! Properties that hold for every importer, and the real files where they are at hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod real;

use proptest::prelude::*;

use super::{Format, Item, Reader, detect, read_all};

/// A file with every kind of record that makes the importer wait or look back.
const CLAUDE: &str = concat!(
    "// comment\n\n",
    r#"{"type":"user","uuid":"u1","parentUuid":null,"sessionId":"s","message":{"role":"user","content":"gø 😀"}}"#,
    "\n",
    r#"{"type":"assistant","uuid":"a1","parentUuid":"u1","message":{"id":"m1","role":"assistant","content":[{"type":"thinking"}],"usage":{"input_tokens":5,"output_tokens":1}}}"#,
    r#"{"type":"summary","summary":"T","leafUuid":"x"}"#,
    "\n",
    r#"{"type":"assistant","uuid":"a2","parentUuid":"a1","message":{"id":"m1","role":"assistant","content":[{"type":"tool_use","id":"t"}],"usage":{"input_tokens":5,"output_tokens":9}}}"#,
    "\r\n",
    r#"{"type":"queue-operation","operation":"enqueue","timestamp":"2026-01-01T00:00:00Z","content":"wait"}"#,
    "\n",
    r#"{"type":"user","uuid":"r1","parentUuid":"a2","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"\ud83d"}]}}"#,
    "\n",
    r#"{"type":"queue-operation","operation":"remove","timestamp":"2026-01-01T00:00:01Z"}"#,
    "\nbroken {\n",
    r#"{"type":"user","uuid":"u2","parentUuid":"a2","message":{"role":"user","content":"one way"}}"#,
    "\n",
    r#"{"type":"user","uuid":"u3","parentUuid":"a2","message":{"role":"user","content":"another"}}"#,
    "\n",
    r#"{"type":"assistant","uuid":"a3","parentUuid":"u3","message":{"id":"m2","role":"assistant","content":"x","usage":{"input_tokens":7}}}"#,
    "\n",
    r#"{"type":"system","subtype":"compact_boundary","uuid":"b1","logicalParentUuid":"a3","compactMetadata":{"trigger":"auto"}}"#,
    "\n",
    r#"{"type":"user","uuid":"c1","parentUuid":"b1","isCompactSummary":true,"message":{"role":"user","content":"Summary"}}"#,
    "\n",
    r#"{"type":"assistant","uuid":"a4","parentUuid":"c1","message":{"id":"m3","role":"assistant","content":"end","usage":{"input_tokens":8}}}"#,
);

const LINES: &str = concat!(
    "\n{\"role\":\"user\",\"content\":\"ä\",\"id\":\"1\"}\n\n{\"role\":\"exit\",\"content\":\"x\"}\n",
    "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"b\"}]}",
);

const DOCUMENT: &str = concat!(
    "{ \"info\": {\"a\": [1, \"]\"]},\n \"messages\": [\n  {\"role\": \"user\",\n \"content\": \"ä\"},",
    "{\"role\":\"tool\",\"content\":\"\",\"tool_call_id\":\"c\"}\n ], \"end\": null }\n",
);

const SAMPLES: [(Format, &str); 3] =
    [(Format::ClaudeCode, CLAUDE), (Format::Messages, LINES), (Format::Messages, DOCUMENT)];

/// All items of a file that comes in pieces which end at these places.
fn in_pieces(format: Format, bytes: &[u8], ends: &[usize]) -> (Vec<Item>, u64) {
    let mut reader = Reader::new(format);
    let mut items = Vec::new();
    let mut from = 0;
    for end in ends.iter().copied().chain([bytes.len()]) {
        items.extend(reader.push(&bytes[from..end]));
        from = end;
    }
    items.extend(reader.finish());
    (items, reader.summary().skipped)
}

proptest! {
    #[test]
    fn any_pieces_give_the_same_items(places in prop::collection::vec(0..4096usize, 0..12)) {
        for (format, sample) in SAMPLES {
            let mut ends: Vec<usize> = places.iter().map(|place| place % sample.len()).collect();
            ends.sort_unstable();
            prop_assert_eq!(in_pieces(format, sample.as_bytes(), &ends), in_pieces(format, sample.as_bytes(), &[]));
        }
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), place in 0..4096usize) {
        detect(&bytes);
        for (format, sample) in SAMPLES {
            let (before, after) = sample.as_bytes().split_at(place % sample.len());
            for input in [bytes.clone(), [before, &bytes, after].concat()] {
                detect(&input);
                read_all(format, &input);
            }
        }
    }
}

#[test]
fn the_samples_give_what_they_hold() {
    let counts = SAMPLES.map(|(format, sample)| in_pieces(format, sample.as_bytes(), &[]).0.len());
    // 9 messages, the steering, 3 usages, a rewind, a compaction.
    assert_eq!(counts, [15, 2, 2]);
}

#[test]
fn a_truncated_file_gives_the_first_items() {
    for (format, sample) in SAMPLES {
        let (whole, _) = in_pieces(format, sample.as_bytes(), &[]);
        for end in 0..sample.len() {
            let (mut items, _) = in_pieces(format, &sample.as_bytes()[..end], &[]);
            // The last one may be what the end of the file made of it: usage so far, a summary not yet there.
            items.pop();
            assert!(whole.starts_with(&items), "cut at {end}: {items:?}");
        }
    }
}

#[test]
fn bytes_that_are_no_text_do_not_lose_the_line() {
    let line = b"{\"type\":\"user\",\"uuid\":\"u\",\"message\":{\"role\":\"user\",\"content\":\"a\xff\"}}\n";
    let expected = r#"{"type":"message","id":"u","message":{"role":"user","content":"a�"}}"#;
    assert_eq!(read_all(Format::ClaudeCode, line).0, [Item::Event(expected.to_owned())]);
}

#[test]
fn names_are_read_back() {
    for format in Format::ALL {
        assert_eq!(Format::from_name(format.name()), Some(format));
    }
    assert_eq!(Format::from_name("auto"), None);
}
