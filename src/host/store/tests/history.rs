//! Revisions, compactions, snapshots, rewinds, and what happens when another was faster.

use super::*;

fn revision(text: &str) -> NewRevision<'_> {
    NewRevision {
        at: 5,
        source: "extractive",
        origin: "background",
        covered: 2,
        tokens: 3,
        added: 4,
        removed: 1,
        text,
        layer: None,
    }
}

fn compaction(memory: Option<&str>) -> NewCompaction<'_> {
    let kind = if memory.is_some() { CompactionKind::Ours } else { CompactionKind::Agent };
    NewCompaction {
        at: 6,
        at_seq: 2,
        keep_from: 2,
        tokens_before: 100,
        tokens_after: 20,
        kind,
        memory,
        sources: memory,
    }
}

#[test]
fn revisions_are_kept() {
    let (_dir, mut store) = fresh();
    let SessionRow { key, marks, .. } = feed(&mut store, "s", &["x", "y"]);
    let other = feed(&mut store, "t", &["x"]);
    assert_eq!((store.revision(key, None).unwrap(), store.revisions(key).unwrap()), (None, vec![]));
    let marks = store.add_revision(key, marks, &revision("one")).unwrap().unwrap();
    let merged = NewRevision { layer: Some("made"), source: "user", origin: "user", ..revision("two") };
    let marks = store.add_revision(key, marks, &merged).unwrap().unwrap();
    store.add_revision(other.key, other.marks, &revision("other")).unwrap().unwrap();
    assert_eq!(marks, Marks { last_seq: 2, last_revision: 2, compactions: 0, rewinds: 0 });
    assert_eq!(store.session("s").unwrap().unwrap().marks, marks);
    let newest = store.revision(key, None).unwrap().unwrap();
    let row = RevisionRow {
        revision: 2,
        at: 5,
        source: "user".into(),
        origin: "user".into(),
        covered: 2,
        tokens: 3,
        added: 4,
        removed: 1,
    };
    assert_eq!(newest, Revision { row, text: "two".into() });
    let layers = [(None, Some("made")), (Some(2), Some("made")), (Some(1), None), (Some(9), Some("made"))];
    for (revision, layer) in layers {
        assert_eq!(store.layer(key, revision).unwrap().as_deref(), layer, "{revision:?}");
    }
    assert_eq!(store.layer(other.key, None).unwrap(), None);
    assert_eq!(store.revision(key, Some(2)).unwrap(), Some(newest));
    assert_eq!(store.revision(key, Some(1)).unwrap().unwrap().text, "one");
    assert_eq!((store.revision(key, Some(0)).unwrap(), store.revision(key, Some(3)).unwrap()), (None, None));
    let numbers: Vec<u64> = store.revisions(key).unwrap().iter().map(|row| row.revision).collect();
    assert_eq!(numbers, [1, 2]);
}

#[test]
fn compactions_are_kept_with_the_revision_that_was_seen() {
    let (_dir, mut store) = fresh();
    let SessionRow { key, marks, .. } = feed(&mut store, "s", &["x", "y"]);
    assert_eq!(store.last_compaction(key).unwrap(), None);
    let marks = store.add_compaction(key, marks, &compaction(None), None).unwrap().unwrap();
    let agents = store.last_compaction(key).unwrap().unwrap();
    assert_eq!((agents.n, agents.kind, agents.revision, agents.memory), (1, CompactionKind::Agent, 0, None));
    let marks = store.add_revision(key, marks, &revision("text")).unwrap().unwrap();
    let marks = store.add_compaction(key, marks, &compaction(Some("m")), None).unwrap().unwrap();
    assert_eq!(marks, Marks { last_seq: 2, last_revision: 1, compactions: 2, rewinds: 0 });
    assert_eq!(store.session("s").unwrap().unwrap().marks, marks);
    let ours = CompactionRow {
        n: 2,
        at: 6,
        at_seq: 2,
        keep_from: 2,
        tokens_before: 100,
        tokens_after: 20,
        revision: 1,
        kind: CompactionKind::Ours,
        memory: Some("m".into()),
        sources: Some("m".into()),
    };
    assert_eq!(store.last_compaction(key).unwrap(), Some(ours));
    assert_eq!(store.revision(key, Some(1)).unwrap().unwrap().text, "text");
    assert_eq!(store.compaction(key, Some(1)).unwrap().unwrap().kind, CompactionKind::Agent);
    assert_eq!(store.compaction(key, Some(3)).unwrap(), None);
}

#[test]
fn a_compaction_and_its_revision_are_stored_together() {
    let (_dir, mut store) = fresh();
    let SessionRow { key, marks, .. } = feed(&mut store, "s", &["x", "y"]);
    let both = store.add_compaction(key, marks, &compaction(Some("m")), Some(&revision("one"))).unwrap().unwrap();
    assert_eq!(both, Marks { last_seq: 2, last_revision: 1, compactions: 1, rewinds: 0 });
    assert_eq!(store.revision(key, None).unwrap().unwrap().text, "one");
    // Another process made a revision meanwhile: the compaction stands without this one.
    let newer = store.add_revision(key, both, &revision("two")).unwrap().unwrap();
    let late = store.add_compaction(key, both, &compaction(Some("m")), Some(&revision("late"))).unwrap().unwrap();
    assert_eq!(late, Marks { compactions: 2, ..both });
    assert_eq!(store.session("s").unwrap().unwrap().marks, Marks { compactions: 2, ..newer });
    assert_eq!(store.revision(key, None).unwrap().unwrap().text, "two");
}

