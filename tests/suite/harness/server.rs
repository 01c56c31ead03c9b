//! A running server and the client's side of the conversation with it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Instant;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::reading::{self, Incoming};
use super::{DEADLINE, PROGRAM, Workspace, file_uri};

/// How a server is started.
pub struct Options {
    /// Workspace folders, the first is the default.
    pub folders: Vec<PathBuf>,
    /// `initializationOptions.sessionMemory`.
    pub settings: Value,
    /// Environment beside the directories.
    pub env: Vec<(&'static str, String)>,
    /// The client's process.
    pub process_id: Option<u32>,
}

/// An error answer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RpcError {
    pub code: i64,
    pub message: String,
    #[serde(default)]
    pub data: Value,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    method: Option<String>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<RpcError>,
}

/// The result as JSON text, or the error.
pub type Answer = Result<String, RpcError>;

pub struct Server {
    child: Child,
    input: Option<ChildStdin>,
    incoming: Receiver<Incoming>,
    stderr: Option<JoinHandle<String>>,
    last_id: i64,
    waiting: BTreeSet<i64>,
    answers: BTreeMap<i64, Answer>,
    /// Error answers to messages whose id could not be read.
    nameless: Vec<RpcError>,
    notifications: Vec<(String, Value)>,
    tolerated: Vec<&'static str>,
    /// What has no place: requests of the server's, second answers, bytes that are no frame.
    unexpected: Vec<String>,
    /// Every body that ever came, for tests that look for what must not stand in any.
    pub heard: Vec<String>,
    at_end: bool,
    ended: bool,
    /// The answer to `initialize`.
    pub initialized: Value,
}

impl Server {
    /// A server for a workspace, initialized.
    pub fn start(place: &Workspace) -> Server {
        Server::with(place, |_| {})
    }

    /// The same without background updates, for tests of other things.
    pub fn quiet(place: &Workspace) -> Server {
        Server::with(place, |options| {
            options.settings = json!({"initTokens": 10_000_000, "pressureLevels": [0.98, 0.99, 1.0]})
        })
    }

    /// A server started in a special way, initialized.
    pub fn with(place: &Workspace, change: impl FnOnce(&mut Options)) -> Server {
        let mut options =
            Options { folders: vec![place.root()], settings: Value::Null, env: Vec::new(), process_id: None };
        change(&mut options);
        let mut server = Server::spawn(place, &options);
        let folders: Vec<Value> =
            options.folders.iter().map(|path| json!({"uri": file_uri(path), "name": "folder"})).collect();
        let params = json!({
            "processId": options.process_id,
            "capabilities": {},
            "workspaceFolders": folders,
            "initializationOptions": {"sessionMemory": options.settings},
        });
        server.initialized = server.call("initialize", params);
        server.notify("initialized", json!({}));
        server
    }

