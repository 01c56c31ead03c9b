//! Appending, second copies, reading back, files.

use super::*;

#[test]
fn events_come_back_as_they_went_in() {
    let (_dir, mut store) = fresh();
    assert_eq!(store.session("s").unwrap(), None);
    let names = keys(&["m:1", "c:x"]);
    let call = NewEvent {
        at: -7,
        kind: EventKind::ToolCall,
        role: Some(Role::Assistant),
        id: Some("x"),
        tokens: u32::MAX,
        keys: &names,
        raw: "{\"a\":\"\u{0}🦀\"}",
    };
    let usage = NewEvent { kind: EventKind::Usage, role: None, id: None, tokens: 0, keys: &[], raw: "{}", ..call };
    let about =
        SessionMeta { id: "s", agent: Some("a"), title: None, format: Some("openai"), context_limit: Some(9), now: 1 };
    let done = store.append(&about, &[call, usage]).unwrap();
    assert_eq!(done.seqs, [Some(1), Some(2)]);
    let stored = store.events(done.row.key, 1, 2, usize::MAX).unwrap();
    let first = EventRow {
        seq: 1,
        at: -7,
        tokens: u32::MAX,
        total: u64::from(u32::MAX),
        kind: EventKind::ToolCall,
        role: Some(Role::Assistant),
        id: Some("x".to_owned()),
        abandoned: false,
        raw: call.raw.into(),
    };
    let second =
        EventRow { seq: 2, tokens: 0, kind: EventKind::Usage, role: None, id: None, raw: "{}".into(), ..first.clone() };
    assert_eq!(stored, [first, second]);
    let row = SessionRow {
        key: done.row.key,
        id: "s".to_owned(),
        agent: Some("a".to_owned()),
        title: None,
        format: Some("openai".to_owned()),
        context_limit: Some(9),
        started_at: -7,
        last_at: -7,
        tokens: u64::from(u32::MAX),
        marks: Marks { last_seq: 2, ..Marks::default() },
    };
    assert_eq!((&done.row, store.session("s").unwrap().as_ref()), (&row, Some(&row)));
}

#[test]
fn second_copies_are_skipped() {
    /// Appends one event per list of keys; `expected` are their numbers, 0 for a copy.
    fn check(batches: &[&[&[&str]]], expected: &[u64]) {
        let (_dir, mut store) = fresh();
        let mut seqs = Vec::new();
        for batch in batches {
            let names: Vec<Vec<String>> = batch.iter().map(|names| keys(names)).collect();
            let events: Vec<NewEvent> = names.iter().map(|names| message(names, "x")).collect();
            let done = store.append(&meta("s"), &events).unwrap();
            assert_eq!(store.session("s").unwrap(), Some(done.row));
            seqs.extend(done.seqs.iter().map(|seq| seq.unwrap_or(0)));
        }
        assert_eq!(seqs, expected, "{batches:?}");
        let stored = store.session("s").unwrap().unwrap();
        let kept = expected.iter().filter(|&&seq| seq > 0).count() as u64;
        assert_eq!((stored.marks.last_seq, stored.tokens), (kept, kept * 10));
    }
    check(&[&[&[], &[], &[]]], &[1, 2, 3]);
    check(&[&[&["m:1"], &["m:1"], &["m:2"]]], &[1, 0, 2]);
    check(&[&[&["m:1"]], &[&["m:1"]], &[&["m:2"], &["m:1"]]], &[1, 0, 2, 0]);
    // A message of its own id that repeats a call is not a copy; the call stays known.
    check(&[&[&["m:1", "c:1"], &["m:2", "c:1"], &["c:1"]]], &[1, 2, 0]);
    check(&[&[&["c:1"], &["r:1"], &["r:1"], &["c:1"]]], &[1, 2, 0, 0]);
    // The other keys of a copy are not taken up.
    check(&[&[&["m:1"], &["m:1", "c:9"], &["c:9"]]], &[1, 0, 2]);
    check(&[&[&["m:1", "m:1"], &["m:1"]]], &[1, 0]);
}

