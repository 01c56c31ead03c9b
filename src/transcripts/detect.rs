//! Tells a file's format from its first records, whatever its name.

mod rules;
mod shape;
#[cfg(test)]
mod tests;

use serde::de::{DeserializeSeed as _, IgnoredAny};

use self::shape::Shape;
use super::Format;

/// Records looked at before a file counts as unknown: comments of collections and bookkeeping may come first.
const RECORDS: usize = 100;
/// Bytes in which words are looked for that tell formats of one shape apart.
const WORDS: usize = 64 * 1024;

/// The format of a file that starts with these bytes; `None` for formats of other agents and for anything else.
///
/// 64 KB are enough for every file that grows line by line. Of a document whose messages come late, as many
/// bytes are needed as there are before them.
pub fn detect(head: &[u8]) -> Option<Format> {
    let text = String::from_utf8_lossy(head);
    let words = String::from_utf8_lossy(head.get(..WORDS).unwrap_or(head));
    let mut rest = text.trim_start_matches('\u{feff}');
    for _ in 0..RECORDS {
        rest = rest.trim_start();
        let line = rest.lines().next()?;
        if line.starts_with(super::aider::RUN) {
            return Some(Format::Aider);
        }
        let mut read = line.len();
        if !line.starts_with("//") {
            let mut shape = Shape::default();
            let mut values = serde_json::Deserializer::from_str(rest);
            let complete = shape.deserialize(&mut values).is_ok();
            if let Some(format) = rules::format(&shape, &words) {
                return Some(format);
            }
            if complete {
                read = values.into_iter::<IgnoredAny>().byte_offset();
            }
        }
        rest = rest.get(read..)?;
    }
    None
}
