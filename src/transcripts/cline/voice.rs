//! The texts under the user's name, taken apart: the human's words stand in wrappers, a tool's answer under a heading, and
//! much is the program's own.

use crate::transcripts::said::first_element;

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Piece {
    /// The human's first words.
    Task(String),
    /// Later ones.
    Words(String),
    /// What a tool answered.
    Result(String),
    /// The program's.
    Notice(String),
    /// Not wrapped: whose it is depends on the file.
    Plain(String),
}

/// Wrappers of the human's words behind the first ones.
const WORDS: [&str; 5] = ["feedback", "user_message", "answer", "new_message", "user_input"];
/// Elements that accompany every request and are out of date with the next.
const SURROUNDINGS: [&str; 1] = ["environment_details"];
/// First words of the program's texts.
const NOTICES: [&str; 7] =
    ["[ERROR]", "[TASK RESUMPTION]", "[NOTE]", "# task_progress", "# TODO LIST", "# Reminder", "Context summary:"];

/// Takes a text apart.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    if let Some(result) = result(text) {
        return vec![Piece::Result(result.to_owned())];
    }
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    let mut plain = String::new();
    while !rest.is_empty() {
        let Some((name, inner, after)) = first_element(rest) else {
            let end = rest.get(1..).and_then(|tail| tail.find("\n<")).map_or(rest.len(), |at| at + 2);
            plain.push_str(rest.get(..end).unwrap_or(rest));
            rest = rest.get(end..).unwrap_or_default();
            continue;
        };
        let element = rest.strip_suffix(after).unwrap_or(rest);
        let name = name.split(' ').next().unwrap_or_default();
        let piece = match name {
            "task" => Some(Piece::Task(inner.trim().to_owned())),
            _ if WORDS.contains(&name) => Some(Piece::Words(inner.trim().to_owned())),
            _ if SURROUNDINGS.contains(&name) => None,
            _ if name.contains(['_', '-']) => Some(Piece::Notice(element.trim().to_owned())),
            _ => {
                plain.push_str(element);
                rest = after;
                continue;
            }
        };
        pieces.extend(plain_piece(&mut plain));
        pieces.extend(piece);
        rest = after.trim_start();
    }
    pieces.extend(plain_piece(&mut plain));
    // What introduces the human's words is not theirs.
    if pieces.iter().any(|piece| matches!(piece, Piece::Task(_) | Piece::Words(_))) {
        for piece in &mut pieces {
            if let Piece::Plain(text) = piece {
                *piece = Piece::Notice(std::mem::take(text));
            }
        }
    }
    pieces
}

fn plain_piece(plain: &mut String) -> Option<Piece> {
    let text = std::mem::take(plain).trim().to_owned();
    let notice = NOTICES.iter().any(|notice| text.starts_with(notice));
    let piece = if notice { Piece::Notice } else { Piece::Plain };
    Some(text).filter(|text| !text.is_empty()).map(piece)
}

/// The text under a heading such as `[read_file for 'a.rs'] Result:`.
fn result(text: &str) -> Option<&str> {
    let rest = text.trim_start().strip_prefix('[')?;
    let name = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '_'))?;
    let (heading, result) = rest.split_once("] Result:")?;
    (name > 0 && heading.lines().count() < 40).then(|| result.trim_start_matches('\n'))
}

/// A tool's answer without the human's words in it, and these.
pub(super) fn without_words(text: &str) -> (String, Vec<String>) {
    let mut rest = text.to_owned();
    let mut said = Vec::new();
    for name in WORDS {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        while let Some((before, after)) = rest.split_once(&open) {
            let Some((inner, after)) = after.split_once(&close) else { break };
            said.push(inner.trim().to_owned());
            rest = format!("{}{after}", before.trim_end());
        }
    }
    (rest.trim().to_owned(), said)
}

/// The words of a failure.
pub(super) fn failed(text: &str) -> bool {
    text.contains("<error>") || text.starts_with("The tool execution failed") || text.starts_with("Error")
}

/// The folder that is worked in, as the surroundings tell.
pub(super) fn folder(text: &str) -> Option<&str> {
    let (_, rest) = text
        .split_once("# Current Working Directory (")
        .or_else(|| text.split_once("# Current Workspace Directory ("))?;
    rest.split_once(')').map(|(folder, _)| folder)
}
