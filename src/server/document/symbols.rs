//! Document symbols and folding ranges: sections with their items.

use crate::engine::memory::Custom;
use crate::engine::outline::{Outline, Rows, Span};

/// Characters of an item in the outline.
const NAME: usize = 80;

/// An entry of the outline that an editor shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// What it is called; never empty.
    pub name: String,
    /// What else there is to say.
    pub detail: Option<String>,
    /// All of it.
    pub span: Span,
    /// What to select: its first row.
    pub selection: Span,
    /// A section has items.
    pub items: Option<Vec<Symbol>>,
}

/// What kind of text is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// The front matter.
    Front,
    /// A section or an item.
    Region,
}

/// Rows that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// The row that stays.
    pub first: usize,
    /// The last row that goes.
    pub last: usize,
    /// What they are.
    pub kind: FoldKind,
}

/// The outline of a memory.
pub fn symbols(text: &str, custom: &Custom) -> Vec<Symbol> {
    let rows = Rows::new(text);
    let mut symbols = Vec::new();
    for part in Outline::new(&rows, custom).parts {
        let items: Vec<Symbol> = part
            .items
            .iter()
            .map(|item| symbol(&rows, item.rows.clone(), item.rows.start, &item.text, None, None))
            .collect();
        match part.heading {
            Some(row) => {
                let detail = match items.len() {
                    0 => None,
                    1 => Some("1 item".to_owned()),
                    many => Some(format!("{many} items")),
                };
                symbols.push(symbol(&rows, part.rows.clone(), row, &part.title, detail, Some(items)));
            }
            None => symbols.extend(items),
        }
    }
    symbols
}

fn symbol(
    rows: &Rows,
    all: std::ops::Range<usize>,
    first: usize,
    text: &str,
    detail: Option<String>,
    items: Option<Vec<Symbol>>,
) -> Symbol {
    let name: String = text.lines().next().unwrap_or_default().trim().chars().take(NAME).collect();
    let last = rows.range(all.end.saturating_sub(1));
    Symbol {
        name: if name.is_empty() { "…".to_owned() } else { name },
        detail,
        span: rows.span(rows.range(all.start).start..last.end),
        selection: rows.span(rows.range(first)),
        items,
    }
}

/// What can be folded in a memory.
pub fn folds(text: &str, custom: &Custom) -> Vec<Fold> {
    let outline = Outline::new(&Rows::new(text), custom);
    let mut folds = Vec::new();
    let mut fold = |rows: &std::ops::Range<usize>, kind| {
        let last = rows.end.saturating_sub(1);
        if last > rows.start {
            folds.push(Fold { first: rows.start, last, kind });
        }
    };
    fold(&outline.front.rows, FoldKind::Front);
    for part in &outline.parts {
        if part.heading.is_some() {
            fold(&part.rows, FoldKind::Region);
        }
        for item in &part.items {
            fold(&item.rows, FoldKind::Region);
        }
    }
    folds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_fold() {
        let text = "---\nrevision: 1\n---\n\n## Notes\n- a\n  b\n- c\n\n## Empty\n";
        let found: Vec<(usize, usize)> =
            folds(text, &Custom::default()).into_iter().map(|fold| (fold.first, fold.last)).collect();
        assert_eq!(found, [(0, 2), (4, 7), (5, 6)]);
        assert_eq!(folds("", &Custom::default()), []);
    }
}
