//! The connection, driven through in-memory pipes by a client that sends bytes and reads frames.

mod ending;
mod faults;
mod flow;

use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, yield_now};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::notification::Notification;
use tower_lsp::ls_types::request::Request;
use tower_lsp::ls_types::{InitializeParams, InitializeResult};
use tower_lsp::{Client, LanguageServer, LspService};

use super::{Exit, serve};
use crate::wire::frame::{Decoded, Decoder, encode_header};
use crate::wire::jsonrpc::RawJson;

/// Bytes that each of the two pipes holds.
const PIPE: usize = 64 << 10;

struct Server {
    client: Client,
    noted: Mutex<Vec<u64>>,
}

enum Ask {}
impl Request for Ask {
    type Params = Value;
    type Result = Value;
    const METHOD: &'static str = "test/question";
}

enum Tell {}
impl Notification for Tell {
    type Params = Value;
    const METHOD: &'static str = "test/told";
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        for _ in 0..100 {
            yield_now().await;
        }
        assert!(params.process_id != Some(666), "asked for");
        Ok(InitializeResult::default())
    }

    async fn shutdown(&self) -> Result<()> {
        for _ in 0..100 {
            yield_now().await;
        }
        Ok(())
    }
}

impl Server {
    async fn echo(&self, params: Value) -> Result<Value> {
        Ok(params)
    }

    async fn raw(&self, params: RawJson) -> Result<RawJson> {
        Ok(params)
    }

    async fn raw_error(&self, params: RawJson) -> Result<RawJson> {
        Err(tower_lsp::jsonrpc::Error::invalid_params(params.0))
    }

    async fn forever(&self) -> Result<()> {
        std::future::pending().await
    }

    async fn soon(&self) -> Result<Value> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok(json!("soon"))
    }

    async fn panic(&self, later: bool) -> Result<()> {
        if later {
            yield_now().await;
        }
        panic!("asked for")
    }

    async fn note(&self, number: u64) {
        self.noted.lock().unwrap().push(number);
        yield_now().await;
    }

    async fn noted(&self) -> Result<Vec<u64>> {
        Ok(self.noted.lock().unwrap().clone())
    }

    async fn ask(&self) -> Result<Value> {
        self.client.send_request::<Ask>(json!({})).await
    }

    async fn tell(&self, times: u64) -> Result<u64> {
        for time in 0..times {
            self.client.send_notification::<Tell>(json!(time)).await;
        }
        Ok(times)
    }
}

struct Peer {
    input: DuplexStream,
    output: DuplexStream,
    decoder: Decoder,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<Exit>,
}

impl Peer {
    /// A server that has been sent nothing yet.
    fn connect() -> Self {
        let (service, socket) = LspService::build(|client| Server { client, noted: Mutex::default() })
            .custom_method("test/echo", Server::echo)
            .custom_method("test/forever", Server::forever)
            .custom_method("test/soon", Server::soon)
            .custom_method("test/panic", Server::panic)
            .custom_method("test/note", Server::note)
            .custom_method("test/noted", Server::noted)
            .custom_method("test/ask", Server::ask)
            .custom_method("test/tell", Server::tell)
            .custom_method("sessionMemory/echo", Server::raw)
            .custom_method("sessionMemory/error", Server::raw_error)
            .finish();
        let ((input, server_input), (output, server_output)) = (duplex(PIPE), duplex(PIPE));
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move {
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let server = tokio::spawn(serve(server_input, server_output, service, socket, stopped));
        Self { input, output, decoder: Decoder::default(), stop: Some(stop), server }
    }

    /// A server that has been initialized.
    async fn start() -> Self {
        let mut peer = Self::connect();
        peer.request(0, "initialize", &json!({"capabilities": {}})).await;
        assert!(peer.answer(0).await["result"].is_object());
        peer
    }

    async fn send(&mut self, body: &str) {
        let frame = encode_header(body.len()) + body;
        self.input.write_all(frame.as_bytes()).await.unwrap();
    }

    async fn request(&mut self, id: u64, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()).await;
    }

    async fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string()).await;
    }

    /// The text of the next message, if there is one.
    async fn next(&mut self) -> Option<String> {
        let mut buffer = vec![0; PIPE];
        loop {
            match self.decoder.next() {
                Some(Decoded::Body(body)) => return Some(String::from_utf8(body).unwrap()),
                Some(fault) => panic!("{fault:?}"),
                None => {}
            }
            match self.output.read(&mut buffer).await.unwrap() {
                0 => return None,
                count => self.decoder.push(&buffer[..count]),
            }
        }
    }

    async fn next_value(&mut self) -> Value {
        serde_json::from_str(&self.next().await.expect("the server has closed its output")).unwrap()
    }

    /// The next message, which has to be the answer to `id`.
    async fn answer(&mut self, id: u64) -> Value {
        let answer = self.next_value().await;
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    /// Shows that the server still serves.
    async fn echoes(&mut self) {
        self.request(99, "test/echo", &json!(["still", "here"])).await;
        assert_eq!(self.answer(99).await["result"], json!(["still", "here"]));
    }
}