/// What another process may have done since the session was last seen.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Meanwhile {
    Nothing,
    Append,
    Revision,
    Compaction,
    Rewind,
    Forget,
}

type Call<'a> = &'a dyn Fn(&mut Store) -> Result<Marks, Conflict>;

#[test]
fn who_comes_second_is_told() {
    fn check(meanwhile: Meanwhile, accepted: [bool; 3]) {
        let (dir, mut store) = fresh();
        let SessionRow { key, marks: seen, .. } = feed(&mut store, "s", &["x", "y"]);
        let mut other = Store::open(&dir.path().join("state")).unwrap();
        match meanwhile {
            Meanwhile::Nothing => {}
            Meanwhile::Append => drop(feed(&mut other, "s", &["z"])),
            Meanwhile::Revision => drop(other.add_revision(key, seen, &revision("theirs")).unwrap().unwrap()),
            Meanwhile::Compaction => drop(other.add_compaction(key, seen, &compaction(None), None).unwrap().unwrap()),
            Meanwhile::Rewind => assert!(other.abandon_after(key, 1, 9).unwrap()),
            Meanwhile::Forget => assert!(other.forget("s").unwrap()),
        }
        let found = store.session("s").unwrap().map(|row| row.marks);
        let calls: [Call; 2] = [&|store| store.add_revision(key, seen, &revision("mine")).unwrap(), &|store| {
            store.add_compaction(key, seen, &compaction(Some("m")), None).unwrap()
        }];
        for (index, call) in calls.iter().enumerate() {
            // On a copy, so that one call does not stand in the way of the next.
            let copy = tempfile::tempdir().unwrap();
            std::fs::create_dir(copy.path().join("state")).unwrap();
            for file in std::fs::read_dir(dir.path().join("state")).unwrap() {
                let file = file.unwrap();
                std::fs::copy(file.path(), copy.path().join("state").join(file.file_name())).unwrap();
            }
            let mut store = Store::open(&copy.path().join("state")).unwrap();
            let answer = call(&mut store);
            assert_eq!(answer.is_ok(), accepted[index], "{meanwhile:?}, call {index}: {answer:?}");
            match answer {
                Err(conflict) => {
                    assert_eq!(conflict, Conflict { found });
                    assert_eq!(store.session("s").unwrap().map(|row| row.marks), found, "nothing is written");
                }
                Ok(marks) => assert_eq!(marks.last_seq, seen.last_seq),
            }
        }
        let saved = store.save_snapshot(key, seen, b"state").unwrap();
        assert_eq!(saved, accepted[2], "{meanwhile:?}, snapshot");
        assert_eq!(store.snapshot(key).unwrap().is_some(), saved);
    }
    // Accepted: a revision, a compaction, a snapshot.
    check(Meanwhile::Nothing, [true, true, true]);
    check(Meanwhile::Append, [true, false, true]);
    check(Meanwhile::Revision, [false, true, true]);
    check(Meanwhile::Compaction, [true, false, false]);
    check(Meanwhile::Rewind, [true, false, false]);
    check(Meanwhile::Forget, [false, false, false]);
}

#[test]
fn the_newest_snapshot_stays() {
    let (_dir, mut store) = fresh();
    let SessionRow { key, marks, .. } = feed(&mut store, "s", &["x", "y"]);
    let at = |last_seq| Marks { last_seq, ..marks };
    assert_eq!(store.snapshot(key).unwrap(), None);
    assert!(store.save_snapshot(key, at(1), b"old").unwrap());
    assert!(store.save_snapshot(key, at(2), b"new").unwrap());
    assert!(!store.save_snapshot(key, at(1), b"late").unwrap());
    assert_eq!(store.snapshot(key).unwrap(), Some(Snapshot { seq: 2, state: b"new".to_vec() }));
    assert!(store.save_snapshot(key, at(2), &vec![7; 1 << 20]).unwrap());
    assert_eq!(store.snapshot(key).unwrap().unwrap().state.len(), 1 << 20);
}

#[test]
fn a_rewind_marks_events_and_keeps_them() {
    let (_dir, mut store) = fresh();
    let SessionRow { key, marks, .. } = feed(&mut store, "s", &["a", "b", "c"]);
    assert!(store.save_snapshot(key, marks, b"x").unwrap());
    assert!(!store.abandon_after(key, 3, 9).unwrap(), "nothing is after the newest");
    assert!(store.snapshot(key).unwrap().is_some());
    assert!(store.abandon_after(key, 1, 9).unwrap());
    assert_eq!(store.snapshot(key).unwrap(), None);
    feed(&mut store, "s", &["d"]);
    assert!(store.abandon_after(key, 3, 9).unwrap());
    let row = feed(&mut store, "s", &["e"]);
    assert_eq!((row.marks.last_seq, row.marks.rewinds), (5, 2));
    let events = store.events(key, 1, 5, usize::MAX).unwrap();
    let abandoned: Vec<bool> = events.iter().map(|event| event.abandoned).collect();
    assert_eq!(abandoned, [false, true, true, true, false]);
}
