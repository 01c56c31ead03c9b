//! Frames of the LSP base protocol: `Content-Length` headers, a blank line, a body of that many bytes.
//!
//! The decoder takes bytes in any pieces and copies each body byte once. It accepts headers in any case, order and
//! number with CRLF or LF line ends, and it outlives every fault but one: an oversized body is skipped as it streams
//! in, and after an unreadable header it looks for the next `Content-Length:`, wherever that stands. Only a length
//! above 1 GiB is fatal, since waiting for its end would swallow everything the client says later.

use std::collections::VecDeque;

/// Largest body that is accepted, in bytes.
pub const MAX_BODY: u64 = 64 << 20;
/// Largest body that is skipped, in bytes; a larger one ends the connection.
pub const MAX_SKIP: u64 = 1 << 30;
/// How much of a skipped body is kept, in bytes: enough for the `id` and `method` that clients write first.
const HEAD: usize = 256;
/// Longest header line, in bytes.
const MAX_LINE: usize = 8 << 10;
/// What stays of an overlong line, in bytes: a whole `Content-Length` header fits at its end.
const LINE_TAIL: usize = 64;
/// How much of an unreadable line is shown, in bytes; every JSON-RPC request is longer.
const EXCERPT: usize = 32;
const CONTENT_LENGTH: &[u8] = b"content-length";

/// What the decoder found in the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    /// A complete body.
    Body(Vec<u8>),
    /// A body over [`MAX_BODY`]; it is skipped.
    TooLarge {
        /// Its length in bytes.
        length: u64,
        /// Its first bytes, so that the request's id can be read from them.
        head: Vec<u8>,
    },
    /// A header that cannot be read; everything up to the next `Content-Length:` is skipped.
    BadHeader {
        /// What is wrong, as a sentence for the client.
        what: String,
    },
    /// The stream cannot be used any more; later bytes are ignored.
    Fatal {
        /// What is wrong, as a sentence for the client.
        what: String,
    },
}

impl Decoded {
    fn size(&self) -> usize {
        let body = if let Self::Body(body) = self { body.len() } else { 0 };
        size_of::<Self>() + body
    }
}

#[derive(Debug)]
enum State {
    /// Reading header lines; `length` is what they have announced so far.
    Header {
        length: Option<u64>,
        any: bool,
    },
    /// As `Header`, after an unreadable header has been reported: lines are ignored up to a `Content-Length`.
    Lost,
    Body {
        length: usize,
        body: Vec<u8>,
    },
    Skip {
        left: u64,
        length: u64,
        head: Option<Vec<u8>>,
    },
    Dead,
}

/// Incremental decoder: [`push`](Self::push) bytes, then iterate over what they completed.
#[derive(Debug)]
pub struct Decoder {
    state: State,
    line: Vec<u8>,
    ready: VecDeque<Decoded>,
    backlog: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self { state: State::HEADER, line: Vec::new(), ready: VecDeque::new(), backlog: 0 }
    }
}

impl State {
    const HEADER: Self = Self::Header { length: None, any: false };
}

