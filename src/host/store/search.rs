//! Search over the events of all sessions: those that have every word first, then, where these are few, those
//! that have a rare one, then the others; within each by BM25.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension};

use super::events::role_named;
use super::query::Terms;
use super::schema::{all, number, rowid, session};
use super::snippet::snippet;
use super::{Answer, Store, StoreError, sessions};
use crate::engine::conversation::Role;

/// How many events make a word a common one.
const COMMON: i64 = 1000;

/// What to look for, and where.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'a> {
    /// Free text; `"a phrase"` and `prefix*` are understood, nothing is an error.
    pub text: &'a str,
    /// Only in the session with this id.
    pub session: Option<&'a str>,
    /// Only up to this event; counts with `session`.
    pub last: Option<u64>,
    /// Only what these said; empty for all.
    pub roles: &'a [Role],
    /// The most hits to answer.
    pub limit: usize,
}

/// An event that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The session it is in.
    pub session_id: String,
    /// Its number there.
    pub seq: u64,
    /// Who speaks.
    pub role: Option<Role>,
    /// When it happened.
    pub at: i64,
    /// How well it fits, higher is better: its BM25, raised for an event that has every word above those that have
    /// not. Only comparable within one answer.
    pub score: f64,
    /// About 160 characters around the best match, on one line.
    pub snippet: String,
}

/// A hit, still without its text.
struct Found {
    score: f64,
    id: String,
    at: i64,
    role: Option<Role>,
    rowid: i64,
    raw: String,
}

/// The best matches of `expression` that are wanted and not yet in `seen`, best first.
fn ranked(
    connection: &Connection,
    expression: &str,
    range: (i64, i64),
    query: &Query,
    seen: &mut HashSet<i64>,
) -> Answer<Vec<Found>> {
    let sql = "SELECT rowid, rank FROM search WHERE search MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rank";
    let mut statement = connection.prepare_cached(sql)?;
    let sql = "SELECT (SELECT id FROM sessions WHERE key = ?2), at, role, raw FROM events WHERE rowid = ?1";
    let mut event = connection.prepare_cached(sql)?;
    let mut rows = statement.query((expression, range.0, range.1))?;
    let mut found = Vec::new();
    while seen.len() < query.limit
        && let Some(row) = rows.next()?
    {
        let (rowid, rank): (i64, f64) = (row.get(0)?, row.get(1)?);
        if seen.contains(&rowid) {
            continue;
        }
        let hit = event.query_row([rowid, session(rowid).0], |row| {
            let role = row.get_ref(2)?.as_str_or_null()?.and_then(role_named);
            if !query.roles.is_empty() && !role.is_some_and(|role| query.roles.contains(&role)) {
                return Ok(None);
            }
            Ok(Some(Found { score: -rank, id: row.get(0)?, at: row.get(1)?, role, rowid, raw: row.get(3)? }))
        });
        // An event without a row was forgotten a moment ago.
        if let Some(hit) = hit.optional()?.flatten() {
            seen.insert(rowid);
            found.push(hit);
        }
    }
    Ok(found)
}

fn find(connection: &Connection, query: &Query, terms: &Terms) -> Answer<Vec<Found>> {
    let mut range = (0, i64::MAX);
    if let Some(id) = query.session {
        let Some(row) = sessions::by_id(connection, id)? else { return Ok(Vec::new()) };
        range = all(row.key);
        range.1 = query.last.map_or(range.1, |last| rowid(row.key, last));
    }
    let mut seen = HashSet::new();
    let mut found = ranked(connection, &terms.all(), range, query, &mut seen)?;
    if found.len() < query.limit {
        let (rare, common) = by_rarity(connection, terms.any(), range)?;
        for phrases in [rare, common] {
            if !phrases.is_empty() && found.len() < query.limit {
                let partly = ranked(connection, &phrases.join(" OR "), range, query, &mut seen)?;
                let above = partly.first().map_or(0.0, |best| best.score);
                for hit in &mut found {
                    hit.score += above;
                }
                found.extend(partly);
            }
        }
    }
    Ok(found)
}

/// Parts the phrases into those that few events have and the others. To rank every event with a common word
/// costs the more the larger the store is, and tells little; it is done where nothing better fills the answer.
fn by_rarity(connection: &Connection, phrases: Vec<String>, range: (i64, i64)) -> Answer<(Vec<String>, Vec<String>)> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ?1 AND rowid BETWEEN ?2 AND ?3 LIMIT ?4)";
    let mut count = connection.prepare_cached(sql)?;
    let (mut rare, mut common) = (Vec::new(), Vec::new());
    for phrase in phrases {
        let events: i64 = count.query_row((&phrase, range.0, range.1, COMMON), |row| row.get(0))?;
        if events < COMMON { rare.push(phrase) } else { common.push(phrase) }
    }
    Ok((rare, common))
}

impl Store {
    /// Looks for events, best first. Indexes what is not indexed yet, which after a large import takes a while:
    /// see [`Store::index_pending`], whose `text_of` this is.
    pub fn search(&mut self, query: &Query, text_of: &dyn Fn(&str) -> String) -> Result<Vec<Hit>, StoreError> {
        self.index_pending(usize::MAX, text_of)?;
        self.search_indexed(query, text_of)
    }

    /// The same among the events that are indexed already; never waits.
    pub fn search_indexed(&self, query: &Query, text_of: &dyn Fn(&str) -> String) -> Result<Vec<Hit>, StoreError> {
        let terms = Terms::read(query.text);
        if terms.is_empty() || query.limit == 0 {
            return Ok(Vec::new());
        }
        let found = find(&self.connection, query, &terms).map_err(|e| self.error(e))?;
        let wanted = terms.wanted();
        let hit = |found: Found| Hit {
            session_id: found.id,
            seq: number(found.rowid),
            role: found.role,
            at: found.at,
            score: found.score,
            snippet: snippet(&text_of(&found.raw), &wanted),
        };
        Ok(found.into_iter().map(hit).collect())
    }
}
