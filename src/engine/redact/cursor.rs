//! A reading position in bytes that may be plain text, source code, or JSON escaped any number of times.
//!
//! A quote inside JSON inside JSON is written `\\\"`: a quote character after `2^n - 1` backslashes is a delimiter of
//! level `n`. Remembering that count at the opening quote tells the closing one from the quotes within the value.

/// An opening quote: its character and the number of backslashes before it.
#[derive(Clone, Copy)]
pub(super) struct Quote {
    character: u8,
    backslashes: usize,
}

impl Quote {
    /// Whether this character, after `backslashes`, ends what this quote began. With fewer backslashes than at the
    /// opening, the text around the value ends, and the value with it.
    fn is_closed_by(self, character: u8, backslashes: usize) -> bool {
        let inner = 2 * (self.backslashes + 1);
        (character == self.character && backslashes % inner == self.backslashes)
            || (character == b'"' && backslashes < self.backslashes)
    }

    /// Whether an `n` or `r` after `backslashes` (at least one) ends the line the quote stands on, rather than being
    /// part of the value. A line end at level `n` is written with `2^(n-1)` backslashes; the level of other quote
    /// characters, which JSON does not escape, is unknown.
    fn ends_line(self, backslashes: usize) -> bool {
        self.character != b'"' || (self.backslashes > 0 && backslashes <= self.backslashes.div_ceil(2))
    }
}

/// The reading position `at` in `bytes`. No method moves past the end.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Moves past `text` if it is next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text.as_bytes());
        if found {
            self.at += text.len();
        }
        found
    }

    /// Moves past at most `limit` bytes that satisfy `is`; returns their number.
    pub(super) fn skip(&mut self, limit: usize, is: impl Fn(u8) -> bool) -> usize {
        let count = self.rest().iter().take(limit).take_while(|&&byte| is(byte)).count();
        self.at += count;
        count
    }

    /// Moves past spaces and tabs.
    pub(super) fn skip_blanks(&mut self) -> usize {
        self.skip(32, |byte| matches!(byte, b' ' | b'\t'))
    }

    fn backslashes(&self) -> usize {
        self.rest().iter().take(64).take_while(|&&byte| byte == b'\\').count()
    }

    /// Moves past an opening quote of any level.
    pub(super) fn eat_quote(&mut self) -> Option<Quote> {
        let backslashes = self.backslashes();
        let character = *self.rest().get(backslashes)?;
        if !matches!(character, b'"' | b'\'' | b'`') {
            return None;
        }
        self.at += backslashes + 1;
        Some(Quote { character, backslashes })
    }

    /// Moves to the end of the quoted value that begins here, at most `limit` bytes away: before the closing quote
    /// with its backslashes, or before the end of the line. `None` if there is no such end.
    pub(super) fn skip_quoted(&mut self, quote: Quote, limit: usize) -> Option<()> {
        let end = self.at + limit;
        while self.at < end {
            if self.skip(limit, is_plain) > 0 {
                continue;
            }
            let backslashes = self.backslashes();
            let Some(&next) = self.rest().get(backslashes) else {
                return Some(());
            };
            match next {
                b'\n' | b'\r' => return Some(()),
                b'n' | b'r' if backslashes > 0 && quote.ends_line(backslashes) => return Some(()),
                _ if quote.is_closed_by(next, backslashes) => {
                    // Backslashes beyond those of the quote are escaped ones at the end of the value.
                    self.at += backslashes.saturating_sub(quote.backslashes);
                    return Some(());
                }
                _ => self.at += backslashes + 1,
            }
        }
        None
    }

    /// Moves to the end of the unquoted value that begins here, at most `limit` bytes away: before a blank, a quote,
    /// an escaped line end, quote or byte, a byte outside ASCII, or where `ends` holds of the bytes ahead.
    pub(super) fn skip_bare(&mut self, limit: usize, ends: impl Fn(&[u8]) -> bool) -> Option<()> {
        let end = self.at + limit;
        while self.at < end {
            if self.skip(limit, is_plain) > 0 {
                continue;
            }
            let backslashes = self.backslashes();
            let rest = self.rest().get(backslashes..).unwrap_or_default();
            let ends_here = match *rest {
                [] | [b'"' | b'\'' | b'`', ..] => true,
                // Also `\u0026` and its like: punctuation that JSON writers for the web escape.
                [b'n' | b'r' | b't' | b'x', ..] | [b'u', b'0', b'0', b'0'..=b'3', ..] if backslashes > 0 => true,
                [byte, ..] => byte <= b' ' || byte >= 0x7f || (backslashes == 0 && ends(rest)),
            };
            if ends_here {
                return Some(());
            }
            self.at += backslashes + 1;
        }
        None
    }
}

/// Whether `byte` never ends a value, in any notation.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'+' | b'=' | b':')
}
