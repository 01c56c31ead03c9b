//! What is accepted from a model. An answer becomes lines of the memory only where it is complete, has our sections,
//! keeps to its budget, and names nothing that the conversation has not named. Everything else goes back once to be
//! mended, or is refused; then the embedded backend's memory stands.
//!
//! A guard cannot tell a false sentence from a true one. It makes sure that no answer can forge the shape of the file,
//! invent a name, or hide something from the person who reads it.

mod body;
mod budget;
pub(super) mod clean;
mod evidence;
pub(super) mod heading;
mod lines;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

pub use evidence::Evidence;

use super::memory::{Document, Section};
use super::prompt::{Answer, Stop};
use budget::Draft;

/// Largest answer that is read, in bytes.
pub const LARGEST_ANSWER: usize = 1 << 20;
/// Of the lines, one in this many may name something unknown before the answer goes back.
const INVENTED_SHARE: usize = 5;
/// So many lines may in any case.
const INVENTED_LINES: usize = 5;
/// Unknown names that are listed for the model, and the length of each in characters.
const LISTED: (usize, usize) = (10, 80);

/// What an answer is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest memory, in tokens.
    pub memory_tokens: u32,
    /// Largest section, in tokens.
    pub section_tokens: u32,
    /// 1 for the first answer, 2 for the mended one. From 2 on nothing goes back any more.
    pub attempt: u32,
}

/// What becomes of an answer.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Verdict {
    /// It is good.
    Accepted {
        /// Its lines, without notes.
        document: Document,
        /// What was taken out, for the log.
        repaired: Vec<String>,
    },
    /// It may be mended: these problems go back to the model.
    Repair {
        /// One sentence each.
        problems: Vec<String>,
    },
    /// It is of no use.
    Refused {
        /// Why, for the log.
        reason: String,
    },
}

impl Verdict {
    fn refused(reason: impl Into<String>) -> Verdict {
        Verdict::Refused { reason: reason.into() }
    }

    fn repair(problems: Vec<String>, limits: &Limits) -> Verdict {
        if limits.attempt > 1 {
            Verdict::refused(format!("the mended answer is not good either: {}", problems.join(" ")))
        } else {
            Verdict::Repair { problems }
        }
    }
}

/// Judges an answer.
pub fn judge(answer: &Answer, evidence: &Evidence, limits: &Limits) -> Verdict {
    if answer.text.len() > LARGEST_ANSWER {
        return Verdict::refused(format!("the answer has {} bytes", answer.text.len()));
    }
    match &answer.stop {
        Stop::End => {}
        Stop::Length => {
            let problem = "The answer was cut off at the limit of its length. Write a shorter analysis and memory.";
            return Verdict::repair(vec![problem.to_owned()], limits);
        }
        Stop::Refusal => return Verdict::refused("the model refused"),
        // An editor's model does not say why it stopped. Our closing tag says that nothing is missing.
        Stop::Other(name) if name == "unknown" && body::body(&answer.text).is_ok_and(|body| body.closed) => {}
        Stop::Other(name) => return Verdict::refused(format!("the model stopped with {:?}", clipped(name))),
    }
    let body = match body::body(&answer.text) {
        Ok(body) => body.text,
        Err(reason) => return Verdict::refused(reason),
    };
    if body.trim().is_empty() {
        return Verdict::refused("the answer is empty");
    }
    weigh(lines::read(&body, evidence), evidence, limits)
}

/// The lines of an answer that is not a memory yet: what a part of a conversation was found to hold. Nothing is judged,
/// because what is made of the parts will be.
pub(super) fn lines_of(answer: &str) -> Document {
    let body = body::body(answer).map(|body| body.text).unwrap_or_default();
    Draft::new(lines::read(&body, &Evidence::default()).lines).document()
}

/// Judges the sections of an answer.
fn weigh(found: lines::Sections, evidence: &Evidence, limits: &Limits) -> Verdict {
    let mut problems = missing(&found);
    let mut repaired = Vec::new();
    if found.foreign > 0 {
        repaired.push(format!("{} lines under headings that are not the memory's", found.foreign));
    }
    if found.notes > 0 {
        repaired.push(format!("{} lines for the user's own notes", found.notes));
    }
    let all = found.lines.len();
    let mut known = HashSet::new();
    let (mut lines, mut unknown) = (Vec::new(), Vec::new());
    for (section, line) in found.lines {
        if let Some(name) = evidence.unknown(&line) {
            repaired.push(format!("a line that names {}, which the conversation does not", clipped(name)));
            unknown.push(clipped(name));
        } else if known.insert((section, line.clone())) {
            lines.push((section, line));
        }
    }
    if unknown.len() > INVENTED_LINES.max(all / INVENTED_SHARE) {
        unknown.truncate(LISTED.0);
        problems.push(format!("These do not occur in the conversation: {}.", unknown.join(", ")));
    }
    let mut draft = Draft::new(lines);
    if limits.attempt <= 1 {
        problems.extend(draft.problems(limits));
    }
    if !problems.is_empty() {
        return Verdict::repair(problems, limits);
    }
    let dropped = draft.fit(limits);
    if dropped > 0 {
        repaired.push(format!("{dropped} lines over the budget"));
    }
    if draft.count(Section::CurrentState) == 0 {
        let problem = format!("\"{}\" has no line that can be kept.", Section::CurrentState.title());
        return Verdict::repair(vec![problem], limits);
    }
    Verdict::Accepted { document: draft.document(), repaired }
}

/// A memory must say where things stand, have two more sections, and something in one of them.
fn missing(found: &lines::Sections) -> Vec<String> {
    let state = Section::CurrentState;
    let mut problems = Vec::new();
    if !found.lines.iter().any(|(section, _)| *section == state) {
        problems.push(format!("The section \"## {}\" is missing or empty.", state.title()));
    }
    let others = found.seen.iter().filter(|section| !matches!(section, Section::CurrentState | Section::Notes)).count();
    if others < 2 {
        problems.push("Most of the sections are missing. Write each heading, even where it has no lines.".to_owned());
    } else if found.lines.iter().all(|(section, _)| *section == state) {
        problems.push("All other sections are empty.".to_owned());
    }
    problems
}

/// The beginning of a name.
fn clipped(name: &str) -> String {
    if name.chars().count() <= LISTED.1 {
        name.to_owned()
    } else {
        name.chars().take(LISTED.1).chain(['…']).collect()
    }
}
