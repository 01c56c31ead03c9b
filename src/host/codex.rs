//! Codex's app server: a thread is begun and given items, which Codex keeps like any other of its own.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// Longest time for an answer. It starts in a second and answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// A thread that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its id, which `codex resume` takes.
    pub id: String,
    /// Its transcript, where the server tells.
    pub path: Option<PathBuf>,
}

/// Begins a thread with these items in a folder. The program is the one that the user's `PATH` has.
///
/// # Errors
/// When Codex cannot be started, does not answer within 20 s, or refuses.
pub fn begin(folder: &Path, items: &[Value]) -> io::Result<Begun> {
    let mut server = Server::start(folder)?;
    let client = json!({"name": "session-memory", "title": "Session Memory", "version": env!("CARGO_PKG_VERSION")});
    server.request("initialize", &json!({"clientInfo": client, "capabilities": {"experimentalApi": true}}))?;
    server.send(&json!({"method": "initialized"}))?;
    let thread = server.request("thread/start", &json!({"cwd": folder}))?;
    let id = thread["thread"]["id"].as_str().ok_or_else(|| io::Error::other("Codex named no thread"))?.to_owned();
    server.request("thread/inject_items", &json!({"threadId": id, "items": items}))?;
    Ok(Begun { id, path: thread["thread"]["path"].as_str().map(PathBuf::from) })
}

struct Server {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    next: u64,
}

impl Server {
    fn start(folder: &Path) -> io::Result<Server> {
        let mut child = Command::new("codex")
            .arg("app-server")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("codex cannot be started: {error}")))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("codex has no pipes"));
        };
        let (sender, lines) = channel();
        // It ends with the pipe.
        std::thread::Builder::new().name("codex".to_owned()).spawn(move || {
            for line in BufReader::new(output).lines() {
                let Ok(line) = line else { return };
                if sender.send(line).is_err() {
                    return;
                }
            }
        })?;
        Ok(Server { child, input, lines, next: 0 })
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        self.input.write_all(format!("{message}\n").as_bytes())?;
        self.input.flush()
    }

    fn request(&mut self, method: &str, params: &Value) -> io::Result<Value> {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"id": id, "method": method, "params": params}))?;
        loop {
            let line = self
                .lines
                .recv_timeout(PATIENCE)
                .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, format!("Codex did not answer {method}")))?;
            let Ok(mut answer) = serde_json::from_str::<Value>(&line) else { continue };
            if answer["id"] != id || answer.get("method").is_some() {
                continue;
            }
            if let Some(error) = answer.get("error") {
                let message = error["message"].as_str().unwrap_or("no reason given");
                return Err(io::Error::other(format!("Codex refused {method}: {message}")));
            }
            return Ok(answer["result"].take());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
