//! `install`: the settings of agents, changed by the real program in a home folder of its own.

mod agents;
mod cline;
mod codex;
mod files;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::{Done, run};
use crate::harness::{PROGRAM, Workspace};

/// Runs `install` in a workspace; the home folder is the state folder.
fn install(place: &Workspace, args: &[&str]) -> Done {
    let args: Vec<&str> = std::iter::once("install").chain(args.iter().copied()).collect();
    run(&place.state(), &place.root(), &args, "")
}

#[track_caller]
fn installed(place: &Workspace, args: &[&str]) -> Done {
    let done = install(place, args);
    assert_eq!(done.code, 0, "{}", done.stderr);
    done
}

/// Writes a file of the home folder.
fn home_file(place: &Workspace, name: &str, text: &str) -> PathBuf {
    let path = place.state().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn backup(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.session-memory.bak", path.display()))
}

#[test]
fn claude_code_there_and_back() {
    let place = Workspace::new();
    let before = "{\n  \"model\": \"opus\",\n  \"hooks\": {\n    \"Stop\": []\n  }\n}";
    let path = home_file(&place, ".claude/settings.json", before);

    let dry = installed(&place, &["claude-code", "--dry-run"]);
    assert!(dry.stdout.contains("\n+++ ") && dry.stdout.contains("\n+    \"SessionStart\": ["), "{}", dry.stdout);
    assert!(dry.stderr.contains("nothing was written (--dry-run)"), "{}", dry.stderr);
    assert_eq!(read(&path), before);
    assert!(!backup(&path).exists());

    let done = installed(&place, &["claude-code"]);
    assert_eq!(done.stdout, dry.stdout, "what was shown is what is done");
    assert!(done.stderr.contains(&backup(&path).display().to_string()), "{}", done.stderr);
    assert_eq!(read(&backup(&path)), before);
    let settings: Value = serde_json::from_str(&read(&path)).unwrap();
    let start = settings["hooks"]["SessionStart"][0].clone();
    assert_eq!(start["matcher"], "startup|resume|clear|compact");
    let part = |part: &str| {
        let args = json!(["hook", "--agent", "claude-code", "--part", part]);
        json!({"type": "command", "command": PROGRAM, "args": args, "timeout": 5})
    };
    assert_eq!(start["hooks"], json!([part("1/4"), part("2/4"), part("3/4"), part("4/4")]));

    let after = read(&path);
    let again = installed(&place, &["claude-code"]);
    assert!(again.stdout.is_empty() && again.stderr.contains("nothing to do"), "{}{}", again.stdout, again.stderr);
    assert_eq!(read(&path), after);

    installed(&place, &["claude-code", "--uninstall"]);
    assert_eq!(read(&path), before);
    assert!(!backup(&path).exists(), "it would say what the file says");
    let again = installed(&place, &["claude-code", "--uninstall"]);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
}

#[test]
fn a_file_and_folder_that_were_not_there_are_gone_again() {
    let agents = [
        ("claude-code", ".claude/settings.json", ".claude/settings.local.json"),
        ("codex", ".codex/hooks.json", ".codex/hooks.json"),
        ("copilot", ".copilot/hooks/session-memory.json", ".github/hooks/session-memory.json"),
        ("gemini", ".gemini/settings.json", ".gemini/settings.json"),
        ("cursor", ".cursor/hooks.json", ".cursor/hooks.json"),
    ];
    for (agent, user, project) in agents {
        let place = Workspace::new();
        for (path, scope) in [(place.state().join(user), "user"), (place.root().join(project), "project")] {
            let dry = installed(&place, &[agent, "--scope", scope, "--dry-run"]);
            assert!(dry.stdout.contains(PROGRAM) && !path.parent().unwrap().exists(), "{agent}: {}", dry.stdout);
            installed(&place, &[agent, "--scope", scope]);
            let text = read(&path);
            assert!(text.contains(PROGRAM) && text.ends_with("}\n"), "{text}");
            assert!(!backup(&path).exists(), "there was nothing to back up");
            let listed = installed(&place, &["--list", "--json"]).json();
            let row = listed.as_array().unwrap().iter().find(|row| row["agent"] == agent).unwrap();
            assert_eq!(row[scope]["hooks"], "yes", "{row}");
            assert!(scope == "project" || row["found"] == true, "{row}");
            installed(&place, &[agent, "--scope", scope, "--uninstall"]);
        }
        assert_eq!(std::fs::read_dir(place.root()).unwrap().count(), 0, "{agent} left something in the project");
        assert_eq!(std::fs::read_dir(place.state()).unwrap().count(), 0, "{agent} left something at home");
    }
}

#[test]
fn what_others_changed_meanwhile_stays() {
    let place = Workspace::new();
    let before = "{\n    \"env\": {},\n    \"hooks\": {\n        \"Stop\": []\n    }\n}\n";
    let path = home_file(&place, ".claude/settings.json", before);
    installed(&place, &["claude-code"]);
    let edited = read(&path).replace("\"env\": {}", "\"env\": {\"A\": \"1\"}, \"theme\": \"dark\"");
    std::fs::write(&path, edited).unwrap();
    installed(&place, &["claude-code", "--uninstall"]);
    assert_eq!(read(&path), before.replace("\"env\": {}", "\"env\": {\"A\": \"1\"}, \"theme\": \"dark\""));
    assert_eq!(read(&backup(&path)), before, "it says something else than the file, so it is kept");
}

#[test]
fn settings_that_are_no_json_are_named_and_left() {
    let place = Workspace::new();
    let broken = "{\n  \"a\": 1,\n}\n";
    let path = home_file(&place, ".claude/settings.json", broken);
    for args in [&["claude-code"][..], &["claude-code", "--uninstall"], &["claude-code", "--dry-run"]] {
        let done = install(&place, args);
        done.is_refused(&format!("{}: line 2, column 9", path.display()));
        assert!(done.stderr.contains("Correct it"), "{}", done.stderr);
    }
    assert_eq!(read(&path), broken);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    let listed = installed(&place, &["--list"]);
    assert!(listed.stdout.contains("unknown") && listed.stdout.contains("line 2, column 9"), "{}", listed.stdout);
}

#[test]
fn the_list_tells_old_hooks_from_new() {
    let place = Workspace::new();
    let state = |place: &Workspace| {
        let rows = installed(place, &["--list", "--json"]).json();
        let row = rows.as_array().unwrap().iter().find(|row| row["agent"] == "cursor").unwrap().clone();
        row["user"]["hooks"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(&place), "no");
    let old = "{\"version\": 1, \"hooks\": {\"stop\": [{\"command\": \"/gone/session-memory hook --agent cursor\"}]}}";
    let path = home_file(&place, ".cursor/hooks.json", old);
    assert_eq!(state(&place), "old");
    installed(&place, &["cursor"]);
    assert_eq!(state(&place), "yes");
    assert!(!read(&path).contains("/gone/") && !backup(&path).exists(), "that was not the first change");
    assert!(installed(&place, &["--list"]).stdout.contains("cursor        yes    yes             no\n"));
}

#[test]
fn a_script_gets_an_object() {
    let place = Workspace::new();
    home_file(&place, ".claude/settings.json", "{\"disableAllHooks\": true}");
    let done = installed(&place, &["claude-code", "--json"]).json();
    assert_eq!((&done["changed"], &done["written"]), (&json!(true), &json!(true)), "{done}");
    assert!(done["warnings"][0].as_str().unwrap().contains("disableAllHooks"), "{done}");
    assert!(done["backup"].as_str().unwrap().ends_with(".session-memory.bak") && done["next"].is_string(), "{done}");
    let done = installed(&place, &["claude-code", "--json"]).json();
    assert_eq!((&done["changed"], &done["written"], &done["backup"]), (&json!(false), &json!(false), &Value::Null));
}

#[test]
fn hooks_that_are_switched_off_are_said() {
    let place = Workspace::new();
    home_file(&place, ".codex/config.toml", "model = \"x\"\n[features]\nhooks = false\n");
    home_file(&place, ".copilot/settings.json", "{\"disableAllHooks\": true}");
    home_file(&place, ".gemini/settings.json", "{\"hooksConfig\": {\"enabled\": false}} // off\n");
    for (agent, switch) in
        [("codex", "[features] hooks"), ("gemini", "hooksConfig.enabled"), ("copilot", ".copilot/settings.json")]
    {
        let done = installed(&place, &[agent]);
        assert!(done.stderr.contains("warning: ") && done.stderr.contains(switch), "{}", done.stderr);
    }
    assert_eq!(read(&place.state().join(".codex/config.toml")), "model = \"x\"\n[features]\nhooks = false\n");
}

#[test]
fn a_hook_that_would_run_twice_is_said() {
    let place = Workspace::new();
    let path = home_file(&place, ".claude/settings.json", "{\"enabledPlugins\": {\"session-memory@x\": true}}");
    assert!(installed(&place, &["claude-code", "--dry-run"]).stderr.contains("runs twice"));
    std::fs::write(&path, "{\"enabledPlugins\": {\"session-memory@x\": false, \"other@session-memory\": true}}")
        .unwrap();
    assert!(!installed(&place, &["claude-code", "--dry-run"]).stderr.contains("runs twice"));
    home_file(&place, ".gemini/settings.json", "{\"hooksConfig\": {\"disabled\": [\"x\", \"session-memory\"]}}");
    assert!(installed(&place, &["gemini"]).stderr.contains("`hooksConfig.disabled`"));
}

#[test]
fn a_hook_without_its_arguments_stops_nobody() {
    let place = Workspace::new();
    let told = format!("{{\"prompt\": \"{}\"}}", "long ".repeat(100_000));
    let done = run(&place.state(), &place.root(), &[], &told);
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, "", ""));
    for other in ["", "[]", "hello"] {
        assert_eq!(run(&place.state(), &place.root(), &[], other).code, 2, "{other}");
    }
}
