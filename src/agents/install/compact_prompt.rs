//! Codex's own summary prompt: one line of ours in its `config.toml`, and out again. The key belongs to the root of the file, so the
//! line stands at its top, before any table; nothing else is touched.
//!
//! Ours is the very line that we have written. A prompt of the user's own is never replaced, also where it was ours once.

use std::ops::Range;

use super::{Fault, splice, split_bom};

/// What Codex asks for in place of a long summary. Short, but not nothing: the hooks that give the memory may be switched off.
const LINE: &str = "compact_prompt = \"The context of this conversation is about to be replaced. Answer with at most five short lines \
                    and call no tool: what the user wants now, how far the work is, what comes next. Everything else is added from a \
                    session memory right after your answer.\" # written by `session-memory install codex --compact-prompt`";

/// The keys with which a user sets a prompt of their own.
const KEYS: [&str; 2] = ["compact_prompt", "experimental_compact_prompt_file"];

/// The key with which the user has set a prompt of their own.
pub fn of_the_user(text: &str) -> Result<Option<&'static str>, Fault> {
    let body = split_bom(text).1;
    let rest = our_line(body).map_or_else(|| body.to_owned(), |line| without(body, &line));
    let table = parsed(&rest)?;
    Ok(KEYS.into_iter().find(|key| table.contains_key(*key)))
}

/// Whether our line is in a text.
pub fn is_in(text: &str) -> bool {
    our_line(split_bom(text).1).is_some()
}

/// The text with our line; the same text where it is in, or where the user has a prompt of their own.
pub fn install(text: Option<&str>) -> Result<String, Fault> {
    let text = text.unwrap_or_default();
    if of_the_user(text)?.is_some() || is_in(text) {
        return Ok(text.to_owned());
    }
    let (bom, body) = split_bom(text);
    let made = format!("{LINE}{}{body}", splice::newline(body));
    // A second mark of byte order may open a text, but not stand in its middle.
    parsed(&made)?;
    Ok(format!("{bom}{made}"))
}

/// The text without our line; `None` where the file is ours alone, which it is where nothing was there before us (`backup`).
pub fn strip(text: &str, backup: Option<&str>) -> Option<String> {
    let (bom, body) = split_bom(text);
    let Some(line) = our_line(body) else { return Some(text.to_owned()) };
    let rest = without(body, &line);
    (backup.is_some() || !rest.trim().is_empty()).then(|| format!("{bom}{rest}"))
}

/// Where our line stands, its end included. Text that only looks like it, within a string, is none.
fn our_line(body: &str) -> Option<Range<usize>> {
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        if line.trim_end_matches(['\n', '\r']) == LINE {
            let (Ok(mut with), Ok(without)) = (parsed(body), parsed(&without(body, &range))) else { return None };
            return (with.remove(KEYS[0]).is_some() && with == without).then_some(range);
        }
    }
    None
}

fn without(body: &str, line: &Range<usize>) -> String {
    [&body[..line.start], &body[line.end..]].concat()
}

fn parsed(body: &str) -> Result<toml::Table, Fault> {
    body.parse().map_err(|error: toml::de::Error| {
        let before = &body[..error.span().map_or(0, |span| span.start.min(body.len()))];
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Fault::Syntax { line: before.matches('\n').count() + 1, column, said: error.message().to_owned() }
    })
}
