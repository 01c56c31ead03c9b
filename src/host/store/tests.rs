//! The store as a whole, on real files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod damage;
mod finding;
mod forgetting;
mod history;
mod leasing;
mod ledger;
mod sharing;
mod spooling;
mod storing;

use tempfile::TempDir;

use super::*;
use crate::engine::conversation::{EventKind, Role};

/// A store in a new folder.
fn fresh() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("state")).unwrap();
    (dir, store)
}

fn keys(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// A message; its JSON is its text, and that is also what the index takes.
fn message<'a>(keys: &'a [String], raw: &'a str) -> NewEvent<'a> {
    NewEvent { at: 1000, kind: EventKind::Message, role: Some(Role::User), id: None, tokens: 10, keys, raw }
}

fn meta(id: &str) -> SessionMeta<'_> {
    SessionMeta { id, now: 500, ..SessionMeta::default() }
}

/// Appends messages without keys; answers the session.
fn feed(store: &mut Store, id: &str, texts: &[&str]) -> SessionRow {
    let events: Vec<NewEvent> = texts.iter().map(|text| message(&[], text)).collect();
    store.append(&meta(id), &events).unwrap().row
}

fn texts(store: &Store, key: SessionKey) -> Vec<String> {
    store.events(key, 1, u64::MAX, usize::MAX).unwrap().into_iter().map(|event| event.raw.into()).collect()
}

fn as_is(raw: &str) -> String {
    raw.to_owned()
}
