//! Files of JSON records, one a line as a rule: sometimes two stand on a line, a comment or nothing does.

use std::borrow::Cow;

use serde_json::Value;

use super::json::repaired;
use super::told::Told;

/// An importer of such a format.
pub(super) trait Records: Send {
    /// A record; `raw` is its text.
    fn record(&mut self, raw: &str, record: &Value, told: &mut Told);

    /// The file is at rest or at its end: what waits for a later record comes out.
    fn settle(&mut self, _told: &mut Told) {}
}

/// Reads a line. What is no record is counted.
pub(super) fn line(importer: &mut dyn Records, line: &[u8], told: &mut Told) {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_start_matches('\u{feff}').trim_end();
    if !text.starts_with("//") && objects(importer, text, told) < text.len() {
        told.skipped += 1;
    }
}

/// Reads complete records from the start of a text; gives the length of what was read.
pub(super) fn objects(importer: &mut dyn Records, text: &str, told: &mut Told) -> usize {
    let text = if text.contains("\\u") { Cow::Owned(repaired(text.to_owned())) } else { Cow::Borrowed(text) };
    let mut values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    let mut read = 0;
    while let Some(Ok(value)) = values.next() {
        let raw = text.get(read..values.byte_offset()).unwrap_or_default();
        read = values.byte_offset();
        if value.is_object() {
            importer.record(raw.trim(), &value, told);
        } else {
            told.skipped += 1;
        }
    }
    read
}
