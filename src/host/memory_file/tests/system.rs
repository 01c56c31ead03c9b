//! What only a process of its own can have: an umask, a full disk, a file size limit, a read-only mount. Each
//! test starts the test binary again, with itself as the only test, below a shell that sets the stage.

use std::env;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use super::*;

/// Where the inner run of a test finds its folder.
const STAGE: &str = "SESSION_MEMORY_TEST_STAGE";
/// What the shell ends with when the machine does not let it set the stage.
const CANNOT: i32 = 77;

/// In the inner run, the folder to work in; in the outer one it makes the inner one happen, once per script.
fn stage(test: &str, scripts: &[&str]) -> Option<PathBuf> {
    if let Some(folder) = env::var_os(STAGE) {
        return Some(folder.into());
    }
    let module = module_path!().split_once("::").expect("inside a crate").1;
    for script in scripts {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new("sh")
            .args(["-c", &format!("{script}\nexec \"$@\""), "sh"])
            .arg(env::current_exe().unwrap())
            .args(["--exact", &format!("{module}::{test}"), "--nocapture"])
            .env(STAGE, folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(CANNOT) => eprintln!("skipped: this machine does not allow\n{script}\n{said}"),
            Some(0) => assert!(said.contains("1 passed"), "{said}"),
            _ => panic!("below\n{script}\n{said}"),
        }
    }
    None
}

/// A mount in a namespace of its own, which ends with the process.
fn on_tmpfs(options: &str) -> String {
    let user = if rustix::process::geteuid().is_root() { "" } else { "--map-root-user" };
    format!(
        "if [ -z \"$INNER\" ]; then
           unshare --mount {user} true || exit {CANNOT}
           INNER=1 exec unshare --mount {user} sh -c '
             mount -t tmpfs -o {options} none \"${STAGE}\" || exit {CANNOT}
             exec \"$@\"' sh \"$@\"
         fi"
    )
}

#[test]
fn modes_hold_whatever_the_umask_is() {
    let test = "modes_hold_whatever_the_umask_is";
    let Some(workspace) = stage(test, &["umask 000", "umask 077", "umask 177", "umask 377"]) else {
        return;
    };
    let file = memory_file(&workspace);
    let check = |path: &str, expected: u32| {
        let mode = fs::metadata(workspace.join(path)).unwrap().permissions().mode() & 0o7777;
        assert_eq!(format!("{path} {mode:o}"), format!("{path} {expected:o}"));
    };
    for text in ["first", "second"] {
        file.write(text).unwrap();
        check(".session-memory", 0o700);
        check(".session-memory/.gitignore", 0o600);
        check(".session-memory/s1", 0o700);
        check(".session-memory/s1/session-memory.md", 0o600);
    }
}

#[test]
fn a_full_disk_leaves_the_old_text() {
    let Some(workspace) = stage("a_full_disk_leaves_the_old_text", &[&on_tmpfs("size=64k")]) else {
        return;
    };
    let file = memory_file(&workspace);
    file.write("old").unwrap();
    assert_eq!(kind(file.write(&"x".repeat(200_000))), "DiskFull");
    assert_eq!(file.read().unwrap().as_deref(), Some("old"));
    assert_eq!(names(workspace.join(".session-memory/s1")), ["session-memory.md"]);
    file.write("new").unwrap();
    assert_eq!(file.read().unwrap().as_deref(), Some("new"));
}

#[test]
fn a_failed_write_leaves_the_old_text() {
    // With the signal ignored, a write past the limit fails as one to a broken disk would.
    let limit = "trap '' XFSZ; ulimit -f 16";
    let Some(workspace) = stage("a_failed_write_leaves_the_old_text", &[limit]) else {
        return;
    };
    let file = memory_file(&workspace);
    file.write("old").unwrap();
    assert_eq!(kind(file.write(&"x".repeat(200_000))), "Io");
    assert_eq!(file.read().unwrap().as_deref(), Some("old"));
    assert_eq!(names(workspace.join(".session-memory/s1")), ["session-memory.md"]);
}

#[test]
fn a_read_only_workspace_is_read_and_not_changed() {
    let Some(workspace) = stage("a_read_only_workspace_is_read_and_not_changed", &[&on_tmpfs("size=64k")]) else {
        return;
    };
    let file = memory_file(&workspace);
    file.write("old").unwrap();
    let remount = Command::new("mount").args(["-o", "remount,bind,ro"]).arg(&workspace).status().unwrap();
    assert!(remount.success());
    assert_eq!(kind(file.write("new")), "ReadOnly");
    assert_eq!(kind(file.remove()), "ReadOnly");
    assert_eq!(file.read().unwrap().as_deref(), Some("old"));
    let other = MemoryFile::locate(&workspace, DEFAULT_TEMPLATE, "s2").unwrap();
    assert_eq!(kind(other.write("new")), "ReadOnly");
}
