//! The words of a row that can name something: what stands in back-ticks, and what stands between spaces. A word may
//! be a path with a line and a column behind it.

use std::ops::Range;

use crate::engine::extract::lexer;

/// The longest word looked at, in bytes.
const LONGEST: usize = 400;

/// A word and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its bytes in the row.
    pub bytes: Range<usize>,
    /// It stands alone in back-ticks.
    pub quoted: bool,
}

/// A path as a word names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// The path as written.
    pub path: &'a str,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

/// Calls `found` for each word of a row: first what a pair of back-ticks encloses as a whole, where it has a space in
/// it, and then the words between spaces and signs.
pub fn words<'a>(row: &'a str, mut found: impl FnMut(Word<'a>)) {
    let mut at = 0;
    for (index, piece) in row.split('`').enumerate() {
        let inside = index % 2 == 1 && at + piece.len() < row.len();
        if inside && piece.contains(char::is_whitespace) && piece.len() <= LONGEST {
            found(Word { text: piece, bytes: at..at + piece.len(), quoted: true });
        }
        plain(piece, at, inside, &mut found);
        at += piece.len() + 1;
    }
}

fn plain<'a>(piece: &'a str, offset: usize, quoted: bool, found: &mut impl FnMut(Word<'a>)) {
    let mut at = 0;
    for part in piece.split(|letter: char| letter.is_whitespace() || SEPARATORS.contains(&letter)) {
        let begin = part.len() - part.trim_start_matches([':', '=', '!', '?']).len();
        let text = part.trim_start_matches([':', '=', '!', '?']).trim_end_matches(['.', ':', '!', '?', '=', '…']);
        if !text.is_empty() && text.len() <= LONGEST {
            let start = offset + at + begin;
            let alone = quoted && text.len() == piece.len();
            found(Word { text, bytes: start..start + text.len(), quoted: alone });
        }
        at += part.len();
        at += piece.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
}

/// What ends a word beside white space.
const SEPARATORS: [char; 16] = [',', ';', '(', ')', '[', ']', '{', '}', '<', '>', '"', '\'', '|', '*', '→', '“'];

/// The words of a row that stand at a byte of it, the longest first.
pub fn words_at(row: &str, byte: usize) -> Vec<Word<'_>> {
    let mut at = Vec::new();
    words(row, |word| {
        if (word.bytes.start..=word.bytes.end).contains(&byte) {
            at.push(word);
        }
    });
    at
}

/// Whether a word is an identifier: a name that an agent can only repeat if it remembers it.
pub fn is_identifier(word: &str) -> bool {
    let mut found = false;
    lexer::scan(word, |_, _| found = true);
    found
}

impl<'a> Named<'a> {
    /// Whether the word can only be meant as the path of a file: it has folders, and its last part has an ending.
    pub fn is_file(&self) -> bool {
        let odd =
            |letter: char| letter.is_control() || matches!(letter, '*' | '?' | '$' | '\\' | '#' | '@' | '=' | '&');
        if self.path.contains("//")
            || self.path.starts_with('~')
            || self.path.contains("...")
            || self.path.contains(odd)
        {
            return false;
        }
        let Some((folders, name)) = self.path.rsplit_once('/') else { return false };
        let ending = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, ending)| ending);
        let fits = |ending: &str| {
            (1..=10).contains(&ending.len())
                && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && ending.bytes().any(|byte| byte.is_ascii_alphabetic())
        };
        !folders.is_empty() && ending.is_some_and(fits)
    }

    /// Reads a word as a path: `src/a.rs`, `src/a.rs:10`, `src/a.rs:10:4`. Any word is one.
    pub fn read(word: &'a str) -> Named<'a> {
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
        let with = |path: &'a str, line, column| Named { path, line, column };
        let Some((before, last)) = word.rsplit_once(':') else { return with(word, None, None) };
        let Some(last) = number(last).filter(|_| !before.is_empty()) else { return with(word, None, None) };
        match before.rsplit_once(':').and_then(|(path, line)| Some((path, number(line)?))) {
            Some((path, line)) if !path.is_empty() => with(path, Some(line), Some(last)),
            _ => with(before, Some(last), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_rows() {
        let cases: [(&str, &[&str]); 7] = [
            ("- edited `src/a b.rs` (3 times)", &["-", "edited", "src/a b.rs", "src/a", "b.rs", "3", "times"]),
            ("see src/main.rs:10:4, then `Cargo.toml`.", &["see", "src/main.rs:10:4", "then", "Cargo.toml"]),
            ("`unclosed tick", &["unclosed", "tick"]),
            ("a → b", &["a", "b"]),
            ("=x=y=", &["x=y"]),
            ("``", &[]),
            ("", &[]),
        ];
        for (row, expected) in cases {
            let mut found = Vec::new();
            words(row, |word| {
                assert_eq!(row.get(word.bytes.clone()), Some(word.text), "{row}");
                found.push(word.text);
            });
            assert_eq!(found, expected, "{row:?}");
        }
    }

    #[test]
    fn what_is_a_file_and_what_is_not() {
        let files = ["src/a.rs", "./a/b.c", "/x/y.toml:10", "a b/c.md", "src/x.test.ts", "a/.x.yml"];
        let others = [
            "a.rs",
            "and/or",
            "application/json",
            "a/b",
            "http://x.org/a.html",
            "~/a/b.c",
            "src/*.rs",
            "/a.rs",
            "v1/2.0",
            "a/.env",
            "src/...rs",
            "@types/node.d",
            "a/b.",
            "",
        ];
        for (words, expected) in [(&files[..], true), (&others[..], false)] {
            for word in words {
                assert_eq!(Named::read(word).is_file(), expected, "{word}");
            }
        }
    }

    #[test]
    fn paths_with_lines() {
        let cases = [
            ("a.rs", ("a.rs", None, None)),
            ("a.rs:10", ("a.rs", Some(10), None)),
            ("a.rs:10:4", ("a.rs", Some(10), Some(4))),
            ("a.rs:0", ("a.rs:0", None, None)),
            ("a:b:4", ("a:b", Some(4), None)),
            (":4", (":4", None, None)),
            ("::4", (":", Some(4), None)),
            ("a:99999999999", ("a:99999999999", None, None)),
        ];
        for (word, (path, line, column)) in cases {
            assert_eq!(Named::read(word), Named { path, line, column }, "{word}");
        }
    }
}
