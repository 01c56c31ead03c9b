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

/// A place where two texts differ, with three lines of context. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// First line in the old text; where it has none, the line before.
    pub old_start: usize,
    /// Lines in the old text.
    pub old_lines: usize,
    /// First line in the new text; where it has none, the line before.
    pub new_start: usize,
    /// Lines in the new text.
    pub new_lines: usize,
    /// The lines, each behind a space, a minus or a plus.
    pub lines: Vec<String>,
}

/// The places where two texts differ.
pub fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    let changes = TextDiff::from_lines(old, new);
    let mut found = Vec::new();
    for hunk in changes.unified_diff().context_radius(3).iter_hunks() {
        let (Some(first), Some(last)) = (hunk.ops().first(), hunk.ops().last()) else { continue };
        let (old, new) = (first.old_range().start..last.old_range().end, first.new_range().start..last.new_range().end);
        let start = |range: &std::ops::Range<usize>| range.start + usize::from(!range.is_empty());
        let line = |change: similar::Change<&str>| {
            let mark = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            format!("{mark}{}", change.value().trim_end_matches('\n'))
        };
        found.push(Hunk {
            old_start: start(&old),
            old_lines: old.len(),
            new_start: start(&new),
            new_lines: new.len(),
            lines: hunk.iter_changes().map(line).collect(),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_with_their_lines() {
        let old = (1..=20).map(|n| n.to_string()).collect::<Vec<_>>().join("\n") + "\n";
        let new = old.replace("\n2\n", "\ntwo\n").replace("\n18\n", "\n");
        let numbers = |hunk: &Hunk| (hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines);
        let found = hunks(&old, &new);
        assert_eq!(found.iter().map(numbers).collect::<Vec<_>>(), [(1, 5, 1, 5), (15, 6, 15, 5)]);
        assert_eq!(found.first().map(|hunk| hunk.lines.join("|")), Some(" 1|-2|+two| 3| 4| 5".to_owned()));
        assert_eq!(hunks("", "a\n").iter().map(numbers).collect::<Vec<_>>(), [(0, 0, 1, 1)]);
        assert_eq!(hunks("a\n", "a\n"), []);
    }

    #[test]
    fn counts_and_text() {
        assert_eq!(diff("a\nb\n", "a\nb\n"), Diff::default());
        let change = diff("a\nb\nc\n", "a\nB\nc\nd\n");
        assert_eq!((change.added, change.removed), (2, 1));
        assert!(change.unified.contains("-b\n+B\n"), "{}", change.unified);
    }
}
