//! Files that are not what they should be, and places that refuse to be written to.

use std::fs;

use super::*;

/// A store's folder with some data in it, closed.
fn filled() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let text = "some words of a conversation ".repeat(60);
    feed(&mut store, "s", &vec![text.as_str(); 200]);
    store.index_pending(usize::MAX, &as_is).unwrap();
    drop(store);
    let path = dir.path().join("store.db");
    (dir, path)
}

/// Everything one can ask a store.
fn use_it(dir: &Path) -> Result<(), StoreError> {
    let mut store = Store::open(dir)?;
    store.sessions()?;
    let row = store.append(&meta("s"), &[message(&[], "x")])?.row;
    store.events(row.key, 1, u64::MAX, usize::MAX)?;
    store.search(&Query { text: "words conv*", limit: 10, ..Query::default() }, &as_is)?;
    store.forget("s")?;
    Ok(())
}

#[test]
fn a_damaged_file_is_an_error_and_can_be_set_aside() {
    fn check(name: &str, damage: impl Fn(&mut Vec<u8>)) {
        let (dir, path) = filled();
        let mut bytes = fs::read(&path).unwrap();
        damage(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        let error = use_it(dir.path()).expect_err(name);
        assert!(matches!(error, StoreError::Corrupt { .. }), "{name}: {error:?}");
        assert_eq!(error.path(), path);
        let aside = set_aside(dir.path()).unwrap();
        assert!(aside.exists() && !path.exists(), "{name}");
        use_it(dir.path()).unwrap();
        assert_ne!(set_aside(dir.path()).unwrap(), aside);
    }
    check("garbage", |bytes| bytes.fill(b'x'));
    check("text", |bytes| *bytes = b"not a database\n".repeat(100));
    check("header", |bytes| bytes[0] = 0);
    check("half", |bytes| bytes.truncate(bytes.len() / 2));
    check("one page", |bytes| bytes.truncate(4096));
    check("schema", |bytes| bytes[100..4096].fill(0xAA));
    check("rows", |bytes| bytes[4096..].fill(0xAA));
    check("zeros", |bytes| bytes[4096..].fill(0));
}

#[test]
fn no_damage_makes_it_panic() {
    let (dir, path) = filled();
    let healthy = fs::read(&path).unwrap();
    let mut seed = 1_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for _ in 0..60 {
        let mut bytes = healthy.clone();
        for _ in 0..64 {
            let at = random(bytes.len());
            bytes[at] = u8::try_from(random(256)).unwrap();
        }
        for entry in fs::read_dir(dir.path()).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        fs::write(&path, &bytes).unwrap();
        if let Err(error) = use_it(dir.path()) {
            assert!(!matches!(error, StoreError::Busy { .. } | StoreError::Full { .. }), "{error:?}");
        }
    }
}

#[test]
fn a_garbled_log_costs_no_more_than_what_was_in_it() {
    let (dir, path) = filled();
    fs::write(dir.path().join("store.db-wal"), "garbage".repeat(5000)).unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.session("s").unwrap().unwrap().marks.last_seq, 200);
    assert_eq!(store.path(), path);
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let (dir, path) = filled();
    let newer = i64::try_from(schema::STEPS.len()).unwrap() + 1;
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", newer).unwrap();
    let before = fs::read(&path).unwrap();
    let error = Store::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found, .. } if found == newer), "{error:?}");
    assert!(error.to_string().contains("update"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    let error = Store::open(&dir.path().join("file/state")).unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
    fs::create_dir_all(dir.path().join("state/store.db")).unwrap();
    assert!(Store::open(&dir.path().join("state")).is_err());
    assert!(set_aside(&dir.path().join("nowhere")).is_err());
}

/// A file system mounted for one test; `None`, and a word about it, where that is not allowed.
#[cfg(target_os = "linux")]
struct Mount(TempDir);

#[cfg(target_os = "linux")]
impl Mount {
    fn new(options: &str) -> Option<Mount> {
        let dir = tempfile::tempdir().unwrap();
        let mount = Mount::run("mount", &["-t", "tmpfs", "-o", options, "tmpfs"], dir.path());
        if mount.is_none() {
            eprintln!("skipped: a tmpfs cannot be mounted here");
        }
        mount.map(|()| Mount(dir))
    }

    fn run(program: &str, arguments: &[&str], dir: &Path) -> Option<()> {
        let output = std::process::Command::new(program).args(arguments).arg(dir).output().ok()?;
        output.status.success().then_some(())
    }
}

#[cfg(target_os = "linux")]
impl Drop for Mount {
    fn drop(&mut self) {
        Mount::run("umount", &[], self.0.path());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_loses_nothing() {
    let Some(mount) = Mount::new("size=640k") else { return };
    let mut store = Store::open(mount.0.path()).unwrap();
    let text = "word ".repeat(2000);
    let mut stored = 0;
    let error = loop {
        match store.append(&meta("s"), &[message(&[], &text)]) {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    assert!(stored > 0);
    let row = store.session("s").unwrap().unwrap();
    assert_eq!(row.marks.last_seq, stored, "what was acknowledged is there");
    assert!(store.events(row.key, 1, u64::MAX, usize::MAX).unwrap().iter().all(|event| *event.raw == *text));
    drop(store);
    let reopened = Store::open(mount.0.path()).unwrap();
    assert_eq!(reopened.session("s").unwrap().unwrap().marks.last_seq, stored);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_too_small_for_a_store_is_an_error() {
    let Some(mount) = Mount::new("size=16k") else { return };
    let error = Store::open(mount.0.path()).unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_is_an_error() {
    let Some(mount) = Mount::new("size=2m") else { return };
    feed(&mut Store::open(&mount.0.path().join("old")).unwrap(), "s", &["x"]);
    Mount::run("mount", &["-o", "remount,ro"], mount.0.path()).unwrap();
    for folder in ["new", "old"] {
        let error = Store::open(&mount.0.path().join(folder)).unwrap_err();
        assert!(matches!(error, StoreError::ReadOnly { .. }), "{folder}: {error:?}");
    }
}
