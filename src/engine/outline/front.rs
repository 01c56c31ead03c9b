//! The front matter of a memory file and what is wrong with it. The file is the user's: rows of their own are fine, and
//! nothing here refuses anything.

use std::ops::Range;

use jiff::Timestamp;

use super::rows::Rows;
use crate::engine::memory::KEYS;

/// The front matter of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Front {
    /// Its rows, both rules included; empty where there is none.
    pub rows: Range<usize>,
    /// The session that it names.
    pub session: Option<String>,
    /// The version that it names.
    pub revision: Option<u64>,
    /// What is wrong with it: row and a sentence.
    pub problems: Vec<(usize, String)>,
}

impl Front {
    /// Reads the front matter of a text.
    pub fn read(rows: &Rows) -> Front {
        let mut front = Front::default();
        let text = |row: usize| if row == 0 { rows.get(0).trim_start_matches('\u{feff}') } else { rows.get(row) };
        let opened = text(0).trim_end() == "---";
        let mut seen: Vec<&str> = Vec::new();
        let mut row = usize::from(opened);
        let mut closed = false;
        while row < rows.count() && !closed {
            let ours =
                KEYS.into_iter().find_map(|key| Some((key, text(row).strip_prefix(key)?.strip_prefix(':')?.trim())));
            if text(row).trim_end() == "---" && (opened || !seen.is_empty()) {
                closed = true;
            } else if let Some((key, value)) = ours {
                if seen.contains(&key) {
                    front.problem(row, format!("{key} stands here twice"));
                } else if let Err(accepted) = front.take(key, value) {
                    front.problem(row, format!("{key} is {value:?}; {accepted} is accepted"));
                }
                seen.push(key);
            } else if !(opened && (text(row).trim().is_empty() || is_entry(text(row)))) {
                break;
            }
            row += 1;
        }
        if seen.is_empty() && !closed {
            // A text that merely begins with a rule has none.
            front.problems.clear();
            front.problem(
                0,
                "the front matter is missing: it is made anew, and the text is compared with the newest version",
            );
            return front;
        }
        if !opened {
            front.problem(0, "the front matter does not begin with a row `---`");
        }
        for key in KEYS.into_iter().filter(|key| !seen.contains(key)) {
            front.problem(0, format!("{key} is missing"));
        }
        if !closed {
            front.problem(0, "the front matter is not closed by a row `---`");
            while row > 0 && text(row - 1).trim().is_empty() {
                row -= 1;
            }
        }
        front.rows = 0..row;
        front
    }

    fn problem(&mut self, row: usize, what: impl Into<String>) {
        self.problems.push((row, what.into()));
    }

    /// Takes a value over; the error says what is accepted.
    fn take(&mut self, key: &str, value: &str) -> Result<(), &'static str> {
        let number = value.parse::<u64>().ok();
        let fine = match key {
            "session" => {
                self.session = serde_json::from_str(value).ok();
                return self.session.as_ref().map(|_| ()).ok_or("a text in double quotes");
            }
            "updated" => {
                return value.parse::<Timestamp>().map(|_| ()).map_err(|_| "a time such as 2026-01-31T12:00:00Z");
            }
            "source" => {
                let known = matches!(value, "model" | "extractive" | "user");
                return known.then_some(()).ok_or("model, extractive or user");
            }
            "revision" => {
                self.revision = number;
                number.is_some()
            }
            _ => number.is_some(),
        };
        fine.then_some(()).ok_or("a whole number")
    }
}

/// A row that may stand in YAML: a key with its value, or what is indented under one.
fn is_entry(row: &str) -> bool {
    let key = row.split(':').next().unwrap_or_default();
    row.starts_with([' ', '\t'])
        || row.contains(':') && !key.is_empty() && !key.contains([' ', '#', '`']) && !key.starts_with('-')
}
