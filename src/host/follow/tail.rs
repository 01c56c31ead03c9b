//! The reading end of following: what was added to a file since the last look, and whether it is still the
//! same file.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::news::News;
use crate::transcripts::{Format, Item, Reader};

/// Bytes read at once.
const PIECE: usize = 256 * 1024;
/// Bytes before the end of what was read that are compared at the next look: a file that was written anew in
/// place, and is longer than before, differs there.
const ANCHOR: usize = 256;

/// What a look brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// Nothing has changed.
    Nothing,
    /// Something was read.
    Some,
    /// The receiver wants no more.
    Refused,
}

/// What the metadata tell of a file; equal stamps are taken for equal contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    identity: Option<(u64, u64)>,
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Stamp {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            Some((metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let identity = None;
        Stamp { identity, length: metadata.len(), modified: metadata.modified().ok() }
    }
}

/// A file and how far it was read.
pub(super) struct Tail {
    path: PathBuf,
    format: Format,
    reader: Reader,
    offset: u64,
    anchor: Vec<u8>,
    stamp: Option<Stamp>,
    /// What was given of a document, which is read whole each time.
    news: News,
    document: bool,
}

impl Tail {
    /// A tail at the start of the file.
    pub(super) fn new(path: PathBuf, format: Format) -> Tail {
        let reader = Reader::new(format);
        Tail {
            path,
            format,
            reader,
            offset: 0,
            anchor: Vec::new(),
            stamp: None,
            news: News::default(),
            document: false,
        }
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file was a document at the last look.
    pub(super) fn is_document(&self) -> bool {
        self.document
    }

    /// What the reader held back for a sign that the writer has gone on.
    pub(super) fn settle(&mut self) -> Vec<Item> {
        self.reader.settle()
    }

    /// Reads what is new, in pieces; `give` refuses more by `false`.
    pub(super) fn read(&mut self, give: &mut dyn FnMut(Vec<Item>) -> bool) -> io::Result<Read> {
        let metadata = match std::fs::metadata(&self.path) {
            // Opening anything else than a file could block.
            Ok(metadata) if metadata.is_file() => metadata,
            Ok(_) => return Ok(Read::Nothing),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // The next file of this name is another one, also if it gets the same inode.
                if self.stamp.is_some() {
                    self.restart();
                }
                return Ok(Read::Nothing);
            }
            Err(error) => return Err(error),
        };
        if self.stamp == Some(Stamp::of(&metadata)) {
            return Ok(Read::Nothing);
        }
        let mut file = File::open(&self.path)?;
        // The file that was opened, not the one that was looked at.
        let stamp = Stamp::of(&file.metadata()?);
        if !self.continues(&stamp, &mut file)? {
            self.restart();
        }
        file.seek(SeekFrom::Start(self.offset))?;
        // No further than was there a moment ago: whether what comes behind it is a continuation is for the
        // next look to tell.
        let mut added = file.take(stamp.length - self.offset);
        if !self.read_lines(&mut added, give)? {
            return Ok(Read::Refused);
        }
        let document = self.reader.is_document();
        if document && !give(self.document_news()) {
            return Ok(Read::Refused);
        }
        self.document = document;
        self.stamp = Some(stamp);
        Ok(Read::Some)
    }

    /// The file is the one that was read, and has what was read.
    fn continues(&self, stamp: &Stamp, file: &mut File) -> io::Result<bool> {
        let same = self.stamp.is_none_or(|known| known.identity == stamp.identity);
        if !same || stamp.length < self.offset {
            return Ok(false);
        }
        let mut found = vec![0; self.anchor.len()];
        file.seek(SeekFrom::Start(self.offset.saturating_sub(found.len() as u64)))?;
        match file.read_exact(&mut found) {
            Ok(()) => Ok(found == self.anchor),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Goes back to the start of the file.
    fn restart(&mut self) {
        let path = std::mem::take(&mut self.path);
        let news = std::mem::take(&mut self.news);
        *self = Tail { news, ..Tail::new(path, self.format) };
    }

    fn read_lines(&mut self, added: &mut impl io::Read, give: &mut dyn FnMut(Vec<Item>) -> bool) -> io::Result<bool> {
        let mut piece = vec![0; PIECE];
        // What the next item has to be seen with.
        let mut held = Vec::new();
        loop {
            let length = match added.read(&mut piece) {
                Ok(0) => return Ok(give(held)),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let bytes = piece.get(..length).unwrap_or_default();
            self.offset += length as u64;
            self.anchor.extend_from_slice(bytes.get(length.saturating_sub(ANCHOR)..).unwrap_or_default());
            self.anchor.drain(..self.anchor.len().saturating_sub(ANCHOR));
            let mut items = std::mem::take(&mut held);
            items.extend(self.reader.push(bytes));
            let settled = items.iter().rposition(|item| matches!(item, Item::Event(_))).map_or(0, |last| last + 1);
            held = items.split_off(settled);
            if !give(items) {
                return Ok(false);
            }
        }
    }

    /// What a document that was read whole has more than at the last look, and ready for the next.
    fn document_news(&mut self) -> Vec<Item> {
        let items = self.reader.finish();
        self.restart();
        self.news.of(items)
    }
}
