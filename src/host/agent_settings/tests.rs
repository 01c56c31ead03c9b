use super::*;

fn file(folder: &Path) -> SettingsFile {
    SettingsFile::locate(&folder.join("a/settings.json"), None, folder).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_another_program_wrote_meanwhile_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path());
    file.replace(None, "one").unwrap();
    file.back_up("one").unwrap();
    file.replace(Some("one"), "two").unwrap();
    for changed in [file.replace(Some("one"), "three"), file.replace(None, "three"), file.remove("one")] {
        assert!(matches!(changed, Err(SettingsError::Changed { .. })), "{changed:?}");
    }
    assert_eq!(file.read().unwrap().as_deref(), Some("two"));
    assert_eq!(file.read_backup().unwrap().as_deref(), Some("one"));
    assert_eq!(names(&dir.path().join("a")), ["settings.json", "settings.json.session-memory.bak"]);
}

#[test]
fn a_folder_goes_with_its_last_file_but_never_the_one_that_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b/settings.json");
    let file = SettingsFile::locate(&path, None, dir.path()).unwrap();
    file.replace(None, "{}").unwrap();
    std::fs::write(dir.path().join("a/other"), "").unwrap();
    file.remove("{}").unwrap();
    assert_eq!(names(&dir.path().join("a")), ["other"]);
    std::fs::remove_file(dir.path().join("a/other")).unwrap();
    file.replace(None, "{}").unwrap();
    file.remove("{}").unwrap();
    assert!(names(dir.path()).is_empty());
}

#[test]
fn a_write_that_fails_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path());
    file.replace(None, "one").unwrap();
    // No rename puts a file in the place of a folder that is not empty, not even root's.
    std::fs::create_dir_all(file.backup_path().join("full")).unwrap();
    let failed = file.back_up("one").unwrap_err().to_string();
    assert!(failed.contains("settings.json.session-memory.bak was left as it is: "), "{failed}");
    assert_eq!(names(&dir.path().join("a")), ["settings.json", "settings.json.session-memory.bak"]);
    assert_eq!(file.read().unwrap().as_deref(), Some("one"));
}
