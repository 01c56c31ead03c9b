//! What a place in a memory names: the event of a mark, a path, an identifier, or just its item.

use std::path::PathBuf;

use crate::engine::memory::Custom;
use crate::engine::outline::word::{Named, Word, is_identifier, words_at};
use crate::engine::outline::{Item, Outline, Place, Rows, Span};

/// What stands at a place.
#[derive(Clone, Debug)]
pub struct Target {
    /// The item.
    pub item: Item,
    /// The item's whole span.
    pub span: Span,
    /// The place is in the item's mark.
    pub on_mark: Option<(u64, Span)>,
    /// The words at the place with their spans, the longest first.
    pub words: Vec<(String, Span, bool)>,
}

impl Target {
    /// What stands at a place; `None` outside of items.
    pub fn at(text: &str, custom: &Custom, place: Place) -> Option<Target> {
        let rows = Rows::new(text);
        let outline = Outline::new(&rows, custom);
        let row = usize::try_from(place.row).ok()?;
        let (_, item) = outline.item_at(row)?;
        let start = rows.range(row).start;
        let byte = rows.byte(place);
        let span = rows.span(rows.range(item.rows.start).start..rows.range(item.rows.end.saturating_sub(1)).end);
        let on_mark = item.mark.clone().filter(|(_, bytes)| bytes.start < byte && byte <= bytes.end);
        let words = words_at(rows.get(row), byte.saturating_sub(start));
        let placed = |word: Word| {
            let span = rows.span(start + word.bytes.start..start + word.bytes.end);
            (word.text.to_owned(), span, word.quoted)
        };
        Some(Target {
            item: item.clone(),
            span,
            on_mark: on_mark.map(|(event, bytes)| (event, rows.span(bytes.start + 1..bytes.end))),
            words: words.into_iter().map(placed).collect(),
        })
    }

    /// The word at the place that is an identifier or a path: what stands alone in back-ticks, or looks like one.
    pub fn identifier(&self) -> Option<(&str, Span)> {
        // A name inside of a quoted command is meant, not the command.
        let named = self.words.iter().rev().find(|(word, ..)| is_identifier(word));
        let found = named.or_else(|| self.words.iter().find(|(_, _, quoted)| *quoted))?;
        Some((&found.0, found.1))
    }
}

/// A word's name: a path without what tells no files apart (`./`, the workspace's folder, a line), any other word as
/// it is.
pub fn name_of<'a>(word: &'a str, roots: &[PathBuf; 2]) -> &'a str {
    let path = Named::read(word).path;
    let inside = roots.iter().find_map(|root| path.strip_prefix(root.to_str()?)?.strip_prefix('/'));
    let mut name = inside.unwrap_or(path);
    while let Some(rest) = name.strip_prefix("./") {
        name = rest;
    }
    if name.is_empty() { word } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_for_each_file() {
        let roots = [PathBuf::from("/shown"), PathBuf::from("/real/ws")];
        let cases = [
            ("src/a.rs", "src/a.rs"),
            ("./src/a.rs:10:2", "src/a.rs"),
            ("/shown/src/a.rs", "src/a.rs"),
            ("/real/ws/src/a.rs:4", "src/a.rs"),
            ("/real/wsx/a.rs", "/real/wsx/a.rs"),
            ("./", "./"),
            ("E0502", "E0502"),
        ];
        for (word, name) in cases {
            assert_eq!(name_of(word, &roots), name, "{word}");
        }
    }
}
