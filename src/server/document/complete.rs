//! Completion: headings of sections that are missing, and paths of the workspace, one folder at a time.

use crate::engine::memory::{Custom, Section};
use crate::engine::outline::{Outline, Place, Rows, Span};
use crate::host::tree::Tree;

/// Paths offered at once.
const MOST: usize = 200;

/// What is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A heading.
    Heading,
    /// A folder.
    Folder,
    /// A file.
    File,
}

/// One offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is written.
    pub text: String,
    /// In the place of what.
    pub span: Span,
    /// What it is.
    pub kind: CompletionKind,
}

/// What can be written at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// The offers.
    pub items: Vec<Completion>,
    /// There are more.
    pub cut: bool,
}

/// What can be written at a place.
pub(super) fn completions(text: &str, custom: &Custom, at: Place, tree: &Tree) -> Completions {
    let rows = Rows::new(text);
    let outline = Outline::new(&rows, custom);
    let Ok(row) = usize::try_from(at.row) else { return Completions::default() };
    let (start, byte) = (rows.range(row).start, rows.byte(at));
    let before = text.get(start..byte).unwrap_or_default();
    let item = outline.item_at(row);
    if item.is_none()
        && let Some(title) = before.strip_prefix("## ")
    {
        return headings(&outline, custom, row, rows.span(byte - title.len()..byte));
    }
    if item.is_none() {
        return Completions::default();
    }
    let Some(word) = path_before(before) else { return Completions::default() };
    let (folder, name) = match word.rsplit_once('/') {
        // A path of the whole system is none of the workspace.
        Some(("", _)) => return Completions::default(),
        Some((folder, name)) => (folder, name),
        None => ("", word),
    };
    let (names, all) = tree.list(folder, name, MOST);
    let span = rows.span(byte - name.len()..byte);
    let kind = |name: &str| if name.ends_with('/') { CompletionKind::Folder } else { CompletionKind::File };
    let items = names.into_iter().map(|text| Completion { kind: kind(&text), text, span }).collect();
    Completions { items, cut: !all }
}

fn headings(outline: &Outline, custom: &Custom, row: usize, span: Span) -> Completions {
    let there = |section: &Section| {
        outline.parts.iter().any(|part| part.section == Some(*section) && part.heading != Some(row))
    };
    let missing = Section::ALL.into_iter().filter(|section| !there(section));
    let heading =
        |section: Section| Completion { text: custom.title(section).to_owned(), span, kind: CompletionKind::Heading };
    Completions { items: missing.map(heading).collect(), cut: false }
}

/// The path that is being written: behind an open back-tick, or a word with a `/` in it.
fn path_before(before: &str) -> Option<&str> {
    let quoted = before.matches('`').count() % 2 == 1;
    let ends: &[char] = if quoted { &['`'] } else { &['`', ' ', '\t', '(', '[', '"', '\'', ',', ';'] };
    let word = before.rsplit(ends).next()?;
    (quoted || word.contains('/')).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_being_written() {
        let cases = [
            ("- see `", Some("")),
            ("- see `src/a b", Some("src/a b")),
            ("- see `src/a` and", None),
            ("- see src/", Some("src/")),
            ("- (src/ma", Some("src/ma")),
            ("- see", None),
            ("", None),
        ];
        for (before, expected) in cases {
            assert_eq!(path_before(before), expected, "{before:?}");
        }
    }
}
