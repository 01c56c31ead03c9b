//! Code actions: edits that an editor offers at a place of a memory.

use serde_json::{Value, json};

use super::check::{is_gone, mentions};
use super::work::Ground;
use crate::engine::memory::{Section, plain};
use crate::engine::outline::{Front, Item, Outline, Part, Rows, Span};
use crate::host::store::StoreError;
use crate::wire::protocol::Method;

/// Paths looked at for one request.
const MOST_PATHS: usize = 200;

/// An edit of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What the user reads.
    pub title: String,
    /// Its kind in the LSP.
    pub kind: &'static str,
    /// What is done to the text.
    pub edits: Vec<Edit>,
    /// A command and its argument.
    pub command: Option<(String, Value)>,
}

/// What can be done at a place.
pub(super) fn actions(ground: &Ground, at: Span) -> Result<Vec<Action>, StoreError> {
    let rows = Rows::new(ground.text);
    let outline = Outline::new(&rows, ground.edits.custom());
    let row = |place: crate::engine::outline::Place| usize::try_from(place.row).unwrap_or(usize::MAX);
    let (first, last) = (row(at.start), row(at.end));
    let touches = |rows: &std::ops::Range<usize>| rows.start <= last && first < rows.end.max(rows.start + 1);
    let mut actions = Vec::new();
    let another = outline.front.session.as_ref().is_some_and(|named| named != ground.session);
    if (another || !outline.front.problems.is_empty()) && touches(&outline.front.rows) {
        actions.extend(restored(ground, &outline.front, &rows)?);
    }
    let gone = gone_items(ground, &outline, &rows);
    let chosen: Vec<(&Part, &Item)> = outline.items().filter(|(_, item)| touches(&item.rows)).collect();
    if !chosen.is_empty() {
        let about_gone = chosen.iter().all(|(_, item)| gone.iter().any(|(_, gone)| gone.rows == item.rows));
        let title = if chosen.len() == 1 { "Drop this line" } else { "Drop these lines" };
        actions.push(Action {
            title: title.to_owned(),
            kind: if about_gone { "quickfix" } else { "refactor.rewrite" },
            edits: chosen.iter().map(|(_, item)| removal(item, &rows)).collect(),
            command: None,
        });
    }
    if let [(part, item)] = chosen[..] {
        actions.extend(pinned(ground, part, item)?);
    }
    // What the user said stays whatever becomes of the files.
    let ours = |part: &Part| {
        part.section
            .is_some_and(|section| !matches!(section, Section::UserIntent | Section::UserCorrections | Section::Notes))
    };
    let edits: Vec<Edit> = gone.iter().filter(|(part, _)| ours(part)).map(|(_, item)| removal(item, &rows)).collect();
    if !edits.is_empty() {
        let title = "Remove lines about files that are gone".to_owned();
        actions.push(Action { title, kind: "source.removeGone", edits, command: None });
    }
    Ok(actions)
}

/// The items that name a file that is gone.
fn gone_items<'o>(ground: &Ground, outline: &'o Outline, rows: &Rows) -> Vec<(&'o Part, &'o Item)> {
    let mut looked_at = 0;
    let mut is_about_gone = |item: &Item| {
        mentions(ground, item, rows).iter().any(|mention| {
            looked_at += 1;
            looked_at <= MOST_PATHS && is_gone(ground, mention.path)
        })
    };
    outline.items().filter(|(_, item)| is_about_gone(item)).collect()
}

fn removal(item: &Item, rows: &Rows) -> Edit {
    Edit { span: rows.span(rows.whole(item.rows.clone())), text: String::new() }
}

/// The front matter of the version that the text comes from, in the place of the damaged one.
fn restored(ground: &Ground, front: &Front, rows: &Rows) -> Result<Option<Action>, StoreError> {
    let named = match front.revision {
        Some(number) => ground.store.revision(ground.key, Some(number))?,
        None => None,
    };
    let revision = match named {
        Some(revision) => Some(revision),
        None => ground.store.revision(ground.key, None)?,
    };
    let Some(revision) = revision else { return Ok(None) };
    let stored = Rows::new(&revision.text);
    let whole = stored.whole(Front::read(&stored).rows);
    let mut text = revision.text.get(whole).unwrap_or_default().to_owned();
    if text.is_empty() {
        return Ok(None);
    }
    let bytes = if front.rows.is_empty() {
        text.push('\n');
        let mark = if ground.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        mark..mark
    } else {
        rows.whole(front.rows.clone())
    };
    if ground.text.contains("\r\n") {
        text = text.replace('\n', "\r\n");
    }
    let edits = vec![Edit { span: rows.span(bytes), text }];
    Ok(Some(Action { title: "Restore the front matter".to_owned(), kind: "quickfix", edits, command: None }))
}

/// A line of the newest version becomes the user's own, or is left to the program again. Lines that are not stored yet
/// are the user's anyway, and so are the notes.
fn pinned(ground: &Ground, part: &Part, item: &Item) -> Result<Option<Action>, StoreError> {
    let Some(section) = part.section.filter(|section| *section != Section::Notes && item.listed) else {
        return Ok(None);
    };
    let Some(newest) = ground.store.revision(ground.key, None)? else { return Ok(None) };
    let first = item.text.lines().next().unwrap_or_default();
    if !plain(&newest.text).lines().any(|row| row.strip_prefix("- ") == Some(first)) {
        return Ok(None);
    }
    let pinned = !ground.edits.is_own(section, &item.text);
    let heading = ground.edits.custom().title(section);
    let argument = json!({"sessionId": ground.session, "section": heading, "text": item.text, "pinned": pinned});
    Ok(Some(Action {
        title: if pinned { "Pin this line" } else { "Unpin this line" }.to_owned(),
        kind: "refactor.rewrite",
        edits: Vec::new(),
        command: Some((Method::Pin.command(), argument)),
    }))
}