    /// A server to which nothing was said yet.
    pub fn spawn(place: &Workspace, options: &Options) -> Server {
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--stdio"])
            .env_clear()
            .env("HOME", place.outside("home"))
            .env("SESSION_MEMORY_STATE_DIR", place.state())
            .env("SESSION_MEMORY_CONFIG", place.config())
            .envs(options.env.iter().map(|(name, value)| (name, value)))
            .current_dir(place.outside("home"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Server {
            input: child.stdin.take(),
            incoming: reading::frames(child.stdout.take().unwrap()),
            stderr: Some(reading::all(child.stderr.take().unwrap())),
            child,
            last_id: 0,
            waiting: BTreeSet::new(),
            answers: BTreeMap::new(),
            nameless: Vec::new(),
            notifications: Vec::new(),
            tolerated: Vec::new(),
            unexpected: Vec::new(),
            heard: Vec::new(),
            at_end: false,
            ended: false,
            initialized: Value::Null,
        }
    }

    /// Sends bytes as they are. A server that is gone already is no failure here.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("stdin is open");
        let _ = input.write_all(bytes).and_then(|()| input.flush());
    }

    /// Sends a frame.
    pub fn body(&mut self, body: &str) {
        self.bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.body(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    /// Sends a request with parameters as text and gives its id. Names without a slash are ours.
    pub fn send(&mut self, method: &str, params: &str) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.waiting.insert(id);
        let method = match method {
            "initialize" | "shutdown" => method.to_owned(),
            name if name.contains('/') => name.to_owned(),
            name => format!("sessionMemory/{name}"),
        };
        self.body(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#));
        id
    }

    /// An id for a request that the test writes itself.
    pub fn expect_answer(&mut self) -> i64 {
        self.last_id += 1;
        self.expect_answer_to(self.last_id);
        self.last_id
    }

    /// The test itself writes a request with this id.
    pub fn expect_answer_to(&mut self, id: i64) {
        self.waiting.insert(id);
    }

    /// Closes stdin; the server goes on with what it has.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits for the answer to a request.
    #[track_caller]
    pub fn answer(&mut self, id: i64) -> Answer {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                return answer;
            }
            assert!(self.pump(until), "no answer to request {id}");
        }
    }

    /// A request with text in and text out.
    #[track_caller]
    pub fn text(&mut self, method: &str, params: &str) -> Answer {
        let id = self.send(method, params);
        self.answer(id)
    }

    /// A request.
    #[track_caller]
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, RpcError> {
        let text = self.text(method, &params.to_string())?;
        Ok(serde_json::from_str(&text).unwrap())
    }

    /// A request that must succeed.
    #[track_caller]
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        let shown = params.to_string();
        self.request(method, params).unwrap_or_else(|error| panic!("{method} {shown:.400}: {error:?}"))
    }

    /// A request that must be refused.
    #[track_caller]
    pub fn refused(&mut self, method: &str, params: Value) -> RpcError {
        let shown = params.to_string();
        match self.request(method, params) {
            Ok(result) => panic!("{method} {shown:.400} was not refused: {result}"),
            Err(error) => error,
        }
    }

    /// The same by `workspace/executeCommand`.
    #[track_caller]
    pub fn command(&mut self, method: &str, params: Value) -> Result<Value, RpcError> {
        self.request(
            "workspace/executeCommand",
            json!({"command": format!("sessionMemory.{method}"), "arguments": [params]}),
        )
    }

    /// Appends events to a session.
    #[track_caller]
    pub fn append(&mut self, session: &str, events: &[Value]) -> Value {
        self.call("append", json!({"sessionId": session, "events": events}))
    }

    /// Claims the answer to a request that matters to nobody, if it has come.
    pub fn forget_answer(&mut self, id: i64) {
        self.answers.remove(&id);
    }

