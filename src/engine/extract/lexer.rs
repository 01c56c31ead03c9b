//! Finds the identifiers of a text: paths, URLs, ids, numbers, error names, symbols, hyphenated names and quoted
//! phrases. A hand-written scanner in one pass, because it reads every byte of every tool result.
//!
//! An identifier is a name that an agent can only repeat if it remembers it. Two spellings of one path are one
//! identifier: a path is known by its last two components.

use serde::{Deserialize, Serialize};

mod command;
mod names;
mod shape;

pub use command::scan_command;
use names::{is_errno, is_error_code, is_file, is_hex};
use shape::Shape;

/// What an identifier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A file or directory with at least two components.
    Path,
    /// A bare file name.
    File,
    /// `http://…`.
    Url,
    /// Hashes, UUIDs, issue numbers, order codes.
    Id,
    /// Long numbers, amounts of money, dates, versions.
    Number,
    /// Exception names and error codes.
    Error,
    /// `snake_case`, `camelCase`.
    Symbol,
    /// `module.member`, `Type::method`.
    Dotted,
    /// `hyphenated-name`.
    Kebab,
    /// A phrase in back-ticks or quotes.
    Quote,
    /// A program with its sub-commands.
    Command,
}

/// Calls `found(kind, key)` for every identifier of `text`. The key of a path is its last two components.
pub fn scan<'a>(text: &'a str, mut found: impl FnMut(Kind, &'a str)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'`' || byte == b'"' {
            if let Some(phrase) = quoted(text, at) {
                found(Kind::Quote, phrase);
                if byte == b'`' {
                    scan_command(phrase, &mut found);
                }
            }
            at += 1;
        } else if is_word(byte) {
            let end = run_end(bytes, at);
            if let Some(chunk) = text.get(at..end) {
                classify(chunk, &mut found);
            }
            at = end;
        } else {
            at += 1;
        }
    }
}

/// Ends the run of identifier characters that starts at `at`; a URL takes its query with it.
fn run_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let url = rest.starts_with(b"http://") || rest.starts_with(b"https://");
    let inside = |byte: u8| is_word(byte) || (url && matches!(byte, b'?' | b'=' | b'&' | b'!' | b';'));
    at + rest.iter().position(|&byte| !inside(byte)).unwrap_or(rest.len())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'.' | b'/' | b'-' | b':' | b'@' | b'+' | b'~' | b'#' | b'$' | b'%')
}

/// The phrase between the quote at `open` and its partner on the same line.
fn quoted(text: &str, open: usize) -> Option<&str> {
    const LONGEST: usize = 60;
    let bytes = text.as_bytes();
    let mark = *bytes.get(open)?;
    let window = bytes.get(open + 1..bytes.len().min(open + 2 + LONGEST))?;
    let close = window.iter().position(|&byte| byte == mark || byte == b'\n')?;
    if window.get(close) != Some(&mark) || close < 4 {
        return None;
    }
    let phrase = text.get(open + 1..open + 1 + close)?;
    let spaces = phrase.bytes().filter(|&byte| byte == b' ').count();
    let letters = phrase.bytes().filter(u8::is_ascii_alphabetic).count();
    let trimmed = phrase.trim().len() == phrase.len();
    let plain = phrase.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let good = if mark == b'`' { !plain } else { (1..=6).contains(&spaces) };
    (trimmed && letters >= 3 && good).then_some(phrase)
}

fn classify<'a>(chunk: &'a str, found: &mut impl FnMut(Kind, &'a str)) {
    if chunk.starts_with("http://") || chunk.starts_with("https://") {
        let url = chunk.trim_end_matches(['.', ',', ';', ':', '!', '-']);
        if url.len() > 10 {
            found(Kind::Url, url);
        }
        return;
    }
    let chunk = chunk.trim_end_matches(['.', ':', '-', '+', '%', '@', '~']);
    let chunk = chunk.trim_start_matches([':', '+', '%']);
    if chunk.len() < 3 || chunk.starts_with("--") {
        return;
    }
    if chunk.contains('/') {
        for piece in chunk.split(':') {
            if piece.contains('/') {
                path(piece, found);
            } else {
                word(piece, found);
            }
        }
    } else if chunk.contains("::") {
        dotted(chunk, "::", found);
    } else {
        for piece in chunk.split([':', '@']) {
            word(piece, found);
        }
    }
}

/// Prose like `and/or` is not a path: there must be a dot, an underscore, a hyphen, two slashes or a root.
fn path<'a>(piece: &'a str, found: &mut impl FnMut(Kind, &'a str)) {
    let piece = piece.trim_end_matches(['.', '/', '-', '#']);
    let slashes = piece.bytes().filter(|&byte| byte == b'/').count();
    let mark = piece.bytes().any(|byte| matches!(byte, b'.' | b'_' | b'-'));
    let rooted = piece.starts_with(['/', '~', '.']);
    if piece.len() < 4 || !(mark || rooted || slashes >= 2) || !piece.bytes().any(|b| b.is_ascii_alphabetic()) {
        return;
    }
    let key = path_key(piece);
    if key.len() >= 3 {
        found(Kind::Path, key);
    }
}

