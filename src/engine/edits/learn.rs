//! What a person did to the file: the difference between the version that they had before them and what they made of it.

use super::{Edits, Own, stem};
use crate::engine::memory::{Document, FileText, Line, Section, parse_file};
use crate::engine::merge;

impl Edits {
    /// Takes in that the text of version `base` was made into `edited`.
    pub fn learn(&mut self, base: &str, edited: &str) {
        let shown = parse_file(base, &self.custom);
        let mut found = parse_file(edited, &self.custom);
        if found.headings.is_empty() {
            self.replaced(&shown, &found);
            return;
        }
        if self.learn_titles(&shown, &found) {
            found = parse_file(edited, &self.custom);
        }
        if found.front != shown.front {
            self.custom.front.clone_from(&found.front);
        }
        self.notes = merge::keep_both(shown.notes(), &self.notes, found.notes());
        for section in Section::ALL.into_iter().filter(|section| *section != Section::Notes) {
            self.learn_section(section, &shown, &found);
        }
    }

    /// Nothing of the memory's form is left: what was typed goes to the notes, and the memory is put in order again.
    fn replaced(&mut self, shown: &FileText, found: &FileText) {
        let rows = shown.document.render_sections(true);
        let known: Vec<&str> = rows.lines().map(str::trim).chain(shown.notes().lines().map(str::trim)).collect();
        let typed: Vec<&str> = found.notes().lines().filter(|row| !known.contains(&row.trim())).collect();
        let typed = typed.join("\n");
        let typed = typed.trim_matches('\n');
        if !typed.trim().is_empty() && !self.notes.contains(typed) {
            if !self.notes.is_empty() {
                self.notes.push_str("\n\n");
            }
            self.notes.push_str(typed);
        }
    }

    /// Renamed headings: one that is gone, and one of the person's own over at least half of its lines. A heading that has
    /// its old name again is known by that.
    fn learn_titles(&mut self, shown: &FileText, found: &FileText) -> bool {
        let mut changed = false;
        for section in Section::ALL {
            if found.headings.iter().any(|(known, words)| *known == section && words == section.title()) {
                changed |= self.custom.titles.remove(&section).is_some();
            }
            if !shown.has(section) || found.has(section) {
                continue;
            }
            let lines = shown.document.lines(section);
            let kept = |items: &[String]| lines.iter().filter(|line| items.contains(&line.text)).count();
            let renamed = found.own_headings.iter().find(|(title, items)| {
                let is_new = !shown.own_headings.iter().any(|(known, _)| known == title);
                is_new && kept(items) > 0 && kept(items) * 2 >= lines.len()
            });
            if let Some((title, _)) = renamed {
                self.custom.titles.insert(section, title.clone());
                changed = true;
            }
        }
        changed
    }

    fn learn_section(&mut self, section: Section, shown: &FileText, found: &FileText) {
        let (before, after) = (shown.document.lines(section), found.document.lines(section));
        let stands = |lines: &[Line], line: &Line| lines.iter().any(|known| known.text == line.text);
        for line in before.iter().filter(|line| !stands(after, line)) {
            // Without its heading a section's lines stand in the one above, and still are its own.
            if !found.has(section) && all(&found.document).any(|(_, other)| other.text == line.text) {
                continue;
            }
            if self.is_own(section, &line.text) {
                self.own.retain(|own| own.section != section || own.text != line.text);
            } else {
                self.gone.insert((section, stem(section, &line.text)));
            }
        }
        let mut above: Option<&str> = None;
        for line in after {
            let strayed =
                |other: Section| other != section && !found.has(other) && stands(shown.document.lines(other), line);
            if let Some(own) = self.own.iter_mut().find(|own| own.section == section && own.text == line.text) {
                own.after = above.map(str::to_owned);
            } else if !stands(before, line) && !Section::ALL.into_iter().any(strayed) {
                self.own.push(Own::new(section, line, above));
            }
            above = Some(&line.text);
        }
    }
}

fn all(document: &Document) -> impl Iterator<Item = (Section, &Line)> {
    document.all().filter(|(section, _)| *section != Section::Notes)
}
