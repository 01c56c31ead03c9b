//! Which version of the memory brought each line, and from which event it comes.

use std::collections::HashSet;

use super::edits::Edits;
use super::memory::{Section, parse_file};

/// A line of the memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traced {
    /// Where it stands.
    pub section: Section,
    /// Its text.
    pub text: String,
    /// The event that it comes from; 0 for none.
    pub event: u64,
    /// The version since which it stands without a gap.
    pub revision: u64,
    /// The user wrote it.
    pub own: bool,
}

/// A trace under way: versions are shown to it, newest first.
#[derive(Debug)]
pub struct Blame {
    lines: Vec<Traced>,
    /// Lines that were there in every version so far.
    open: Vec<usize>,
}

impl Blame {
    /// Begins with the version whose lines are traced, and the user's layer at that time.
    pub fn new(revision: u64, text: &str, edits: &Edits) -> Blame {
        let document = parse_file(text, edits.custom()).document;
        let lines: Vec<Traced> = document
            .all()
            .map(|(section, line)| Traced {
                section,
                text: line.text.clone(),
                event: line.event,
                revision,
                own: edits.is_own(section, &line.text),
            })
            .collect();
        Blame { open: (0..lines.len()).collect(), lines }
    }

    /// Whether there is a line whose origin is not found yet.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Goes on with the next older version.
    pub fn older(&mut self, revision: u64, text: &str, edits: &Edits) {
        let document = parse_file(text, edits.custom()).document;
        let there: HashSet<(Section, &str)> =
            document.all().map(|(section, line)| (section, line.text.as_str())).collect();
        let lines = &mut self.lines;
        self.open.retain(|&at| {
            let Some(line) = lines.get_mut(at) else { return false };
            let stood = there.contains(&(line.section, line.text.as_str()));
            if stood {
                line.revision = revision;
            }
            stood
        });
    }

    /// The lines, in the order of the file.
    pub fn lines(self) -> Vec<Traced> {
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_traced_to_the_version_that_brought_them() {
        let versions = [
            "## Current State\n- old\n## Completed Work\n- a ^3\n",
            "## Current State\n- a\n## Completed Work\n- b ^5\n",
            "## Current State\n- new ^9\n## Completed Work\n- a ^3\n- b ^6\n## Notes\nmine\n",
        ];
        let mut edits = Edits::default();
        edits.learn(versions[1], &format!("{}## Notes\nmine\n", versions[1]));
        let mut blame = Blame::new(3, versions[2], &edits);
        for (revision, text) in [(2, versions[1]), (1, versions[0])] {
            assert!(blame.is_open());
            blame.older(revision, text, &edits);
        }
        assert!(!blame.is_open());
        let lines: Vec<(&str, u64, u64, bool)> =
            blame.lines.iter().map(|line| (line.text.as_str(), line.revision, line.event, line.own)).collect();
        assert_eq!(lines, [("new", 3, 9, false), ("a", 3, 3, false), ("b", 2, 6, false), ("mine", 3, 0, true)]);
    }
}
