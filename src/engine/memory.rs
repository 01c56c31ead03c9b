//! The memory document: nine sections of lines, each line with a weight that says how long it stays when
//! room is short. Fitting to a budget drops the lightest lines first, section by section in a fixed order
//! of sacrifice, so that a smaller memory is always a part of the larger one.

mod file;
mod fit;
pub mod mark;
mod parse;
mod render;

pub use file::{FrontMatter, KEYS, render_file, rfc3339};
pub use parse::{FileText, parse_file, plain};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The sections in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Section {
    /// Where things stand at this very event.
    CurrentState,
    /// The first request and the later ones.
    UserIntent,
    /// What the user corrected, forbade or rejected, word for word.
    UserCorrections,
    /// What was done, one line a fact.
    CompletedWork,
    /// Errors with the command that produced them, and what mended them.
    ErrorsFixes,
    /// What is under work.
    ActiveWork,
    /// Open items.
    PendingTasks,
    /// Files, symbols, ids, URLs and what is known of them.
    KeyReferences,
    /// The user's own notes, never rewritten.
    Notes,
}

impl Section {
    /// All sections in file order.
    pub const ALL: [Section; 9] = [
        Section::CurrentState,
        Section::UserIntent,
        Section::UserCorrections,
        Section::CompletedWork,
        Section::ErrorsFixes,
        Section::ActiveWork,
        Section::PendingTasks,
        Section::KeyReferences,
        Section::Notes,
    ];

    /// The heading in the file.
    pub fn title(self) -> &'static str {
        match self {
            Section::CurrentState => "Current State",
            Section::UserIntent => "User Intent",
            Section::UserCorrections => "User Corrections",
            Section::CompletedWork => "Completed Work",
            Section::ErrorsFixes => "Errors & Fixes",
            Section::ActiveWork => "Active Work",
            Section::PendingTasks => "Pending Tasks",
            Section::KeyReferences => "Key References",
            Section::Notes => "Notes",
        }
    }

    /// The section that a heading names, whatever its case.
    pub fn from_title(title: &str) -> Option<Section> {
        let title = title.trim();
        Section::ALL.into_iter().find(|section| section.title().eq_ignore_ascii_case(title))
    }
}

/// What of the file's form is the user's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Custom {
    /// Headings that they have renamed.
    pub titles: BTreeMap<Section, String>,
    /// Rows that they have added to the front matter.
    pub front: Vec<String>,
}

impl Custom {
    /// The heading of a section.
    pub fn title(&self, section: Section) -> &str {
        self.titles.get(&section).map_or(section.title(), String::as_str)
    }

    /// The section that a heading names.
    pub fn section(&self, title: &str) -> Option<Section> {
        let renamed = self.titles.iter().find(|(_, own)| own.as_str() == title).map(|(section, _)| *section);
        renamed.or_else(|| Section::from_title(title))
    }
}

/// One entry of a section. The text may span several lines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The text, without the list mark.
    pub text: String,
    /// How much it is worth per token; larger stays longer, infinite is never dropped while anything else can be.
    pub weight: f32,
    /// The event that it comes from; 0 where that is not one.
    #[serde(default)]
    pub event: u64,
    /// The user wrote it: it stands in the file whatever the budgets say.
    #[serde(default)]
    pub own: bool,
    /// No list item but a text of the user's own form: paragraphs, a table, a heading.
    #[serde(default)]
    pub raw: bool,
}

/// The memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    sections: [Vec<Line>; 9],
}

impl Document {
    /// The lines of one section.
    pub fn lines(&self, section: Section) -> &[Line] {
        &self.sections[section as usize]
    }

    /// All lines with their sections, in the order of the file.
    pub fn all(&self) -> impl Iterator<Item = (Section, &Line)> {
        Section::ALL.into_iter().flat_map(|section| self.lines(section).iter().map(move |line| (section, line)))
    }

    /// Adds a text at the end of a section; an empty one is ignored.
    pub fn push(&mut self, section: Section, text: impl Into<String>, weight: f32) {
        self.push_line(section, Line { text: text.into(), weight, ..Line::default() });
    }

    /// Puts a text behind the raw one that a section ends with; whether it ends with one.
    fn write_on(&mut self, section: Section, text: &str) -> bool {
        let last = self.sections[section as usize].last_mut().filter(|line| line.raw);
        last.is_some_and(|line| {
            line.text.push_str("\n\n");
            line.text.push_str(text);
            true
        })
    }

    /// Adds a line at the end of a section; one without text is ignored. NUL is no character of a text file.
    pub fn push_line(&mut self, section: Section, mut line: Line) {
        if line.text.contains('\0') {
            line.text = line.text.replace('\0', "\u{fffd}");
        }
        if !line.text.trim().is_empty() {
            self.sections[section as usize].push(line);
        }
    }
}
