//! Puts a member into an object or array and takes one out, touching no byte of what stands beside it. New text looks like its
//! neighbours: their indentation, their line ends, one line where they are on one line.

use std::ops::Range;

use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::document::{Container, Document};

/// A member to put in.
pub struct Member<'a> {
    /// The key, in an object.
    pub key: Option<&'a str>,
    /// The value.
    pub value: &'a Value,
}

/// A text that holds nothing but an object with these members.
pub fn whole(members: &Value, newline: &str) -> String {
    printed(members, "  ").replace('\n', newline) + newline
}

/// The text with a member added at the end of a container.
pub fn insert(document: &Document<'_>, into: &Container, member: &Member<'_>) -> String {
    // Members stand on lines of their own where the first one does; in an empty container, where it is such a member itself.
    let lines = match into.items.first() {
        Some(first) => document.indent(first.start).1,
        None => document.starts_line_but_for_key(into.open),
    };
    let newline = newline(document.text);
    let around = document.indent(into.open).0;
    let indent = match into.items.first().map(|first| document.indent(first.start)) {
        Some((blanks, true)) if lines => blanks.to_owned(),
        _ => format!("{around}{}", unit(document)),
    };
    let new = rendered(member, lines.then_some((newline, indent.as_str(), unit(document))));
    let lead = if lines { format!("{newline}{indent}") } else { String::new() };
    let Some(last) = into.items.last() else {
        let at = into.open + 1 + document.text[into.open + 1..into.close].trim_end().len();
        // Behind a comment that goes to the end of its line it would be a part of that.
        let comment = document.line_comment_around(at);
        let at = comment.unwrap_or(at);
        let lead = if comment.is_some() { format!("{newline}{indent}") } else { lead };
        let closing = lines && !document.text[at..into.close].contains('\n');
        let tail = if closing { format!("{newline}{around}") } else { String::new() };
        return spliced(document.text, vec![(at..at, lead + &new + &tail)]);
    };
    match (document.comma_after(last.end), lines) {
        (Some(comma), true) => {
            let at = document.comments_on_line(comma + 1);
            spliced(document.text, vec![(at..at, format!("{lead}{new},"))])
        }
        (None, true) => {
            let at = document.comments_on_line(last.end);
            spliced(document.text, vec![(last.end..last.end, ",".into()), (at..at, lead + &new)])
        }
        (Some(comma), false) => spliced(document.text, vec![(comma + 1..comma + 1, format!(" {new},"))]),
        (None, false) => spliced(document.text, vec![(last.end..last.end, format!(", {new}"))]),
    }
}

/// The text without one member of a container.
pub fn remove(document: &Document<'_>, from: &Container, index: usize) -> String {
    let text = document.text;
    let member = from.items[index].clone();
    let before = text[..member.start].trim_end().len();
    let own_line = text[before..member.start].contains('\n');
    let mut cuts: Vec<Range<usize>> = Vec::new();
    let mut end = member.end;
    if let Some(comma) = document.comma_after(member.end) {
        cuts.push(comma..comma + 1);
        end = comma + 1;
        if !own_line {
            let blanks = text[end..].len() - text[end..].trim_start_matches([' ', '\t']).len();
            cuts.push(end..end + blanks);
        }
    } else if let Some(comma) = document.comma_before(member.start) {
        cuts.push(comma..comma + 1);
    } else if text[from.open + 1..member.start].trim().is_empty() && text[member.end..from.close].trim().is_empty() {
        return spliced(text, vec![(from.open + 1..from.close, String::new())]);
    }
    let rest_of_line_is_blank = text[end..].trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    let only_blanks_before = own_line || document.comma_after(member.end).is_none();
    let takes_blanks = only_blanks_before && (rest_of_line_is_blank || !document.line_comment_ends(before));
    let start = if takes_blanks { before } else { member.start };
    cuts.push(start..member.end);
    cuts.sort_by_key(|cut| cut.start);
    spliced(text, cuts.into_iter().map(|cut| (cut, String::new())).collect())
}

/// The line break that a text uses.
pub fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// One step of indentation: that of the first member of the file that has a line of its own.
fn unit<'a>(document: &Document<'a>) -> &'a str {
    let first = document.root.as_ref().and_then(Container::of).and_then(|root| root.items.first().cloned());
    match first.map(|first| document.indent(first.start)) {
        Some((blanks, true)) if !blanks.is_empty() => blanks,
        _ => "  ",
    }
}

fn rendered(member: &Member<'_>, lines: Option<(&str, &str, &str)>) -> String {
    let value = match lines {
        Some((newline, indent, unit)) => printed(member.value, unit).replace('\n', &format!("{newline}{indent}")),
        None => member.value.to_string(),
    };
    match member.key {
        Some(key) => format!("{}: {value}", Value::from(key)),
        None => value,
    }
}

fn printed(value: &Value, unit: &str) -> String {
    let mut bytes = Vec::new();
    let written =
        value.serialize(&mut Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(unit.as_bytes())));
    // A JSON value in memory can always be written as one.
    debug_assert!(written.is_ok());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A text with ranges replaced; they are in order and do not overlap.
fn spliced(text: &str, changes: Vec<(Range<usize>, String)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (range, new) in changes {
        out.push_str(&text[from..range.start]);
        out.push_str(&new);
        from = range.end;
    }
    out + &text[from..]
}
