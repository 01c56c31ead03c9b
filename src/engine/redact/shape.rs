//! The shape of a token: runs of characters of a class and literal text between them, and where a token may start.

/// A class of ASCII characters that tokens are made of.
#[derive(Clone, Copy)]
pub(super) enum Class {
    /// `A-Z a-z 0-9`
    Alnum,
    /// [`Class::Alnum`] and `_ -` (base64url).
    Word,
    /// [`Class::Word`] and `.`
    Dotted,
    /// `0-9 a-f A-F`
    Hex,
    /// `A-Z 0-9`
    Upper,
    /// [`Class::Alnum`] and `+ / =` (base64).
    Base64,
    /// [`Class::Word`] and `+ / =`: either kind of base64.
    Padded,
    /// [`Class::Base64`], percent-encoded or not.
    Encoded,
}

impl Class {
    /// Whether `byte` belongs to the class.
    pub(super) fn has(self, byte: u8) -> bool {
        match self {
            Class::Alnum => byte.is_ascii_alphanumeric(),
            Class::Word => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Class::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Class::Hex => byte.is_ascii_hexdigit(),
            Class::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Class::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Class::Padded => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'='),
            Class::Encoded => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'%'),
        }
    }

    /// The end of the run of this class that begins at `from`, at most `limit` bytes later. A ruler (`----`) ends it.
    pub(super) fn run(self, bytes: &[u8], from: usize, limit: usize) -> usize {
        let rest = bytes.get(from..).unwrap_or_default();
        let is_ruler =
            |at: usize| rest.get(at..).is_some_and(|rest| rest.starts_with(b"----") || rest.starts_with(b"____"));
        let run = rest.iter().take(limit).enumerate();
        from + run.take_while(|&(at, &byte)| self.has(byte) && !(matches!(byte, b'-' | b'_') && is_ruler(at))).count()
    }
}

/// One part of a token after its prefix.
#[derive(Clone, Copy)]
pub(super) enum Piece {
    /// Between `.1` and `.2` characters of a class.
    Run(Class, usize, usize),
    /// This text.
    Text(&'static str),
}

/// Matches `pieces` at `from`: the end of the match, or how far it was looked at. No letter or digit of the match may
/// have another one right after it; that is also where a next token may start.
pub(super) fn matches(pieces: &[Piece], bytes: &[u8], from: usize) -> Result<usize, usize> {
    let mut at = from;
    for piece in pieces {
        match *piece {
            Piece::Run(class, min, max) => {
                let end = class.run(bytes, at, max);
                if end - at < min {
                    return Err(end);
                }
                at = end;
            }
            Piece::Text(text) => {
                if !bytes.get(at..).is_some_and(|rest| rest.starts_with(text.as_bytes())) {
                    return Err(at);
                }
                at += text.len();
            }
        }
    }
    let is_cut = [at - 1, at].iter().all(|&at| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric));
    if is_cut { Err(at) } else { Ok(at) }
}

/// Whether a token may start at `at`: no letter or digit stands before it, unless that one ends an escape sequence
/// (`\n`, `\u001b`, `%3D`) or a terminal's colour code.
pub(super) fn starts_token(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    match before {
        []
        | [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f']
        | [.., b'\\', b'u', _, _, _, _]
        | [.., b'%', b'0'..=b'9' | b'A'..=b'F', b'0'..=b'9' | b'A'..=b'F' | b'a'..=b'f'] => true,
        [head @ .., b'm'] => ends_colour(head),
        [.., last] => !last.is_ascii_alphanumeric(),
    }
}

/// Whether `head` ends in `[`, digits and semicolons, which an `m` makes a colour code.
fn ends_colour(head: &[u8]) -> bool {
    let digits = head.iter().rev().take(16).take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
    head.get(..head.len() - digits).is_some_and(|rest| rest.last() == Some(&b'['))
}
