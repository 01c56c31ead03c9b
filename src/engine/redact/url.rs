//! Passwords behind a user's name: `postgres://user:password@host`, `https://user:token@host/path`, and the argument of
//! `curl -u user:password`.

use super::Span;
use super::cursor::Cursor;
use super::randomness::{Mix, PLACEHOLDER, contains, is_placeholder, is_weak};

/// The placeholder's kind.
pub(super) const NAME: &str = "url-password";

/// No user, password and host together are longer than this.
const AUTHORITY: usize = 512;

/// The option by which curl takes a user and a password.
pub(super) const CURL_USER: &[&str] = &["-u ", "--user "];

/// The password after the option at `start..end`, if the command before it is curl.
pub(super) fn find_curl(bytes: &[u8], start: usize, end: usize) -> Option<Span> {
    let command = bytes.get(start.saturating_sub(200)..start)?;
    if !contains(command, "curl") {
        return None;
    }
    let mut cursor = Cursor { bytes, at: end };
    cursor.eat_quote();
    let from = cursor.at;
    cursor.skip_bare(AUTHORITY, |_| false)?;
    let pair = bytes.get(from..cursor.at)?;
    let colon = pair.iter().position(|&byte| byte == b':')?;
    let (user, password) = (pair.get(..colon)?, pair.get(colon + 1..)?);
    is_password(user, password).then_some(Span { start: from + colon + 1, end: cursor.at, name: NAME })
}

/// The password of the URL whose `://` stands at `start..end`.
pub(super) fn find(bytes: &[u8], start: usize, end: usize) -> Option<Span> {
    if !bytes.get(start.checked_sub(1)?)?.is_ascii_alphanumeric() {
        return None;
    }
    let rest = bytes.get(end..)?;
    let rest = rest.get(..AUTHORITY.min(rest.len()))?;
    let length = rest.iter().position(|&byte| ends_authority(byte)).unwrap_or(rest.len());
    let authority = rest.get(..length).filter(|text| !contains(text, PLACEHOLDER))?;
    let at = authority.iter().rposition(|&byte| byte == b'@')?;
    let colon = authority.iter().position(|&byte| byte == b':').filter(|&colon| colon < at)?;
    let (user, password) = (authority.get(..colon)?, authority.get(colon + 1..at)?);
    is_password(user, password).then_some(Span { start: end + colon + 1, end: end + at, name: NAME })
}

fn ends_authority(byte: u8) -> bool {
    byte <= b' ' || byte >= 0x7f || b"/?#\"'`<>\\,(){}|".contains(&byte)
}

/// Whether `password` is more than the word an example or a local test database would use.
fn is_password(user: &[u8], password: &[u8]) -> bool {
    let mix = Mix::of(password);
    let kinds = [mix.lower, mix.upper, mix.digit, mix.special].iter().filter(|count| **count > 0).count();
    password.len() >= 6
        && password != user
        && !password.starts_with(b"$")
        && !password.starts_with(b"%s")
        && !password.starts_with(b"[")
        && !password.ends_with(b"]")
        && (kinds >= 2 || password.len() >= 12)
        && !is_placeholder(password)
        && !is_weak(password)
}
