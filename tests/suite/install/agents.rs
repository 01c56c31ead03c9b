//! The agents themselves as judges: Claude Code and Codex, installed under `target/agents`, load what we have written and run it.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::{home_file, read};
use crate::harness::{PROGRAM, Workspace};
use crate::vendor::Vendor;

/// The plugin for Claude Code.
const PLUGIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/editors/claude-code");

/// Where `tests/agents/setup` puts an agent's program.
fn agent(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/agents").join(name);
    assert!(path.exists(), "{} is missing: run ./test, or tests/agents/setup", path.display());
    path
}

/// A home folder, and a folder on the search path with our program in it, by a link.
struct Machine {
    place: Workspace,
    bin: PathBuf,
}

impl Machine {
    fn new() -> Machine {
        let place = Workspace::new();
        let bin = place.outside("bin");
        std::fs::create_dir(&bin).unwrap();
        symlink(PROGRAM, bin.join("session-memory")).unwrap();
        Machine { place, bin }
    }

    fn command(&self, program: impl AsRef<Path>) -> Command {
        let path = format!("{}:{}", self.bin.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(program.as_ref());
        command.env_clear().env("HOME", self.place.state()).env("PATH", path).current_dir(self.place.root());
        command.stdin(Stdio::null());
        command
    }

    fn install(&self, args: &[&str]) {
        let done = self.command(self.bin.join("session-memory")).arg("install").args(args).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// From now on a script stands in our program's place, and takes down its arguments and what it is told.
    fn record(&self) {
        let program = self.bin.join("session-memory");
        std::fs::remove_file(&program).unwrap();
        let calls = self.calls_folder();
        std::fs::create_dir(&calls).unwrap();
        let script = format!("#!/bin/sh\n{{ echo \"$*\"; cat; }} > '{}'/$$\n", calls.display());
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn calls_folder(&self) -> PathBuf {
        self.place.outside("calls")
    }

    /// The calls so far: the event and the arguments behind the agent's name, in no order.
    fn calls(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.calls_folder()).unwrap();
        let mut calls: Vec<String> = files
            .map(|file| {
                let text = read(&file.unwrap().path());
                let (args, told) = text.split_once('\n').unwrap();
                let told: Value = serde_json::from_str(told).unwrap_or_else(|error| panic!("{error}: {text}"));
                let more = args.strip_prefix("hook --agent claude-code").unwrap_or_else(|| panic!("{args}"));
                format!("{}{more}", told["hook_event_name"].as_str().unwrap())
            })
            .collect();
        calls.sort();
        calls
    }

    /// One turn of Claude Code with a model that answers at once.
    fn claude(&self, vendor: &Vendor, args: &[&str]) -> Output {
        self.command(agent("claude"))
            .args(args)
            .env("ANTHROPIC_BASE_URL", vendor.anthropic())
            .env("ANTHROPIC_API_KEY", "none")
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .output()
            .unwrap()
    }
}

/// The hooks that one turn without a tool runs.
const ONE_TURN: [&str; 7] = [
    "SessionEnd",
    "SessionStart --part 1/4",
    "SessionStart --part 2/4",
    "SessionStart --part 3/4",
    "SessionStart --part 4/4",
    "Stop",
    "UserPromptSubmit",
];

#[test]
fn claude_code_runs_what_was_installed() {
    let machine = Machine::new();
    home_file(&machine.place, ".claude/settings.json", "{\"env\": {\"A\": \"1\"}}\n");
    machine.install(&["claude-code"]);
    machine.record();
    let vendor = Vendor::start();
    let log = machine.place.outside("debug.log");
    let done = machine.claude(&vendor, &["-p", "hello", "--debug-file", log.to_str().unwrap()]);
    assert!(
        done.status.success(),
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    assert_eq!(machine.calls(), ONE_TURN);
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    let log = read(&log).to_lowercase();
    let complaints: Vec<&str> = log
        .lines()
        .filter(|line| (line.contains("[warn]") || line.contains("[error]")) && line.contains("settings"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn claude_code_accepts_the_plugin() {
    let machine = Machine::new();
    for what in ["", "/.claude-plugin/plugin.json"] {
        let mut command = machine.command(agent("claude"));
        let done = command.args(["plugin", "validate", "--strict"]).arg(format!("{PLUGIN}{what}")).output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success() && said.contains("Validation passed"), "{said}");
    }
    machine.record();
    let vendor = Vendor::start();
    let done = machine.claude(&vendor, &["--plugin-dir", PLUGIN, "-p", "hello"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    assert_eq!(machine.calls(), ONE_TURN);
}

#[test]
fn the_plugin_registers_what_install_registers() {
    let machine = Machine::new();
    machine.install(&["claude-code"]);
    let installed = read(&machine.place.state().join(".claude/settings.json"));
    let program = machine.bin.join("session-memory").display().to_string();
    let installed: Value = serde_json::from_str(&installed.replace(&program, "session-memory")).unwrap();
    let plugin: Value = serde_json::from_str(&read(&Path::new(PLUGIN).join("hooks/hooks.json"))).unwrap();
    assert_eq!(plugin["hooks"], installed["hooks"]);
    let manifest: Value = serde_json::from_str(&read(&Path::new(PLUGIN).join(".claude-plugin/plugin.json"))).unwrap();
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_command_of_the_plugin_tells_the_memory() {
    let machine = Machine::new();
    std::fs::remove_file(machine.bin.join("session-memory")).unwrap();
    let program = machine.bin.join("session-memory");
    std::fs::write(&program, "#!/bin/sh\n[ \"$1\" = show ] && echo '- the harbour is open'\nexit 0\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let vendor = Vendor::start();
    let done = machine.claude(&vendor, &["--plugin-dir", PLUGIN, "-p", "/session-memory:memory"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    let asked = vendor.requests().iter().any(|request| {
        let body = String::from_utf8_lossy(&request.body);
        body.contains("- the harbour is open") && body.contains("at most five short lines")
    });
    assert!(asked, "the memory stands in what the model is asked");
}

#[test]
fn codex_lists_what_was_installed() {
    let machine = Machine::new();
    machine.install(&["codex"]);
    let mut child = machine
        .command(agent("codex"))
        .arg("app-server")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut ask = |id: u32, method: &str, params: Value| {
        writeln!(input, "{}", json!({"id": id, "method": method, "params": params})).unwrap();
        loop {
            let line = lines.next().expect("Codex answers").unwrap();
            let message: Value = serde_json::from_str(&line).unwrap();
            if message["id"] == id {
                break message["result"].clone();
            }
        }
    };
    ask(
        1,
        "initialize",
        json!({"clientInfo": {"name": "test", "version": "1"}, "capabilities": {"experimentalApi": true}}),
    );
    let listed = ask(2, "hooks/list", json!({"cwds": [machine.place.root()]}));
    drop(input);
    let _ = child.kill();
    let _ = child.wait();
    let data = &listed["data"][0];
    assert_eq!((&data["warnings"], &data["errors"]), (&json!([]), &json!([])), "{listed}");
    let hooks = data["hooks"].as_array().unwrap();
    let mut events: Vec<&str> = hooks.iter().map(|hook| hook["eventName"].as_str().unwrap()).collect();
    events.sort_unstable();
    let expected =
        ["postCompact", "postToolUse", "preCompact", "sessionEnd", "sessionStart", "stop", "userPromptSubmit"];
    assert_eq!(events, expected);
    for hook in hooks {
        let command = format!("{}/session-memory hook --agent codex", machine.bin.display());
        assert_eq!((&hook["command"], &hook["trustStatus"]), (&json!(command), &json!("untrusted")), "{hook}");
        assert_eq!(hook["enabled"], true);
    }
}