    /// Claims a notification that fits, once there is one.
    #[track_caller]
    pub fn notification(&mut self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(at) = self.notifications.iter().position(|(name, params)| name == method && fits(params)) {
                return self.notifications.remove(at).1;
            }
            assert!(self.pump(until), "no such notification {method}; there are {:?}", self.notifications);
        }
    }

    /// Claims the notifications of a kind that have come so far.
    pub fn notifications(&mut self, method: &str) -> Vec<Value> {
        while self.pump(Instant::now()) {}
        let (claimed, rest) = std::mem::take(&mut self.notifications).into_iter().partition(|(name, _)| name == method);
        self.notifications = rest;
        let claimed: Vec<(String, Value)> = claimed;
        claimed.into_iter().map(|(_, params)| params).collect()
    }

    /// Notifications of this kind need not be claimed.
    pub fn tolerate(&mut self, method: &'static str) {
        self.tolerated.push(method);
    }

    /// Claims the error answer to a message without a readable id.
    #[track_caller]
    pub fn nameless(&mut self) -> RpcError {
        let until = Instant::now() + DEADLINE;
        loop {
            if !self.nameless.is_empty() {
                return self.nameless.remove(0);
            }
            assert!(self.pump(until), "no answer without an id");
        }
    }

    /// Ends the server as a machine that loses power would, and gives the answers that had come.
    pub fn kill(mut self) -> BTreeMap<i64, Answer> {
        let _ = self.child.kill();
        while self.pump(Instant::now() + DEADLINE) {}
        let _ = self.child.wait();
        self.ended = true;
        self.forget_claims();
        std::mem::take(&mut self.answers)
    }

    /// Closes stdin without a word and gives the exit code.
    pub fn close(mut self) -> i32 {
        self.input = None;
        self.exit_code()
    }

    /// Waits until the server has ended by itself and gives the exit code; everything unclaimed is checked.
    pub fn ended(mut self) -> i32 {
        self.exit_code()
    }

    /// Takes in one message; false when there is none until then.
    fn pump(&mut self, until: Instant) -> bool {
        if self.at_end {
            return false;
        }
        match self.incoming.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Incoming::Body(body)) => self.take_in(body),
            Ok(Incoming::Stray(bytes)) => {
                self.unexpected.push(format!("on stdout: {:?}", String::from_utf8_lossy(&bytes)))
            }
            Ok(Incoming::End) | Err(RecvTimeoutError::Disconnected) => self.at_end = true,
            Err(RecvTimeoutError::Timeout) => return false,
        }
        true
    }

    fn take_in(&mut self, body: String) {
        match serde_json::from_str::<Message>(&body) {
            Ok(Message { method: Some(method), id: None, params, .. }) => {
                let params = params.map(|raw| serde_json::from_str(raw.get()).unwrap()).unwrap_or_default();
                self.notifications.push((method, params));
            }
            Ok(Message { method: None, id, result, error, .. }) => {
                let answer = match (result, error) {
                    (Some(result), None) => Ok(result.get().to_owned()),
                    (None, Some(error)) => Err(error),
                    (None, None) => Ok("null".to_owned()),
                    (Some(_), Some(_)) => return self.unexpected.push(body),
                };
                match (id.and_then(|id| id.get().parse::<i64>().ok()), answer) {
                    (Some(id), answer) if self.waiting.remove(&id) => drop(self.answers.insert(id, answer)),
                    (None, Err(error)) => self.nameless.push(error),
                    _ => self.unexpected.push(body.clone()),
                }
            }
            _ => self.unexpected.push(body.clone()),
        }
        self.heard.push(body);
    }

    fn exit_code(&mut self) -> i32 {
        let until = Instant::now() + DEADLINE;
        while self.pump(until) {}
        if !self.at_end {
            let _ = self.child.kill();
        }
        let status = self.child.wait().unwrap();
        self.ended = true;
        assert!(self.at_end, "the server did not end within {DEADLINE:?}");
        status.code().unwrap_or_else(|| panic!("the server was ended: {status}"))
    }

    fn forget_claims(&mut self) {
        self.notifications.clear();
        self.nameless.clear();
        self.unexpected.clear();
    }

    fn check_claims(&mut self) {
        self.notifications.retain(|(method, _)| !self.tolerated.contains(&method.as_str()));
        assert!(self.notifications.is_empty(), "nobody claimed {:?}", self.notifications);
        assert!(self.answers.is_empty(), "nobody claimed the answers {:?}", self.answers);
        assert!(self.nameless.is_empty(), "nobody claimed {:?}", self.nameless);
        assert!(self.unexpected.is_empty(), "{:?}", self.unexpected);
        let stderr = self.stderr.take().map(|thread| thread.join().unwrap()).unwrap_or_default();
        assert!(stderr.is_empty(), "on stderr: {stderr}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            return;
        }
        if !self.ended {
            assert_eq!(self.call("shutdown", Value::Null), Value::Null);
            self.body(r#"{"jsonrpc":"2.0","method":"exit"}"#);
            self.input = None;
            assert_eq!(self.exit_code(), 0, "exit code after shutdown");
        }
        self.check_claims();
    }
}
