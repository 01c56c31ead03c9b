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

use super::memory::{Section, mark};

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
    /// The outline of a text.
    pub fn new(rows: &Rows) -> Outline {
        let front = Front::read(rows);
        let mut parts = vec![Part { rows: front.rows.end..front.rows.end, ..Part::default() }];
        let mut fence = false;
        // Whether the next row belongs to the item above it.
        let mut open = false;
        for row in front.rows.end..rows.count() {
            let text = rows.get(row);
            let text = if row == 0 { text.trim_start_matches('\u{feff}') } else { text };
            if text.trim_start().starts_with("```") {
                fence = !fence;
            }
            let title = text.strip_prefix("## ").filter(|_| !fence).map(str::trim);
            if let Some(title) = title {
                let section = Section::from_title(title);
                let title = title.to_owned();
                parts.push(Part { heading: Some(row), title, section, rows: row..row + 1, items: Vec::new() });
                open = false;
                continue;
            }
            let Some(part) = parts.last_mut() else { continue };
            let starts = !fence && text.starts_with("- ");
            if text.trim().is_empty() {
                // A blank row ends a paragraph, and belongs to an item only if an indented row follows.
                open = open && part.items.last().is_some_and(|item| item.listed);
                continue;
            }
            let continues =
                open && (fence || text.starts_with("  ") || part.items.last().is_some_and(|item| item.rows.end == row));
            part.rows.end = row + 1;
            match part.items.last_mut().filter(|_| continues && !starts) {
                Some(item) => item.rows.end = row + 1,
                None => part.items.push(Item { rows: row..row + 1, listed: starts, ..Item::default() }),
            }
            open = true;
        }
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

impl Item {
    /// Takes its text and its mark from its rows.
    fn read(&mut self, rows: &Rows) {
        let mut text = String::new();
        for row in self.rows.clone() {
            if row > self.rows.start {
                text.push('\n');
            }
            let mark = if row == self.rows.start && self.listed { "- " } else { "  " };
            let whole = rows.get(row);
            text.push_str(whole.strip_prefix(mark).unwrap_or(whole));
        }
        let last = self.rows.end.saturating_sub(1);
        let (unmarked, event) = mark::split(&text);
        if let Some(event) = event {
            let range = rows.range(last);
            let start = range.end.saturating_sub(text.len() - unmarked.len());
            self.mark = Some((event, start.max(range.start)..range.end));
        }
        unmarked.trim_end().clone_into(&mut self.text);
    }
}
