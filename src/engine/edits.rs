//! What a person has changed in the memory, kept apart from what the program writes, and laid over every later version:
//! lines of their own stand until they remove them, lines that they deleted stay away, the notes are theirs alone. An
//! update never starts from the file, so none can lose an edit.

mod learn;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::memory::{Custom, Document, Line, Section};

/// The person's layer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Edits {
    own: Vec<Own>,
    /// What tells the deleted lines, see [`stem`].
    gone: BTreeSet<(Section, String)>,
    notes: String,
    custom: Custom,
}

/// A line of the person's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Own {
    section: Section,
    text: String,
    /// The event that the line came from before it was theirs; 0 for none.
    event: u64,
    raw: bool,
    /// The text of the line above it; `None` at the top of its section.
    after: Option<String>,
}

impl Own {
    fn new(section: Section, line: &Line, above: Option<&str>) -> Own {
        Own { section, text: line.text.clone(), event: line.event, raw: line.raw, after: above.map(str::to_owned) }
    }

    fn line(&self) -> Line {
        Line { text: self.text.clone(), weight: f32::INFINITY, event: self.event, own: true, raw: self.raw }
    }
}

impl Edits {
    /// The form of the file.
    pub fn custom(&self) -> &Custom {
        &self.custom
    }

    /// The person's own lines, the notes included.
    pub fn own(&self) -> impl Iterator<Item = (Section, &str)> {
        let notes = (Section::Notes, self.notes.as_str());
        let lines = self.own.iter().map(|own| (own.section, own.text.as_str()));
        lines.chain(Some(notes).filter(|(_, text)| !text.is_empty()))
    }

    /// The lines that they deleted, without counts and outcomes; those that they made their own aside.
    pub fn removed(&self) -> Vec<String> {
        let own = |section, known: &str| {
            self.own.iter().any(|own| own.section == section && stem(section, &own.text) == known)
        };
        self.gone.iter().filter(|(section, known)| !own(*section, known)).map(|(_, known)| known.clone()).collect()
    }

    /// Whether a line is the person's own.
    pub fn is_own(&self, section: Section, text: &str) -> bool {
        self.own().any(|known| known == (section, text))
    }

    /// A document without the person's own lines and those that they deleted.
    #[must_use]
    pub fn strip(&self, document: &Document) -> Document {
        let mut rest = Document::default();
        for (section, line) in document.all().filter(|(section, _)| *section != Section::Notes) {
            if !self.is_own(section, &line.text) && !self.gone.contains(&(section, stem(section, &line.text))) {
                rest.push_line(section, line.clone());
            }
        }
        rest
    }

    /// A document that was stripped, with the person's own lines where they put them.
    #[must_use]
    pub fn lay(&self, document: &Document) -> Document {
        let mut result = Document::default();
        for section in Section::ALL {
            let mut own: Vec<&Own> = self.own.iter().filter(|own| own.section == section).collect();
            place(None, &mut own, &mut result);
            for line in document.lines(section) {
                result.push_line(section, line.clone());
                place(Some(&line.text), &mut own, &mut result);
            }
            // What they stood under is gone.
            while let Some(first) = own.first().copied() {
                own.remove(0);
                result.push_line(section, first.line());
                place(Some(&first.text), &mut own, &mut result);
            }
        }
        let notes = Line { text: self.notes.clone(), weight: f32::INFINITY, event: 0, own: true, raw: true };
        result.push_line(Section::Notes, notes);
        result
    }

    /// The person's lines of an earlier version are theirs again, beside the present ones; what they deleted since, but
    /// that version says, is there again.
    pub fn take_back(&mut self, earlier: &Edits, shown: &Document) {
        for own in &earlier.own {
            if !self.is_own(own.section, &own.text) {
                self.own.push(own.clone());
            }
        }
        for (section, line) in shown.all() {
            self.gone.remove(&(section, stem(section, &line.text)));
        }
        if self.notes.is_empty() {
            self.notes.clone_from(&earlier.notes);
        } else if !self.notes.contains(earlier.notes.as_str()) {
            self.notes = format!("{}\n\n{}", self.notes, earlier.notes);
        }
    }

    /// Makes a line the person's own, as it stands.
    pub fn pin(&mut self, section: Section, line: &Line, after: Option<&str>) {
        if !self.is_own(section, &line.text) {
            self.gone.insert((section, stem(section, &line.text)));
            self.own.push(Own::new(section, line, after));
        }
    }

    /// Leaves one of the person's lines to the program again, which may drop or reword it.
    pub fn unpin(&mut self, section: Section, text: &str) {
        self.own.retain(|own| own.section != section || own.text != text);
        self.gone.remove(&(section, stem(section, text)));
    }
}

/// Puts those of the own lines that stand under a line under it.
fn place(above: Option<&str>, own: &mut Vec<&Own>, result: &mut Document) {
    while let Some(at) = own.iter().position(|own| own.after.as_deref() == above) {
        let next = own.remove(at);
        result.push_line(next.section, next.line());
        place(Some(&next.text), own, result);
    }
}

/// What tells a generated line when its counts and outcomes change: its first row without what stands in brackets or
/// behind an arrow at the end, and the further rows, except under a file, where they are what was last seen of it.
fn stem(section: Section, text: &str) -> String {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut first = first.trim_end();
    loop {
        let shorter = first.strip_suffix(" -> ok").or_else(|| first.strip_suffix(" -> failed")).or_else(|| {
            let inside = first.strip_suffix(')')?;
            let open = inside.rfind(" (")?;
            inside.get(..open)
        });
        match shorter.map(str::trim_end).filter(|shorter| !shorter.is_empty()) {
            Some(shorter) => first = shorter,
            None => break,
        }
    }
    match rest {
        "" => first.to_owned(),
        _ if section == Section::KeyReferences => first.to_owned(),
        rest => format!("{first}\n{rest}"),
    }
}
