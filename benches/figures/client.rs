//! The measuring side: one process, framed requests on its pipes, time from the write to the last byte of the answer.
//!
//! Nothing is parsed while the clock runs beyond the frame's header, for our server and for what it is compared with
//! alike. Notifications that come in between are part of the time, as they are for an editor.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;

/// A process that answers frames.
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that belong to frames that were taken.
    taken: usize,
    next_id: u64,
}

/// An answer.
pub struct Answer {
    /// The whole body.
    pub body: String,
    /// Time until its last byte was here.
    pub time: Duration,
}

impl Answer {
    /// The text of `result`.
    pub fn result(&self) -> anyhow::Result<&serde_json::value::RawValue> {
        #[derive(serde::Deserialize)]
        struct Body<'a> {
            #[serde(borrow)]
            result: &'a serde_json::value::RawValue,
        }
        let body: Body = serde_json::from_str(&self.body).context("an answer without a result")?;
        Ok(body.result)
    }

    /// The parsed `result`.
    pub fn value(&self) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(self.result()?.get())?)
    }
}

impl Client {
    /// Starts a process.
    pub fn start(command: &mut Command) -> anyhow::Result<Client> {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start a process")?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { bail!("no pipes") };
        Ok(Client { child, input: Some(input), output, buffer: Vec::with_capacity(1 << 20), taken: 0, next_id: 0 })
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Introduces this client.
    pub fn initialize(&mut self, workspace: &Path) -> anyhow::Result<Answer> {
        let uri = session_memory::host::memory_file::file_uri(workspace);
        let params = serde_json::json!({
            "processId": std::process::id(),
            "capabilities": {},
            "workspaceFolders": [{"uri": uri, "name": "workspace"}],
        });
        self.request("initialize", &params.to_string())
    }

    /// The body of the next request.
    fn body(&mut self, method: &str, params: &str) -> String {
        self.next_id += 1;
        // Numbers of one length, so that requests and answers are of one length too.
        format!(r#"{{"jsonrpc":"2.0","id":{},"method":"{method}","params":{params}}}"#, 1_000_000 + self.next_id)
    }

    /// Sends a request and waits for its answer.
    pub fn request(&mut self, method: &str, params: &str) -> anyhow::Result<Answer> {
        let body = self.body(method, params);
        self.send(method, &body)
    }

    /// The same with spaces behind the body, which make it `length` bytes long.
    pub fn padded_request(&mut self, method: &str, params: &str, length: usize) -> anyhow::Result<Answer> {
        let mut body = self.body(method, params);
        body.extend(std::iter::repeat_n(' ', length.saturating_sub(body.len())));
        self.send(method, &body)
    }

    /// Length of the body of a request.
    pub fn length(method: &str, params: &str) -> usize {
        r#"{"jsonrpc":"2.0","id":1000000,"method":"","params":}"#.len() + method.len() + params.len()
    }

    fn send(&mut self, method: &str, body: &str) -> anyhow::Result<Answer> {
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let input = self.input.as_mut().context("the process is stopped")?;
        let begun = Instant::now();
        input.write_all(frame.as_bytes())?;
        let (start, end) = loop {
            let (start, end) = self.frame().with_context(|| format!("no answer to {method}"))?;
            self.taken = end;
            if !self.bytes(start, end).starts_with(br#"{"jsonrpc":"2.0","method":"#) {
                break (start, end);
            }
        };
        let time = begun.elapsed();
        let body = String::from_utf8(self.bytes(start, end).to_vec())?;
        if body.get(..60).unwrap_or(&body).contains(r#""error":"#) {
            bail!("{method} was refused: {body}");
        }
        Ok(Answer { body, time })
    }

    fn bytes(&self, start: usize, end: usize) -> &[u8] {
        self.buffer.get(start..end).unwrap_or_default()
    }

    /// Where the body of the next frame stands in the buffer, read to its end.
    fn frame(&mut self) -> anyhow::Result<(usize, usize)> {
        if self.taken == self.buffer.len() {
            self.buffer.clear();
            self.taken = 0;
        }
        let mut body = None;
        loop {
            if body.is_none() {
                let rest = self.bytes(self.taken, self.buffer.len());
                if let Some(header) = memchr::memmem::find(rest, b"\r\n\r\n") {
                    let length = rest.get(..header).and_then(|header| header.strip_prefix(b"Content-Length: "));
                    let length: usize = std::str::from_utf8(length.context("not a frame")?)?.parse()?;
                    let start = self.taken + header + 4;
                    body = Some((start, start + length));
                }
            }
            if let Some((start, end)) = body.filter(|(_, end)| *end <= self.buffer.len()) {
                return Ok((start, end));
            }
            let filled = self.buffer.len();
            self.buffer.resize(filled + (64 << 10), 0);
            let read = self.output.read(self.buffer.get_mut(filled..).unwrap_or_default())?;
            self.buffer.truncate(filled + read);
            if read == 0 {
                bail!("the process ended");
            }
        }
    }

    /// A line such as `VmRSS` of the process's status, in MB; where the system has none, `None`.
    pub fn memory(&self, line: &str) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let line = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'))?;
        let kib: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kib * 1024.0 / 1e6)
    }

    /// Ends the process in the regular way.
    pub fn stop(mut self) -> anyhow::Result<()> {
        self.request("shutdown", "null")?;
        self.input = None;
        self.child.wait()?;
        Ok(())
    }

    /// Ends the process as a loss of power would.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
