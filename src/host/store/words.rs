//! Words as the search index has them, the same for what is indexed and for what is asked.
//!
//! The index (FTS5's `unicode61`) breaks at everything that is no letter or digit, so `snake_case`, paths and
//! dotted names are found by their parts, and as a whole by a phrase. What it does not do is done here before:
//! `camelCase` gets its parts in a column of their own, and scripts written without spaces are broken into
//! characters, which a phrase puts together again.

use std::borrow::Cow;
use std::collections::HashSet;

/// The longest name that is taken apart for the index, in bytes, and the most parts; what has more is encoded data.
const LONGEST_NAME: usize = 64;
const MOST_PARTS: usize = 7;

/// Whether a character belongs to a script that is written without spaces between words.
fn stands_alone(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// Whether a character continues a word; accents that stand as characters of their own do.
fn in_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() || ('\u{300}'..='\u{36F}').contains(&c) }
}

/// The words of a text and where they begin (in bytes).
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(in_word)?;
        let rest = text.get(start..)?;
        let mut chars = rest.char_indices().skip(1);
        let alone = rest.starts_with(stands_alone);
        let length = match chars.find(|&(_, c)| alone || !in_word(c) || stands_alone(c)) {
            Some((length, _)) => length,
            None => rest.len(),
        };
        at = start + length;
        Some((start, text.get(start..at)?))
    })
}

/// The parts of a word in camel case; nothing for other words.
pub(super) fn camel_parts(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    if !word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()) {
        return parts;
    }
    let mut start = 0;
    let bytes = word.as_bytes();
    for (index, window) in bytes.windows(2).enumerate() {
        let &[left, right] = window else { continue };
        let after = bytes.get(index + 2).copied().unwrap_or(0);
        let rises = !left.is_ascii_uppercase() && right.is_ascii_uppercase();
        let ends_acronym = left.is_ascii_uppercase() && right.is_ascii_uppercase() && after.is_ascii_lowercase();
        if rises || ends_acronym {
            parts.extend(word.get(start..=index));
            start = index + 1;
        }
    }
    if start > 0 {
        parts.extend(word.get(start..));
    }
    parts
}

/// What the index gets for a text: the text itself and the parts of its camel-case words, each word once.
pub(super) fn for_index(text: &str) -> (Cow<'_, str>, String) {
    let mut parts = String::new();
    let mut seen = HashSet::new();
    let mut at = 0;
    for piece in text.as_bytes().split(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric()) {
        let start = at;
        at += piece.len() + 1;
        // Few pieces pass this, which is what makes it cheap.
        let varied = piece.len() <= LONGEST_NAME && piece.iter().skip(1).any(u8::is_ascii_uppercase);
        let Some(piece) = text.get(start..start + piece.len()).filter(|_| varied) else { continue };
        for (_, word) in words(piece) {
            let found = camel_parts(word);
            if (1..=MOST_PARTS).contains(&found.len()) && seen.insert(word) {
                for part in found {
                    parts.push_str(part);
                    parts.push(' ');
                }
            }
        }
    }
    if text.is_ascii() || !text.contains(stands_alone) {
        return (Cow::Borrowed(text), parts);
    }
    let mut spaced = String::with_capacity(text.len() * 4 / 3);
    for c in text.chars() {
        if stands_alone(c) {
            spaced.extend([' ', c, ' ']);
        } else {
            spaced.push(c);
        }
    }
    (Cow::Owned(spaced), parts)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn words_break_at_everything_else() {
        fn check(text: &str, expected: &[(usize, &str)]) {
            assert_eq!(words(text).collect::<Vec<_>>(), expected, "{text:?}");
        }
        check("", &[]);
        check(" -\n", &[]);
        check("a_b src/x.rs", &[(0, "a"), (2, "b"), (4, "src"), (8, "x"), (10, "rs")]);
        check("Größe5 ñ!", &[(0, "Größe5"), (9, "ñ")]);
        check("cafe\u{301}s x", &[(0, "cafe\u{301}s"), (8, "x")]);
        check("a内存b", &[(0, "a"), (1, "内"), (4, "存"), (7, "b")]);
        check("한국 🦀 x", &[(0, "한"), (3, "국"), (12, "x")]);
    }

    #[test]
    fn camel_case_has_parts() {
        fn check(word: &str, expected: &[&str]) {
            assert_eq!(camel_parts(word), expected, "{word:?}");
        }
        check("getUserName", &["get", "User", "Name"]);
        check("HTTPServer", &["HTTP", "Server"]);
        check("parseJSON", &["parse", "JSON"]);
        check("utf8Error", &["utf8", "Error"]);
        check("größeInMB", &["größe", "In", "MB"]);
        check("Word", &[]);
        check("HTTP", &[]);
        check("word", &[]);
        check("", &[]);
    }

    #[test]
    fn the_index_gets_parts_once_and_characters_apart() {
        fn check(text: &str, expected: (&str, &str)) {
            let (text, parts) = for_index(text);
            assert_eq!((text.as_ref(), parts.as_str()), expected);
        }
        check("aB aB c", ("aB aB c", "a B "));
        check("x内存", ("x 内  存 ", ""));
        check("é", ("é", ""));
        check("x/größeInMB,y", ("x/größeInMB,y", "größe In MB "));
        check(&"aB".repeat(33), (&"aB".repeat(33), ""));
        check("qX7zRb2LkWm9Tp", ("qX7zRb2LkWm9Tp", "q X7z Rb2 Lk Wm9 Tp "));
        check("aBcDeFgHiJ", ("aBcDeFgHiJ", "a Bc De Fg Hi J "));
        check("qXzRbLkWmTpVcY", ("qXzRbLkWmTpVcY", ""));
    }
}
