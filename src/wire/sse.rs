//! Server-sent events: lines of `field: value`, and a blank line at the end of each event.
//!
//! The parser takes bytes in any pieces. Lines end with LF, CR or CRLF; comments and unknown fields are passed over; a
//! byte order mark may stand at the start. Bytes that are no UTF-8 become U+FFFD. What one event may hold is bounded:
//! a server that never ends a line cannot fill the memory.

use std::collections::VecDeque;

/// Largest event, in bytes of its lines.
pub const MAX_EVENT: usize = 1 << 20;
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// One event with data; events without are not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The value of its last `event` field, empty without one.
    pub name: String,
    /// The values of its `data` fields, joined by line feeds.
    pub data: String,
}

/// An event is over [`MAX_EVENT`]; the stream cannot be used any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlong;

/// Incremental parser: [`push`](Self::push) bytes, then iterate over the events that they completed.
#[derive(Debug, Default)]
pub struct Parser {
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// A line ended with CR: a LF that follows belongs to it.
    after_cr: bool,
    /// The first line has ended.
    started: bool,
    name: String,
    data: Option<String>,
    /// Bytes of the current event's lines so far.
    size: usize,
    ready: VecDeque<Event>,
    overlong: bool,
}

impl Parser {
    /// Takes the next bytes of the stream. After a failure every call fails; events found before it can still be taken.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), Overlong> {
        while !bytes.is_empty() && !self.overlong {
            if self.after_cr {
                self.after_cr = false;
                if let Some(rest) = bytes.strip_prefix(b"\n") {
                    bytes = rest;
                    continue;
                }
            }
            let end = memchr::memchr2(b'\n', b'\r', bytes);
            let (now, later) = bytes.split_at(end.unwrap_or(bytes.len()));
            self.size = self.size.saturating_add(now.len());
            if self.size > MAX_EVENT {
                self.overlong = true;
                self.line = Vec::new();
                break;
            }
            self.line.extend_from_slice(now);
            if let Some((terminator, rest)) = later.split_first() {
                self.after_cr = *terminator == b'\r';
                self.end_line();
                bytes = rest;
            } else {
                bytes = later;
            }
        }
        if self.overlong { Err(Overlong) } else { Ok(()) }
    }

    /// Takes what was begun as if the stream had ended it properly: some servers leave the last blank line out.
    pub fn finish(&mut self) {
        if !self.overlong {
            self.end_line();
            self.end_event();
        }
    }

    fn end_line(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        let text = if self.started { &line[..] } else { line.strip_prefix(BOM).unwrap_or(&line) };
        self.started = true;
        if text.is_empty() {
            self.end_event();
        } else {
            self.field(&String::from_utf8_lossy(text));
        }
        line.clear();
        self.line = line;
    }

    fn field(&mut self, line: &str) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // A comment (an empty field name), `id`, `retry`, and what is not known.
            _ => {}
        }
    }

    fn end_event(&mut self) {
        self.size = 0;
        let name = std::mem::take(&mut self.name);
        if let Some(data) = self.data.take().filter(|data| !data.is_empty()) {
            self.ready.push_back(Event { name, data });
        }
    }
}

impl Iterator for Parser {
    type Item = Event;

