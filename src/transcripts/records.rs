//! Files of JSON records: one a line, as a rule (sometimes two stand on a line, a comment or nothing does), or all in a
//! document, which is a list or holds one. A document is read when it is complete.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Item;
use super::json::repaired;
use super::lines::Lines;
use super::told::Told;

/// An importer of such a format.
pub(super) trait Records: Send {
    /// A record; `raw` is its text. What a document says beside its list is a record as well.
    fn record(&mut self, raw: &str, record: &Value, told: &mut Told);

    /// The names that the list of a document can have; none where the format has lines only.
    fn lists(&self) -> &'static [&'static str] {
        &[]
    }

    /// A record waits for one that goes with it.
    fn is_waiting(&self) -> bool {
        false
    }

    /// The file is at rest or at its end: what waits for a later record comes out.
    fn settle(&mut self, _told: &mut Told) {}
}

/// How a file is laid out; told by its first line.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Layout {
    #[default]
    Unknown,
    Lines,
    Document,
}

/// A file of records on its way through an importer: bytes in, items out.
pub(super) struct Source {
    importer: Box<dyn Records>,
    pub(super) told: Told,
    lines: Lines,
    layout: Layout,
    document: Vec<u8>,
}

impl Source {
    pub(super) fn new(importer: Box<dyn Records>) -> Source {
        Source {
            importer,
            told: Told::default(),
            lines: Lines::default(),
            layout: Layout::default(),
            document: Vec::new(),
        }
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.push(bytes, |line| self.line(line));
        self.lines = lines;
    }

    /// The file is at rest: a last line that is complete but for its newline counts.
    pub(super) fn settle(&mut self) {
        if self.is_document() {
            return;
        }
        // A character may be torn as well; what cannot be read yet waits with the rest of the line.
        let mut lines = std::mem::take(&mut self.lines);
        if let Ok(torn) = std::str::from_utf8(lines.torn()) {
            let read = self.objects(torn);
            lines.consume(read);
        }
        self.lines = lines;
        self.importer.settle(&mut self.told);
    }

    /// The file is at its end.
    pub(super) fn finish(&mut self) {
        let torn = self.lines.take();
        self.line(&torn);
        if self.layout == Layout::Document {
            let document = std::mem::take(&mut self.document);
            let complete = self.walk(&String::from_utf8_lossy(&document));
            self.told.skipped += u64::from(!complete);
        }
        self.importer.settle(&mut self.told);
    }

    /// A record waits for one that goes with it.
    pub(super) fn is_waiting(&self) -> bool {
        self.importer.is_waiting()
    }

    /// The file is one document, or may be: nothing of it ends with a newline yet.
    pub(super) fn is_document(&self) -> bool {
        match self.layout {
            Layout::Document => true,
            Layout::Lines => false,
            Layout::Unknown => !self.importer.lists().is_empty() && !self.lines.torn().trim_ascii().is_empty(),
        }
    }

    /// The items since the last call.
    pub(super) fn take(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.told.items)
    }

    fn line(&mut self, line: &[u8]) {
        if self.layout == Layout::Document {
            self.document.extend_from_slice(line);
            self.document.push(b'\n');
            return;
        }
        let text = String::from_utf8_lossy(line);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() || text.starts_with("//") {
            return;
        }
        if self.layout == Layout::Unknown {
            let object =
                text.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(&readable(text)).is_ok();
            let document = !object && !self.importer.lists().is_empty() && text.starts_with(['{', '[']);
            self.layout = if document { Layout::Document } else { Layout::Lines };
            if document {
                return self.line(text.as_bytes());
            }
        }
        if self.objects(text) < text.len() {
            self.told.skipped += 1;
        }
    }

    /// Reads complete objects from the start of a text; gives the length of what was read.
    fn objects(&mut self, text: &str) -> usize {
        let text = readable(text);
        let mut values = serde_json::Deserializer::from_str(&text).into_iter::<&RawValue>();
        let mut read = 0;
        while let Some(Ok(raw)) = values.next() {
            read = values.byte_offset();
            self.object(raw.get());
        }
        read
    }

    fn object(&mut self, raw: &str) {
        let Ok(value) = serde_json::from_str::<Value>(raw) else {
            self.told.skipped += 1;
            return;
        };
        if self.importer.lists().iter().any(|list| value[list].is_array()) {
            self.walk(raw);
        } else if value.is_object() {
            self.importer.record(raw, &value, &mut self.told);
        } else {
            self.told.skipped += 1;
        }
    }

    /// Reads a document, as far as it is complete.
    fn walk(&mut self, text: &str) -> bool {
        let text = text.trim_start_matches('\u{feff}');
        let text = readable(text);
        let mut values = serde_json::Deserializer::from_str(&text);
        Document(self).deserialize(&mut values).is_ok()
    }

    fn element(&mut self, raw: &str) {
        match serde_json::from_str::<Value>(raw) {
            Ok(value) if value.is_object() => self.importer.record(raw, &value, &mut self.told),
            _ => self.told.skipped += 1,
        }
    }
}

/// The text without halves of characters, which no parser takes.
fn readable(text: &str) -> Cow<'_, str> {
    if text.contains("\\ud") || text.contains("\\uD") {
        Cow::Owned(repaired(text.to_owned()))
    } else {
        Cow::Borrowed(text)
    }
}

/// A document: a list of records, or an object that holds one beside its own fields.
struct Document<'s>(&'s mut Source);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("records, or an object that holds them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(raw) = seq.next_element::<&RawValue>()? {
            self.0.element(raw.get());
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut fields = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if self.0.importer.lists().contains(&key.as_str()) {
                self.0.fields(&mut fields);
                map.next_value_seed(Document(&mut *self.0))?;
            } else {
                fields.insert(key, map.next_value::<Value>()?);
            }
        }
        self.0.fields(&mut fields);
        Ok(())
    }
}

impl Source {
    /// What the document said beside its list since the last call.
    fn fields(&mut self, fields: &mut Map<String, Value>) {
        if !fields.is_empty() {
            let record = Value::Object(std::mem::take(fields));
            self.importer.record("", &record, &mut self.told);
        }
    }
}
