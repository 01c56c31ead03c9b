//! A memory file's text with positions, for editors: front matter, sections, items with their source marks.
//!
//! It divides a text as [`parse_file`](super::memory::parse_file) does, but forgets nothing of where things stand, and
//! it tells a heading of the user's own from ours. Any text has an outline.

pub mod front;
mod rows;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
pub mod word;

use std::ops::Range;

pub use front::Front;
pub use rows::{Place, Rows, Span};

use super::memory::{Custom, Section, mark};

/// The outline of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// Its front matter.
    pub front: Front,
    /// What stands above the first heading, which belongs to the notes, and then each heading with what is below it.
    pub parts: Vec<Part>,
}

/// A heading with what stands below it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// The row of the heading; none above the first one.
    pub heading: Option<usize>,
    /// The heading's words.
    pub title: String,
    /// The section that it begins; none for a heading of the user's own.
    pub section: Option<Section>,
    /// Its rows without blank ones at the end, the heading included.
    pub rows: Range<usize>,
    /// Its items.
    pub items: Vec<Item>,
}

/// An item of a list, or a paragraph of the user's own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// Its rows.
    pub rows: Range<usize>,
    /// Its text without the list mark, the indentation and the source mark.
    pub text: String,
    /// The event that it comes from, and where in its last row that stands: from the space to the end.
    pub mark: Option<(u64, Range<usize>)>,
    /// It has a list mark.
    pub listed: bool,
}

impl Outline {
    /// The outline of a text whose headings may have been renamed.
    pub fn new(rows: &Rows, custom: &Custom) -> Outline {
        let front = Front::read(rows);
        let mut reader = Reader::new(front.rows.end);
        let known = |text: &str| heading(text).is_some_and(|title| custom.section(title).is_some());
        let mut fenced_until = 0;
        for row in front.rows.end..rows.count() {
            if row >= fenced_until && is_fence(rows.get(row)) {
                // A fence that is not closed before the next known heading is none.
                let end = (row + 1..rows.count()).find(|row| is_fence(rows.get(*row)) || known(rows.get(*row)));
                fenced_until = end.filter(|end| is_fence(rows.get(*end))).map_or(0, |end| end + 1);
            }
            let text = rows.get(row);
            let text = if row == 0 { text.trim_start_matches('\u{feff}') } else { text };
            match heading(text).filter(|_| row >= fenced_until) {
                Some(title) => reader.heading(row, title, custom),
                None => reader.row(row, text, row < fenced_until),
            }
        }
        let mut parts = reader.parts;
        for item in parts.iter_mut().flat_map(|part| &mut part.items) {
            item.read(rows);
        }
        parts.retain(|part| part.heading.is_some() || !part.items.is_empty());
        Outline { front, parts }
    }

    /// All items with the part that they are in.
    pub fn items(&self) -> impl Iterator<Item = (&Part, &Item)> {
        self.parts.iter().flat_map(|part| part.items.iter().map(move |item| (part, item)))
    }

    /// The item that a row is part of.
    pub fn item_at(&self, row: usize) -> Option<(&Part, &Item)> {
        self.items().find(|(_, item)| item.rows.contains(&row))
    }
}

/// The parts as they are found.
struct Reader {
    parts: Vec<Part>,
    /// The next row may belong to the last item.
    open: bool,
    /// An empty row stands between.
    blank: bool,
}

impl Reader {
    fn new(start: usize) -> Reader {
        Reader { parts: vec![Part { rows: start..start, ..Part::default() }], open: false, blank: false }
    }

    fn heading(&mut self, row: usize, title: &str, custom: &Custom) {
        let (section, title) = (custom.section(title), title.to_owned());
        self.parts.push(Part { heading: Some(row), title, section, rows: row..row + 1, items: Vec::new() });
        self.open = false;
    }

    fn row(&mut self, row: usize, text: &str, fenced: bool) {
        if text.trim().is_empty() {
            self.blank |= !fenced;
            return;
        }
        let Some(part) = self.parts.last_mut() else { return };
        part.rows.end = row + 1;
        let outdented = text.trim_start();
        // Indented under an item it is a part of it.
        let starts = !fenced && outdented.starts_with("- ") && (text.len() - outdented.len() < 2 || !self.open);
        let goes_on = |item: &Item| {
            if !item.listed {
                !self.blank || fenced
            } else if fenced {
                false
            } else {
                text.starts_with("  ") || !(self.blank || text.starts_with('#') || is_fence(text))
            }
        };
        match part.items.last_mut().filter(|item| self.open && !starts && goes_on(item)) {
            Some(item) => item.rows.end = row + 1,
            None => part.items.push(Item { rows: row..row + 1, listed: starts, ..Item::default() }),
        }
        (self.open, self.blank) = (true, false);
    }
}

fn is_fence(row: &str) -> bool {
    row.starts_with("```")
}

fn heading(row: &str) -> Option<&str> {
    row.strip_prefix("## ").map(str::trim)
}

impl Item {
    /// Takes its text and its mark from its rows. Who writes on under an item leaves its mark in the middle.
    fn read(&mut self, rows: &Rows) {
        let mut text = String::new();
        for row in self.rows.clone() {
            let whole = rows.get(row);
            let first = row == self.rows.start;
            let mut own = match (self.listed, first) {
                (true, true) => whole.trim_start_matches('\u{feff}').trim_start().strip_prefix("- ").unwrap_or(whole),
                (true, false) => whole.strip_prefix("  ").unwrap_or(whole),
                (false, _) => whole,
            };
            if self.listed
                && let (before, Some(event)) = mark::split(own)
            {
                own = before;
                let (range, trimmed) = (rows.range(row), whole.trim_end());
                let caret = trimmed.rfind(" ^").unwrap_or(trimmed.len());
                self.mark = (event > 0).then(|| (event, range.start + caret..range.start + trimmed.len()));
            }
            if !first {
                text.push('\n');
            }
            text.push_str(own);
        }
        text.trim().clone_into(&mut self.text);
    }
}
