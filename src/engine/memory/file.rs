//! The text of `session-memory.md`: front matter and nine sections.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::render::Marks;
use super::{Custom, Document};

/// The keys of the front matter.
pub const KEYS: [&str; 6] = ["session", "revision", "updated", "covered_through", "tokens", "source"];

/// The front matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontMatter<'a> {
    /// The session's id.
    pub session: &'a str,
    /// Version of the memory.
    pub revision: u64,
    /// When it was made, milliseconds since the epoch.
    pub updated: i64,
    /// The last event it stands for.
    pub covered_through: u64,
    /// Its own estimated size.
    pub tokens: u32,
    /// Who wrote it: `model`, `extractive`, `user`.
    pub source: &'a str,
}

/// A time as RFC 3339 in UTC, to the second.
pub fn rfc3339(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The file's text. Headings and further rows of the front matter are the user's.
pub fn render_file(front: &FrontMatter, document: &Document, custom: &Custom) -> String {
    let mut text = String::from("---\n");
    // A session id is any text; as a JSON string it is YAML and stays on one line.
    let session = serde_json::Value::from(front.session);
    let _ = write!(
        text,
        "session: {session}\nrevision: {}\nupdated: {}\ncovered_through: {}\ntokens: {}\nsource: {}\n",
        front.revision,
        rfc3339(front.updated),
        front.covered_through,
        front.tokens,
        front.source
    );
    for row in &custom.front {
        text.push_str(row);
        text.push('\n');
    }
    text.push_str("---\n\n");
    document.render(&mut text, true, Marks::Shown, custom);
    text
}
