//! What is wrong with a memory: damaged front matter, sections over their budget, files that are gone or have changed
//! since. Files are looked at below the workspace folder only.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::event;
use super::work::Ground;
use crate::engine::event_page::calls;
use crate::engine::memory::Section;
use crate::engine::outline::word::{Named, words};
use crate::engine::outline::{Item, Outline, Rows, Span};
use crate::engine::tokens;
use crate::host::store::StoreError;

/// Paths looked at in one check.
const MOST_PATHS: usize = 200;
/// A file written so soon after an event was written by it: file systems round times, and tools take some.
const SLACK: Duration = Duration::from_secs(2);

/// A look at an open document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// The client's version of the text.
    pub version: Option<i32>,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something does not work.
    Warning,
    /// Worth knowing.
    Hint,
}

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub span: Span,
    /// How bad.
    pub severity: Severity,
    /// What kind: `front-matter`, `budget`, `gone`, `changed`.
    pub code: &'static str,
    /// What, and what follows from it.
    pub message: String,
}

/// Everything that is wrong with a memory, in the order of its rows.
pub(super) fn findings(ground: &Ground) -> Result<Vec<Finding>, StoreError> {
    let rows = Rows::new(ground.text);
    let outline = Outline::new(&rows, ground.edits.custom());
    let mut findings = front_matter(ground, &outline, &rows);
    findings.extend(budgets(ground, &outline, &rows));
    findings.extend(files(ground, &outline, &rows)?);
    findings.sort_by_key(|finding| finding.span.start);
    Ok(findings)
}

fn front_matter(ground: &Ground, outline: &Outline, rows: &Rows) -> Vec<Finding> {
    let finding = |row: usize, message: String| Finding {
        span: rows.span(rows.range(row)),
        severity: Severity::Warning,
        code: "front-matter",
        message,
    };
    let mut findings: Vec<Finding> =
        outline.front.problems.iter().map(|(row, what)| finding(*row, what.clone())).collect();
    if let Some(named) = outline.front.session.as_ref().filter(|named| *named != ground.session) {
        let row = outline.front.rows.clone().find(|row| rows.get(*row).starts_with("session:")).unwrap_or_default();
        let message = format!("session {named:?} is another one; this file belongs to {:?}", ground.session);
        findings.push(finding(row, message));
    }
    findings
}

fn budgets(ground: &Ground, outline: &Outline, rows: &Rows) -> Vec<Finding> {
    let budget = ground.section_tokens;
    let over = outline.parts.iter().filter_map(|part| {
        // The notes are the user's own: they have no budget.
        let section = part.section.filter(|section| *section != Section::Notes)?;
        // As it is measured for a budget: without marks.
        let items = part.items.iter().map(|item| format!("- {}\n", item.text));
        let size = tokens::estimate(&format!("## {}\n{}", part.title, items.collect::<String>()));
        let message = format!(
            "{} has about {size} tokens, its budget is {budget} (sectionTokens): your own lines stay, others are left out \
             next time",
            section.title()
        );
        let span = rows.span(rows.range(part.heading?));
        (size > budget).then_some(Finding { span, severity: Severity::Warning, code: "budget", message })
    });
    over.collect()
}

/// A file that an item names, with the place of its name.
pub(super) struct Mention<'a> {
    pub path: &'a str,
    pub span: Span,
}

/// The files that an item names, as far as that is sure.
pub(super) fn mentions<'a>(ground: &Ground, item: &Item, rows: &Rows<'a>) -> Vec<Mention<'a>> {
    let mut mentions: Vec<Mention> = Vec::new();
    for row in item.rows.clone() {
        let start = rows.range(row).start;
        words(rows.get(row), |word| {
            let named = Named::read(word.text);
            if !named.is_file() {
                return;
            }
            let span = rows.span(start + word.bytes.start..start + word.bytes.end);
            // What stands in back-ticks with spaces is a file only if there is one; mostly it is a command.
            let spaced = named.path.contains(' ');
            let inside =
                mentions.last().is_some_and(|last| last.span.start.row == span.start.row && span.start < last.span.end);
            if !inside && (!spaced || ground.tree.find(named.path).is_some()) {
                mentions.push(Mention { path: named.path, span });
            }
        });
    }
    mentions
}

/// Whether a file was in the workspace, as far as its path tells, and is not any more.
pub(super) fn is_gone(ground: &Ground, path: &str) -> bool {
    ground.tree.is_gone(path) && (Path::new(path).is_absolute() || ground.tree.starts_here(path))
}

fn files(ground: &Ground, outline: &Outline, rows: &Rows) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    let mut seen: HashMap<&str, bool> = HashMap::new();
    let mut times: HashMap<u64, Option<SystemTime>> = HashMap::new();
    for (_, item) in outline.items() {
        for mention in mentions(ground, item, rows) {
            if !seen.contains_key(mention.path) && seen.len() >= MOST_PATHS {
                return Ok(findings);
            }
            let gone = *seen.entry(mention.path).or_insert_with(|| is_gone(ground, mention.path));
            let finding = |severity, code, message| Finding { span: mention.span, severity, code, message };
            if gone {
                let message = format!("{} is gone", mention.path);
                findings.push(finding(Severity::Warning, "gone", message));
                continue;
            }
            let Some((event, _)) = item.mark else { continue };
            let found = ground.tree.find(mention.path).filter(|found| !found.is_folder);
            let Some(modified) = found.and_then(|found| found.modified) else { continue };
            if let std::collections::hash_map::Entry::Vacant(entry) = times.entry(event) {
                entry.insert(time_of(ground, event)?);
            }
            let since = times.get(&event).copied().flatten();
            if since.is_some_and(|since| since.checked_add(SLACK).is_some_and(|since| modified > since)) {
                let message = format!("{} has changed since event {event}, which this line comes from", mention.path);
                findings.push(finding(Severity::Hint, "changed", message));
            }
        }
    }
    Ok(findings)
}

/// When an event was over: a call is when its answer has come.
fn time_of(ground: &Ground, seq: u64) -> Result<Option<SystemTime>, StoreError> {
    let Some(event) = event::row(ground, seq)? else { return Ok(None) };
    let next = if calls(&event.raw) { event::row(ground, seq + 1)? } else { None };
    let at = next.map_or(event.at, |next| next.at.max(event.at));
    Ok(u64::try_from(at).ok().and_then(|ms| UNIX_EPOCH.checked_add(Duration::from_millis(ms))))
}
