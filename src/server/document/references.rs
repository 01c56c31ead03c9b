//! References: the other items of the memory that name the same path or identifier, or come from the same event.

use std::path::PathBuf;

use super::Location;
use super::names::{Target, name_of};
use crate::engine::memory::Custom;
use crate::engine::outline::word::words;
use crate::engine::outline::{Outline, Place, Rows, Span};

/// Everything in the memory that is called as what stands at a place.
pub fn references(uri: &str, text: &str, custom: &Custom, place: Place, roots: &[PathBuf; 2]) -> Vec<Location> {
    let Some(target) = Target::at(text, custom, place) else { return Vec::new() };
    let spans = match (target.on_mark, target.identifier()) {
        (Some((event, _)), _) => of_event(text, custom, event),
        (None, Some((word, _))) => of_name(text, custom, name_of(word, roots), roots),
        (None, None) => Vec::new(),
    };
    spans.into_iter().map(|span| Location { uri: uri.to_owned(), span }).collect()
}

/// The items that come from an event.
fn of_event(text: &str, custom: &Custom, event: u64) -> Vec<Span> {
    let rows = Rows::new(text);
    let outline = Outline::new(&rows, custom);
    let from_it = outline.items().filter(|(_, item)| item.mark.as_ref().is_some_and(|(of, _)| *of == event));
    from_it.map(|(_, item)| rows.span(rows.range(item.rows.start).start..rows.range(item.rows.end - 1).end)).collect()
}

/// The words that have a name.
fn of_name(text: &str, custom: &Custom, name: &str, roots: &[PathBuf; 2]) -> Vec<Span> {
    let rows = Rows::new(text);
    let mut spans = Vec::new();
    for row in Outline::new(&rows, custom).items().flat_map(|(_, item)| item.rows.clone()) {
        let start = rows.range(row).start;
        words(rows.get(row), |word| {
            if name_of(word.text, roots) == name {
                spans.push(rows.span(start + word.bytes.start..start + word.bytes.end));
            }
        });
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    type At = (u32, u32);

    #[test]
    fn the_same_thing_elsewhere() {
        let text =
            "## Notes\n- fixed `src/a.rs` ^4\n- src/a.rs:10 and E0502 ^5\n- /ws/src/a.rs is long ^4\n- src/aa.rs\n";
        let roots = [PathBuf::from("/ws"), PathBuf::from("/ws")];
        // (row, column, places found)
        let cases: [(At, &[At]); 6] = [
            ((1, 12), &[(1, 9), (2, 2), (3, 2)]),
            ((1, 20), &[(1, 0), (3, 0)]),
            ((2, 20), &[(2, 18)]),
            ((4, 2), &[(4, 2)]),
            ((3, 18), &[]),
            ((0, 4), &[]),
        ];
        for ((row, column), expected) in cases {
            let found = references("u", text, &Custom::default(), Place { row, column }, &roots);
            let found: Vec<At> = found.iter().map(|at| (at.span.start.row, at.span.start.column)).collect();
            assert_eq!(found, expected, "{row}:{column}");
        }
    }
}
