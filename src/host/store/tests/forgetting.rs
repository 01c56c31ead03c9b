//! A forgotten session leaves nothing, and takes nothing else with it.

use std::fs;

use super::*;

const CANARY: &str = "xqzcanary";

/// How many times the canary stands in the files, in any case.
fn traces(dir: &Path) -> usize {
    let mut found = 0;
    for entry in fs::read_dir(dir).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap().to_ascii_lowercase();
        found += bytes.windows(CANARY.len()).filter(|window| *window == CANARY.as_bytes()).count();
    }
    found
}

/// Two sessions that grow in turns, so that their rows share pages and move; one is full of canaries.
fn grow(store: &mut Store, id: &str, rounds: usize) -> SessionRow {
    for n in 0..rounds {
        let canary = format!("{CANARY}{n} {}", "text ".repeat(n % 7 * 40));
        let names = keys(&[&format!("m:{CANARY}{n}"), &format!("c:{n}")]);
        store.append(&meta(id), &[message(&names, &canary)]).unwrap();
        let other = format!("other words{n} {}", "more ".repeat(n % 5 * 50));
        feed(store, "kept", &[&other]);
        if n % 10 == 0 {
            store.index_pending(usize::MAX, &as_is).unwrap();
        }
    }
    let about = SessionMeta { title: Some(CANARY), ..meta(id) };
    let SessionRow { key, mut marks, .. } = store.append(&about, &[]).unwrap().row;
    for n in 0..5 {
        let text = format!("{CANARY} {n}").repeat(n * 100);
        let revision = NewRevision {
            at: 0,
            source: "model",
            origin: "refresh",
            covered: 1,
            tokens: 1,
            added: 0,
            removed: 0,
            text: &text,
            layer: Some(CANARY),
        };
        let compaction = NewCompaction {
            at: 0,
            at_seq: marks.last_seq,
            keep_from: 1,
            tokens_before: 2,
            tokens_after: 1,
            kind: CompactionKind::Ours,
            memory: Some(&text),
            sources: Some(&text),
        };
        marks = store.add_compaction(key, marks, &compaction, None).unwrap().unwrap();
        marks = store.add_revision(key, marks, &revision).unwrap().unwrap();
        assert!(store.save_snapshot(key, marks, text.as_bytes()).unwrap());
    }
    store.abandon_after(key, marks.last_seq - 1, 0).unwrap();
    assert!(store.try_lease(key, CANARY, 0, 1).unwrap());
    store.session(id).unwrap().unwrap()
}

#[test]
fn no_byte_of_a_forgotten_session_is_left() {
    let (dir, mut store) = fresh();
    let folder = dir.path().join("state");
    let gone = grow(&mut store, CANARY, 120);
    let kept = store.session("kept").unwrap().unwrap();
    let kept_texts = texts(&store, kept.key);
    assert!(traces(&folder) > 100);
    // Another process has the store open, and its cache full.
    let other = Store::open(&folder).unwrap();
    assert_eq!(other.sessions().unwrap().len(), 2);

    assert!(store.forget(CANARY).unwrap());
    assert_eq!(traces(&folder), 0);
    assert_eq!(other.session(CANARY).unwrap(), None);
    assert_eq!((texts(&store, gone.key), store.revisions(gone.key).unwrap()), (vec![], vec![]));
    assert_eq!((store.last_compaction(gone.key).unwrap(), store.snapshot(gone.key).unwrap()), (None, None));
    assert_eq!(store.session("kept").unwrap(), Some(kept.clone()));
    assert_eq!(texts(&other, kept.key), kept_texts);
    let hits =
        |store: &mut Store, text| store.search(&Query { text, limit: 1000, ..Query::default() }, &as_is).unwrap().len();
    assert_eq!((hits(&mut store, CANARY), hits(&mut store, "xqz*"), hits(&mut store, "other")), (0, 0, 120));

    assert!(!store.forget(CANARY).unwrap(), "it is gone already");
    let again = store.append(&meta(CANARY), &[message(&keys(&["c:1"]), "x")]).unwrap();
    assert_eq!(again.seqs, [Some(1)]);
    assert!(again.row.key > gone.key, "a number is never used again");
    assert_eq!(again.row.title, None);
    drop(other);
}

#[test]
fn the_only_session_leaves_nothing_either() {
    let (dir, mut store) = fresh();
    grow(&mut store, CANARY, 30);
    store.index_pending(usize::MAX, &as_is).unwrap();
    assert!(store.forget("kept").unwrap());
    assert!(store.forget(CANARY).unwrap());
    assert_eq!((traces(&dir.path().join("state")), store.sessions().unwrap()), (0, vec![]));
    drop(store);
    assert_eq!(traces(&dir.path().join("state")), 0);
}

#[test]
fn what_a_reader_held_up_is_finished_later() {
    let (dir, mut store) = fresh();
    let folder = dir.path().join("state");
    grow(&mut store, CANARY, 20);
    let reader = Store::open(&folder).unwrap();
    reader.connection.execute_batch("BEGIN; SELECT count(*) FROM events").unwrap();
    assert!(matches!(store.forget(CANARY), Err(StoreError::Busy { .. })));
    assert_eq!(store.session(CANARY).unwrap(), None, "gone from view");
    assert!(traces(&folder) > 0, "the reader still needs the old pages");
    reader.connection.execute_batch("COMMIT").unwrap();
    let opened = Store::open(&folder).unwrap();
    assert_eq!(traces(&folder), 0);
    assert_eq!(opened.session("kept").unwrap().unwrap().marks.last_seq, 20);
}

#[test]
fn nothing_to_forget_is_fine() {
    let (_dir, mut store) = fresh();
    feed(&mut store, "s", &["x"]);
    for id in ["", "t", "S", "s' OR '1'='1", "%"] {
        assert!(!store.forget(id).unwrap(), "{id:?}");
    }
    assert_eq!(store.sessions().unwrap().len(), 1);
}
