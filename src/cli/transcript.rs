//! Reading a transcript from a file or from stdin for the commands that take one.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use serde::Deserialize;

use crate::transcripts::{Format, Item, Place, detect, read_all, read_path};

/// Largest transcript that is read, in bytes.
const MAX_BYTES: u64 = 2 << 30;

/// What was read.
pub struct Transcript {
    /// Its format.
    pub format: Format,
    /// Events and compactions in order.
    pub items: Vec<Item>,
    /// Records that are not part of the conversation.
    pub skipped: u64,
    /// The size that the document asks for, in tokens.
    pub budget: Option<u64>,
}

#[derive(Deserialize)]
struct Budget {
    budget: Option<u64>,
}

/// Reads a transcript: a file, a folder, a session of a database, or `-` for stdin.
pub fn read(path: &Path) -> anyhow::Result<Transcript> {
    let elsewhere = path != Path::new("-") && Place::of(path).is_ok_and(|place| place != Place::File(path.to_owned()));
    if !elsewhere {
        let (bytes, name) = bytes(path)?;
        return parse(&bytes, &name);
    }
    let name = path.display().to_string();
    match read_path(path, None).with_context(|| format!("{name} cannot be read"))? {
        Some(read) => holding(read.format, read.items, read.summary.skipped, &name),
        None => Err(unknown(&name)),
    }
}

/// The bytes of a file or of stdin, and how to call it.
fn bytes(path: &Path) -> anyhow::Result<(Vec<u8>, String)> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(MAX_BYTES).read_to_end(&mut bytes).context("stdin cannot be read")?;
        return Ok((bytes, "stdin".to_owned()));
    }
    let name = path.display().to_string();
    let file = std::fs::File::open(path).with_context(|| format!("{name} cannot be read"))?;
    if file.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        bail!("{name} is not a file");
    }
    file.take(MAX_BYTES).read_to_end(&mut bytes).with_context(|| format!("{name} cannot be read"))?;
    Ok((bytes, name))
}

/// Reads a transcript out of bytes; `name` is for messages.
pub fn parse(bytes: &[u8], name: &str) -> anyhow::Result<Transcript> {
    let Some(format) = detect(bytes) else { return Err(unknown(name)) };
    let (items, summary) = read_all(format, bytes);
    let budget = serde_json::from_slice::<Budget>(bytes).ok().and_then(|object| object.budget);
    Ok(Transcript { budget, ..holding(format, items, summary.skipped, name)? })
}

fn unknown(name: &str) -> anyhow::Error {
    anyhow!("{name} is not a transcript this version can read: it takes {}", Format::names())
}

/// The transcript, if there is anything in it.
fn holding(format: Format, items: Vec<Item>, skipped: u64, name: &str) -> anyhow::Result<Transcript> {
    if !items.iter().any(|item| matches!(item, Item::Event(_))) {
        bail!("{name} holds no message of a conversation");
    }
    Ok(Transcript { format, items, skipped, budget: None })
}
