//! The document in a file's text, whatever a person has done to it. Reading forgets nothing: what is no list item of a
//! known section is a text of the user's own form and stays as it is; what stands before the first known heading, and
//! under `Notes`, belongs to the notes.

use super::file::KEYS;
use super::{Custom, Document, Line, Section, mark};

/// What a file's text says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileText {
    /// Its lines. The notes are one line.
    pub document: Document,
    /// The known headings that are there, with their words.
    pub headings: Vec<(Section, String)>,
    /// The other headings, each with the list items under it.
    pub own_headings: Vec<(String, Vec<String>)>,
    /// Rows of the front matter that are not ours.
    pub front: Vec<String>,
}

impl FileText {
    /// Whether the heading of a section is there.
    pub fn has(&self, section: Section) -> bool {
        self.headings.iter().any(|(known, _)| *known == section)
    }

    /// The notes.
    pub fn notes(&self) -> &str {
        self.document.lines(Section::Notes).first().map_or("", |line| line.text.as_str())
    }
}

/// Reads a file's text. Its headings may have been renamed.
pub fn parse_file(text: &str, custom: &Custom) -> FileText {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let rows: Vec<&str> = text.lines().collect();
    let (start, front) = front_matter(&rows);
    let mut reader = Reader::new(front);
    let mut fenced_until = 0;
    for (at, row) in rows.iter().enumerate().skip(start) {
        if at >= fenced_until && is_fence(row) {
            // A fence that is not closed before the next known heading is none: else it would swallow the memory.
            let heading = |row: &str| heading(row).is_some_and(|title| custom.section(title).is_some());
            let end = rows.iter().enumerate().skip(at + 1).find(|(_, row)| is_fence(row) || heading(row));
            fenced_until = end.filter(|(_, row)| is_fence(row)).map_or(0, |(end, _)| end + 1);
        }
        reader.row(row, at < fenced_until, custom);
    }
    reader.finish()
}

/// The text below the front matter, without source marks: what two versions are compared by.
pub fn plain(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let rows: Vec<&str> = text.lines().collect();
    let (start, _) = front_matter(&rows);
    let mut out = String::with_capacity(text.len());
    for row in rows.iter().skip(start).skip_while(|row| row.trim().is_empty()) {
        out.push_str(match mark::split(row) {
            (before, Some(_)) => before,
            _ => row,
        });
        out.push('\n');
    }
    out
}

/// Where the text below the front matter begins, and what in the front matter is not ours. A person may have damaged it.
fn front_matter(rows: &[&str]) -> (usize, Vec<String>) {
    let ours = |row: &str| KEYS.iter().any(|key| row.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
    let opened = rows.first().is_some_and(|row| row.trim_end() == "---");
    let mut at = usize::from(opened);
    let mut front = Vec::new();
    let mut known = 0;
    while let Some(row) = rows.get(at) {
        if row.trim_end() == "---" && (opened || known > 0) {
            return (at + 1, front);
        } else if ours(row) {
            known += 1;
        } else if opened && is_entry(row) {
            front.push((*row).to_owned());
        } else if !(opened && row.trim().is_empty()) {
            break;
        }
        at += 1;
    }
    // A text that merely begins with a rule has no front matter.
    if known == 0 { (0, Vec::new()) } else { (at, front) }
}

/// A row that may stand in YAML: a key with its value, or what is indented under one.
fn is_entry(row: &str) -> bool {
    let key = row.split(':').next().unwrap_or_default();
    row.starts_with([' ', '\t'])
        || row.contains(':') && !key.is_empty() && !key.contains([' ', '#', '`']) && !key.starts_with('-')
}

fn is_fence(row: &str) -> bool {
    row.starts_with("```")
}

fn heading(row: &str) -> Option<&str> {
    row.strip_prefix("## ").map(str::trim)
}

/// A line under way.
struct Block {
    text: String,
    event: Option<u64>,
    raw: bool,
}

struct Reader {
    found: FileText,
    section: Section,
    /// The last heading was the user's own.
    own: bool,
    notes: String,
    block: Option<Block>,
}

impl Reader {
    fn new(front: Vec<String>) -> Reader {
        let found = FileText { front, ..FileText::default() };
        Reader { found, section: Section::Notes, own: false, notes: String::new(), block: None }
    }

    fn row(&mut self, row: &str, fenced: bool, custom: &Custom) {
        if !fenced && let Some(title) = heading(row) {
            self.end_block();
            let known = custom.section(title);
            self.own = known.is_none();
            if let Some(section) = known {
                self.section = section;
                self.found.headings.push((section, title.to_owned()));
                return;
            }
            self.found.own_headings.push((title.to_owned(), Vec::new()));
        }
        if self.section == Section::Notes {
            self.notes.push_str(row);
            self.notes.push('\n');
        }
        let outdented = row.trim_start();
        // Indented under an item it is a part of it.
        let is_item = !fenced && (row.len() - outdented.len() < 2 || self.block.is_none());
        if let Some(start) = outdented.strip_prefix("- ").filter(|_| is_item) {
            self.end_block();
            self.block = Some(Block { text: start.to_owned(), event: None, raw: false });
            return;
        }
        match &mut self.block {
            // An empty row may stand inside an item; what follows decides.
            Some(block) if row.trim().is_empty() => block.text.push('\n'),
            Some(block) if block.raw => {
                block.text.push('\n');
                block.text.push_str(row);
            }
            Some(block) if !fenced && (row.starts_with("  ") || !is_apart(&block.text, row)) => {
                // Who writes on under an item leaves its mark in the middle.
                if let (before, Some(event)) = mark::split(&block.text) {
                    block.event = Some(event);
                    block.text.truncate(before.len());
                }
                block.text.push('\n');
                block.text.push_str(row.strip_prefix("  ").unwrap_or(row));
            }
            None if row.trim().is_empty() => {}
            _ => {
                self.end_block();
                // Indented it would be read as a part of an item above it.
                self.block = Some(Block { text: outdented.to_owned(), event: None, raw: true });
            }
        }
    }

    fn end_block(&mut self) {
        let Some(Block { text, event, raw }) = self.block.take() else { return };
        let (text, mark) = if raw { (text.trim_end(), None) } else { mark::split(text.trim_start()) };
        if !raw
            && self.own
            && let Some((_, items)) = self.found.own_headings.last_mut()
        {
            items.push(text.to_owned());
        }
        if self.section != Section::Notes {
            let event = mark.or(event).unwrap_or_default();
            // Two texts one after the other, which a repeated heading had parted, will be read as one.
            if raw && !text.starts_with("## ") && self.found.document.write_on(self.section, text) {
                return;
            }
            let line = Line { text: text.to_owned(), weight: f32::INFINITY, event, own: false, raw };
            self.found.document.push_line(self.section, line);
        }
    }

    fn finish(mut self) -> FileText {
        self.end_block();
        let notes = self.notes.trim_matches('\n').trim_end();
        let line = Line { text: notes.to_owned(), weight: f32::INFINITY, event: 0, own: true, raw: true };
        self.found.document.push_line(Section::Notes, line);
        self.found
    }
}

/// A row right under an item is a part of it (markdown's lazy continuation); a heading, a fence or a row behind an empty
/// one is not.
fn is_apart(item: &str, row: &str) -> bool {
    item.ends_with('\n') || row.starts_with('#') || is_fence(row)
}

#[cfg(test)]
mod tests;
