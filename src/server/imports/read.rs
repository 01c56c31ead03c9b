//! A conversation out of a file, a folder or a database, or why it cannot be read.

use std::path::Path;

use crate::transcripts::{Format, Transcript, read_path};
use crate::wire::protocol::RequestError;

/// Reads a conversation; without a format its content tells which it is.
pub(super) fn read(path: &Path, format: Option<Format>) -> Result<Transcript, RequestError> {
    let read = read_path(path, format).map_err(|error| unreadable(path, &error))?;
    read.ok_or_else(|| {
        let text = format!("is not a transcript this version can read: it takes {}", Format::names());
        RequestError::invalid("path", format!("{} {text}", path.display()))
    })
}

/// The system's refusal on the wire.
pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> RequestError {
    RequestError::invalid("path", format!("{} cannot be read: {error}", path.display()))
}