impl Decoder {
    /// Takes the next bytes of the stream.
    pub fn push(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            data = match &mut self.state {
                State::Header { .. } | State::Lost => self.push_line(data),
                State::Body { length, body } => {
                    let (now, later) = data.split_at(data.len().min(*length - body.len()));
                    body.extend_from_slice(now);
                    self.finish_body();
                    later
                }
                State::Skip { left, head, .. } => {
                    let (now, later) = data.split_at(data.len().min(usize::try_from(*left).unwrap_or(usize::MAX)));
                    *left -= now.len() as u64;
                    if let Some(head) = head {
                        head.extend_from_slice(&now[..now.len().min(HEAD - head.len())]);
                    }
                    self.finish_skip();
                    later
                }
                State::Dead => return,
            };
        }
    }

    /// Memory held by what nobody has taken yet, in bytes.
    pub fn backlog(&self) -> usize {
        self.backlog
    }

    fn report(&mut self, found: Decoded) {
        self.backlog += found.size();
        self.ready.push_back(found);
    }

    fn push_line<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        let Some(end) = memchr::memchr(b'\n', data) else {
            self.line.extend_from_slice(data);
            let line = self.line.trim_ascii_start();
            if line.len() >= EXCERPT && !is_name(&line[..1]) {
                // A message without a header, say: whoever sends that will not send a line end either.
                let what = not_a_header(line);
                self.lose(|| what);
            }
            if self.line.len() > MAX_LINE {
                self.lose(|| format!("a header line is longer than {MAX_LINE} bytes"));
                self.line.drain(..self.line.len() - LINE_TAIL);
            }
            return &[];
        };
        let mut line = std::mem::take(&mut self.line);
        line.extend_from_slice(&data[..end]);
        self.header_line(line.trim_ascii());
        line.clear();
        self.line = line;
        &data[end + 1..]
    }

    fn header_line(&mut self, line: &[u8]) {
        if line.is_empty() {
            match self.state {
                State::Header { length: Some(length), .. } => self.start_body(length),
                State::Header { any: true, .. } => self.lose(|| "the header has no Content-Length".into()),
                _ => {}
            }
            return;
        }
        let name_end = memchr::memchr(b':', line).unwrap_or(line.len());
        let name = line[..name_end].trim_ascii();
        if name.eq_ignore_ascii_case(CONTENT_LENGTH) {
            self.content_length(line.get(name_end + 1..).unwrap_or_default().trim_ascii());
        } else if name_end < line.len()
            && !name.is_empty()
            && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        {
            if let State::Header { any, .. } = &mut self.state {
                *any = true;
            }
        } else {
            // The rest of a body whose length was given too small, or of a lost one: a header may follow in the line.
            self.lose(|| not_a_header(line));
            let is_length = |window: &[u8]| window.eq_ignore_ascii_case(CONTENT_LENGTH);
            if let Some(at) = line.windows(CONTENT_LENGTH.len()).rposition(is_length)
                && let [b':', value @ ..] = line[at + CONTENT_LENGTH.len()..].trim_ascii()
            {
                self.content_length(value.trim_ascii());
            }
        }
    }

    fn content_length(&mut self, value: &[u8]) {
        let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        if !digits {
            return self.lose(|| format!("Content-Length is not a number of bytes: `{}`", excerpt(value)));
        }
        let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()).unwrap_or(u64::MAX);
        match self.state {
            State::Header { length: Some(other), .. } if other != number => {
                self.lose(|| format!("Content-Length is given twice, as {other} and as {number}"));
            }
            _ => self.state = State::Header { length: Some(number), any: true },
        }
    }

    /// Reports the first fault of a stretch of unreadable input; what follows it is a consequence.
    fn lose(&mut self, what: impl FnOnce() -> String) {
        if !matches!(self.state, State::Lost) {
            self.state = State::Lost;
            self.report(Decoded::BadHeader { what: what() });
        }
    }

    fn start_body(&mut self, length: u64) {
        if length > MAX_SKIP {
            self.state = State::Dead;
            let what = format!("Content-Length {length} is over {MAX_SKIP} bytes");
            self.report(Decoded::Fatal { what });
            return;
        }
        match usize::try_from(length) {
            Ok(bytes) if length <= MAX_BODY => {
                self.state = State::Body { length: bytes, body: Vec::with_capacity(bytes) };
                self.finish_body();
            }
            _ => self.state = State::Skip { left: length, length, head: Some(Vec::with_capacity(HEAD)) },
        }
    }

    fn finish_body(&mut self) {
        if let State::Body { length, body } = &mut self.state
            && body.len() == *length
        {
            let body = std::mem::take(body);
            self.state = State::HEADER;
            self.report(Decoded::Body(body));
        }
    }

    fn finish_skip(&mut self) {
        let State::Skip { left, length, head } = &mut self.state else { return };
        let (done, length) = (*left == 0, *length);
        if let Some(head) = head.take_if(|head| head.len() == HEAD) {
            self.report(Decoded::TooLarge { length, head });
        }
        if done {
            self.state = State::HEADER;
        }
    }
}

impl Iterator for Decoder {
    type Item = Decoded;

    /// The next thing found so far; `None` until more bytes are pushed.
    fn next(&mut self) -> Option<Decoded> {
        let found = self.ready.pop_front()?;
        self.backlog -= found.size();
        Some(found)
    }
}

/// The header of a frame whose body has `length` bytes.
pub fn encode_header(length: usize) -> String {
    format!("Content-Length: {length}\r\n\r\n")
}

fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

fn not_a_header(line: &[u8]) -> String {
    format!("expected a `Content-Length` header, got `{}`", excerpt(line))
}

fn excerpt(line: &[u8]) -> String {
    String::from_utf8_lossy(line[..line.len().min(EXCERPT)].trim_ascii_end()).escape_debug().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
