//! Codex's own summary prompt: off unless asked for, in its configuration and out again.

use super::{backup, home_file, installed, read};
use crate::harness::Workspace;

const CONFIGURATION: &str = ".codex/config.toml";

#[test]
fn its_prompt_there_and_back() {
    for before in
        ["", "# mine\r\nmodel = \"x\"\r\n\r\n[tui]\r\na = 1", "[projects.\"/a\"]\ntrust_level = \"trusted\"\n"]
    {
        let place = Workspace::new();
        let path = home_file(&place, CONFIGURATION, before);
        installed(&place, &["codex"]);
        assert_eq!(read(&path), before, "it was not asked for");
        let dry = installed(&place, &["codex", "--compact-prompt", "--dry-run"]);
        assert!(dry.stdout.contains("+compact_prompt = \""), "{}", dry.stdout);
        assert_eq!(read(&path), before);
        let done = installed(&place, &["codex", "--compact-prompt"]);
        assert!(
            done.stderr.contains("its summary prompt written to") && done.stderr.contains("trust"),
            "{}",
            done.stderr
        );
        assert!(read(&path).starts_with("compact_prompt = \"") && read(&path).ends_with(before), "{}", read(&path));
        assert_eq!(read(&backup(&path)), before);
        let again = installed(&place, &["codex", "--compact-prompt"]);
        assert!(again.stdout.is_empty() && again.stderr.contains("nothing to do"), "{}{}", again.stdout, again.stderr);
        let hooks = installed(&place, &["codex"]);
        assert!(
            hooks.stderr.contains("nothing to do") && read(&path).starts_with("compact_prompt"),
            "{}",
            hooks.stderr
        );
        let out = installed(&place, &["codex", "--uninstall"]);
        assert!(out.stderr.contains("its summary prompt taken out of"), "{}", out.stderr);
        assert_eq!(read(&path), before);
        assert!(!backup(&path).exists() && !place.state().join(".codex/hooks.json").exists());
    }
    // Where there was nothing, nothing is left.
    let place = Workspace::new();
    let json = installed(&place, &["codex", "--compact-prompt", "--json"]).json();
    assert_eq!((&json["compactPrompt"], &json["written"]), (&true.into(), &true.into()), "{json}");
    installed(&place, &["codex", "--uninstall"]);
    assert_eq!(std::fs::read_dir(place.state()).unwrap().count(), 0);
}

#[test]
fn a_prompt_of_the_users_is_left_and_said() {
    for own in ["compact_prompt = \"Mine.\"\n", "a = 1\nexperimental_compact_prompt_file = \"/x\"\n"] {
        let place = Workspace::new();
        let path = home_file(&place, CONFIGURATION, own);
        let done = installed(&place, &["codex", "--compact-prompt"]);
        assert!(done.stderr.contains("is your own and was left"), "{}", done.stderr);
        assert!(done.stderr.contains("hooks for Codex written to"), "the hooks are in all the same: {}", done.stderr);
        let json = installed(&place, &["codex", "--compact-prompt", "--json"]).json();
        assert_eq!(json["compactPrompt"], false, "{json}");
        installed(&place, &["codex", "--uninstall"]);
        assert_eq!((read(&path).as_str(), backup(&path).exists()), (own, false));
    }
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_written() {
    let place = Workspace::new();
    for args in [&["claude-code", "--compact-prompt"][..], &["codex", "--compact-prompt", "--scope", "project"]] {
        super::install(&place, args).is_refused("install codex");
    }
    assert_eq!(super::install(&place, &["codex", "--compact-prompt", "--uninstall"]).code, 2);
    let path = home_file(&place, CONFIGURATION, "a = 1\nb = = 2\n");
    super::install(&place, &["codex", "--compact-prompt"]).is_refused("line 2");
    assert_eq!(read(&path), "a = 1\nb = = 2\n");
    assert!(!place.state().join(".codex/hooks.json").exists());
    // Its hooks do not care.
    installed(&place, &["codex"]);
    installed(&place, &["codex", "--uninstall"]);
    assert_eq!(read(&path), "a = 1\nb = = 2\n");
}
