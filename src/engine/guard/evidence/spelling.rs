//! How names are spelled: the forms in which two spellings of one name are the same.

use crate::engine::extract::text::hash;

/// `client/server-side`: two words of prose.
pub fn is_prose(path: &str) -> bool {
    path.matches('/').count() == 1
        && !path.starts_with('/')
        && path.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'/')
}

/// The parts of a path that name something.
pub fn components(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .map(|part| part.trim_end_matches(['.', '-', '#']))
        .filter(|part| !part.is_empty() && !matches!(*part, "~" | "." | ".."))
}

/// Two components that follow each other in a path.
pub fn step(a: &str, b: &str) -> u64 {
    hash(a).rotate_left(1) ^ hash(b)
}

/// Part of a path or of a component.
pub fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_./-~@+%#$".contains(&byte)
}

/// The path whose end the lexer found: it knows a path by its last two components.
pub fn whole_path<'a>(line: &'a str, key: &'a str) -> &'a str {
    let start = (key.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
    let before = line.get(..start).unwrap_or_default();
    let length = before.bytes().rev().take_while(|&byte| is_path_byte(byte)).count();
    line.get(start - length..start + key.len()).unwrap_or(key)
}

/// Lower case, letters and digits only: `SHA-256`, `sha256` and `sha_256` are one.
pub fn plain(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// A number without the marks between thousands.
pub fn number(text: &str) -> String {
    text.trim_matches(['.', ',', '-', '_', '\'']).chars().filter(|letter| !",_'".contains(*letter)).collect()
}

/// The longest runs of bytes that are `inside`.
pub fn runs(text: &str, inside: impl Fn(u8) -> bool + Copy) -> impl Iterator<Item = &str> {
    text.split(move |letter: char| !u8::try_from(letter).is_ok_and(inside)).filter(|run| !run.is_empty())
}
