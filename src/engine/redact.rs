//! Secrets out at the door: every text is passed through here before it is stored, logged, written or sent.
//!
//! One Aho-Corasick pass (`scan`) finds the places where a secret may begin: a vendor's prefix, a keyword such as
//! `password`, a PEM header, a URL. A small hand-written rule then decides on the bytes around that place. What is a
//! secret is replaced by a typed placeholder (`[redacted:aws-access-key]`); code and prose that only talk about
//! secrets stay as they are. Both functions are idempotent, never fail, and borrow when there is nothing to hide.

mod assignment;
mod cursor;
mod irregular;
mod json;
mod pem;
mod randomness;
mod rules;
mod scan;
mod shape;
mod url;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

/// A secret found in a text: the byte range `start..end` (on character boundaries) and the kind of secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
    name: &'static str,
}

/// Replaces every secret in `text` by `[redacted:<kind>]`.
///
/// Text that is itself JSON of one object should go through [`redact_json`], which also guarantees that the result
/// parses.
pub fn redact(text: &str) -> Cow<'_, str> {
    let spans = scan::find(text);
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for span in spans {
        out.push_str(text.get(copied..span.start).unwrap_or_default());
        push_placeholder(&mut out, span.name);
        copied = span.end;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// As [`redact`], for the text of one JSON value as it was received.
///
/// Only the contents of string literals (keys included) change, in whole escape sequences, so valid JSON stays valid
/// JSON of the same shape. A secret that spans several literals, such as a key stored as an array of lines, is replaced
/// in each of them. Numbers are never secrets. Two keys that hold secrets may become one and the same key.
pub fn redact_json(raw: &str) -> Cow<'_, str> {
    let spans = scan::find(raw);
    if spans.is_empty() { Cow::Borrowed(raw) } else { json::replace_in_strings(raw, &spans) }
}

/// A made-up secret of every kind that is known by its form, with a text around it where it takes one: what proves that
/// none leaves the machine. `.0` is the text, `.1` what must not be left of it.
pub fn examples() -> Vec<(String, String)> {
    let alone = rules::RULES.iter().map(|rule| (rule.example(), rule.example()));
    let random = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zL";
    let line = "MIIEpAIBAAKCAQEA7jK9mN1pQ2rS4tU6vW8xY0zLaB3dE5gHqT5uV7wX9yZ1bC3d";
    let around = [
        (format!("AKIAQ7WE2RT9YUP4ASDF {random}+9kM3nP6"), format!("{random}+9kM3nP6")),
        (format!("123456789:AA{random}x"), format!("AA{random}x")),
        (format!("postgres://app:{random}@db.example/x"), random.to_owned()),
        (format!("curl -u app:{random} https://a.example"), random.to_owned()),
        (format!("password = \"{random}\""), random.to_owned()),
        (format!("Authorization: Bearer {random}"), random.to_owned()),
        (format!("-----BEGIN RSA PRIVATE KEY-----\n{line}\n{line}\n-----END RSA PRIVATE KEY-----\n"), line.to_owned()),
    ];
    alone.chain(around).collect()
}

fn push_placeholder(out: &mut String, name: &str) {
    out.push_str(randomness::PLACEHOLDER);
    out.push_str(name);
    out.push(']');
}