#[test]
fn sessions_do_not_share_keys() {
    let (_dir, mut store) = fresh();
    let names = keys(&["m:1"]);
    for id in ["a", "b", " a", "A", "é", "e\u{301}"] {
        assert_eq!(store.append(&meta(id), &[message(&names, id)]).unwrap().seqs, [Some(1)], "{id:?}");
    }
    assert_eq!(store.sessions().unwrap().len(), 6);
}

#[test]
fn what_is_known_of_a_session_is_kept_up_to_date() {
    let (_dir, mut store) = fresh();
    let mut about = SessionMeta { id: "s", title: Some("first"), ..SessionMeta::default() };
    store.append(&about, &[]).unwrap();
    about = SessionMeta { agent: Some("a"), title: Some("second"), context_limit: Some(5), ..about };
    store.append(&about, &[]).unwrap();
    let row = store.append(&meta("s"), &[]).unwrap().row;
    let known = (row.agent.as_deref(), row.title.as_deref(), row.format.as_deref(), row.context_limit);
    assert_eq!(known, (Some("a"), Some("first"), None, Some(5)));
    assert_eq!(store.session("s").unwrap(), Some(row));
}

#[test]
fn sessions_are_listed_newest_first() {
    let (_dir, mut store) = fresh();
    for (id, at) in [("old", 10), ("new", 30), ("middle", 20)] {
        store.append(&meta(id), &[NewEvent { at, ..message(&[], "x") }]).unwrap();
    }
    store.append(&SessionMeta { now: 25, ..meta("empty") }, &[]).unwrap();
    let ids: Vec<String> = store.sessions().unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(ids, ["new", "empty", "middle", "old"]);
}

#[test]
fn ranges_and_limits_of_reading() {
    let (_dir, mut store) = fresh();
    let key = feed(&mut store, "s", &["aaaa", "bbbb", "cccc", "dddd"]).key;
    feed(&mut store, "t", &["other"]);
    let check = |first, last, bytes, expected: &[u64]| {
        let seqs: Vec<u64> = store.events(key, first, last, bytes).unwrap().iter().map(|event| event.seq).collect();
        assert_eq!(seqs, expected, "{first}..={last}, {bytes}");
    };
    check(1, 4, usize::MAX, &[1, 2, 3, 4]);
    check(0, u64::MAX, usize::MAX, &[1, 2, 3, 4]);
    check(2, 3, usize::MAX, &[2, 3]);
    check(3, 2, usize::MAX, &[]);
    check(5, 9, usize::MAX, &[]);
    check(1, 4, 0, &[]);
    check(1, 4, 1, &[1]);
    check(1, 4, 4, &[1]);
    check(1, 4, 5, &[1, 2]);
}

#[test]
fn a_store_that_was_never_closed_has_everything() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let key = feed(&mut store, "s", &["one", "two"]).key;
    // Neither closed nor dropped, as after a kill: the data is in the write-ahead log alone.
    std::mem::forget(store);
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(texts(&store, key), ["one", "two"]);
    assert_eq!(feed(&mut store, "s", &["three"]).marks.last_seq, 3);
}

#[cfg(unix)]
#[test]
fn files_are_private_even_where_the_folder_was_not() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("a/b");
    let mut store = Store::open(&folder).unwrap();
    feed(&mut store, "s", &["x"]);
    assert_eq!((mode(&dir.path().join("a")), mode(&folder)), (0o700, 0o700));
    for name in ["store.db", "store.db-wal", "store.db-shm"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    drop(store);
    let open = dir.path().join("open");
    std::fs::create_dir(&open).unwrap();
    std::fs::write(open.join("store.db"), "").unwrap();
    std::fs::set_permissions(open.join("store.db"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut store = Store::open(&open).unwrap();
    feed(&mut store, "s", &["x"]);
    for name in ["store.db", "store.db-wal", "store.db-shm"] {
        assert_eq!(mode(&open.join(name)), 0o600, "{name}");
    }
}
