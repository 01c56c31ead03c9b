//! What a person has changed in the memory, kept apart from what the program writes: lines of their own are
//! pinned, lines they deleted stay away. Both are laid over every later version, so no update can lose them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::memory::{Document, Section};

/// The person's layer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edits {
    pinned: Vec<(Section, String)>,
    removed: BTreeSet<String>,
}

impl Edits {
    /// Takes in the difference between the document that was `shown` and what the person made of it.
    pub fn learn(&mut self, shown: &Document, edited: &Document) {
        for section in Section::ALL {
            let has = |document: &Document, text: &str| document.lines(section).iter().any(|line| line.text == text);
            for line in shown.lines(section).iter().filter(|line| !has(edited, &line.text)) {
                let pinned = self.pinned.iter().position(|(_, text)| *text == line.text);
                match pinned {
                    Some(at) => {
                        self.pinned.remove(at);
                    }
                    None => {
                        self.removed.insert(line.text.clone());
                    }
                }
            }
            for line in edited.lines(section).iter().filter(|line| !has(shown, &line.text)) {
                self.removed.remove(&line.text);
                // Another process may have learned the same edit from the same file.
                if !self.is_pinned(section, &line.text) {
                    self.pinned.push((section, line.text.clone()));
                }
            }
        }
    }

    /// Lays the person's changes over a document.
    #[must_use]
    pub fn apply(&self, document: &Document) -> Document {
        if *self == Edits::default() {
            return document.clone();
        }
        let mut result = Document::default();
        for section in Section::ALL {
            for line in document.lines(section) {
                if !self.removed.contains(&line.text) && !self.is_pinned(section, &line.text) {
                    result.push(section, line.text.clone(), line.weight);
                }
            }
            for (_, text) in self.pinned.iter().filter(|(place, _)| *place == section) {
                result.push(section, text.clone(), f32::INFINITY);
            }
        }
        result
    }

    /// The person's own lines.
    pub fn pinned(&self) -> impl Iterator<Item = (Section, &str)> {
        self.pinned.iter().map(|(section, line)| (*section, line.as_str()))
    }

    fn is_pinned(&self, section: Section, text: &str) -> bool {
        self.pinned.iter().any(|(place, pinned)| *place == section && pinned == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(lines: &[&str]) -> Document {
        let mut document = Document::default();
        for line in lines {
            document.push(Section::ActiveWork, *line, 1.0);
        }
        document
    }

    fn texts(document: &Document) -> Vec<&str> {
        document.lines(Section::ActiveWork).iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn edits_survive_updates() {
        // (shown, edited, generated later, expected)
        type Case<'a> = ([&'a str; 2], &'a [&'a str], &'a [&'a str], &'a [&'a str]);
        let cases: [Case; 5] = [
            (["a", "b"], &["a", "b", "mine"], &["c"], &["c", "mine"]),
            (["a", "b"], &["a"], &["a", "b", "c"], &["a", "c"]),
            (["a", "b"], &["a", "b!"], &["a", "b", "c"], &["a", "c", "b!"]),
            (["a", "b"], &["b", "a"], &["a", "b"], &["a", "b"]),
            (["a", "b"], &[], &["a", "c"], &["c"]),
        ];
        for (shown, edited, later, expected) in cases {
            let mut edits = Edits::default();
            edits.learn(&document(&shown), &document(edited));
            assert_eq!(texts(&edits.apply(&document(later))), expected, "{shown:?} -> {edited:?}");
        }
    }

    #[test]
    fn a_pinned_line_goes_only_when_its_author_removes_it() {
        let mut edits = Edits::default();
        edits.learn(&document(&["a"]), &document(&["a", "mine"]));
        let shown = edits.apply(&document(&["a", "new"]));
        edits.learn(&shown, &document(&["a", "new"]));
        assert_eq!(texts(&edits.apply(&document(&["a"]))), ["a"]);
        edits.learn(&document(&["a"]), &document(&["a", "mine"]));
        assert_eq!(texts(&edits.apply(&document(&["a"]))), ["a", "mine"]);
    }
}
