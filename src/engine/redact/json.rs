//! Replacing spans of a JSON text so that it stays JSON: only inside string literals, only whole escape sequences.

use std::borrow::Cow;

use super::{Span, push_placeholder};

/// `raw` with the part of every span that lies in a string literal replaced. `spans` are in order and apart.
pub(super) fn replace_in_strings<'a>(raw: &'a str, mut spans: &[Span]) -> Cow<'a, str> {
    let bytes = raw.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some((from, to)) = next_literal(bytes, at) {
        at = to + 1;
        let passed = spans.iter().take_while(|span| span.end <= from).count();
        spans = spans.get(passed..).unwrap_or_default();
        if spans.is_empty() {
            break;
        }
        let mut unit = from;
        for span in spans.iter().take_while(|span| span.start < to) {
            let (start, end) = (span.start.max(from), span.end.min(to));
            while unit + unit_length(bytes, unit) <= start {
                unit += unit_length(bytes, unit);
            }
            out.push_str(raw.get(copied..unit).unwrap_or_default());
            while unit < end {
                unit += unit_length(bytes, unit);
            }
            copied = unit;
            push_placeholder(&mut out, span.name);
        }
    }
    if copied == 0 {
        return Cow::Borrowed(raw);
    }
    out.push_str(raw.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// The contents `start..end` of the first string literal at or after `at`. One without an end reaches to the text's.
fn next_literal(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let from = at + bytes.get(at..)?.iter().position(|&byte| byte == b'"')? + 1;
    let mut end = from;
    while bytes.get(end).is_some_and(|&byte| byte != b'"') {
        end += unit_length(bytes, end);
    }
    Some((from, end.min(bytes.len())))
}

/// The length in bytes of the escape sequence at `at`; every other byte counts as a unit of its own.
fn unit_length(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..) {
        Some([b'\\', b'u', ..]) => 6,
        Some([b'\\', ..]) => 2,
        _ => 1,
    }
}
