//! Properties that hold for every importer, and the real files where they are at hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod behind;
mod places;
mod real;
mod samples;

use proptest::prelude::*;

use self::samples::SAMPLES;
use super::{Format, Item, Reader, detect, read_all};

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
    // The first has 9 messages, the steering, 3 usages, a rewind, a compaction.
    assert_eq!(counts, [15, 2, 2, 6, 5, 4, 6, 4, 4, 4, 4, 6]);
}

#[test]
fn a_truncated_file_gives_the_first_items() {
    for (format, sample) in SAMPLES {
        let (whole, _) = in_pieces(format, sample.as_bytes(), &[]);
        for end in 0..sample.len() {
            let (mut items, _) = in_pieces(format, &sample.as_bytes()[..end], &[]);
            // The last one may be what the end of the file made of it: usage so far, a summary not yet there.
            items.pop();
            if format == Format::Aider {
                // A line of the program may be two items: what it says, and the usage that it tells.
                items.pop();
            }
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
