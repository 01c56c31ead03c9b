//! The memory document: nine sections of lines, each line with a weight that says how long it stays when
//! room is short. Fitting to a budget drops the lightest lines first, section by section in a fixed order
//! of sacrifice, so that a smaller memory is always a part of the larger one.

mod file;
mod fit;
pub mod mark;
mod render;

pub use file::{FrontMatter, parse_file, render_file, rfc3339};

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

/// One entry of a section. The text may span several lines; it is written as one list item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The text, without the list mark.
    pub text: String,
    /// How much it is worth per token; larger stays longer, infinite is never dropped while anything else can be.
    pub weight: f32,
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

    /// Adds a line at the end of a section; empty text is ignored.
    pub fn push(&mut self, section: Section, text: impl Into<String>, weight: f32) {
        let text = text.into();
        if !text.trim().is_empty() {
            self.sections[section as usize].push(Line { text, weight });
        }
    }
}
