#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::engine::memory::{FrontMatter, render_file};

const FRONT: FrontMatter = FrontMatter {
    session: "a: \"b\"\n",
    revision: 3,
    updated: 0,
    covered_through: 9,
    tokens: 12,
    source: "extractive",
};

fn item(text: &str, event: u64) -> Line {
    Line { text: text.to_owned(), weight: f32::INFINITY, event, own: false, raw: false }
}

fn raw(text: &str) -> Line {
    Line { raw: true, ..item(text, 0) }
}

fn document(lines: &[(Section, Line)]) -> Document {
    let mut document = Document::default();
    for (section, line) in lines {
        let own = *section == Section::Notes;
        document.push_line(*section, Line { own, ..line.clone() });
    }
    document
}

fn read(text: &str) -> FileText {
    parse_file(text, &Custom::default())
}

#[test]
fn what_is_written_is_read() {
    let written = document(&[
        (Section::CurrentState, item("at work", 8)),
        (Section::UserCorrections, item("no, use UTC\nin every table\n\nalso in tests", 2)),
        (Section::UserCorrections, raw("### Mine\n\na | b\n--- | ---\n\n1. one\n2. two")),
        (Section::CompletedWork, item("```\nunclosed", 4)),
        (Section::CompletedWork, item("ends like a mark ^7", 0)),
        (Section::KeyReferences, item("`src/main.rs`", 0)),
        (Section::Notes, raw("- mine\n\n## Own\ntext")),
    ]);
    let mut custom = Custom::default();
    custom.titles.insert(Section::ActiveWork, "Now".to_owned());
    custom.front.push("tags: [a, b]".to_owned());
    let text = render_file(&FRONT, &written, &custom);
    let start = "---\nsession: \"a: \\\"b\\\"\\n\"\nrevision: 3\nupdated: 1970-01-01T00:00:00Z\n";
    assert!(text.starts_with(start), "{text}");
    assert!(text.contains("source: extractive\ntags: [a, b]\n---\n\n## Current State\n- at work ^8\n"), "{text}");
    assert!(text.contains("## Now\n"), "{text}");
    let found = parse_file(&text, &custom);
    assert_eq!(found.document, written);
    assert_eq!((found.headings.len(), found.front), (9, custom.front));
}

#[test]
fn edits_of_every_kind_are_read() {
    let cases = [
        ("", document(&[])),
        ("just text\nof mine", document(&[(Section::Notes, raw("just text\nof mine"))])),
        (
            "---\nbroken front matter\n## Notes\n- a",
            document(&[(Section::Notes, raw("---\nbroken front matter\n- a"))]),
        ),
        (
            "\u{feff}## current state\n- a\n- b",
            document(&[(Section::CurrentState, item("a", 0)), (Section::CurrentState, item("b", 0))]),
        ),
        ("## My heading\n- a", document(&[(Section::Notes, raw("## My heading\n- a"))])),
        ("## Notes\n```\n## Mine\n- x\n```", document(&[(Section::Notes, raw("```\n## Mine\n- x\n```"))])),
        ("## Active Work\n```\n## Mine\n- x\n```", document(&[(Section::ActiveWork, raw("```\n## Mine\n- x\n```"))])),
        (
            "## Notes\n```\nunclosed\n## Current State\n- x",
            document(&[(Section::Notes, raw("```\nunclosed")), (Section::CurrentState, item("x", 0))]),
        ),
        ("## Notes\r\n- a\r\n- b\r\n", document(&[(Section::Notes, raw("- a\n- b"))])),
        (
            "## Active Work\n- a ^4\nlazy\n\napart\n- b\n\n  inside",
            document(&[
                (Section::ActiveWork, item("a\nlazy", 4)),
                (Section::ActiveWork, raw("apart")),
                (Section::ActiveWork, item("b\n\ninside", 0)),
            ]),
        ),
        ("above\n## Notes\nbelow", document(&[(Section::Notes, raw("above\nbelow"))])),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).document, expected, "{text:?}");
    }
}

#[test]
fn front_matter_may_be_damaged() {
    // (text, rows that are the user's, what is plain)
    let cases: [(&str, &[&str], &str); 8] = [
        ("---\nrevision: 3\nsource: user\n---\n\n## Notes\nx", &[], "## Notes\nx\n"),
        ("---\nrevision: 3\ntags: a\n  - b\n---\nx", &["tags: a", "  - b"], "x\n"),
        ("---\nrevision: 3\n## Notes\nx", &[], "## Notes\nx\n"),
        ("revision: 3\nsource: user\n---\nx", &[], "x\n"),
        ("---\nx\n---\ny", &[], "---\nx\n---\ny\n"),
        ("---\nrevision: 3\ntyped words\n---\ny", &[], "typed words\n---\ny\n"),
        ("---\n", &[], "---\n"),
        ("---\nrevision: 3", &[], ""),
    ];
    for (text, front, expected) in cases {
        assert_eq!(read(text).front, front, "{text:?}");
        assert_eq!(plain(text), expected, "{text:?}");
    }
}

#[test]
fn own_headings_have_their_items() {
    let found = read("## Active Work\n- a\n## Mine\n- b ^2\n- c\n## Notes\n- d\n## Also\n- e");
    let mine = ("Mine".to_owned(), vec!["b".to_owned(), "c".to_owned()]);
    assert_eq!(found.own_headings, [mine, ("Also".to_owned(), vec!["e".to_owned()])]);
    assert!(found.has(Section::Notes) && !found.has(Section::UserIntent));
    assert_eq!(found.notes(), "- d\n## Also\n- e");
}

fn row() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z#`^ -]{0,6}",
        "## (Notes|Active Work|Mine)",
        "- [a-z]{0,4}( \\^[0-9]{1,2})?",
        "  [a-z-]{0,4}",
        Just("```".to_owned()),
        Just(String::new()),
    ]
}

proptest! {
    /// Every word of a text stands somewhere in what is read, and what is written of it is read the same.
    #[test]
    fn nothing_is_forgotten(rows in proptest::collection::vec(row(), 0..24)) {
        let text = rows.join("\n");
        let found = read(&text);
        let again = render_file(&FRONT, &found.document, &Custom::default());
        for word in text.split_whitespace().filter(|word| word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase())) {
            prop_assert!(again.contains(word), "{word:?} of {text:?} is not in {again:?}");
        }
        // Fences that were parted by a heading may find each other; anything else reads the same.
        if !text.contains("```") {
            prop_assert_eq!(&read(&again).document, &found.document, "{:?}", text);
        }
    }

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        let found = read(&text);
        let again = render_file(&FRONT, &found.document, &Custom::default());
        let _ = read(&again);
        let _ = plain(&text);
    }
}
