//! What may stand between the name of a secret and its value.

use super::super::cursor::Cursor;
use super::{Kind, Name};

/// A separator, by what it says about the value after it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// `=` with no blank on either side.
    Equals,
    /// Any other assignment.
    Other,
    /// Two neighbours in a list, or a word and a literal: only a quoted value counts.
    Quoted,
}

/// Moves past the rest of the name (a closing quote or bracket) and the separator.
pub(super) fn eat(cursor: &mut Cursor, name: &Name, kind: Kind) -> Option<Separator> {
    // `AWS::IAM::AccessKey`, `arn:aws:…:secret:…`: a part of a longer name, not a name.
    if name.before.ends_with(b"::") || (name.before.ends_with(b":") && cursor.peek() == Some(b':')) {
        return None;
    }
    let is_quoted = cursor.eat_quote().is_some();
    if is_quoted {
        cursor.eat("]");
    }
    // `<password>…</password>`
    if name.before.ends_with(b"<") && cursor.eat(">") {
        return Some(Separator::Other);
    }
    if let Some(after) = sibling_value(*cursor) {
        *cursor = after;
    }
    let blanks = cursor.skip_blanks();
    if cursor.eat("::") {
        return None;
    }
    if ["===", "==", ":=", "=>", "?="].iter().any(|operator| cursor.eat(operator)) {
        Some(Separator::Other)
    } else if cursor.eat("=") {
        let is_tight = blanks == 0 && !matches!(cursor.peek(), Some(b' ' | b'\t'));
        Some(if is_tight { Separator::Equals } else { Separator::Other })
    } else if cursor.eat(":") {
        skip_annotation(cursor);
        Some(Separator::Other)
    } else if is_quoted && cursor.eat(",") {
        Some(if name.is_option() { Separator::Other } else { Separator::Quoted })
    } else if blanks > 0 && (cursor.eat("is ") || name.is_option() || name.follows_login()) {
        Some(Separator::Other)
    } else if blanks > 0 && kind == Kind::Password {
        Some(Separator::Quoted)
    } else {
        None
    }
}

/// Behind `"name": "DB_PASSWORD", "value": "…"`, its YAML form on two lines, and `key="DB_PASSWORD" value="…"`: the
/// position before the operator after `value`.
fn sibling_value(mut cursor: Cursor) -> Option<Cursor> {
    let filling = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'\\' | b',');
    while cursor.skip(40, filling) > 0 {
        // The `n` of an escaped line end.
        if cursor.bytes.get(cursor.at - 1) == Some(&b'\\') && !cursor.eat("n") {
            return None;
        }
    }
    let found = ["value", "Value", "VALUE"].iter().any(|word| cursor.eat(word));
    if found {
        cursor.eat_quote();
    }
    found.then_some(cursor)
}

/// Moves past a type between `:` and `=`: `TOKEN: &'static str = "…"`.
fn skip_annotation(cursor: &mut Cursor) {
    let mut ahead = *cursor;
    ahead.skip(48, |byte| byte.is_ascii_alphanumeric() || b" _&'<>[]:?|*.".contains(&byte));
    if ahead.eat("=") {
        ahead.skip_blanks();
        let value = ahead;
        if ahead.eat_quote().is_some() {
            *cursor = value;
        }
    }
}
