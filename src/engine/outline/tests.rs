use std::fmt::Write as _;

use proptest::prelude::*;

use super::word::{Named, words, words_at};
use super::*;
use crate::engine::memory::{Custom, Document, FrontMatter, parse_file, render_file};

/// The outline in one line: rows of the front matter, then each part with its items.
fn shown(text: &str) -> String {
    let titles = [(Section::UserIntent, "Goal".to_owned())].into();
    let outline = Outline::new(&Rows::new(text), &Custom { titles, ..Custom::default() });
    let mut shown = format!("{:?}", outline.front.rows);
    for part in &outline.parts {
        let name = part.section.map_or_else(|| format!("({})", part.title), |section| format!("{section:?}"));
        let _ = write!(shown, " | {name} {:?}", part.rows);
        for item in &part.items {
            let kind = if item.listed { "-" } else { "p" };
            let event = item.mark.as_ref().map(|(event, _)| format!(" ^{event}")).unwrap_or_default();
            let _ = write!(shown, " {kind}{:?} {:?}{event}", item.rows, item.text);
        }
    }
    shown
}

#[test]
fn texts_of_every_kind_have_an_outline() {
    let cases = [
        ("", "0..0"),
        ("just text\nof mine", r#"0..0 | () 0..2 p0..2 "just text\nof mine""#),
        ("\u{feff}## notes\n- a ^4\n", r#"0..0 | Notes 0..2 -1..2 "a" ^4"#),
        (
            "---\nrevision: 1\n---\r\n## Notes\r\n- a\r\n  b ^12\r\n\r\n- c\r\n",
            r#"0..3 | Notes 3..8 -4..6 "a\nb" ^12 -7..8 "c""#,
        ),
        (
            "## My own\n- a\n## Notes\n\ntext\n\nmore",
            r#"0..0 | (My own) 0..2 -1..2 "a" | Notes 2..7 p4..5 "text" p6..7 "more""#,
        ),
        ("## Notes\n- a\n\n  b\n\nc", r#"0..0 | Notes 0..6 -1..4 "a\n\nb" p5..6 "c""#),
        ("## Notes\n```\n## Other\n- x\n```\n- y", r#"0..0 | Notes 0..6 p1..5 "```\n## Other\n- x\n```" -5..6 "y""#),
        ("---\nsession: \"s\"\n## Notes\n- a", r#"0..2 | Notes 2..4 -3..4 "a""#),
        ("session: \"s\"\n---\n- a", r#"0..2 | () 2..3 -2..3 "a""#),
        ("---\nbroken", r#"0..0 | () 0..2 p0..2 "---\nbroken""#),
        ("## Goal\n- a ^4\n  b\n  - c\nlazy\n- d ^0", r#"0..0 | UserIntent 0..6 -1..5 "a\nb\n- c\nlazy" ^4 -5..6 "d""#),
        ("## Notes\n- a\n```\n\nx\n```\n  - b", r#"0..0 | Notes 0..7 -1..2 "a" p2..7 "```\n\nx\n```\n  - b""#),
        (
            "## Notes\n```\n- a\n## Active Work\n- b",
            r#"0..0 | Notes 0..3 p1..2 "```" -2..3 "a" | ActiveWork 3..5 -4..5 "b""#,
        ),
        ("- a\r- b", r#"0..0 | () 0..2 -0..1 "a" -1..2 "b""#),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text:?}");
    }
}

#[test]
fn what_is_wrong_with_a_front_matter() {
    let front = FrontMatter {
        session: "a: \"b\"",
        revision: 3,
        updated: 0,
        covered_through: 9,
        tokens: 12,
        source: "extractive",
    };
    let good = render_file(&front, &Document::default(), &Custom::default());
    let edits: [(&str, &str, &[&str]); 10] = [
        ("", "", &[]),
        ("\n---\n", "\n", &["0 the front matter is not closed"]),
        ("source: extractive\n", "source: extractive\n# mine\n", &["0 the front matter is not closed"]),
        ("revision: 3\n", "", &["0 revision is missing"]),
        ("revision: 3", "revision: three", &["2 revision is \"three\"; a whole number"]),
        ("revision: 3", "revision: 3\nrevision: 4", &["3 revision stands here twice"]),
        ("updated: 1970", "updated: x", &["3 updated is \"x-01-01T00:00:00Z\"; a time"]),
        ("source: extractive", "source: me\nmood: good", &["6 source is \"me\""]),
        ("---\nsession", "session", &["0 the front matter does not begin"]),
        ("session: \"a", "session: a", &["1 session is \"a: \\\\\\\"b\\\\\\\"\\\"\"; a text"]),
    ];
    for (old, new, expected) in edits {
        let text = good.replacen(old, new, 1);
        let front = Outline::new(&Rows::new(&text), &Custom::default()).front;
        let found: Vec<String> = front.problems.iter().map(|(row, what)| format!("{row} {what}")).collect();
        assert_eq!(found.len(), expected.len(), "{text}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found:?} is not {expected:?}");
        }
    }
    let read = Outline::new(&Rows::new(&good), &Custom::default()).front;
    assert_eq!((read.session.as_deref(), read.revision), (Some("a: \"b\""), Some(3)));
}

/// Texts near the borders of the format.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "(---|## Notes|## Active Work|## Mine|- a|  b|```|revision: [0-9]{0,3}| \\^[0-9]{1,22}|\u{feff}|`|😀)?",
        "(\n|\r\n|\r| |\t){1,3}",
        "(\n## Active Work\n- a \\^4\n|\n- a\n  b \\^3\n|\n- c \\^0 \n\n|\n## Errors & Fixes\n)",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Rows that say something.
fn said(text: &str) -> Vec<String> {
    text.lines().map(|row| row.trim().to_owned()).filter(|row| !row.is_empty()).collect()
}

proptest! {
    /// What an editor shows as an item is what the program reads as a line.
    #[test]
    fn items_are_the_lines_that_are_read(text in any_text()) {
        let text = text.replace("\r\n", "\n").replace('\r', "");
        let outline = Outline::new(&Rows::new(&text), &Custom::default());
        let mut section = Section::Notes;
        let mut items = Vec::new();
        for part in &outline.parts {
            section = part.section.unwrap_or(section);
            for item in part.items.iter().filter(|item| item.listed && section != Section::Notes) {
                let event = item.mark.as_ref().map_or(0, |(event, _)| *event);
                items.push((section, said(&item.text), event));
            }
        }
        items.retain(|(_, rows, _)| !rows.is_empty());
        items.sort_by_key(|(section, ..)| *section);
        let read = parse_file(&text, &Custom::default()).document;
        let lines: Vec<_> = read
            .all()
            .filter(|(_, line)| !line.raw)
            .map(|(section, line)| (section, said(&line.text), line.event))
            .filter(|(_, rows, _)| !rows.is_empty())
            .collect();
        prop_assert_eq!(items, lines);
    }

    #[test]
    fn any_text_has_an_outline(text in any_text(), row in 0u32..40, column in 0u32..60) {
        let rows = Rows::new(&text);
        let outline = Outline::new(&rows, &Custom::default());
        // Rows rise, items do not overlap, and marks are where they say.
        let mut at = outline.front.rows.end;
        for part in &outline.parts {
            prop_assert!(part.rows.start >= at && part.rows.end <= rows.count());
            at = part.rows.start + usize::from(part.heading.is_some());
            for item in &part.items {
                prop_assert!(item.rows.start >= at && item.rows.end <= part.rows.end && !item.rows.is_empty());
                at = item.rows.end;
                if let Some((event, bytes)) = &item.mark {
                    prop_assert_eq!(text.get(bytes.clone()).unwrap().trim().trim_start_matches(['^', '0']), event.to_string());
                }
            }
            at = at.max(part.rows.end);
        }
        let byte = rows.byte(Place { row, column });
        prop_assert!(text.is_char_boundary(byte));
        prop_assert!(rows.byte(rows.place(byte)) == byte || text[..byte].ends_with('\r'));
        for at in 0..rows.count() {
            words(rows.get(at), |word| {
                assert_eq!(rows.get(at).get(word.bytes.clone()), Some(word.text));
                Named::read(word.text);
            });
            words_at(rows.get(at), column as usize);
        }
    }
}
