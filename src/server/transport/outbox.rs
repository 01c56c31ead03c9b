//! Frames on their way to the client.
//!
//! Frames queue up in one buffer while another is being written, so a frame is never split into header and body, many
//! small ones leave in one write, and the output is flushed only when nothing is left.

use std::io;
use std::mem;

use serde::Serialize;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tower_lsp::jsonrpc::Id;

use crate::wire::frame::encode_header;

/// Unwritten bytes above which the client is not read from.
const FULL: usize = 8 << 20;
/// An empty buffer larger than this is given back.
const KEEP: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Outbox {
    queued: Vec<u8>,
    writing: Vec<u8>,
    written: usize,
    unflushed: bool,
    closed: bool,
}

impl Outbox {
    /// Queues any message.
    pub(super) fn push_message(&mut self, message: &impl Serialize) {
        match serde_json::to_vec(message) {
            Ok(body) => self.push(&[&body]),
            Err(fault) => tracing::error!(%fault, "a message cannot be written as JSON"),
        }
    }

    /// Queues the answer to request `id` whose result is the JSON text `result`.
    pub(super) fn push_result(&mut self, id: &Id, result: &str) {
        match serde_json::to_vec(id) {
            Ok(id) => self.push(&[br#"{"jsonrpc":"2.0","id":"#, &id, br#","result":"#, result.as_bytes(), b"}"]),
            Err(fault) => tracing::error!(%fault, "an id cannot be written as JSON"),
        }
    }

    fn push(&mut self, body: &[&[u8]]) {
        if self.closed {
            return;
        }
        let header = encode_header(body.iter().map(|part| part.len()).sum());
        self.queued.extend_from_slice(header.as_bytes());
        for part in body {
            self.queued.extend_from_slice(part);
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.queued.len() + self.writing.len() - self.written >= FULL
    }

    /// Whether everything is written and flushed.
    pub(super) fn is_idle(&self) -> bool {
        self.queued.is_empty() && self.writing.is_empty() && !self.unflushed
    }

    /// Forgets what is queued and all that will be: nobody reads it.
    pub(super) fn close(&mut self) {
        *self = Self { closed: true, ..Self::default() };
    }

    /// Makes one step, a write or a flush. Dropping the future loses nothing.
    pub(super) async fn write_to(&mut self, output: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        if self.writing.is_empty() {
            mem::swap(&mut self.writing, &mut self.queued);
        }
        if self.writing.is_empty() {
            output.flush().await?;
            self.unflushed = false;
            return Ok(());
        }
        let count = output.write(&self.writing[self.written..]).await?;
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.unflushed = true;
        self.written += count;
        if self.written == self.writing.len() {
            self.written = 0;
            self.writing.clear();
            if self.writing.capacity() > KEEP {
                self.writing = Vec::new();
            }
        }
        Ok(())
    }
}
