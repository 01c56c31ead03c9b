//! A litellm proxy before a fake vendor: a server of both APIs that is not ours, with shapes of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::Vendor;
use super::sdk::installed;

/// A start takes 8 seconds, more where the machine is busy.
const STARTS_WITHIN: Duration = Duration::from_secs(150);

/// A running proxy; it ends when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    child: Child,
    reading: Option<JoinHandle<()>>,
}

impl Proxy {
    /// The key that it wants of its clients.
    pub const KEY: &str = "sk-local";

    /// A proxy on a free port of the loopback address, with the models of `tests/peers/litellm.yaml`.
    pub fn before(vendor: &Vendor) -> Proxy {
        let mut child = Command::new(installed("litellm", "litellm"))
            .arg("--config")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/litellm.yaml"))
            .args(["--host", "127.0.0.1", "--port", "0"])
            .env_clear()
            // Prices come from the package, not from the network.
            .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
            .env("PYTHONSAFEPATH", "1")
            .env("FAKE_ANTHROPIC", vendor.anthropic())
            .env("FAKE_OPENAI", vendor.openai())
            .current_dir(env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::channel();
        let log = BufReader::new(child.stderr.take().unwrap());
        // Reads to the end, because a full pipe would stop the proxy.
        let reading = std::thread::spawn(move || {
            for line in log.split(b'\n').map_while(Result::ok) {
                let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
            }
        });
        // From here on it is ended whatever happens.
        let mut proxy = Proxy { address: SocketAddr::from(([127, 0, 0, 1], 0)), child, reading: Some(reading) };
        let until = Instant::now() + STARTS_WITHIN;
        let mut log = Vec::new();
        loop {
            match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => match line.split("running on http://").nth(1) {
                    Some(address) => {
                        let address = address.split_whitespace().next().unwrap_or_default();
                        proxy.address = address.parse().unwrap_or_else(|error| panic!("{line}: {error}"));
                        return proxy;
                    }
                    None => log.push(line),
                },
                Err(RecvTimeoutError::Timeout) => panic!("the proxy did not start within {STARTS_WITHIN:?}: {log:#?}"),
                Err(RecvTimeoutError::Disconnected) => panic!("the proxy ended before it had started: {log:#?}"),
            }
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base address of the Anthropic API.
    pub fn anthropic(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The base address of the OpenAI API.
    pub fn openai(&self) -> String {
        format!("http://{}/v1", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reading) = self.reading.take() {
            let _ = reading.join();
        }
    }
}
