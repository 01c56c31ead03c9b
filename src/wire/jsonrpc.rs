//! The JSON-RPC 2.0 envelope: what a body is (request, notification, response), without building its content.
//!
//! `params`, `result` and `error` stay slices of the body, so big integers, key order, any depth and size reach the
//! reader untouched. Every fault becomes an error answer that names it, with the request's id wherever one was
//! readable before the fault, so that the client's call fails instead of hanging.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use tower_lsp::jsonrpc::{ErrorCode, Id};

/// One message of the client.
#[derive(Debug)]
pub enum Message<'a> {
    /// A call that wants an answer.
    Request {
        /// What the answer must repeat.
        id: Id,
        /// Name of the method.
        method: String,
        /// JSON text of the parameters.
        params: Option<&'a RawValue>,
    },
    /// A call that wants none.
    Notification {
        /// Name of the method.
        method: String,
        /// JSON text of the parameters.
        params: Option<&'a RawValue>,
    },
    /// The answer to a request of ours.
    Response {
        /// Our request's id.
        id: Id,
        /// JSON text of `result`, or of `error`.
        outcome: Result<&'a RawValue, &'a RawValue>,
    },
}

/// Why a body is no message, as the client is told.
#[derive(Debug, PartialEq)]
pub struct Invalid {
    /// Id of the request, `Null` if it could not be read.
    pub id: Id,
    /// `-32700` for text that is not JSON, `-32600` for JSON that is not JSON-RPC.
    pub code: ErrorCode,
    /// What is wrong, as a sentence.
    pub message: String,
}

/// A JSON text that passes through `LspService` as a string, so that it is neither parsed nor rebuilt on the way.
/// Methods that are served raw take it as `params` and return it as the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawJson(pub String);

impl RawJson {
    /// The JSON text of `value`.
    pub fn encode(value: &impl Serialize) -> serde_json::Result<Self> {
        serde_json::to_string(value).map(Self)
    }

    /// Reads the text as a `T`, which may borrow from it.
    pub fn decode<'a, T: Deserialize<'a>>(&'a self) -> serde_json::Result<T> {
        serde_json::from_str(&self.0)
    }
}

/// Reads the envelope of one body.
pub fn parse(body: &[u8]) -> Result<Message<'_>, Invalid> {
    let mut fields = Fields::default();
    let invalid = |fields: &Fields, code, message| Invalid { id: fields.known_id(), code, message };
    if let Err(fault) = fields.fill(body) {
        let is_json = fault.is_data() && serde_json::from_slice::<&RawValue>(body).is_ok();
        return Err(match (is_json, body.trim_ascii_start().first()) {
            (true, Some(b'[')) => invalid(
                &fields,
                ErrorCode::InvalidRequest,
                "batches are not part of LSP: send each message alone".into(),
            ),
            (true, _) => invalid(&fields, ErrorCode::InvalidRequest, format!("a message is a JSON object: {fault}")),
            (false, _) => invalid(&fields, ErrorCode::ParseError, format!("the message is not valid JSON: {fault}")),
        });
    }
    fields.message().map_err(|what| invalid(&fields, ErrorCode::InvalidRequest, what.into_owned()))
}

/// The id of a request of which only the first bytes are at hand; `Null` if it is not in them.
pub fn id_in_head(head: &[u8]) -> Id {
    // What stands before a comma is whole; a number at the end might go on.
    let whole = memchr::memrchr(b',', head).unwrap_or(0);
    let mut fields = Fields::default();
    let _cut_short = fields.fill(&head[..whole]);
    fields.known_id()
}

/// The members of the envelope; each keeps the last value it was given.
#[derive(Default)]
struct Fields<'a> {
    jsonrpc: Option<&'a RawValue>,
    id: Option<&'a RawValue>,
    method: Option<&'a RawValue>,
    params: Option<&'a RawValue>,
    result: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
    repeated: Option<&'static str>,
    ambiguous_id: bool,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    Jsonrpc,
    Id,
    Method,
    Params,
    Result,
    Error,
    #[serde(other)]
    Other,
}

impl<'a> Fields<'a> {
    /// Reads `body`; on a fault the members before it are kept.
    fn fill(&mut self, body: &'a [u8]) -> serde_json::Result<()> {
        let mut json = serde_json::Deserializer::from_slice(body);
        Fill(self).deserialize(&mut json)?;
        json.end()
    }

    fn set(&mut self, name: &'static str, slot: fn(&mut Self) -> &mut Option<&'a RawValue>, value: &'a RawValue) {
        if let Some(earlier) = slot(self).replace(value) {
            self.ambiguous_id |= name == "id" && earlier.get() != value.get();
            self.repeated = Some(name);
        }
    }

    fn known_id(&self) -> Id {
        let id = self.id.filter(|_| !self.ambiguous_id);
        id.and_then(|id| serde_json::from_str(id.get()).ok()).unwrap_or(Id::Null)
    }

    fn message(&self) -> Result<Message<'a>, Cow<'static, str>> {
        if let Some(name) = self.repeated {
            return Err(format!("`{name}` is given twice").into());
        }
        let id = self.id.map(|id| serde_json::from_str::<Id>(id.get()));
        let id = id.transpose().map_err(|_| "`id` must be a string or an integer of at most 64 bits")?;
        let error = self.error.filter(|error| error.get() != "null" || self.result.is_none());
        let outcome = error.map(Err).or(self.result.map(Ok));
        if let (None, Some(outcome)) = (self.method, outcome) {
            // Without `jsonrpc` too: an error sent for an answer would help nobody, and we would wait for ever.
            return Ok(Message::Response { id: id.unwrap_or(Id::Null), outcome });
        }
        if self.jsonrpc.is_none_or(|version| version.get() != "\"2.0\"") {
            return Err("`jsonrpc` must be \"2.0\"".into());
        }
        let method = self.method.ok_or("`method` is missing")?;
        let method = serde_json::from_str(method.get()).map_err(|_| "`method` must be a string")?;
        Ok(match id {
            Some(id) => Message::Request { id, method, params: self.params },
            None => Message::Notification { method, params: self.params },
        })
    }
}

struct Fill<'f, 'a>(&'f mut Fields<'a>);

impl<'a> DeserializeSeed<'a> for Fill<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Fill<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `jsonrpc` and `method`")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key()? {
            match key {
                Key::Jsonrpc => self.0.set("jsonrpc", |fields| &mut fields.jsonrpc, map.next_value()?),
                Key::Id => self.0.set("id", |fields| &mut fields.id, map.next_value()?),
                Key::Method => self.0.set("method", |fields| &mut fields.method, map.next_value()?),
                Key::Params => self.0.set("params", |fields| &mut fields.params, map.next_value()?),
                Key::Result => self.0.set("result", |fields| &mut fields.result, map.next_value()?),
                Key::Error => self.0.set("error", |fields| &mut fields.error, map.next_value()?),
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
