//! The front matter of a memory file and what is wrong with it. The file is the user's: nothing here refuses anything.

use std::ops::Range;

use jiff::Timestamp;

use super::rows::Rows;

/// The keys, in the order of the file.
pub const KEYS: [&str; 6] = ["session", "revision", "updated", "covered_through", "tokens", "source"];
/// A text that begins with a rule has no front matter if it is not closed within so many rows.
const LONGEST: usize = 40;

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
        if rows.get(0).trim_start_matches('\u{feff}').trim_end() != "---" {
            front
                .problem(0, "the front matter is missing: a change cannot be compared with the version it was made on");
            return front;
        }
        let last = rows.count().min(LONGEST);
        let close = (1..last).find(|row| rows.get(*row).trim_end() == "---");
        // Without a rule it goes as far as rows look like keys.
        let end = close.unwrap_or_else(|| {
            (1..last).find(|row| !rows.get(*row).contains(": ") || rows.get(*row).starts_with('-')).unwrap_or(last)
        });
        let mut seen: Vec<&str> = Vec::new();
        for row in 1..end {
            let text = rows.get(row);
            let Some((key, value)) = text.split_once(':') else {
                front.problem(row, format!("{text:?} is not a key with a value"));
                continue;
            };
            let value = value.trim();
            match KEYS.into_iter().find(|known| *known == key) {
                None => front.problem(row, format!("{key:?} is unknown; known are {}", KEYS.join(", "))),
                Some(known) if seen.contains(&known) => front.problem(row, format!("{known} stands here twice")),
                Some(known) => {
                    seen.push(known);
                    if let Err(accepted) = front.take(known, value) {
                        front.problem(row, format!("{known} is {value:?}; {accepted} is accepted"));
                    }
                }
            }
        }
        for key in KEYS.into_iter().filter(|key| !seen.contains(key)) {
            front.problem(0, format!("{key} is missing"));
        }
        if close.is_none() {
            front.problem(0, "the front matter is not closed by a row `---`");
        }
        front.rows = 0..if close.is_some() { end + 1 } else { end };
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
