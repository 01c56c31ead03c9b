//! Private keys in PEM and their look-alikes (OpenSSH, PGP): as they are, escaped in strings, quoted line by line in
//! code, numbered by a file viewer, prefixed by a diff, cut off at either end.
//!
//! A key is a chain of base64 lines with little between them. It is followed forwards from its first line and
//! backwards from its last, so a key whose head or tail an agent did not print is found too.

use super::Span;
use super::randomness::{contains, entropy};
use super::shape::Class;

/// Stands in the first and the last line of every private key.
pub(super) const ANCHOR: &str = "PRIVATE KEY";
/// The placeholder's kind.
pub(super) const NAME: &str = "private-key";

/// A first line of key material is at least this long; lines of 64 characters are usual.
const FIRST_LINE: usize = 40;
/// Any other line; what is shorter ends the chain.
const LINE: usize = 16;
/// Headers such as `Proc-Type: 4,ENCRYPTED` and `DEK-Info: …` may stand before the first line.
const HEADERS: usize = 200;
/// Line end, indentation, line number, quotes and operators between two lines of material.
const GAP: usize = 48;

/// The key whose first or last line holds `PRIVATE KEY` at `start..end`.
pub(super) fn find(bytes: &[u8], start: usize, end: usize) -> Option<Span> {
    let line_end = dashes_end(bytes, end)?;
    let (line_start, is_first) = line_start(bytes, start)?;
    let range = if is_first { forwards(bytes, line_start, line_end) } else { backwards(bytes, line_start, line_end) };
    range.map(|(start, end)| Span { start, end, name: NAME })
}

/// The end of the dashes after the anchor (`PRIVATE KEY-----`, `PRIVATE KEY BLOCK-----`).
fn dashes_end(bytes: &[u8], end: usize) -> Option<usize> {
    let rest = bytes.get(end..)?;
    let dashes = rest.strip_prefix(b" BLOCK").unwrap_or(rest);
    dashes.starts_with(b"-----").then_some(end + rest.len() - dashes.len() + 5)
}

/// Where the line with the anchor at `start` begins, and whether it is the first line of a key.
fn line_start(bytes: &[u8], start: usize) -> Option<(usize, bool)> {
    let from = start.saturating_sub(40);
    let head = bytes.get(from..start)?;
    let last = |word: &[u8]| head.windows(word.len()).rposition(|window| window == word).map(|at| from + at);
    match (last(b"-----BEGIN "), last(b"-----END ")) {
        (Some(begin), end) if end.is_none_or(|end| end < begin) => Some((begin, true)),
        (_, Some(end)) => Some((end, false)),
        _ => None,
    }
}

fn forwards(bytes: &[u8], line_start: usize, line_end: usize) -> Option<(usize, usize)> {
    let mut from = line_end;
    let mut end = run_end(bytes, from);
    while end - from < FIRST_LINE {
        from = end.max(from + 1);
        if from > line_end + HEADERS || from >= bytes.len() {
            return None;
        }
        end = run_end(bytes, from);
    }
    if !is_material(bytes, from, end) || contains(bytes.get(line_end..from)?, "-----") {
        return None;
    }
    while let Some((_, to)) = next_run(bytes, end) {
        end = to;
    }
    // The last, short line and the line `-----END … PRIVATE KEY-----`.
    let tail_end = bytes.len().min(end + 2 * GAP + 80);
    let tail = bytes.get(end..tail_end)?;
    let close = find_in(tail, b"-----END ").filter(|&at| at <= 2 * GAP).and_then(|at| {
        let key = at + find_in(tail.get(at..)?, ANCHOR.as_bytes())? + ANCHOR.len();
        dashes_end(bytes, end + key)
    });
    Some((line_start, close.unwrap_or(end)))
}

fn backwards(bytes: &[u8], line_start: usize, line_end: usize) -> Option<(usize, usize)> {
    let mut start = None;
    // The last line may be too short for a run of its own.
    let mut at = line_start;
    let mut reach = GAP + LINE;
    while let Some((from, to)) = previous_run(bytes, at, reach) {
        if start.is_none() && (to - from < FIRST_LINE || !is_material(bytes, from, to)) {
            return None;
        }
        // The letter of an escape (`\nMIIE…`) belongs to the escape.
        let escaped = from > 0 && bytes.get(from - 1) == Some(&b'\\');
        start = Some(if escaped { from + 1 } else { from });
        at = from;
        reach = GAP;
    }
    start.map(|start| (start, line_end))
}

/// Whether the run `from..to` is drawn from base64, and not a path or a long name.
fn is_material(bytes: &[u8], from: usize, to: usize) -> bool {
    bytes.get(from..to).is_some_and(|run| {
        entropy(run) >= 3.5 && run.iter().any(u8::is_ascii_uppercase) && run.iter().any(u8::is_ascii_lowercase)
    })
}

/// The end of the base64 run at `from`, in which `/` may be written `\/`.
fn run_end(bytes: &[u8], from: usize) -> usize {
    let mut end = Class::Base64.run(bytes, from, usize::MAX);
    while bytes.get(end..).is_some_and(|rest| rest.starts_with(b"\\/")) {
        end = Class::Base64.run(bytes, end + 1, usize::MAX);
    }
    end
}

/// The next line of material after `at`, if only filling stands in between.
fn next_run(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut from = at;
    while from - at <= GAP {
        let to = run_end(bytes, from);
        if to - from >= LINE {
            return Some((from, to));
        }
        if !is_filling(bytes, from, to) || bytes.get(from..)?.starts_with(b"-----") {
            return None;
        }
        from = to.max(from + 1);
    }
    None
}

/// The line of material that ends before `at`, likewise.
fn previous_run(bytes: &[u8], at: usize, reach: usize) -> Option<(usize, usize)> {
    let mut to = at;
    while to > 0 && at - to <= reach {
        let length = bytes.get(..to)?.iter().rev().take_while(|&&byte| Class::Base64.has(byte)).count();
        let from = to - length;
        if length >= LINE {
            return Some((from, to));
        }
        let is_last_line = reach > GAP;
        if !(is_last_line || is_filling(bytes, from, to)) || bytes.get(..to)?.ends_with(b"-----") {
            return None;
        }
        to = from.min(to - 1);
    }
    None
}

/// Whether a short run is a line number or the letter of an escape, and so not a word that ends the key.
fn is_filling(bytes: &[u8], from: usize, to: usize) -> bool {
    let run = bytes.get(from..to).unwrap_or_default();
    let escape = from > 0 && bytes.get(from - 1) == Some(&b'\\') && matches!(run, [b'n' | b'r' | b't'] | [b'n', b'+']);
    escape || (run.len() <= 6 && run.iter().all(|byte| !byte.is_ascii_alphabetic()))
}

fn find_in(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window == word)
}
