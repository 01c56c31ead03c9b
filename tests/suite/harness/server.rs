//! A running server and the client's side of the conversation with it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

use super::reading::{self, Incoming};
use super::{DEADLINE, PROGRAM, Workspace, file_uri};

/// How a server is started.
#[derive(Default)]
pub struct Options {
    /// Workspace folders, the first is the default.
    pub folders: Vec<PathBuf>,
    /// `initializationOptions.sessionMemory`.
    pub settings: Value,
    /// `initializationOptions.user`.
    pub user: Value,
    /// `initializationOptions.credentials`.
    pub credentials: Value,
    /// The client lends its own model.
    pub lends: bool,
    /// What else the client can do.
    pub capabilities: Value,
    /// Environment beside the directories.
    pub env: Vec<(&'static str, String)>,
    /// A program, with its arguments, that runs the server.
    pub under: Vec<String>,
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

/// The result as JSON text, or the error.
pub type Answer = Result<String, RpcError>;

pub struct Server {
    pub(super) child: Child,
    pub(super) input: Option<ChildStdin>,
    pub(super) incoming: Receiver<Incoming>,
    pub(super) stderr: Option<JoinHandle<String>>,
    pub(super) last_id: i64,
    pub(super) waiting: BTreeSet<i64>,
    pub(super) answers: BTreeMap<i64, Answer>,
    /// Error answers to messages whose id could not be read.
    pub(super) nameless: Vec<RpcError>,
    pub(super) notifications: Vec<(String, Value)>,
    pub(super) tolerated: Vec<&'static str>,
    /// Requests of the server's: id, method, params.
    pub(super) requests: Vec<(Value, String, Value)>,
    /// What has no place: requests of the server's, second answers, bytes that are no frame.
    pub(super) unexpected: Vec<String>,
    /// Every body that ever came, for tests that look for what must not stand in any.
    pub heard: Vec<String>,
    pub(super) at_end: bool,
    pub(super) ended: bool,
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
            options.settings = json!({"initTokens": 10_000_000, "pressureLevels": [0.98, 0.99, 1.0]});
        })
    }

    /// A server started in a special way, initialized.
    pub fn with(place: &Workspace, change: impl FnOnce(&mut Options)) -> Server {
        let mut options = Options { folders: vec![place.root()], ..Options::default() };
        change(&mut options);
        let mut server = Server::spawn(place, &options);
        let folders: Vec<Value> =
            options.folders.iter().map(|path| json!({"uri": file_uri(path), "name": "folder"})).collect();
        let mut capabilities = json!({"experimental": {"sessionMemory": {"complete": options.lends}}});
        for (name, value) in options.capabilities.as_object().into_iter().flatten() {
            capabilities[name] = value.clone();
        }
        let params = json!({
            "processId": options.process_id,
            "capabilities": capabilities,
            "workspaceFolders": folders,
            "initializationOptions": {
                "sessionMemory": options.settings,
                "user": options.user,
                "credentials": options.credentials,
            },
        });
        server.initialized = server.call("initialize", params);
        server.notify("initialized", json!({}));
        server
    }

    /// A server to which nothing was said yet.
    pub fn spawn(place: &Workspace, options: &Options) -> Server {
        let mut words = options.under.iter().map(String::as_str).chain([PROGRAM, "serve", "--stdio"]);
        let mut child = Command::new(words.next().unwrap())
            .args(words)
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
            requests: Vec::new(),
            unexpected: Vec::new(),
            heard: Vec::new(),
            at_end: false,
            ended: false,
            initialized: Value::Null,
        }
    }

    /// The number of its process, or of the one that runs it.
    pub fn pid(&self) -> u32 {
        self.child.id()
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
