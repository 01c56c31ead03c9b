//! The document as text, and what that text costs.

use super::{Document, Line, Section};
use crate::engine::tokens;

impl Document {
    /// The sections as markdown: `## Title`, then one list item a line. Empty sections are left out unless `all`.
    pub fn render_sections(&self, all: bool) -> String {
        let mut out = String::new();
        for section in Section::ALL {
            let lines = self.lines(section);
            if lines.is_empty() && !all {
                continue;
            }
            out.push_str("## ");
            out.push_str(section.title());
            out.push('\n');
            for line in lines {
                item(line, &mut out);
            }
        }
        out
    }

    /// Estimated tokens of the rendered document, empty sections left out.
    pub fn tokens(&self) -> u32 {
        tokens::estimate(&self.render_sections(false))
    }
}

/// One list item; the lines after the first are indented under it.
pub(super) fn item(line: &Line, out: &mut String) {
    let mut rows = line.text.trim().lines();
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