/// The last two components of a path, by which it is known.
pub fn path_key(whole: &str) -> &str {
    let path = whole.trim_end_matches('/').trim_start_matches("./");
    let mut slashes = path.bytes().enumerate().rev().filter(|(_, byte)| *byte == b'/').map(|(at, _)| at);
    let cut = slashes.nth(1).map_or(0, |at| at + 1);
    let key = path.get(cut..).unwrap_or(path);
    let key = key.trim_start_matches(['/', '~']).trim_start_matches("./").trim_start_matches("../");
    if key.is_empty() { whole } else { key }
}

fn word<'a>(piece: &'a str, found: &mut impl FnMut(Kind, &'a str)) {
    let piece = piece.trim_start_matches(['.', '-', '~', '+']).trim_end_matches(['.', '-', '#', '$']);
    let shape = Shape::of(piece);
    if piece.len() < 2 || piece.len() > 80 {
        return;
    }
    if shape.letters == 0 {
        number(piece, &shape, found);
    } else if let Some(rest) = piece.strip_prefix('#') {
        word(rest, found);
    } else if shape.dots > 0 && is_file(piece) {
        found(Kind::File, piece);
    } else if shape.digits >= 3 && shape.dots >= 2 && piece.starts_with('v') {
        found(Kind::Number, piece);
    } else if shape.dots > 0 {
        dotted(piece, ".", found);
    } else if shape.hyphens > 0 {
        hyphenated(piece, &shape, found);
    } else {
        symbol(piece, &shape, found);
    }
}

fn number<'a>(piece: &'a str, shape: &Shape, found: &mut impl FnMut(Kind, &'a str)) {
    let body = piece.trim_start_matches(['#', '$']);
    let long = shape.digits >= 4 && !(shape.digits == 4 && shape.dots + shape.hyphens == 0 && year(body));
    let round = body.trim_end_matches('0').len() <= 1;
    let money = piece.starts_with('$') && shape.digits >= 2;
    if piece.starts_with('#') && shape.digits > 0 {
        found(Kind::Id, piece);
    } else if money || shape.dots >= 2 || (long && !round && shape.other == 0) {
        found(Kind::Number, body);
    }
}

fn year(digits: &str) -> bool {
    digits.starts_with("19") || digits.starts_with("20")
}

fn hyphenated<'a>(piece: &'a str, shape: &Shape, found: &mut impl FnMut(Kind, &'a str)) {
    if shape.underscores > 0 || shape.other > 0 {
        for part in piece
            .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
            .filter(|part| part.len() >= 3)
        {
            symbol(part, &Shape::of(part), found);
        }
    } else if shape.digits > 0 {
        found(Kind::Id, piece);
    } else if shape.hyphens >= 2 || (shape.uppers == 0 && piece.len() >= 8) {
        found(Kind::Kebab, piece);
    }
}

fn symbol<'a>(piece: &'a str, shape: &Shape, found: &mut impl FnMut(Kind, &'a str)) {
    const ENDINGS: [&str; 5] = ["Error", "Exception", "Failure", "Panic", "Timeout"];
    if piece.len() < 3 || piece.len() > 60 {
        return;
    }
    let upper_start = piece.starts_with(|letter: char| letter.is_ascii_uppercase());
    if shape.other > 0 {
        for part in piece
            .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
            .filter(|part| part.len() >= 3)
        {
            symbol(part, &Shape::of(part), found);
        }
    } else if upper_start && shape.lowers > 0 && ENDINGS.iter().any(|end| piece.ends_with(end)) {
        found(Kind::Error, piece);
    } else if shape.underscores > 0 {
        // `user_4711` names one thing, `user_name` a kind of things.
        let tail = piece.len() - piece.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
        if piece.trim_matches('_').contains('_') {
            found(if tail >= 3 { Kind::Id } else { Kind::Symbol }, piece);
        }
    } else if shape.lowers == 0 && shape.digits > 0 && (5..=12).contains(&piece.len()) {
        found(if piece.len() <= 6 && is_error_code(piece) { Kind::Error } else { Kind::Id }, piece);
    } else if shape.lowers == 0 && piece.len() >= 5 && is_errno(piece) {
        found(Kind::Error, piece);
    } else if shape.uppers == 0 && shape.digits > 0 && (7..=40).contains(&piece.len()) && is_hex(piece) {
        found(Kind::Id, piece);
    } else if shape.hump {
        found(Kind::Symbol, piece);
    }
}

/// `module.member`: the whole, and each member that would be an identifier alone.
fn dotted<'a>(piece: &'a str, separator: &str, found: &mut impl FnMut(Kind, &'a str)) {
    let mut parts = piece.split(separator).peekable();
    let names = piece.split(separator).all(|part| {
        part.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    if names && (5..=60).contains(&piece.len()) {
        found(Kind::Dotted, piece);
    }
    while let Some(part) = parts.next() {
        // `data.json` inside a longer chunk: the file name is the last two parts.
        if part.contains('-') {
            hyphenated(part, &Shape::of(part), found);
        } else if part.len() >= 3 || parts.peek().is_none() {
            symbol(part.trim_matches(':'), &Shape::of(part), found);
        }
    }
}

#[cfg(test)]
mod tests;
