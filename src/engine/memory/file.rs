//! The text of `session-memory.md`: front matter and nine sections out, the same back in after a person has
//! edited it. Reading forgets nothing: what stands under no known heading belongs to the notes.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{Document, Section};

/// The front matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontMatter<'a> {
    /// The session's id.
    pub session: &'a str,
    /// Version of the memory.
    pub revision: u64,
    /// When it was made, milliseconds since the epoch.
    pub updated: i64,
    /// The last event it stands for.
    pub covered_through: u64,
    /// Its own estimated size.
    pub tokens: u32,
    /// Who wrote it: `model`, `extractive`, `user`.
    pub source: &'a str,
}

/// A time as RFC 3339 in UTC, to the second.
pub fn rfc3339(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The file's text.
pub fn render_file(front: &FrontMatter, document: &Document) -> String {
    let mut text = String::from("---\n");
    // A session id is any text; as a JSON string it is YAML and stays on one line.
    let session = serde_json::Value::from(front.session);
    let _ = write!(
        text,
        "session: {session}\nrevision: {}\nupdated: {}\ncovered_through: {}\ntokens: {}\nsource: {}\n---\n\n",
        front.revision,
        rfc3339(front.updated),
        front.covered_through,
        front.tokens,
        front.source
    );
    text.push_str(&document.render_sections(true));
    text
}

/// The document in a file's text, whatever a person has done to it.
pub fn parse_file(text: &str) -> Document {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut document = Document::default();
    let mut section = Section::Notes;
    let mut item = String::new();
    let mut fence = false;
    for line in body(text).lines() {
        if line.trim_start().starts_with("```") {
            fence = !fence;
        }
        let heading = line.strip_prefix("## ").filter(|_| !fence).and_then(Section::from_title);
        if let Some(found) = heading {
            document.push(section, item.trim_end(), f32::INFINITY);
            item.clear();
            section = found;
        } else if let Some(start) = line.strip_prefix("- ").filter(|_| !fence) {
            document.push(section, item.trim_end(), f32::INFINITY);
            start.clone_into(&mut item);
        } else if let Some(more) = line.strip_prefix("  ") {
            item.push('\n');
            item.push_str(more);
        } else if line.is_empty() && item.is_empty() {
            // Between blocks.
        } else {
            // A paragraph of a person's own: lines without a list mark belong together.
            if !item.is_empty() {
                item.push('\n');
            }
            item.push_str(line);
        }
    }
    document.push(section, item.trim_end(), f32::INFINITY);
    document
}

/// The text behind the front matter.
fn body(text: &str) -> &str {
    let Some(rest) = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n")) else { return text };
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        at += line.len();
        if line.trim_end() == "---" {
            return &rest[at..];
        }
        // Front matter is short and flat; a text that merely begins with a rule is not front matter.
        if !line.contains(':') {
            break;
        }
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn document(lines: &[(Section, &str)]) -> Document {
        let mut document = Document::default();
        for (section, text) in lines {
            document.push(*section, *text, f32::INFINITY);
        }
        document
    }

    #[test]
    fn what_is_written_is_read() {
        let written = document(&[
            (Section::CurrentState, "at work"),
            (Section::UserCorrections, "no, use UTC\nin every table\n\nalso in tests"),
            (Section::KeyReferences, "`src/main.rs`"),
            (Section::Notes, "mine"),
        ]);
        let front = FrontMatter {
            session: "a: \"b\"\n",
            revision: 3,
            updated: 0,
            covered_through: 9,
            tokens: 12,
            source: "extractive",
        };
        let text = render_file(&front, &written);
        assert!(
            text.starts_with("---\nsession: \"a: \\\"b\\\"\\n\"\nrevision: 3\nupdated: 1970-01-01T00:00:00Z\n"),
            "{text}"
        );
        assert_eq!(parse_file(&text), written);
    }

    #[test]
    fn what_is_written_is_a_text_file() {
        let text = render_file(
            &FrontMatter { session: "\0", revision: 1, updated: 0, covered_through: 1, tokens: 1, source: "user" },
            &document(&[(Section::Notes, "a\0b")]),
        );
        assert!(!text.contains('\0') && text.contains("- a\u{fffd}b\n"), "{text:?}");
    }

    #[test]
    fn edits_of_every_kind_are_read() {
        let cases = [
            ("", document(&[])),
            ("just text\nof mine", document(&[(Section::Notes, "just text\nof mine")])),
            (
                "---\nbroken front matter\n## Notes\n- a",
                document(&[(Section::Notes, "---\nbroken front matter"), (Section::Notes, "a")]),
            ),
            (
                "\u{feff}## current state\n- a\n- b",
                document(&[(Section::CurrentState, "a"), (Section::CurrentState, "b")]),
            ),
            ("## My heading\n- a", document(&[(Section::Notes, "## My heading"), (Section::Notes, "a")])),
            (
                "## Notes\n```\n## Current State\n- x\n```",
                document(&[(Section::Notes, "```\n## Current State\n- x\n```")]),
            ),
            ("## Notes\r\n- a\r\n- b\r\n", document(&[(Section::Notes, "a"), (Section::Notes, "b")])),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_file(text), expected, "{text:?}");
        }
    }
}
