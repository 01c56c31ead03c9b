//! The document as text, and what that text costs.

use super::{Custom, Document, Line, Section, mark};
use crate::engine::tokens;

/// Whether lines name the events that they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marks {
    Shown,
    Hidden,
}

impl Document {
    /// The sections as markdown: `## Title`, then one list item a line. Empty sections are left out unless `all`.
    pub fn render_sections(&self, all: bool) -> String {
        let mut out = String::new();
        self.render(&mut out, all, Marks::Hidden, &Custom::default());
        out
    }

    pub(super) fn render(&self, out: &mut String, all: bool, marks: Marks, custom: &Custom) {
        for section in Section::ALL {
            let lines = self.lines(section);
            if lines.is_empty() && !all {
                continue;
            }
            out.push_str("## ");
            out.push_str(custom.title(section));
            out.push('\n');
            for (at, line) in lines.iter().enumerate() {
                if line.raw {
                    // Right under an item it would be read as a part of it.
                    if at > 0 {
                        out.push('\n');
                    }
                    out.push_str(line.text.trim_end());
                    out.push('\n');
                } else {
                    item(line, marks, out);
                }
            }
        }
    }

    /// Estimated tokens of the rendered document, empty sections left out.
    pub fn tokens(&self) -> u32 {
        tokens::estimate(&self.render_sections(false))
    }
}

/// One list item; the lines after the first are indented under it.
fn item(line: &Line, marks: Marks, out: &mut String) {
    let text = line.text.trim();
    let mut marked = String::new();
    let text = if marks == Marks::Shown {
        marked.push_str(text);
        mark::push(&mut marked, line.event);
        marked.as_str()
    } else {
        text
    };
    let mut rows = text.lines();
    out.push_str("- ");
    out.push_str(rows.next().unwrap_or_default());
    out.push('\n');
    for row in rows {
        if !row.trim().is_empty() {
            out.push_str("  ");
            out.push_str(row);
        }
        out.push('\n');
    }
}

/// Tokens of a text as a list item.
pub(super) fn cost(text: &str) -> u32 {
    let mut out = String::new();
    item(&Line { text: text.to_owned(), ..Line::default() }, Marks::Hidden, &mut out);
    tokens::estimate(&out) + 1
}
