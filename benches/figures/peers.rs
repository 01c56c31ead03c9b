//! What our server is compared with: this same program, started again as a process that answers with what it was told
//! to answer through our transport, or as one that answers a single frame and does nothing else.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use session_memory::server::transport;
use session_memory::wire::jsonrpc::RawJson;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{InitializeParams, InitializeResult};
use tower_lsp::{LanguageServer, LspService};

use super::client::Client;

/// Arguments that make this program a peer.
pub const ECHO: &str = "--as-echo-server";
pub const BARE: &str = "--as-bare-process";

struct Echo {
    answer: Mutex<String>,
}

impl Echo {
    fn locked(&self) -> Result<std::sync::MutexGuard<'_, String>> {
        self.answer.lock().map_err(|_| Error::internal_error())
    }

    #[expect(clippy::unused_async, reason = "a handler is async")]
    async fn prepare(&self, answer: RawJson) -> Result<RawJson> {
        *self.locked()? = answer.0;
        Ok(RawJson("null".to_owned()))
    }

    #[expect(clippy::unused_async, reason = "a handler is async")]
    async fn echo(&self, _: RawJson) -> Result<RawJson> {
        Ok(RawJson(self.locked()?.clone()))
    }
}

impl LanguageServer for Echo {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        Ok(InitializeResult::default())
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }
}

/// Runs the echo server.
pub fn serve_echo() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (service, socket) = LspService::build(|_| Echo { answer: Mutex::default() })
        .custom_method("sessionMemory/prepare", Echo::prepare)
        .custom_method("sessionMemory/echo", Echo::echo)
        .finish();
    let (input, output) = transport::stdio()?;
    runtime.block_on(transport::serve(input, output, service, socket, std::future::pending()));
    runtime.shutdown_background();
    Ok(())
}

/// Reads one frame, answers with one of `length` bytes and waits for the end of its input.
pub fn serve_one_frame(length: usize) -> anyhow::Result<()> {
    let mut input = std::io::stdin().lock();
    let mut read = vec![0; 64 << 10];
    let count = input.read(&mut read)?;
    anyhow::ensure!(count > 0, "no frame");
    let mut body = r#"{"jsonrpc":"2.0","id":1000001,"result":null}"#.to_owned();
    body.extend(std::iter::repeat_n(' ', length.saturating_sub(body.len())));
    let mut output = std::io::stdout().lock();
    output.write_all(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes())?;
    output.flush()?;
    while input.read(&mut read)? > 0 {}
    Ok(())
}

/// An echo server that is up.
pub fn start_echo(workspace: &Path) -> anyhow::Result<Client> {
    let mut client = Client::start(Command::new(std::env::current_exe()?).arg(ECHO))?;
    client.initialize(workspace)?;
    Ok(client)
}
