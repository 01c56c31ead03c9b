//! Events of the store as a document shows them.

use super::work::Ground;
use crate::engine::event_page::{EventPage, answers, tool_called};
use crate::engine::search_text::text_of;
use crate::host::store::{EventRow, Query, StoreError};

/// Events looked at for the newest one that names an identifier.
const HITS: usize = 50;
/// Events before a result in which its call is looked for.
const BACK: u64 = 40;
/// Bytes of events read for that.
const BACK_BYTES: usize = 1 << 20;

/// One event.
pub(super) fn row(ground: &Ground, seq: u64) -> Result<Option<EventRow>, StoreError> {
    // Numbers of a mark are anybody's; the store packs them beside the session's.
    if seq == 0 || seq >= 1 << 40 {
        return Ok(None);
    }
    Ok(ground.store.events(ground.key, seq, seq, 1)?.pop())
}

/// One event as a page.
pub(super) fn page(ground: &Ground, seq: u64) -> Result<Option<EventPage>, StoreError> {
    let Some(event) = row(ground, seq)? else { return Ok(None) };
    let tool = tool_of(ground, &event)?;
    Ok(Some(EventPage { seq, at: event.at, abandoned: event.abandoned, raw: event.raw, tool }))
}

/// The tool that an event answers for: a result has only the number of its call.
fn tool_of(ground: &Ground, event: &EventRow) -> Result<Option<String>, StoreError> {
    let Some(call) = answers(&event.raw).into_iter().next() else { return Ok(None) };
    let first = event.seq.saturating_sub(BACK).max(1);
    let before = ground.store.events(ground.key, first, event.seq.saturating_sub(1), BACK_BYTES)?;
    Ok(before.iter().rev().find_map(|row| tool_called(&row.raw, &call)))
}

/// The newest event that names an identifier, among those that the search finds for it.
pub(super) fn newest_with(ground: &Ground, word: &str) -> Result<Option<u64>, StoreError> {
    let text = format!("\"{}\"", word.replace('"', " "));
    let query = Query { text: &text, session: Some(ground.session), limit: HITS, ..Query::default() };
    let mut hits: Vec<u64> = ground.store.search_indexed(&query, &text_of)?.into_iter().map(|hit| hit.seq).collect();
    hits.sort_unstable_by(|a, b| b.cmp(a));
    for seq in hits {
        let names = |event: &EventRow| !event.abandoned && text_of(&event.raw).contains(word);
        if row(ground, seq)?.as_ref().is_some_and(names) {
            return Ok(Some(seq));
        }
    }
    Ok(None)
}
