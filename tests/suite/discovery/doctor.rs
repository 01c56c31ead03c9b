//! `doctor`: what it finds, what it advises, and its exit code.

use std::process::Command;

use serde_json::{Value, json};

use super::homes::claude;
use super::{await_events, started};
use crate::harness::{PROGRAM, Workspace};

struct Told {
    code: i32,
    text: String,
}

fn doctor(place: &Workspace, args: &[&str], env: &[(&str, &str)]) -> Told {
    let output = Command::new(PROGRAM)
        .arg("doctor")
        .args(args)
        .env_clear()
        .env("HOME", place.outside("home"))
        .env("PATH", "/nowhere")
        .env("SESSION_MEMORY_STATE_DIR", place.state())
        .env("SESSION_MEMORY_CONFIG", place.config())
        .envs(env.iter().copied())
        .current_dir(place.root())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    Told { code: output.status.code().unwrap(), text: String::from_utf8(output.stdout).unwrap() }
}

fn report(place: &Workspace) -> (i32, Value) {
    let told = doctor(place, &["--json"], &[]);
    (told.code, serde_json::from_str(&told.text).unwrap())
}

#[test]
fn a_machine_where_nothing_is_wrong() {
    let place = Workspace::new();
    let told = doctor(&place, &[], &[]);
    assert_eq!(told.code, 0, "{}", told.text);
    assert!(told.text.contains("all is well") && told.text.contains("attach = ask"), "{}", told.text);
    assert!(!told.text.contains('\u{1b}'), "colours are for terminals");
    assert!(!place.state().join("workspaces").exists(), "a look makes nothing");
}

#[test]
fn a_session_that_nobody_keeps_needs_attention() {
    let place = Workspace::new();
    claude(&place, "live", "Mend \u{1b}[2Jthe fence.");
    let (code, told) = report(&place);
    assert_eq!((code, &told["feeder"]), (1, &json!(null)));
    assert_eq!((&told["sessions"][0]["sessionId"], &told["sessions"][0]["attached"]), (&json!("live"), &json!(false)));
    let finding = told["findings"].as_array().unwrap().iter().find(|row| row["level"] == "problem").unwrap();
    assert!(finding["todo"].as_str().unwrap().contains("session-memory install claude-code"), "{finding}");
    let told = doctor(&place, &[], &[]);
    assert!(!told.text.contains('\u{1b}'), "{}", told.text);
    let long: Vec<&str> = told.text.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(long.iter().all(|line| line.trim().split(' ').any(|word| word.chars().count() > 40)), "{long:#?}");
    // An editor's server keeps it; only advice is left.
    let mut server = started(&place, "auto");
    await_events(&mut server, "live", 2);
    let (code, told) = report(&place);
    assert_eq!((code, &told["feeder"]), (0, &json!("server")), "{told}");
    assert_eq!((&told["sessions"][0]["by"], &told["store"]["exists"]), (&json!("import"), &json!(true)));
    assert!(told["findings"].as_array().unwrap().iter().all(|row| row["level"] == "advice"), "{told}");
    drop(server);
    // And then nobody follows it.
    let (code, told) = report(&place);
    assert_eq!(code, 1, "{told}");
    assert!(told["findings"].to_string().contains("nobody follows it"), "{told}");
}

#[test]
fn settings_and_where_they_come_from() {
    let place = Workspace::new();
    std::fs::write(place.config(), "attach = \"auto\"\ninitTokens = 5\nnonsense = 1\n").unwrap();
    let told = doctor(&place, &[], &[("SESSION_MEMORY_INIT_TOKENS", "7"), ("ANTHROPIC_API_KEY", "sk-ant-secret")]);
    assert_eq!(told.code, 1);
    let flat = told.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(&format!("attach = auto from {}", place.config().display())), "{}", told.text);
    assert!(flat.contains("initTokens = 7 from the environment"), "{}", told.text);
    assert!(flat.contains("unknown setting \"nonsense\" is ignored"), "{}", told.text);
    assert!(!told.text.contains("secret"));
}

#[test]
fn a_damaged_store_and_errors_in_the_log() {
    let place = Workspace::new();
    claude(&place, "live", "Mend the fence.");
    let mut server = started(&place, "auto");
    await_events(&mut server, "live", 2);
    drop(server);
    let store =
        crate::harness::files_under(&place.state()).into_iter().find(|path| path.ends_with("store.db")).unwrap();
    std::fs::write(&store, "this is no database, and long enough to be looked at as one. ".repeat(40)).unwrap();
    for name in ["store.db-wal", "store.db-shm"] {
        let _ = std::fs::remove_file(store.with_file_name(name));
    }
    let now = jiff::Timestamp::now();
    let log = place.state().join("logs").join(format!("session-memory.{}.log", now.strftime("%Y-%m-%d")));
    std::fs::create_dir_all(log.parent().unwrap()).unwrap();
    std::fs::write(&log, format!("{now} ERROR it broke \u{1b}[2J\n{now}  INFO fine\n")).unwrap();
    let (code, told) = report(&place);
    assert_eq!(code, 1);
    let findings = told["findings"].to_string();
    assert!(findings.contains(store.to_str().unwrap()) && findings.contains("errors of the last day"), "{findings}");
    assert_eq!(told["log"]["problems"].as_array().unwrap().len(), 1, "{told}");
}
