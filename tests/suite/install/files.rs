//! The files themselves: links, modes, places that lead elsewhere, projects that are not trusted.
#![cfg(unix)]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use super::{backup, home_file, install, installed, read};
use crate::cli::run;
use crate::harness::{PROGRAM, Workspace};

#[test]
fn a_linked_file_is_written_where_the_link_leads() {
    let place = Workspace::new();
    let before = "{\"a\": 1}\n";
    let real = home_file(&place, "dotfiles/claude.json", before);
    let path = place.state().join(".claude/settings.json");
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    symlink("../dotfiles/claude.json", &path).unwrap();
    installed(&place, &["claude-code"]);
    assert!(path.is_symlink() && read(&real).contains(PROGRAM));
    assert_eq!(read(&backup(&path)), before);
    assert_eq!(std::fs::read_dir(real.parent().unwrap()).unwrap().count(), 1, "nothing else among the dotfiles");
    installed(&place, &["claude-code", "--uninstall"]);
    assert_eq!(read(&real), before);

    std::fs::remove_file(&real).unwrap();
    install(&place, &["claude-code"]).is_refused("is a link to a file that is missing");
}

#[test]
fn mode_and_owner_stay() {
    let place = Workspace::new();
    let path = home_file(&place, ".claude/settings.json", "{\"env\": {\"KEY\": \"secret\"}}");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let root = rustix::process::geteuid().is_root();
    if root {
        std::os::unix::fs::chown(&path, Some(12345), Some(54321)).unwrap();
    }
    installed(&place, &["claude-code"]);
    for path in [&path, &backup(&path)] {
        let meta = std::fs::metadata(path).unwrap();
        assert_eq!(meta.mode() & 0o7777, 0o640, "{}", path.display());
        assert!(!root || (meta.uid(), meta.gid()) == (12345, 54321), "{}", path.display());
    }
}

#[test]
fn no_link_of_a_project_leads_out_of_it() {
    let scope = ["claude-code", "--scope", "project"];
    for (link, to) in [(".claude/settings.local.json", "../../outside/x.json"), (".claude", "../outside")] {
        let place = Workspace::new();
        std::fs::create_dir(place.outside("outside")).unwrap();
        let outside = place.outside("outside").join("x.json");
        std::fs::write(&outside, "{}").unwrap();
        std::fs::create_dir_all(place.root().join(link).parent().unwrap()).unwrap();
        symlink(to, place.root().join(link)).unwrap();
        for more in [&[][..], &["--uninstall"]] {
            install(&place, &[&scope[..], more].concat()).is_refused("leads out of the project through a link");
        }
        assert_eq!(read(&outside), "{}");
        assert_eq!(std::fs::read_dir(place.outside("outside")).unwrap().count(), 1);
    }
    // One that stays inside is followed.
    let place = Workspace::new();
    std::fs::create_dir_all(place.root().join(".claude")).unwrap();
    place.write("shared.json", "{}");
    symlink("../shared.json", place.root().join(".claude/settings.local.json")).unwrap();
    installed(&place, &scope);
    assert!(read(&place.root().join("shared.json")).contains(PROGRAM));
}

#[test]
fn a_project_cannot_name_the_program_that_runs() {
    let place = Workspace::new();
    let evil = place.write("session-memory", "#!/bin/sh\ntouch owned\n");
    std::fs::set_permissions(&evil, std::fs::Permissions::from_mode(0o755)).unwrap();
    let settings = format!(
        "{{\"hooks\": {{\"Stop\": [{{\"hooks\": [{{\"type\": \"command\", \"command\": \"{} hook\"}}]}}]}}}}",
        evil.display()
    );
    std::fs::create_dir(place.root().join(".claude")).unwrap();
    let path = place.write(".claude/settings.local.json", &settings);
    installed(&place, &["claude-code", "--scope", "project"]);
    assert!(!read(&path).contains(&evil.display().to_string()), "{}", read(&path));
    assert!(read(&path).contains(PROGRAM));
    // Nor by what it has installed for itself: the user's settings name the program that was called.
    installed(&place, &["claude-code"]);
    let user = read(&place.state().join(".claude/settings.json"));
    assert!(!user.contains(&evil.display().to_string()) && user.contains(PROGRAM), "{user}");
    assert!(!place.root().join("owned").exists());
}

#[test]
fn what_is_no_file_is_left() {
    let place = Workspace::new();
    let folder = place.state().join(".claude/settings.json");
    std::fs::create_dir_all(&folder).unwrap();
    install(&place, &["claude-code"]).is_refused("it is no file");
    std::fs::remove_dir(&folder).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &folder, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    install(&place, &["claude-code"]).is_refused("it is no file");
    std::fs::remove_file(&folder).unwrap();
    std::fs::write(&folder, [b'{', 0xff, b'}']).unwrap();
    install(&place, &["claude-code"]).is_refused("UTF-8");
}

#[test]
fn the_path_of_a_link_is_what_agents_run() {
    let place = Workspace::new();
    let bin = place.state().join("a bin");
    std::fs::create_dir(&bin).unwrap();
    let link = bin.join("session-memory");
    symlink(PROGRAM, &link).unwrap();
    let done = std::process::Command::new(&link)
        .args(["install", "gemini", "--yes"])
        .env_clear()
        .env("HOME", place.state())
        .env("PATH", &bin)
        .current_dir(place.root())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let text = read(&place.state().join(".gemini/settings.json"));
    assert!(text.contains(&format!("\"command\": \"'{}' hook --agent gemini\"", link.display())), "{text}");
}

#[test]
fn a_folder_named_in_the_environment_counts() {
    let place = Workspace::new();
    let folder = place.outside("claude home");
    let done = std::process::Command::new(PROGRAM)
        .args(["install", "claude-code"])
        .env_clear()
        .env("HOME", place.state())
        .env("CLAUDE_CONFIG_DIR", &folder)
        .current_dir(place.root())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(folder.join("settings.json").is_file());
    let nowhere = run(&place.outside("none"), &place.root(), &["install", "cursor"], "");
    assert_eq!(nowhere.code, 0, "a home folder that is not there yet is made: {}", nowhere.stderr);
}
