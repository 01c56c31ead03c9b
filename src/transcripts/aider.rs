//! aider's chat history (`<git root>/.aider.chat.history.md`): one Markdown file for ever, append-only.
//!
//! `#### ` begins a line of the human's, `> ` one of the program's; what is between is the model's answer. There are no
//! ids, so a part is named by its place in the file.

#[cfg(test)]
mod tests;

use super::Item;
use super::lines::Lines;
use super::told::{Told, Usage};

/// What begins a run of the program.
pub(super) const RUN: &str = "# aider chat started at ";

/// Whose lines are being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Human,
    Program,
    Model,
}

/// The importer: bytes in, items out.
#[derive(Default)]
pub(super) struct Importer {
    lines: Lines,
    pub(super) told: Told,
    /// Bytes of all lines so far.
    offset: u64,
    part: Option<Part>,
    begun: u64,
    text: String,
    /// In a block of code, where `####` is the model's.
    fenced: bool,
}

impl Importer {
    /// An importer for what stands behind the first bytes of a file.
    pub(super) fn at(offset: u64) -> Importer {
        Importer { offset, ..Importer::default() }
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.push(bytes, |line| self.line(line));
        self.lines = lines;
    }

    /// In the middle of a part.
    pub(super) fn is_waiting(&self) -> bool {
        self.part.is_some()
    }

    /// The file is at rest: aider writes an answer at one stroke, so this one is complete.
    pub(super) fn settle(&mut self) {
        if self.lines.torn().is_empty() {
            self.flush();
        }
    }

    /// The file is at its end.
    pub(super) fn finish(&mut self) {
        let torn = self.lines.take();
        if !torn.is_empty() {
            self.line(&torn);
        }
        self.flush();
    }

    /// The items since the last call.
    pub(super) fn take(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.told.items)
    }

    fn line(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end();
        if text.starts_with(RUN) {
            self.flush();
            self.fenced = false;
        } else if let Some(words) = text.strip_prefix("####").filter(|words| self.is_human(words)) {
            self.turn(Part::Human);
            self.add(words.trim());
        } else if let Some(words) = text.strip_prefix('>').filter(|_| !self.fenced) {
            self.turn(Part::Program);
            self.add(words.trim_start());
        } else if !text.is_empty() || self.part == Some(Part::Model) {
            self.turn(Part::Model);
            self.fenced ^= text.starts_with("```");
            self.add(text);
        }
        self.offset += line.len() as u64 + 1;
    }

    /// A blank stands between the mark and the human's words, and nothing where they wrote an empty line.
    fn is_human(&self, words: &str) -> bool {
        !self.fenced && (words.is_empty() || words.starts_with(' '))
    }

    fn turn(&mut self, part: Part) {
        if self.part != Some(part) {
            self.flush();
            self.part = Some(part);
            self.begun = self.offset;
        }
    }

    fn add(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// The part is complete.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        let id = format!("aider:{}", self.begun);
        match self.part.take() {
            Some(Part::Human) => self.told.text(&id, None, "user", false, text.trim()),
            Some(Part::Model) => self.told.text(&id, None, "assistant", false, text.trim()),
            Some(Part::Program) => {
                self.told.text(&id, None, "user", true, text.trim());
                if let Some(usage) = text.lines().find_map(usage) {
                    self.told.usage(&id, None, usage);
                }
            }
            None => {}
        }
        self.fenced = false;
    }
}

/// `Tokens: 2.1k sent, 1.2k cache write, 3k cache hit, 300 received. Cost: …`
fn usage(line: &str) -> Option<Usage> {
    let rest = line.strip_prefix("Tokens: ")?;
    let mut usage = Usage::default();
    for part in rest.split(". ").next()?.split(", ") {
        let (number, what) = part.trim_end_matches('.').split_once(' ')?;
        let number = tokens(number)?;
        match what {
            "sent" => usage.input = number,
            "cache write" => usage.cache_creation = number,
            "cache hit" => usage.cache_read = number,
            "received" => usage.output = number,
            _ => {}
        }
    }
    Some(usage)
}

/// `300`, `2.1k`, `1.5M`.
fn tokens(text: &str) -> Option<u64> {
    let (digits, factor) = match text.strip_suffix('k') {
        Some(digits) => (digits, 1e3),
        None => text.strip_suffix('M').map_or((text, 1.0), |digits| (digits, 1e6)),
    };
    let number: f64 = digits.replace(',', "").parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count; a cast from f64 saturates")]
    Some((number * factor).round() as u64)
}