    /// The next complete event; `None` until more bytes are pushed.
    fn next(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write;

    fn parse(pieces: &[&[u8]], finish: bool) -> Vec<(String, String)> {
        let mut parser = Parser::default();
        for piece in pieces {
            parser.push(piece).unwrap();
        }
        if finish {
            parser.finish();
        }
        parser.map(|event| (event.name, event.data)).collect()
    }

    #[test]
    fn table() {
        let check = |input: &[u8], expected: &[(&str, &str)]| {
            let expected: Vec<_> =
                expected.iter().map(|(name, data)| ((*name).to_owned(), (*data).to_owned())).collect();
            assert_eq!(parse(&[input], false), expected, "{}", String::from_utf8_lossy(input));
        };
        check(b"data: a\n\n", &[("", "a")]);
        check(b"data: a\r\n\r\ndata: b\r\rdata: c\n\n", &[("", "a"), ("", "b"), ("", "c")]);
        check(b"event: ping\ndata: {}\n\n", &[("ping", "{}")]);
        check(b"event: one\nevent: two\ndata:a\n\ndata:b\n\n", &[("two", "a"), ("", "b")]);
        check(b"data: a\ndata:  b\ndata\ndata:c\n\n", &[("", "a\n b\n\nc")]);
        check(b": comment\n\n: OPENROUTER PROCESSING\ndata: a\n\n", &[("", "a")]);
        check(b"id: 7\nretry: 10\nunknown: x\nno colon\ndata: a:b\n\n", &[("", "a:b")]);
        check(b"\xEF\xBB\xBFdata: a\n\n", &[("", "a")]);
        check(b"\n\xEF\xBB\xBFdata: a\n\n", &[]);
        check(b"event: empty\n\nevent: empty\ndata:\n\ndata: a\n\n", &[("", "a")]);
        check(b"data: \xFF\xFE\n\n", &[("", "\u{FFFD}\u{FFFD}")]);
        check(b"data: unfinished\n", &[]);
        check(b" data: a\n\n", &[]);
        check(b"", &[]);
    }

    #[test]
    fn the_last_event_may_be_left_open() {
        for open in [&b"data: a"[..], b"data: a\n", b"data: a\r", b"data: a\r\n", b"data: a\n\n"] {
            assert_eq!(parse(&[open], true), [(String::new(), "a".to_owned())]);
        }
        assert_eq!(parse(&[b"event: x"], true), []);
    }

    #[test]
    fn an_event_is_bounded_however_it_is_written() {
        let line = vec![b'x'; MAX_EVENT + 1];
        assert_eq!(Parser::default().push(&line), Err(Overlong));

        let mut parser = Parser::default();
        parser.push(b"data: before\n\n").unwrap();
        let many = b"data: 0123456789\n".repeat(MAX_EVENT / 16 + 1);
        assert_eq!(parser.push(&many), Err(Overlong));
        assert_eq!(parser.push(b"\n\ndata: after\n\n"), Err(Overlong));
        parser.finish();
        assert_eq!(parser.map(|event| event.data).collect::<Vec<_>>(), ["before"]);

        let mut parser = Parser::default();
        for _ in 0..3 {
            parser.push(b"data: ").unwrap();
            parser.push(&line[..MAX_EVENT - 6]).unwrap();
            parser.push(b"\n\n").unwrap();
        }
        assert_eq!(parser.count(), 3);
    }

    proptest! {
        #[test]
        fn chunks_make_no_difference(
            input in proptest::collection::vec(
                prop_oneof![
                    Just(b"data: x".to_vec()), Just(b"event: e".to_vec()), Just(b"\r".to_vec()), Just(b"\n".to_vec()),
                    Just(b"\r\n".to_vec()), Just(b":".to_vec()), Just(BOM.to_vec()), Just("ü".as_bytes().to_vec()),
                    proptest::collection::vec(any::<u8>(), 0..4),
                ],
                0..40,
            ),
            cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..20),
        ) {
            let input = input.concat();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
            cuts.extend([0, input.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &input[pair[0]..pair[1]]).collect();
            prop_assert_eq!(parse(&pieces, true), parse(&[&input], true));
            let bytes: Vec<&[u8]> = input.chunks(1).collect();
            prop_assert_eq!(parse(&bytes, false), parse(&[&input], false));
        }

        #[test]
        fn what_is_written_is_read(events in proptest::collection::vec(("[a-z_]{0,9}", "[^\r\n\u{FEFF}]{1,20}(\n[^\r\n]{0,20}){0,3}"), 0..9)) {
            let mut text = String::new();
            for (name, data) in &events {
                write!(text, ": note\nevent: {name}\ndata: {}\n\n", data.replace('\n', "\ndata: ")).unwrap();
            }
            prop_assert_eq!(parse(&[text.as_bytes()], false), events);
        }
    }
}
