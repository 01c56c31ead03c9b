//! The bytes of a transcript file and the format they are in, or why it cannot be read.

use std::path::Path;

use crate::transcripts::{Format, detect};
use crate::wire::protocol::RequestError;

/// Largest transcript that is read, in bytes.
const MAX_BYTES: u64 = 2 << 30;

/// Reads a file; without a format its first lines tell which it is.
pub(super) fn read(path: &Path, format: Option<Format>) -> Result<(Vec<u8>, Format), RequestError> {
    use std::io::Read as _;
    let io = |error: std::io::Error| unreadable(path, &error);
    let metadata = std::fs::metadata(path).map_err(io)?;
    if !metadata.is_file() {
        return Err(RequestError::invalid("path", format!("{} is not a file", path.display())));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(io)?.take(MAX_BYTES).read_to_end(&mut bytes).map_err(io)?;
    let format = format.or_else(|| detect(&bytes)).ok_or_else(|| {
        let text = format!("is not a transcript this version can read: it takes {}", Format::names());
        RequestError::invalid("path", format!("{} {text}", path.display()))
    })?;
    Ok((bytes, format))
}

/// The system's refusal on the wire.
pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> RequestError {
    RequestError::invalid("path", format!("{} cannot be read: {error}", path.display()))
}
