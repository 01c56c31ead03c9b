//! The request that an import answers: what it tells the client on the way, and the answer at the end.

use serde_json::json;

use super::Target;
use crate::server::client::Progress;
use crate::server::task::Reply;
use crate::transcripts::Item;
use crate::wire::protocol::RequestError;

/// The request that an import answers.
pub(super) struct Report {
    pub target: Target,
    /// Items that the file had when it was first read.
    pub total: u64,
    pub skipped: u64,
    pub progress: Option<Progress>,
    pub reply: Reply,
}

impl Report {
    /// Imports all items and answers. A client that has cancelled stops it.
    pub fn import(self, items: Vec<Item>) {
        let result = self.target.send_all(0, items, |handed| self.advance(handed));
        self.answer(result);
    }

    fn advance(&self, handed: u64) -> Result<(), RequestError> {
        if let Some(progress) = &self.progress {
            progress.at(handed, self.total, &format!("{handed} of {}", self.total));
        }
        if self.reply.is_closed() { Err(RequestError::cancelled()) } else { Ok(()) }
    }

    pub fn answer(self, result: Result<u64, RequestError>) {
        drop(self.progress);
        let (id, format) = (&self.target.session_id, self.target.format.name());
        let answer = result.map(|stored| {
            json!({"sessionId": id, "format": format, "events": stored, "skipped": self.skipped}).to_string()
        });
        let _ = self.reply.send(answer);
    }
}
