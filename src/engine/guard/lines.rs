//! The sections of an answer: each list item or paragraph becomes one line of the section that stands above it.

use super::clean;
use super::evidence::Evidence;
use super::heading::{Heading, heading};
use crate::engine::memory::Section;

/// Longest line that nested items are still joined to, in bytes.
const LONGEST: usize = 1_500;
/// What models write where there is nothing to say.
const NOTHING: [&str; 10] =
    ["none", "none yet", "nothing", "nothing yet", "empty", "n/a", "na", "tbd", "not applicable", "none so far"];

/// What stands in an answer.
#[derive(Debug, Default)]
pub struct Sections {
    /// Lines in their order, a section's together in the order of the file.
    pub lines: Vec<(Section, String)>,
    /// Sections whose heading stands there.
    pub seen: Vec<Section>,
    /// Lines under headings that are not ours.
    pub foreign: usize,
    /// Lines that were meant for the user's own notes.
    pub notes: usize,
}

/// Reads the sections of an answer's body.
pub fn read(body: &str, evidence: &Evidence) -> Sections {
    let mut reader = Reader { evidence, found: Sections::default(), place: Place::Before, item: None };
    let mut level = 6;
    let mut fence: Option<&str> = None;
    for row in clean::visible(body).lines() {
        let trimmed = row.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => reader.more(&format!("`{}`", trimmed.replace('`', "'")), trimmed.is_empty()),
            (None, Some(mark)) => fence = Some(mark),
            (None, None) => match heading(row) {
                Some(Heading::Known(section, at)) => {
                    level = at;
                    reader.begin(Place::In(section));
                }
                Some(Heading::Unknown(at)) if at <= level && !matches!(reader.place, Place::Before) => {
                    reader.begin(Place::Foreign);
                }
                // A heading below ours, or the title of the whole.
                Some(Heading::Unknown(_)) => reader.end(),
                None => reader.row(row),
            },
        }
    }
    reader.end();
    let mut found = reader.found;
    found.lines.sort_by_key(|(section, _)| *section);
    found
}

enum Place {
    /// Nothing of ours has begun.
    Before,
    In(Section),
    Foreign,
}

struct Reader<'a> {
    evidence: &'a Evidence,
    found: Sections,
    place: Place,
    item: Option<String>,
}

impl Reader<'_> {
    fn begin(&mut self, place: Place) {
        self.end();
        if let Place::In(section) = place
            && !self.found.seen.contains(&section)
        {
            self.found.seen.push(section);
        }
        self.place = place;
    }

    fn row(&mut self, row: &str) {
        let text = row.trim_start();
        let nested = row.len() - text.len() >= 2;
        if text.is_empty() {
            self.end();
        } else if let Some(entry) = entry(text) {
            if nested && self.item.is_some() {
                self.more(&format!("; {entry}"), false);
            } else {
                self.end();
                self.item = Some(entry.to_owned());
            }
        } else if text.starts_with('|') {
            self.end();
            self.item = Some(text.to_owned());
        } else {
            self.more(text, false);
        }
    }

    /// Adds to the item at hand, or begins one.
    fn more(&mut self, text: &str, empty: bool) {
        if empty {
            return;
        }
        match &mut self.item {
            Some(item) if item.len() + text.len() <= LONGEST => {
                let text = if item.trim_end().ends_with(':') { text.trim_start_matches("; ") } else { text };
                if !text.starts_with(';') {
                    item.push(' ');
                }
                item.push_str(text);
            }
            _ => {
                self.end();
                self.item = Some(text.trim_start_matches("; ").to_owned());
            }
        }
    }

    fn end(&mut self) {
        let Some(item) = self.item.take() else { return };
        let Place::In(section) = self.place else {
            self.found.foreign += usize::from(matches!(self.place, Place::Foreign));
            return;
        };
        let line = clean::line(&item, self.evidence);
        let word = line.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
        if line.is_empty() || NOTHING.contains(&word.as_str()) {
            return;
        }
        if section == Section::Notes {
            self.found.notes += 1;
        } else {
            self.found.lines.push((section, line));
        }
    }
}

/// The text of a list item.
fn entry(text: &str) -> Option<&str> {
    ["- ", "* ", "+ ", "• "].iter().find_map(|mark| text.strip_prefix(mark)).or_else(|| clean::numbered(text))
}
