//! The real Codex takes up a conversation that somebody else has put into it over its own server: a memory and the rest word
//! for word, without a word to the model.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use super::model::{is_taken_up, words};
use super::place::{Place, installed};
use super::process::end_group;
use super::{PATIENCE, codex};

/// `codex app-server`, which ends when this is dropped.
struct AppServer {
    child: Child,
    lines: Receiver<Value>,
    asked: u64,
}

impl AppServer {
    fn start(place: &Place) -> AppServer {
        let mut child = Command::new(installed("codex"))
            .arg("app-server")
            .env_clear()
            .envs(place.env())
            .current_dir(place.root())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        let mut server = AppServer { child, lines, asked: 0 };
        let client = json!({"name": "tests", "title": "Tests", "version": "0"});
        server.call("initialize", &json!({"clientInfo": client, "capabilities": {"experimentalApi": true}}));
        server.say(&json!({"method": "initialized"}));
        server
    }

    fn say(&mut self, message: &Value) {
        writeln!(self.child.stdin.as_ref().unwrap(), "{message}").unwrap();
    }

    #[track_caller]
    fn call(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.say(&json!({"id": id, "method": method, "params": params}));
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no answer to {method}"));
            if line["id"] == id && line.get("method").is_none() {
                assert!(line.get("error").is_none(), "{method}: {line}");
                return line["result"].clone();
            }
        }
    }
}

impl Drop for AppServer {
    fn drop(&mut self) {
        end_group(&self.child);
        let _ = self.child.wait();
    }
}

#[test]
fn codex_takes_up_a_thread_that_was_put_into_it() {
    let place = Place::new();
    codex::prepare(&place, &json!({}));
    let mut server = AppServer::start(&place);
    let started = server.call("thread/start", &json!({"cwd": place.root()}));
    let thread = started["thread"]["id"].as_str().unwrap().to_owned();
    let message = |role: &str, kind: &str, text: &str| json!({"type": "message", "role": role, "content": [{"type": kind, "text": text}]});
    let items = json!([
        message("user", "input_text", "The memory of this conversation: never touch the lock file."),
        message("user", "input_text", "Run the checks once more."),
        {"type": "function_call", "name": codex::SHELL, "arguments": "{\"cmd\":\"make check\"}", "call_id": "call_tail"},
        {"type": "function_call_output", "call_id": "call_tail", "output": "14 checks passed"},
        message("assistant", "output_text", "All of them pass."),
    ]);
    server.call("thread/inject_items", &json!({"threadId": thread, "items": items}));
    drop(server);
    assert!(place.model.requests().is_empty(), "the model was asked");
    let stream = codex::ask(&place, &["resume", &thread, "And the lock file?"]);
    assert_eq!(codex::thread_of(&stream), thread);
    let turns = place.model.turns();
    assert_eq!(turns.len(), 1);
    let said = words(&turns[0]);
    is_taken_up(&said);
}
