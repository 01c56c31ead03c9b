//! A small language client: starts `serve` as a child and talks to it over its pipes, as an editor would.

use std::io::{BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, anyhow, bail};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::wire::frame::{Decoded, Decoder, encode_header};

/// A running server.
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    decoder: Decoder,
    next_id: u64,
    /// Notifications that came while answers were awaited.
    notifications: Vec<(String, Value)>,
}

#[derive(Deserialize)]
struct Incoming<'a> {
    id: Option<Value>,
    method: Option<String>,
    params: Option<Value>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<Value>,
}

impl Client {
    /// Starts this same program as a server for one workspace folder.
    pub fn start(workspace: &Path) -> anyhow::Result<Client> {
        let program = std::env::current_exe().context("the program cannot find itself")?;
        let mut child = Command::new(program)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the server cannot be started")?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("the server has no pipes")
        };
        let mut client = Client {
            child,
            input: Some(input),
            output: BufReader::with_capacity(1 << 16, output),
            decoder: Decoder::default(),
            next_id: 0,
            notifications: Vec::new(),
        };
        let uri = crate::host::memory_file::file_uri(workspace);
        let params = json!({
            "processId": std::process::id(),
            "capabilities": {},
            "workspaceFolders": [{"uri": uri, "name": "workspace"}],
        });
        client.request("initialize", &params.to_string())?;
        client.notify("initialized", "{}")?;
        Ok(client)
    }

    /// Sends a request and gives its result.
    pub fn request(&mut self, method: &str, params: &str) -> anyhow::Result<Value> {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#))?;
        loop {
            let body = self.receive().with_context(|| format!("no answer to {method}"))?;
            let message: Incoming =
                serde_json::from_slice(&body).with_context(|| format!("unreadable answer to {method}"))?;
            match (message.method, message.id) {
                (Some(method), None) => self.notifications.push((method, message.params.unwrap_or_default())),
                // A request of the server's: this client has nothing to offer.
                (Some(_), Some(id)) => self.send(&format!(r#"{{"jsonrpc":"2.0","id":{id},"result":null}}"#))?,
                (None, Some(answered)) if answered == id => {
                    if let Some(error) = message.error {
                        let text = error.get("message").and_then(Value::as_str).unwrap_or("no message").to_owned();
                        return Err(anyhow!("{text}"));
                    }
                    return Ok(message
                        .result
                        .map(|raw| serde_json::from_str(raw.get()))
                        .transpose()?
                        .unwrap_or_default());
                }
                _ => {}
            }
        }
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: &str) -> anyhow::Result<()> {
        self.send(&format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{params}}}"#))
    }

    /// The notifications since the last call.
    pub fn notifications(&mut self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.notifications)
    }

    fn send(&mut self, body: &str) -> anyhow::Result<()> {
        let input = self.input.as_mut().ok_or_else(|| anyhow!("the server is stopped"))?;
        let frame = format!("{}{body}", encode_header(body.len()));
        input.write_all(frame.as_bytes()).and_then(|()| input.flush()).context("the server is gone")
    }

    fn receive(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut chunk = vec![0; 1 << 16];
        loop {
            match self.decoder.next() {
                Some(Decoded::Body(body)) => return Ok(body),
                Some(other) => bail!("the server sent an unreadable frame: {other:?}"),
                None => {}
            }
            let read = self.output.read(&mut chunk).context("the server cannot be read")?;
            if read == 0 {
                bail!("the server ended; its log is in the state directory, see `docs/configuration.md`");
            }
            self.decoder.push(&chunk[..read]);
        }
    }

    /// Stops the server in the regular way.
    pub fn stop(mut self) -> anyhow::Result<()> {
        self.request("shutdown", "null")?;
        self.notify("exit", "null")?;
        self.input = None;
        let status = self.child.wait().context("the server cannot be waited for")?;
        if !status.success() {
            bail!("the server ended with {status}");
        }
        Ok(())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // After an error the server is not needed any longer; closing its input ends it.
        self.input = None;
        let _ = self.child.wait();
    }
}
