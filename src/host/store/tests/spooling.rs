//! What hooks put aside: bounded, in its order, and nothing of a file that is no whole one.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::engine::intake::Intake;
use crate::host::store::{Drained, PATIENCE, Store, Told, ToldEvent, put_aside};

fn told(at: i64, text: &str) -> Told {
    let raw = format!(r#"{{"type":"message","id":"{at}","message":{{"role":"user","content":"{text}"}}}}"#);
    let event = ToldEvent::new(&Intake::new(&raw, true).unwrap(), format!("m:{}", at - 1), at);
    Told {
        agent_session: "s".to_owned(),
        agent: "cursor".to_owned(),
        transcript: None,
        process: None,
        prompted: true,
        at,
        title: Some(text.to_owned()),
        events: vec![event],
    }
}

fn texts(store: &Store) -> Vec<String> {
    let row = store.session("s").unwrap().unwrap();
    store.events(row.key, 1, 100, 1 << 20).unwrap().into_iter().map(|event| event.raw.into()).collect()
}

fn put(dir: &Path, at: i64) {
    put_aside(dir, &told(at, &format!("word {at}"))).unwrap();
}

#[test]
fn it_is_taken_in_in_its_order_and_once() {
    let dir = tempfile::tempdir().unwrap();
    for at in [30, 10, 20, 1_700_000_000_000] {
        put(dir.path(), at);
    }
    let mut store = Store::join(dir.path()).unwrap();
    assert_eq!(store.drain(PATIENCE).unwrap(), Drained { taken: 4, ..Drained::default() });
    let row = store.session("s").unwrap().unwrap();
    assert_eq!((row.agent.as_deref(), row.title.as_deref(), row.started_at), (Some("cursor"), Some("word 10"), 10));
    let expected = ["10", "20", "30", "1700000000000"];
    assert!(texts(&store).iter().zip(expected).all(|(text, at)| text.contains(&format!("word {at}\""))));
    // The same once more, as after a crash; and the second registration of a moment.
    put(dir.path(), 20);
    let mut again = told(40, "word 20");
    again.events[0] = ToldEvent::new(
        &Intake::new(r#"{"type":"message","id":"40","message":{"role":"user","content":"word 20"}}"#, true).unwrap(),
        "m:20".to_owned(),
        40,
    );
    put_aside(dir.path(), &again).unwrap();
    assert_eq!(store.drain(PATIENCE).unwrap().taken, 2);
    assert_eq!(texts(&store).len(), 4);
    let feed = store.feed("s").unwrap().unwrap();
    assert_eq!(feed.at, 1_700_000_000_000, "what is told late is not newer");
}

#[test]
fn what_is_no_whole_file_says_nothing() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), 10);
    put(dir.path(), 20);
    let folder = dir.path().join("spool");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let whole = fs::read(&files[0]).unwrap();
    fs::write(&files[0], &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.join(".000000000000015-0000000001.json"), &whole).unwrap();
    let mut store = Store::join(dir.path()).unwrap();
    assert_eq!(store.drain(PATIENCE).unwrap(), Drained { taken: 1, unreadable: 1, left: false });
    assert_eq!(texts(&store).len(), 1);
    assert_eq!(store.drain(PATIENCE).unwrap(), Drained::default());
    // Its writer may still live; an old one is swept at the next time.
    let unfinished = folder.join(".000000000000015-0000000001.json");
    assert!(unfinished.exists());
    let long_ago = std::time::SystemTime::now() - Duration::from_hours(1);
    fs::File::options().write(true).open(&unfinished).unwrap().set_modified(long_ago).unwrap();
    put(dir.path(), 30);
    assert_eq!(store.drain(PATIENCE).unwrap().taken, 1);
    assert!(!unfinished.exists());
}

#[test]
fn there_is_an_end_to_it() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), 10);
    let file = fs::File::create(dir.path().join("spool/000000000000011-0000000001.json")).unwrap();
    file.set_len(64 << 20).unwrap();
    let error = put_aside(dir.path(), &told(20, "more")).unwrap_err();
    assert!(error.to_string().contains("is full"), "{error}");
    file.set_len(0).unwrap();
    for number in 0..2_000 {
        fs::write(dir.path().join(format!("spool/{number}")), "").unwrap();
    }
    assert!(put_aside(dir.path(), &told(20, "more")).is_err());
    // No time, nothing done.
    let mut store = Store::join(dir.path()).unwrap();
    assert!(store.drain(Duration::ZERO).unwrap().left);
    assert!(!store.drain(PATIENCE).unwrap().left);
    assert_eq!(texts(&store).len(), 1);
    put(dir.path(), 20);
}
