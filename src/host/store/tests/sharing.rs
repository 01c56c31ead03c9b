//! Many handles on one store at once.

use std::collections::HashSet;
use std::thread;

use super::*;

#[test]
fn four_writers_on_two_sessions_lose_nothing() {
    const EACH: usize = 160;
    let dir = tempfile::tempdir().unwrap();
    let numbers: Vec<(String, u64)> = thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let dir = dir.path();
                scope.spawn(move || {
                    let mut store = Store::open(dir).unwrap();
                    let mut numbers = Vec::new();
                    for n in 0..EACH {
                        let id = format!("s{}", n % 2);
                        // Every second key is one that all writers use.
                        let names = vec![if n % 4 < 2 { format!("m:all:{n}") } else { format!("m:{writer}:{n}") }];
                        let done = store.append(&meta(&id), &[message(&names, &names[0])]).unwrap();
                        numbers.extend(done.seqs.into_iter().flatten().map(|seq| (id.clone(), seq)));
                        if n % 16 == 0 {
                            store.index_pending(usize::MAX, &as_is).unwrap();
                        }
                    }
                    numbers
                })
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let mut store = Store::open(dir.path()).unwrap();
    let mut stored = 0;
    for id in ["s0", "s1"] {
        let row = store.session(id).unwrap().unwrap();
        let events = store.events(row.key, 1, u64::MAX, usize::MAX).unwrap();
        let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
        assert_eq!(seqs, (1..=row.marks.last_seq).collect::<Vec<u64>>(), "dense");
        let different: HashSet<&str> = events.iter().map(|event| &*event.raw).collect();
        assert_eq!(different.len(), events.len(), "stored once");
        assert_eq!(row.tokens, 10 * events.len() as u64);
        stored += events.len();
    }
    let different: HashSet<&(String, u64)> = numbers.iter().collect();
    assert_eq!((different.len(), numbers.len()), (stored, stored), "each number was given once");
    assert_eq!(stored, EACH / 2 + 4 * (EACH / 2));
    let query = Query { text: "m", limit: 10_000, ..Query::default() };
    assert_eq!(store.search(&query, &as_is).unwrap().len(), stored, "indexed once each");
}

#[test]
fn a_new_folder_may_be_opened_by_many_at_the_same_moment() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("x/y");
    thread::scope(|scope| {
        for n in 0..8 {
            let folder = &folder;
            scope.spawn(move || {
                let mut store = Store::open(folder).unwrap();
                feed(&mut store, "s", &[&n.to_string()]);
            });
        }
    });
    assert_eq!(Store::open(&folder).unwrap().session("s").unwrap().unwrap().marks.last_seq, 8);
}

#[test]
fn one_memory_is_never_updated_twice() {
    let (dir, mut store) = fresh();
    let key = feed(&mut store, "s", &["x"]).key;
    let folder = dir.path().join("state");
    let won: usize = thread::scope(|scope| {
        let updaters: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut store = Store::open(&folder).unwrap();
                    let mut won = 0;
                    for _ in 0..50 {
                        let seen = store.session("s").unwrap().unwrap().marks;
                        let text = format!("after {}", seen.last_revision);
                        let new = NewRevision {
                            at: 0,
                            source: "model",
                            origin: "background",
                            covered: 1,
                            tokens: 1,
                            added: 0,
                            removed: 0,
                            text: &text,
                            layer: None,
                        };
                        won += usize::from(store.add_revision(key, seen, &new).unwrap().is_ok());
                    }
                    won
                })
            })
            .collect();
        updaters.into_iter().map(|updater| updater.join().unwrap()).sum()
    });
    let revisions = store.revisions(key).unwrap();
    assert_eq!(revisions.len(), won);
    for row in revisions {
        let text = store.revision(key, Some(row.revision)).unwrap().unwrap().text;
        assert_eq!(text, format!("after {}", row.revision - 1));
    }
}

#[test]
fn who_waits_too_long_is_told_and_can_try_again() {
    let (dir, mut store) = fresh();
    let mut other = Store::open(&dir.path().join("state")).unwrap();
    feed(&mut other, "s", &["x"]);
    store.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(other.append(&meta("s"), &[message(&[], "y")]), Err(StoreError::Busy { .. })));
    assert_eq!(other.session("s").unwrap().unwrap().marks.last_seq, 1, "reading goes on");
    store.connection.execute_batch("COMMIT").unwrap();
    assert_eq!(feed(&mut other, "s", &["y"]).marks.last_seq, 2);
    assert_eq!(feed(&mut store, "s", &["z"]).marks.last_seq, 3);
}
