//! What changed between two versions of the memory.

use similar::{ChangeTag, TextDiff};

/// A unified diff and its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// With three lines of context, empty where nothing changed.
    pub unified: String,
    /// Lines only the new text has.
    pub added: u32,
    /// Lines only the old text had.
    pub removed: u32,
}

/// The difference of two texts, by lines.
pub fn diff(old: &str, new: &str) -> Diff {
    let changes = TextDiff::from_lines(old, new);
    let (mut added, mut removed) = (0, 0);
    for change in changes.iter_all_changes() {
        match change.tag() {
            ChangeTag::Insert => added += 1,
            ChangeTag::Delete => removed += 1,
            ChangeTag::Equal => {}
        }
    }
    let unified =
        if added + removed == 0 { String::new() } else { changes.unified_diff().context_radius(3).to_string() };
    Diff { unified, added, removed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_text() {
        assert_eq!(diff("a\nb\n", "a\nb\n"), Diff::default());
        let change = diff("a\nb\nc\n", "a\nB\nc\nd\n");
        assert_eq!((change.added, change.removed), (2, 1));
        assert!(change.unified.contains("-b\n+B\n"), "{}", change.unified);
    }
}
