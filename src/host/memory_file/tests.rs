//! The memory file against a workspace that is against it. What all the tests below share.

use std::fs;
use std::path::Path;

use super::*;

#[cfg(unix)]
mod hostile;
#[cfg(target_os = "linux")]
mod races;
#[cfg(unix)]
mod system;

const SESSION: &str = "s1";

fn memory_file(workspace: &Path) -> MemoryFile {
    MemoryFile::locate(workspace, DEFAULT_TEMPLATE, SESSION).unwrap()
}

/// The names in a folder, in order.
fn names(folder: impl AsRef<Path>) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The name of the kind of an error.
fn kind<T>(result: Result<T, FileError>) -> String {
    let error = format!("{:?}", result.err().expect("an error"));
    let end = error.find([' ', '{']).unwrap_or(error.len());
    error[..end].to_owned()
}

#[test]
fn a_memory_is_written_read_replaced_and_removed() {
    let workspace = tempfile::tempdir().unwrap();
    let file = memory_file(workspace.path());
    assert_eq!(file.read().unwrap(), None);

    file.write("first").unwrap();
    assert_eq!(file.read().unwrap().as_deref(), Some("first"));
    file.write("").unwrap();
    assert_eq!(file.read().unwrap().as_deref(), Some(""));

    let top = workspace.path().join(".session-memory");
    assert_eq!(names(&top), [".gitignore", "s1"]);
    assert_eq!(fs::read_to_string(top.join(".gitignore")).unwrap(), "*\n");
    assert_eq!(names(top.join("s1")), ["session-memory.md"]);
    assert_eq!(file.path(), top.join("s1/session-memory.md"));
    assert!(file.uri().starts_with("file:///") && file.uri().ends_with("/.session-memory/s1/session-memory.md"));

    file.remove().unwrap();
    assert_eq!(names(workspace.path()), [""; 0]);
    file.remove().unwrap();
}

#[test]
fn a_template_decides_where_the_file_is() {
    fn check(template: &str, expected: &str) {
        let workspace = tempfile::tempdir().unwrap();
        let file = MemoryFile::locate(workspace.path(), template, SESSION).unwrap();
        file.write("text").unwrap();
        assert_eq!(fs::read_to_string(workspace.path().join(expected)).unwrap(), "text");
        file.remove().unwrap();
        assert_eq!(names(workspace.path()), [""; 0], "{template}");
    }
    check("{session}.md", "s1.md");
    check("notes/{session}.md", "notes/s1.md");
    check("a/b/{session}/c/m.md", "a/b/s1/c/m.md");
    let refused = MemoryFile::locate(Path::new("/w"), "../{session}.md", SESSION);
    assert_eq!(kind(refused), "Template");
}

#[test]
fn removing_leaves_what_is_not_ours() {
    let workspace = tempfile::tempdir().unwrap();
    let top = workspace.path().join(".session-memory");
    let (one, two) =
        (memory_file(workspace.path()), MemoryFile::locate(workspace.path(), DEFAULT_TEMPLATE, "s2").unwrap());
    one.write("one").unwrap();
    two.write("two").unwrap();
    one.remove().unwrap();
    assert_eq!(names(&top), [".gitignore", "s2"]);

    fs::write(top.join("s2/notes.txt"), "the user's").unwrap();
    two.remove().unwrap();
    assert_eq!(names(top.join("s2")), ["notes.txt"]);

    fs::remove_dir_all(top.join("s2")).unwrap();
    fs::write(top.join(".gitignore"), "*\n!shared\n").unwrap();
    one.write("one").unwrap();
    one.remove().unwrap();
    assert_eq!(names(&top), [".gitignore"]);
    assert_eq!(fs::read_to_string(top.join(".gitignore")).unwrap(), "*\n!shared\n");
}

