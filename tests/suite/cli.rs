//! The command line: answers on stdout, remarks on stderr, exit codes, `--json`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::events::{Script, Voice, prose, user};
use crate::harness::{DID_UPDATE, PROGRAM, Server, Workspace};
use crate::rules::{strings, valid};
use crate::xml::well_formed;

/// What a command did.
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Done {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {:.300} {}", self.stdout, self.stderr))
    }

    /// It failed with one clear sentence and nothing on stdout.
    #[track_caller]
    pub fn is_refused(&self, named: &str) {
        assert_eq!(self.code, 1, "{} {}", self.stdout, self.stderr);
        assert!(self.stdout.is_empty(), "{}", self.stdout);
        assert!(self.stderr.starts_with("error: ") && self.stderr.lines().count() == 1, "{}", self.stderr);
        assert!(self.stderr.contains(named), "{} does not name {named}", self.stderr);
    }
}

/// Runs a command in a folder with a state folder.
pub fn run(state: &Path, folder: &Path, args: &[&str], input: impl AsRef<[u8]>) -> Done {
    let mut child = Command::new(PROGRAM)
        .args(args)
        .env_clear()
        .env("HOME", state)
        .env("SESSION_MEMORY_STATE_DIR", state)
        .env("SESSION_MEMORY_CONFIG", state.join("none.toml"))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input is no failure here.
    let _ = child.stdin.take().unwrap().write_all(input.as_ref());
    let output = child.wait_with_output().unwrap();
    Done {
        code: output.status.code().unwrap_or_else(|| panic!("{args:?} was ended: {}", output.status)),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn here(place: &Workspace, args: &[&str]) -> Done {
    run(&place.state(), &place.root(), args, "")
}

fn conversation(voice: Voice) -> (Script, Value) {
    let script = Script::long(voice, 12, 300);
    let messages = script.events.iter().map(|event| event["message"].clone()).collect();
    (script, messages)
}

#[test]
fn compact_reads_files_and_stdin() {
    for (voice, format) in [(Voice::Anthropic, "anthropic"), (Voice::OpenAi, "openai")] {
        let place = Workspace::new();
        let (script, messages) = conversation(voice);
        let lines: String = messages.as_array().unwrap().iter().map(|message| format!("{message}\n")).collect();
        place.write("array.json", messages.to_string());
        place.write("lines.jsonl", &lines);
        let by_file = here(&place, &["compact", "array.json", "--target-tokens", "2500"]);
        assert_eq!((by_file.code, by_file.stderr.as_str()), (0, ""));
        valid(by_file.json().as_array().unwrap(), voice, &script.open);
        let budget = json!({"messages": messages, "budget": 2500}).to_string();
        for (args, input) in [
            (vec!["compact", "lines.jsonl", "--target-tokens", "2500"], String::new()),
            (vec!["compact", "-", "--target-tokens", "2500"], messages.to_string()),
            (vec!["compact", "-"], budget.clone()),
            (vec!["compact", "-", "--format", format], budget),
        ] {
            let done = run(&place.state(), &place.root(), &args, input);
            assert_eq!((done.code, &done.stdout), (0, &by_file.stdout), "{args:?} {}", done.stderr);
        }
        let object = here(&place, &["compact", "array.json", "--target-tokens", "2500", "--json"]).json();
        assert_eq!(object["messages"], by_file.json());
        assert!(object["compacted"] == true && object["tokensAfter"].as_u64().unwrap() <= 2500, "{object:.300}");
        for name in ["tokensBefore", "keepFrom", "masked", "warnings", "reason", "markdown"] {
            assert!(object.get(name).is_some(), "{name}");
        }
        let markdown = here(&place, &["compact", "array.json", "--target-tokens", "2500", "--format", "markdown"]);
        assert!(markdown.stdout.starts_with("# Session memory"), "{:.100}", markdown.stdout);
        let other = if voice == Voice::Anthropic { (Voice::OpenAi, "openai") } else { (Voice::Anthropic, "anthropic") };
        let converted = here(&place, &["compact", "array.json", "--target-tokens", "2500", "--format", other.1]);
        valid(converted.json().as_array().unwrap(), other.0, &script.open);
        let small = here(&place, &["compact", "array.json"]);
        assert_eq!(small.code, 0);
        assert!(small.stderr.is_empty() || small.stderr.starts_with("not compacted:"), "{}", small.stderr);
        assert_eq!(std::fs::read_dir(place.state()).unwrap().count(), 0, "nothing is stored");
        assert_eq!(std::fs::read_dir(place.root()).unwrap().count(), 2, "nothing is written");
    }
}

#[test]
fn what_cannot_be_read_is_refused_in_one_sentence() {
    let place = Workspace::new();
    let transcript = json!([{"role": "user", "content": "x"}]).to_string();
    place.write("fine.json", &transcript);
    place.write("empty.json", "");
    place.write("no-messages.json", "[]");
    place.write("text.txt", "just text\n");
    place.write("binary.bin", [0u8, 159, 146, 150, 255].repeat(500));
    std::fs::create_dir(place.root().join("folder")).unwrap();
    for name in ["missing.json", "empty.json", "no-messages.json", "text.txt", "binary.bin", "folder"] {
        here(&place, &["compact", name]).is_refused(name);
        here(&place, &["replay", name]).is_refused(name);
    }
    run(&place.state(), &place.root(), &["compact", "-"], "").is_refused("stdin");
    here(&place, &["compact", "fine.json", "--target-tokens", "999"]).is_refused("1000");
    for args in [vec!["show"], vec!["search", "x"], vec!["sessions"], vec!["forget", "x"]] {
        here(&place, &args).is_refused("no session");
    }
    here(&place, &["sessions", "--workspace", "missing"]).is_refused("missing");
    for args in [
        vec!["compact"],
        vec!["compact", "fine.json", "--target-tokens", "many"],
        vec!["compact", "fine.json", "--format", "xml"],
        vec!["nonsense"],
        vec![],
        vec!["replay", "fine.json", "--sample"],
    ] {
        let done = here(&place, &args);
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{args:?}");
        assert!(!done.stderr.is_empty());
    }
    for args in [vec!["--help"], vec!["compact", "--help"], vec!["--version"]] {
        let done = here(&place, &args);
        assert!(done.code == 0 && !done.stdout.is_empty() && done.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn the_store_can_be_looked_at() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    server.append("first", &[user("a", "The flamingo stands at the pond."), user("b", &prose(50, 1))]);
    server.call("append", json!({"sessionId": "second one", "agent": "tester", "events": [user("a", "A heron, not a flamingo. No, never feed it.")]}));
    for session in ["first", "second one"] {
        server.call("refresh", json!({"sessionId": session}));
    }
    let memory = server.call("memory", json!({"sessionId": "first"}));
    // While the server runs and after it.
    for running in [true, false] {
        if !running {
            drop(server);
            server = Server::quiet(&Workspace::new());
        }
        let shown = here(&place, &["show", "first"]);
        assert_eq!((shown.code, shown.stdout.trim_end()), (0, memory["markdown"].as_str().unwrap().trim_end()));
        let object = here(&place, &["show", "first", "--json"]).json();
        assert_eq!(
            (&object["markdown"], &object["revision"], &object["sessionId"]),
            (&memory["markdown"], &json!(1), &json!("first"))
        );
        assert_eq!(object["path"], place.memory_file("first").display().to_string());
        assert_eq!(here(&place, &["show", "first", "--revision", "1", "--json"]).json()["revision"], 1);
        here(&place, &["show", "first", "--revision", "9"]).is_refused("revision 9");
        here(&place, &["show", "nobody"]).is_refused("nobody");
        let list = here(&place, &["sessions", "--json"]).json();
        let names: Vec<&Value> = list.as_array().unwrap().iter().map(|session| &session["sessionId"]).collect();
        assert_eq!(names, ["second one", "first"]);
        assert_eq!(
            (&list[0]["agent"], &list[1]["events"], &list[1]["revision"]),
            (&json!("tester"), &json!(2), &json!(1))
        );
        assert!(here(&place, &["sessions"]).stdout.contains("second one"));
        let hits = here(&place, &["search", "flamingo", "--json"]).json();
        assert_eq!(hits.as_array().unwrap().len(), 2);
        let hits = here(&place, &["search", "flamingo", "--session", "first", "--json"]).json();
        assert_eq!(
            (&hits[0]["sessionId"], &hits[0]["seq"], &hits[0]["role"]),
            (&json!("first"), &json!(1), &json!("user"))
        );
        assert!(strings(&hits).contains("flamingo"));
        assert_eq!(here(&place, &["search", "flamingo", "--limit", "1", "--json"]).json().as_array().unwrap().len(), 1);
        assert!(here(&place, &["search", "heron"]).stdout.contains("heron"));
        let nothing = here(&place, &["search", "ostrich"]);
        assert_eq!((nothing.code, nothing.stdout.as_str()), (1, ""));
        assert_eq!(here(&place, &["search", "ostrich", "--json"]).json(), json!([]));
        let elsewhere = run(
            &place.state(),
            &place.outside("home"),
            &["sessions", "--json", "--workspace", place.root().to_str().unwrap()],
            "",
        );
        assert_eq!(elsewhere.json(), list);
    }
    let forgot = here(&place, &["forget", "second one"]);
    assert_eq!((forgot.code, forgot.stdout.as_str(), forgot.stderr.as_str()), (0, "", "forgot second one\n"));
    here(&place, &["forget", "second one"]).is_refused("second one");
    assert_eq!(here(&place, &["sessions", "--json"]).json().as_array().unwrap().len(), 1);
}

#[test]
fn a_replay_shows_what_happens_and_draws_it() {
    let place = Workspace::new();
    let (_, messages) = conversation(Voice::Anthropic);
    place.write("talk <&> \"1\".json", messages.to_string());
    let args = ["replay", "talk <&> \"1\".json", "--chart", "chart.svg", "--context-limit", "4000"];
    let done = here(&place, &args);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert!(done.stdout.contains("COMPACTED") && done.stdout.contains("memory:"), "{}", done.stdout);
    let svg = std::fs::read_to_string(place.root().join("chart.svg")).unwrap();
    assert_eq!(well_formed(&svg), Ok("svg".to_owned()));
    // A second time is the same replay, not a longer one.
    let json = here(&place, &["replay", "talk <&> \"1\".json", "--json", "--context-limit", "4000"]).json();
    assert_eq!(json["contextLimit"], 4000);
    let moments = json["moments"].as_array().unwrap();
    let last = moments.last().unwrap();
    assert_eq!(last["event"], messages.as_array().unwrap().len());
    assert!(
        moments.iter().any(|moment| moment["kind"] == "compaction")
            && moments.iter().any(|moment| moment["kind"] == "pressure")
    );
    assert!(Path::new(json["memory"].as_str().unwrap()).is_file());
    let stdin = run(&place.state(), &place.root(), &["replay", "-", "--json"], messages.to_string());
    assert_eq!(
        stdin.json()["moments"].as_array().unwrap().iter().filter(|moment| moment["kind"] == "event").count(),
        messages.as_array().unwrap().len()
    );
    here(&place, &["replay", "talk <&> \"1\".json", "--chart", "no/such/folder.svg"]).is_refused("folder.svg");
}

#[test]
fn the_sample_is_replayed() {
    let place = Workspace::new();
    let done = here(&place, &["replay", "--sample"]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert!(done.stdout.contains("COMPACTED"), "{}", done.stdout);
    assert!(here(&place, &["show"]).stdout.contains("## User Corrections"));
}

/// Control characters of a conversation do not reach the terminal.
#[test]
fn nothing_moves_the_cursor() {
    let place = Workspace::new();
    let evil = "\u{1b}[2J\u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{7} \u{9b}31m flamingo\r\u{8}";
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    server.append(&format!("id {evil}"), &[user("a", &format!("Never do this: {evil}"))]);
    server.call("refresh", json!({"sessionId": format!("id {evil}")}));
    for args in [
        vec!["show"],
        vec!["sessions"],
        vec!["search", "flamingo"],
        vec!["forget", &format!("id {evil}")],
        vec!["forget", &format!("id {evil}")],
    ] {
        let done = here(&place, &args);
        let bad = |c: char| c.is_control() && c != '\n' && c != '\t';
        assert!(!done.stdout.contains(bad), "{args:?}: {:?}", done.stdout);
        assert!(!done.stderr.contains(bad), "{args:?}: {:?}", done.stderr);
    }
}
