//! Reading from a path: what a conversation is, all of it, or only what is behind an offset.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::Duration;

use super::{Format, Item, Live, Place, Reader, Summary, detect, read_all};

/// Bytes that are looked at to tell what a file is: first records of some agents hold their whole instructions.
const HEAD: u64 = 256 * 1024;
/// Largest transcript that is read, in bytes.
const MAX_BYTES: u64 = 2 << 30;
/// Bytes that are read again at most because a record in them waits for the one that goes with it.
const MOST_WAITING: usize = 1 << 20;
/// How often a record that is half written is read again, and after how long.
const PATIENCE: u32 = 20;
const PAUSE: Duration = Duration::from_millis(25);

/// How a conversation is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Following {
    /// Its file only grows: what is behind an offset is new.
    Tail,
    /// It is written anew, or in many places: it is looked at again, and what is known by its id is not new.
    Reread,
}

/// What a path and the first bytes tell of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The format.
    pub format: Format,
    /// How it is followed.
    pub following: Following,
    /// The agent's own id of the session.
    pub session_id: Option<String>,
    /// Its title, where the first bytes tell it.
    pub title: Option<String>,
    /// The folder that it works in, where the first bytes tell it.
    pub cwd: Option<String>,
}

/// A conversation that was read.
pub struct Transcript {
    /// Its format.
    pub format: Format,
    /// Events, compactions, and where the user went back.
    pub items: Vec<Item>,
    /// What it tells beside.
    pub summary: Summary,
}

/// Tells what conversation a path names, without reading all of it; `None` where it is none.
pub fn identify(path: &Path) -> io::Result<Option<Identity>> {
    let place = Place::of(path)?;
    if let Some(mut live) = Live::open(&place)? {
        patiently(|| live.look(true))?;
        return Ok(Some(identity(&place, live.format(), Following::Reread, live.summary())));
    }
    let Place::File(file) = &place else { return Ok(None) };
    let mut head = Vec::new();
    File::open(file)?.take(HEAD).read_to_end(&mut head)?;
    Ok(identify_bytes(&place, &head))
}

/// The same of a file whose first bytes are at hand.
pub fn identify_bytes(place: &Place, head: &[u8]) -> Option<Identity> {
    let format = detect(head)?;
    let mut reader = Reader::new(format);
    reader.push(head);
    let document = reader.is_document();
    if document {
        // As far as it is complete.
        reader.finish();
    }
    let following = if document { Following::Reread } else { Following::Tail };
    Some(identity(place, format, following, reader.summary()))
}

fn identity(place: &Place, format: Format, following: Following, summary: Summary) -> Identity {
    let session_id = summary.agent_session_id.or_else(|| place.name());
    Identity { format, following, session_id, title: summary.title, cwd: summary.cwd }
}

/// Reads a whole conversation. Without a format the content tells which it is; `None` where it is none.
pub fn read_path(path: &Path, format: Option<Format>) -> io::Result<Option<Transcript>> {
    let place = Place::of(path)?;
    let mut transcript = if let Some(mut live) = Live::open(&place)? {
        let mut items = patiently(|| live.look(true))?;
        items.extend(live.finish());
        Transcript { format: live.format(), items, summary: live.summary() }
    } else {
        let Place::File(file) = &place else { return Ok(None) };
        let mut bytes = Vec::new();
        File::open(file)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
        let Some(format) = format.or_else(|| detect(&bytes)) else { return Ok(None) };
        let (items, summary) = read_all(format, &bytes);
        Transcript { format, items, summary }
    };
    let named = &mut transcript.summary.agent_session_id;
    *named = named.take().or_else(|| place.name());
    Ok(Some(transcript))
}

/// Tries again for a moment where a record is half written.
fn patiently<T>(mut read: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 0..PATIENCE {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::sleep(PAUSE),
            done => return done,
        }
    }
    read()
}

/// What was added to a file.
pub struct Added {
    /// The items of the records behind the offset.
    pub items: Vec<Item>,
    /// Where the next reading begins: behind the last complete record, or before one that waits for another.
    pub offset: u64,
}

/// Reads the complete records behind an offset of a file that only grows; from its start where the offset is not at the
/// end of a record of this file any more. An event has the same name as in a reading of the whole file.
///
/// What lies before the offset is not known: going back to there is not told.
pub fn read_behind(path: &Path, format: Format, offset: u64) -> io::Result<Added> {
    let mut file = File::open(path)?;
    let start = if begins_a_line(&mut file, offset)? { offset } else { 0 };
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    let mut reader = Reader::at(format, start);
    let (mut items, mut read, mut settled) = (Vec::new(), 0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
        items.extend(reader.push(line));
        read += line.len();
        if !reader.is_waiting() || read - settled > MOST_WAITING {
            settled = read;
        }
    }
    if reader.is_document() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the file is written anew each time: it has no new end",
        ));
    }
    if settled == read {
        items.extend(reader.settle());
    }
    items.retain(|item| !matches!(item, Item::Rewound { after: None }));
    Ok(Added { items, offset: start + settled as u64 })
}

fn begins_a_line(file: &mut File, offset: u64) -> io::Result<bool> {
    if offset == 0 {
        return Ok(true);
    }
    if file.metadata()?.len() < offset {
        return Ok(false);
    }
    let mut before = [0];
    file.seek(SeekFrom::Start(offset - 1))?;
    file.read_exact(&mut before)?;
    Ok(before == *b"\n")
}
