//! Bytes of a successful answer to an [`Answer`]: a stream of events, or one JSON text, which some servers send although
//! a stream was asked for.
//!
//! An answer is whole when the API's end mark has come, never because the bytes end: a connection that a proxy cut looks
//! the same.

use serde_json::Value;

use super::draft::{Draft, MAX_TEXT};
use super::failure::{Failure, FailureKind};
use super::{Provider, anthropic, openai};
use crate::engine::prompt::Answer;
use crate::wire::repair;
use crate::wire::sse::{self, Parser};

/// Most bytes of a stream: each few letters of the text come in an event of some hundred bytes.
const MAX_STREAM: usize = 16 << 20;

/// What the bytes are, told from the first one that is no white space.
enum Form {
    Unknown,
    Stream(Parser),
    Whole(Vec<u8>),
}

/// Incremental reader of one answer.
pub(super) struct Reader {
    provider: Provider,
    form: Form,
    draft: Draft,
    bytes: usize,
}

impl Reader {
    pub(super) fn new(provider: Provider) -> Reader {
        Reader { provider, form: Form::Unknown, draft: Draft::default(), bytes: 0 }
    }

    /// Takes the next bytes.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.bytes > MAX_STREAM {
            return Err(too_large(MAX_STREAM));
        }
        if matches!(self.form, Form::Unknown) {
            bytes = bytes.trim_ascii_start();
            self.form = match bytes.first() {
                None => return Ok(()),
                Some(b'{' | b'[') => Form::Whole(Vec::new()),
                Some(b'<') => return Err(unreadable("the answer is a web page; does baseUrl name the API?")),
                Some(_) => Form::Stream(Parser::default()),
            };
        }
        match &mut self.form {
            Form::Whole(text) if text.len().saturating_add(bytes.len()) > MAX_TEXT => return Err(too_large(MAX_TEXT)),
            Form::Whole(text) => text.extend_from_slice(bytes),
            Form::Stream(parser) => {
                let pushed = parser.push(bytes);
                self.take_events(false)?;
                pushed.map_err(|_| too_large(sse::MAX_EVENT))?;
            }
            Form::Unknown => {}
        }
        Ok(())
    }

    /// Nothing more has to be waited for.
    pub(super) fn has_ended(&self) -> bool {
        self.draft.ended
    }

    /// The answer is whole; only the usage may still come.
    pub(super) fn is_whole(&self) -> bool {
        // Anthropic sends its stop reason before the end mark, but promises the mark.
        self.draft.ended || self.provider == Provider::OpenAi && self.draft.stop.is_some()
    }

    /// The answer, after the last byte.
    pub(super) fn finish(mut self) -> Result<Answer, Failure> {
        match &mut self.form {
            Form::Whole(text) => {
                let text = std::mem::take(text);
                self.whole(text)?;
            }
            Form::Stream(parser) if !self.draft.ended => {
                parser.finish();
                self.take_events(true)?;
            }
            _ => {}
        }
        if self.is_whole() {
            Ok(self.draft.answer())
        } else if self.draft.begun {
            Err(unreadable("the stream ended before the answer did"))
        } else {
            Err(unreadable("the answer is neither a stream of events nor JSON, or it is empty"))
        }
    }

    /// Reads what the parser has; a fault in the last event that nobody ended is no more than the end of a cut stream.
    fn take_events(&mut self, last: bool) -> Result<(), Failure> {
        let Form::Stream(parser) = &mut self.form else { return Ok(()) };
        for event in parser {
            if self.draft.ended {
                break;
            }
            if event.data.trim() == "[DONE]" {
                // OpenAI's end mark; with Anthropic's events it is an addition of a proxy and means nothing.
                self.draft.ended |= self.provider == Provider::OpenAi;
                self.draft.begun = true;
                continue;
            }
            let value = match parse(event.data.into_bytes()) {
                Ok(value) => value,
                Err(_) if last => break,
                Err(failure) => return Err(failure),
            };
            if let Some(failure) = Failure::within(&value) {
                return Err(failure);
            }
            match self.provider {
                Provider::Anthropic => anthropic::read::event(&mut self.draft, &event.name, &value)?,
                Provider::OpenAi => openai::read::chunk(&mut self.draft, &value)?,
            }
        }
        Ok(())
    }

    fn whole(&mut self, text: Vec<u8>) -> Result<(), Failure> {
        let value = parse(text)?;
        if let Some(failure) = Failure::within(&value).or_else(|| value.as_array()?.iter().find_map(Failure::within)) {
            return Err(failure);
        }
        match self.provider {
            Provider::Anthropic => anthropic::read::whole(&mut self.draft, &value),
            Provider::OpenAi => openai::read::whole(&mut self.draft, &value),
        }
    }
}

fn parse(mut text: Vec<u8>) -> Result<Value, Failure> {
    repair::lone_surrogates(&mut text);
    // The parser's own message is left out: it could repeat what a server said.
    serde_json::from_str(&String::from_utf8_lossy(&text))
        .map_err(|_| unreadable("the answer holds JSON that cannot be read"))
}

/// A failure of an answer that is none.
pub(super) fn unreadable(what: &str) -> Failure {
    Failure::new(FailureKind::Unreadable, what)
}

fn too_large(limit: usize) -> Failure {
    unreadable(&format!("the answer is over {limit} bytes"))
}

#[cfg(test)]
mod tests;
