//! The frame around everything that is not ours in a prompt. A block begins with a line that carries the request's mark,
//! a random word; in the text of a block the mark, our tags and our headings are broken by a visible backslash, so
//! that no text can end its block or begin another.

use std::fmt::Write as _;

use crate::engine::guard::clean::visible;
use crate::engine::guard::heading::{Heading, heading};

/// Tags that mean something in a prompt or an answer.
const TAGS: [&str; 4] = ["memory", "analysis", "thinking", "think"];

/// Writes blocks with one mark.
pub struct Frame<'a> {
    mark: &'a str,
}

impl<'a> Frame<'a> {
    /// A frame with this mark: a random word of eight or more letters and digits, new for each
    /// request.
    pub fn new(mark: &'a str) -> Frame<'a> {
        Frame { mark }
    }

    /// Opens a block.
    pub fn open(&self, name: &str, out: &mut String) {
        let _ = writeln!(out, "[{} {name}]", self.mark);
    }

    /// Writes a block of a text that is not ours.
    pub fn block(&self, name: &str, text: &str, out: &mut String) {
        self.open(name, out);
        out.push_str(self.defused(text).trim_end_matches('\n'));
        out.push('\n');
    }

    /// The text with everything broken that could pass for a frame of ours.
    pub fn defused(&self, text: &str) -> String {
        let text = without_mark(&visible(text), self.mark);
        let mut out = String::with_capacity(text.len());
        for row in text.split_inclusive('\n') {
            if matches!(heading(row), Some(Heading::Known(..))) || is_frame(row) {
                out.push('\\');
            }
            break_tags(row, &mut out);
        }
        out
    }
}

/// A line that looks like the beginning of an event, whatever its mark.
fn is_frame(row: &str) -> bool {
    let Some((mark, rest)) = row.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(" #")) else {
        return false;
    };
    !mark.is_empty() && !mark.contains([' ', ']']) && rest.starts_with(|letter: char| letter.is_ascii_digit())
}

/// The text with the mark broken, in upper case too.
fn without_mark(text: &str, mark: &str) -> String {
    let wanted = mark.to_ascii_lowercase();
    let Some(first) = wanted.chars().next() else { return text.to_owned() };
    // The same bytes: only letters of ASCII change their case.
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    while let Some(at) = lower.get(done..).and_then(|rest| rest.find(&wanted)) {
        // The search goes on behind the first letter, because marks may overlap.
        let cut = done + at + first.len_utf8();
        out.push_str(text.get(done..cut).unwrap_or_default());
        out.push('\\');
        done = cut;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

fn break_tags(row: &str, out: &mut String) {
    let mut rest = row;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        out.push('<');
        rest = tag.get(1..).unwrap_or_default();
        let name = rest.trim_start_matches(['/', ' ']);
        if TAGS.iter().any(|tag| name.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))) {
            out.push('\\');
        }
    }
    out.push_str(rest);
}