#[test]
fn a_file_is_the_users_until_a_memory_was_written_there() {
    #[track_caller]
    fn check(before: &[u8], foreign: bool) {
        let (workspace, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = || MemoryFile::locate(workspace.path(), "{session}.md", SESSION).unwrap().recorded_in(state.path());
        let path = workspace.path().join("s1.md");
        fs::write(&path, before).unwrap();
        if foreign {
            assert!(place().read().is_err() && place().write("text").is_err());
            place().remove().unwrap();
            assert_eq!(fs::read(&path).unwrap(), before);
            fs::remove_file(&path).unwrap();
        }
        place().write("text").unwrap();
        // From now on it is ours, whatever becomes of it, and one of the name in another folder is not.
        fs::write(&path, "").unwrap();
        assert_eq!(place().read().unwrap().as_deref(), Some(""));
        place().write("text").unwrap();
        fs::create_dir(workspace.path().join("notes")).unwrap();
        fs::write(workspace.path().join("notes/s1.md"), "text").unwrap();
        let other = MemoryFile::locate(workspace.path(), "notes/{session}.md", SESSION).unwrap();
        assert_eq!(kind(other.recorded_in(state.path()).read()), "NotOurs");
        // Forgotten with the file.
        place().remove().unwrap();
        assert!(!path.exists());
        assert_eq!(names(state.path().join("memory-files")), [""; 0]);
        fs::write(&path, "text").unwrap();
        assert_eq!(kind(place().write("other")), "NotOurs");
    }
    check(b"---\nsession: \"s1\"\nrevision: 7\n---\n", false);
    check(b"---\nsession: \"s2\"\nrevision: 7\n---\n", true);
    check(b"# My notes\n", true);
    check(b"", true);
    check(b"\xff\xfe", true);
}

#[test]
fn a_folder_the_user_fills_gets_no_gitignore() {
    let workspace = tempfile::tempdir().unwrap();
    fs::create_dir(workspace.path().join(".session-memory")).unwrap();
    fs::write(workspace.path().join(".session-memory/readme"), "kept in git").unwrap();
    memory_file(workspace.path()).write("text").unwrap();
    assert_eq!(names(workspace.path().join(".session-memory")), ["readme", "s1"]);
}

#[test]
fn what_cannot_be_a_memory_is_refused() {
    let workspace = tempfile::tempdir().unwrap();
    let file = memory_file(workspace.path());
    file.write("old").unwrap();
    let limit = usize::try_from(MAX_BYTES).unwrap();

    assert_eq!(kind(file.write(&"x".repeat(limit + 1))), "TooLarge");
    assert_eq!(file.read().unwrap().as_deref(), Some("old"));
    file.write(&"x".repeat(limit)).unwrap();
    assert_eq!(file.read().unwrap().unwrap().len(), limit);

    fs::write(file.path(), "x".repeat(limit + 1)).unwrap();
    assert_eq!(kind(file.read()), "TooLarge");
    fs::write(file.path(), b"good\xff\xfe").unwrap();
    let error = file.read().unwrap_err();
    assert!(matches!(error, FileError::NotUtf8 { offset: 4, .. }), "{error:?}");
    assert_eq!(error.path(), Some(file.path().as_path()));
}

#[test]
fn stale_temporary_files_are_swept_and_no_others() {
    let workspace = tempfile::tempdir().unwrap();
    let file = memory_file(workspace.path());
    file.write("text").unwrap();
    let folder = file.path().parent().unwrap().to_path_buf();
    let temp = |number: &str| format!(".session-memory.md.tmp-{number}");
    let (stale, living, other) = (temp("0123456789abcdef"), temp("fedcba9876543210"), temp("notes"));
    for name in [&stale, &living, &other] {
        fs::write(folder.join(name), "half").unwrap();
    }
    let long_ago = std::time::SystemTime::now() - 2 * STALE;
    for name in [&stale, &other] {
        let file = fs::File::options().write(true).open(folder.join(name)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    file.write("newer").unwrap();
    assert_eq!(names(&folder), [living, other.clone(), "session-memory.md".to_owned()]);
    file.remove().unwrap();
    assert_eq!(names(&folder), [other]);
}

#[test]
fn a_workspace_that_is_gone_is_named() {
    let workspace = tempfile::tempdir().unwrap();
    let gone = workspace.path().join("gone");
    let file = memory_file(&gone);
    assert_eq!(kind(file.read()), "Missing");
    let error = file.write("text").unwrap_err();
    assert!(matches!(&error, FileError::Missing { path } if *path == gone), "{error:?}");
    assert!(!gone.exists());
    file.remove().unwrap();

    fs::write(&gone, "a file").unwrap();
    assert_eq!(kind(file.write("text")), "NotAFolder");
}
