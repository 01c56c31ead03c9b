//! Cline: a folder of scripts, run by a shell.
#![cfg(unix)]

use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{home_file, install, installed, read};
use crate::harness::{PROGRAM, Workspace};

/// What a script answers, run as Cline runs it: by a shell, which gets its path.
fn answered(script: &Path) -> String {
    let path = format!("'{}'", script.display());
    let mut child =
        Command::new("sh").args(["-c", &path]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // A script that does not read is no failure here.
    let _ = child.stdin.take().unwrap().write_all(b"{\"hookName\": \"TaskStart\"}");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}: {}", script.display(), output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// A place whose home has its documents where they are without a desktop too.
fn desktop() -> Workspace {
    let place = Workspace::new();
    home_file(&place, ".config/user-dirs.dirs", "XDG_DOCUMENTS_DIR=\"$HOME/Documents\"\n");
    place
}

#[test]
fn scripts_come_and_go() {
    let place = desktop();
    for (scope, folder) in
        [("user", place.state().join("Documents/Cline/Hooks")), ("project", place.root().join(".clinerules/hooks"))]
    {
        std::fs::create_dir_all(folder.parent().unwrap()).unwrap();
        let args = ["cline", "--scope", scope];
        installed(&place, &args);
        let script = folder.join("TaskStart");
        assert!(
            read(&script).contains(&format!("\n{PROGRAM} hook --agent cline --event TaskStart || ")),
            "{}",
            read(&script)
        );
        assert_ne!(std::fs::metadata(&script).unwrap().permissions().mode() & 0o111, 0);
        assert!(installed(&place, &args).stderr.contains("nothing to do"));
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 7);
        installed(&place, &[&args[..], &["--uninstall"]].concat());
        assert!(!folder.exists());
    }
}

#[test]
fn a_script_lets_cline_go_on_when_the_program_is_gone() {
    let place = desktop();
    let bin = place.state().join("it's \"$HOME\" here");
    std::fs::create_dir(&bin).unwrap();
    let link = bin.join("session-memory");
    symlink(PROGRAM, &link).unwrap();
    let done = Command::new(&link)
        .args(["install", "cline"])
        .env_clear()
        .env("HOME", place.state())
        .env("PATH", &bin)
        .current_dir(place.root())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let script = place.state().join("Documents/Cline/Hooks/TaskStart");
    // A program in its place, to see what it is called with.
    std::fs::remove_file(&link).unwrap();
    std::fs::write(&link, "#!/bin/sh\nprintf '%s.' \"$@\"\n").unwrap();
    std::fs::set_permissions(&link, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(answered(&script), "hook.--agent.cline.--event.TaskStart.");
    std::fs::remove_file(&link).unwrap();
    assert_eq!(answered(&script), "{\"cancel\":false}\n");
}

#[test]
fn a_script_of_another_is_left() {
    let place = desktop();
    let folder = place.state().join("Documents/Cline/Hooks");
    std::fs::create_dir_all(&folder).unwrap();
    let theirs = folder.join("PostToolUse");
    std::fs::write(&theirs, "#!/bin/sh\nexec lint\n").unwrap();
    let done = installed(&place, &["cline"]);
    assert!(done.stderr.contains("PostToolUse is a hook of another program"), "{}", done.stderr);
    installed(&place, &["cline", "--uninstall"]);
    assert_eq!(read(&theirs), "#!/bin/sh\nexec lint\n");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    // The rules of a project were once one file.
    place.write(".clinerules", "Be kind.\n");
    install(&place, &["cline", "--scope", "project"]).is_refused(".clinerules/hooks");
    assert_eq!(read(&place.root().join(".clinerules")), "Be kind.\n");
}
