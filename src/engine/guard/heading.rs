//! Headings as models write them: any level, numbered, in bold, in another case, or by a name that can only mean one
//! of our sections.

use crate::engine::memory::Section;

/// Longest line that is looked at as a heading, in bytes.
const LONGEST: usize = 120;
/// Names besides our own that mean one section and no other, in the form that [`title`] gives them.
const SYNONYMS: [(&str, Section); 29] = [
    ("current status", Section::CurrentState),
    ("state", Section::CurrentState),
    ("intent", Section::UserIntent),
    ("primary request", Section::UserIntent),
    ("primary request and intent", Section::UserIntent),
    ("user request", Section::UserIntent),
    ("user requests", Section::UserIntent),
    ("users intent", Section::UserIntent),
    ("corrections", Section::UserCorrections),
    ("user corrections and constraints", Section::UserCorrections),
    ("user feedback", Section::UserCorrections),
    ("completed", Section::CompletedWork),
    ("completed tasks", Section::CompletedWork),
    ("work completed", Section::CompletedWork),
    ("error and fixes", Section::ErrorsFixes),
    ("errors", Section::ErrorsFixes),
    ("errors and corrections", Section::ErrorsFixes),
    ("errors and solutions", Section::ErrorsFixes),
    ("errors fixes", Section::ErrorsFixes),
    ("current work", Section::ActiveWork),
    ("in progress", Section::ActiveWork),
    ("work in progress", Section::ActiveWork),
    ("next steps", Section::PendingTasks),
    ("open tasks", Section::PendingTasks),
    ("pending", Section::PendingTasks),
    ("remaining tasks", Section::PendingTasks),
    ("todo", Section::PendingTasks),
    ("key files", Section::KeyReferences),
    ("references", Section::KeyReferences),
];

/// What a line is, if it is a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// One of ours, with its level.
    Known(Section, usize),
    /// Another one, with its level.
    Unknown(usize),
}

/// The heading that a line is.
pub fn heading(line: &str) -> Option<Heading> {
    let line = line.trim();
    // A backslash is how a prompt breaks a heading that is not ours.
    if line.len() > LONGEST || line.starts_with('\\') {
        return None;
    }
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    if (1..=6).contains(&level) {
        let spaced = rest.starts_with(char::is_whitespace);
        return match any_name(&title(rest)) {
            Some(section) => Some(Heading::Known(section, level)),
            None => spaced.then_some(Heading::Unknown(level)),
        };
    }
    if line.starts_with(['-', '+', '>', '|']) || line.starts_with("* ") {
        return None;
    }
    let name = title(line);
    let bare = line.trim_end_matches(':');
    let bold = line.contains("**") && (bare.ends_with("**") || bare.ends_with("__"));
    let section = if bold {
        any_name(&name)
    } else {
        own_name(&name).filter(|_| bare.ends_with(|letter: char| letter.is_alphabetic()))
    };
    section.map(|section| Heading::Known(section, 2))
}

fn own_name(name: &str) -> Option<Section> {
    Section::ALL.into_iter().find(|section| title(section.title()) == name)
}

fn any_name(name: &str) -> Option<Section> {
    own_name(name).or_else(|| SYNONYMS.iter().find(|(synonym, _)| *synonym == name).map(|(_, section)| *section))
}

/// The words of a title: lower case, `&` as "and", no number before them, nothing in brackets behind them.
fn title(text: &str) -> String {
    let text = text.trim().trim_matches(['*', '_', '#', ':', ' ']);
    let text = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '(');
    let text = text.split(" (").next().unwrap_or(text).to_lowercase().replace('&', " and ");
    let kept: String = text.chars().filter(|letter| letter.is_alphanumeric() || letter.is_whitespace()).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_as_models_write_them() {
        let known = |section| Some(Heading::Known(section, 2));
        let cases = [
            ("## Current State", known(Section::CurrentState)),
            ("##current state", known(Section::CurrentState)),
            ("  ## CURRENT STATE ##", known(Section::CurrentState)),
            ("## 1. Current State:", known(Section::CurrentState)),
            ("## **Errors and Fixes**", known(Section::ErrorsFixes)),
            ("## Errors & Corrections", known(Section::ErrorsFixes)),
            ("## Pending Tasks (3)", known(Section::PendingTasks)),
            ("## \u{1f4cc} Key References", known(Section::KeyReferences)),
            ("**Next Steps:**", known(Section::PendingTasks)),
            ("2. **Active Work**", known(Section::ActiveWork)),
            ("Completed Work:", known(Section::CompletedWork)),
            ("Completed Work", known(Section::CompletedWork)),
            ("# Notes", Some(Heading::Known(Section::Notes, 1))),
            ("### User Intent", Some(Heading::Known(Section::UserIntent, 3))),
            ("## Important rules", Some(Heading::Unknown(2))),
            ("#4711", None),
            ("errors:", None),
            ("- Current State", None),
            ("> ## Current State", None),
            ("the current state", None),
            ("**Important**", None),
            ("\\## Current State", None),
            ("", None),
        ];
        for (line, expected) in cases {
            assert_eq!(heading(line), expected, "{line:?}");
        }
    }
}
