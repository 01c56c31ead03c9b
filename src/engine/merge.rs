//! Three-way merge of the person's own text, when two copies of it were changed. No typed line is lost: where both sides
//! changed the same place, both stand.

use similar::{MergeResolution, TextMerge};

/// `base` made into `ours` here and into `theirs` there.
pub fn keep_both(base: &str, ours: &str, theirs: &str) -> String {
    if ours == base || ours == theirs {
        return theirs.to_owned();
    }
    if theirs == base {
        return ours.to_owned();
    }
    // Without a newline at the end the last line would be another one than the same line with something behind it.
    let ended = |text: &str| if text.is_empty() { String::new() } else { format!("{}\n", text.trim_end_matches('\n')) };
    let (base, ours, theirs) = (ended(base), ended(ours), ended(theirs));
    let merge = TextMerge::from_lines(base.as_str(), ours.as_str(), theirs.as_str());
    let mut merged = String::new();
    for region in merge.regions() {
        let ours: Vec<&str> = region.ours_range().filter_map(|at| merge.ours_line(at)).collect();
        let theirs: Vec<&str> = region.theirs_range().filter_map(|at| merge.theirs_line(at)).collect();
        match region.resolution() {
            MergeResolution::Theirs => merged.extend(theirs),
            MergeResolution::Conflict => {
                let base: Vec<&str> = region.base_range().filter_map(|at| merge.base_line(at)).collect();
                // A line of the base that one side has deleted stays deleted.
                merged.extend(ours.iter().copied().filter(|line| theirs.contains(line) || !base.contains(line)));
                merged.extend(theirs.iter().copied().filter(|line| !ours.contains(line) && !base.contains(line)));
            }
            _ => merged.extend(ours),
        }
    }
    merged.trim_end_matches('\n').to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_stand() {
        let cases = [
            ("a\nb", "a\nb", "a\nc", "a\nc"),
            ("a\nb", "a\nc", "a\nb", "a\nc"),
            ("a\nb\nc\nd", "x\nb\nc\nd", "a\nb\nc\ny", "x\nb\nc\ny"),
            ("a", "b", "c", "b\nc"),
            ("a", "a\nx", "a\ny", "a\nx\ny"),
            ("", "x", "y", "x\ny"),
            ("a\nb", "b", "a", ""),
            ("a", "", "a\nx", "x"),
        ];
        for (base, ours, theirs, expected) in cases {
            assert_eq!(keep_both(base, ours, theirs), expected, "{base:?} {ours:?} {theirs:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_either_side_typed_is_there(
            base in proptest::collection::vec("[a-c]{1,2}", 0..8),
            edits in proptest::collection::vec((0_usize..9, proptest::bool::ANY, "[x-z]{1,3}"), 0..6),
        ) {
            let (mut ours, mut theirs) = (base.clone(), base.clone());
            for (at, here, line) in &edits {
                let side = if *here { &mut ours } else { &mut theirs };
                let at = (*at).min(side.len());
                side.insert(at, line.clone());
            }
            let merged = keep_both(&base.join("\n"), &ours.join("\n"), &theirs.join("\n"));
            for (_, _, line) in &edits {
                proptest::prop_assert!(merged.lines().any(|known| known == line), "{line} is not in {merged:?}");
            }
        }
    }
}
