//! The connection: drives a tower-lsp `LspService` over a pair of byte streams, in place of its own `Server`.
//!
//! One task does everything. Messages are taken in arrival order; each handler is polled once on the spot, so what it
//! does before its first `.await` happens in that order, and waits among any number of others if it is not done.
//! `initialize` and `shutdown` are finished before the next message is taken. No message can end the connection, except
//! a frame that claims more than 1 GiB: faults are answered, panics become `-32603`. A client that does not read its
//! answers is not read from either.

mod call;
mod outbox;
mod parent;
mod stdio;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unused_async)]
mod tests;

use std::fmt::Display;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::FutureExt;
use futures_util::sink::SinkExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tower::Service;
use tower_lsp::ClientSocket;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};

use self::call::{Answer, Call, Lifecycle, Running};
use self::outbox::Outbox;
use crate::wire::frame::{Decoded, Decoder, MAX_BODY};
use crate::wire::jsonrpc::{self, Invalid, Message};
use crate::wire::repair;

pub use self::parent::parent_died;
pub use self::stdio::{Stdin, Stdout, stdio};

/// How long handlers and unwritten answers are waited for when the client is gone.
const GRACE: Duration = Duration::from_secs(2);
/// Bytes asked for in one read.
const READ_SIZE: usize = 64 << 10;
/// Bytes of messages taken in while none can be handled; reading on is how the end of input is noticed then.
const READ_AHEAD: usize = 1 << 20;

/// Why the connection ended.
#[derive(Debug)]
pub enum Cause {
    /// The client sent `exit`.
    Exit,
    /// The client closed its end of our input.
    EndOfInput,
    /// The `stop` future was ready.
    Stopped,
    /// The streams cannot be used any more.
    Broken(String),
}

/// How the connection ended.
#[derive(Debug)]
pub struct Exit {
    /// What ended it.
    pub cause: Cause,
    /// Whether `shutdown` was answered before.
    pub shut_down: bool,
}

impl Exit {
    /// The exit status that LSP asks for: 0 after `shutdown`, else 1.
    pub fn code(&self) -> u8 {
        u8::from(!self.shut_down || matches!(self.cause, Cause::Broken(_)))
    }
}

/// Serves one client until it sends `exit`, its end of `input` closes, or `stop` is ready.
///
/// Handlers still running are given 2 s unless the client said `exit`; then they are dropped. `input` may still be open
/// on return. The handlers of `initialize` and `shutdown` must not wait for an answer of the client: it is not read.
pub async fn serve<R, W, S, F>(input: R, output: W, service: S, socket: ClientSocket, stop: F) -> Exit
where
    R: AsyncRead,
    W: AsyncWrite,
    S: Service<Request, Response = Option<Response>, Error: Display, Future: Send + 'static>,
    F: Future<Output = ()>,
{
    let mut connection = Connection {
        service,
        client: socket,
        decoder: Decoder::default(),
        running: FuturesUnordered::new(),
        outbox: Outbox::default(),
        barrier: false,
        shut_down: false,
        end: None,
    };
    connection.run(input, output, stop).await;
    Exit { cause: connection.end.unwrap_or(Cause::EndOfInput), shut_down: connection.shut_down }
}

struct Connection<S> {
    service: S,
    /// Yields what the server sends of its own accord and takes the client's answers to it.
    client: ClientSocket,
    decoder: Decoder,
    running: FuturesUnordered<Running>,
    outbox: Outbox,
    /// Whether a call runs that must be finished before the next message is taken.
    barrier: bool,
    shut_down: bool,
    end: Option<Cause>,
}

impl<S> Connection<S>
where
    S: Service<Request, Response = Option<Response>, Error: Display, Future: Send + 'static>,
{
    async fn run(&mut self, input: impl AsyncRead, output: impl AsyncWrite, stop: impl Future<Output = ()>) {
        let (mut input, mut output, mut stop) = (pin!(input), pin!(output), pin!(stop));
        let mut grace = pin!(tokio::time::sleep(Duration::MAX));
        let mut buffer = vec![0; READ_SIZE];
        let mut unyielded = 0;
        let mut ending = false;
        loop {
            self.take_frames().await;
            if self.end.is_some() && !ending {
                ending = true;
                grace.set(tokio::time::sleep(GRACE));
            }
            if ending && self.outbox.is_idle() && (self.running.is_empty() || matches!(self.end, Some(Cause::Exit))) {
                return;
            }
            let full = self.outbox.is_full();
            let reading = !ending && self.decoder.backlog() < READ_AHEAD;
            let ended = tokio::select! {
                biased;
                () = &mut stop, if !ending => Some(Cause::Stopped),
                () = &mut grace, if ending => return,
                Some(request) = self.client.next(), if !full => {
                    self.outbox.push_message(&request);
                    None
                }
                Some(answer) = self.running.next(), if !full => {
                    self.answer(answer);
                    None
                }
                written = self.outbox.write_to(&mut output), if !self.outbox.is_idle() => match written {
                    Ok(()) => None,
                    Err(fault) => {
                        self.outbox.close();
                        Some(Cause::Broken(format!("writing failed: {fault}")))
                    }
                },
                read = input.read(&mut buffer), if reading => match read {
                    Ok(0) => Some(Cause::EndOfInput),
                    Ok(count) => {
                        self.decoder.push(&buffer[..count]);
                        unyielded += count;
                        None
                    }
                    Err(fault) if fault.kind() == io::ErrorKind::Interrupted => None,
                    Err(fault) => Some(Cause::Broken(format!("reading failed: {fault}"))),
                },
            };
            self.end = self.end.take().or(ended);
            if unyielded >= READ_SIZE {
                // Input without a pause must not keep the runtime's other tasks waiting.
                unyielded = 0;
                tokio::task::yield_now().await;
            }
        }
    }

    /// Handles what has arrived, as far as that is possible now.
    async fn take_frames(&mut self) {
        while !self.barrier && !self.outbox.is_full() && !matches!(self.end, Some(Cause::Exit)) {
            let Some(frame) = self.decoder.next() else { return };
            match frame {
                Decoded::Body(body) => self.take_message(body).await,
                Decoded::TooLarge { length, head } => {
                    let what = format!("a message of {length} bytes is over the limit of {MAX_BODY} bytes");
                    self.refuse(jsonrpc::id_in_head(&head), ErrorCode::InvalidRequest, what);
                }
                Decoded::BadHeader { what } => self.refuse(Id::Null, ErrorCode::ParseError, what),
                Decoded::Fatal { what } => {
                    self.refuse(Id::Null, ErrorCode::InvalidRequest, what.clone());
                    self.end = Some(Cause::Broken(what));
                }
            }
        }
    }

    async fn take_message(&mut self, mut body: Vec<u8>) {
        let repaired = repair::lone_surrogates(&mut body);
        if repaired > 0 {
            tracing::debug!(repaired, "lone surrogates in a message");
        }
        match jsonrpc::parse(&body) {
            Ok(Message::Request { id, method, params }) => {
                let call = Call::new(Some(id), method, params);
                drop(body);
                self.start(call).await;
            }
            Ok(Message::Notification { method, params }) => {
                let call = Call::new(None, method, params);
                drop(body);
                self.start(call).await;
            }
            Ok(Message::Response { id, outcome }) => {
                let reply = call::reply(id, outcome);
                if let Err(fault) = self.client.send(reply).await {
                    tracing::warn!(%fault, "an answer of the client came too late");
                }
            }
            Err(Invalid { id, code, message }) => self.refuse(id, code, message),
        }
    }

    async fn start(&mut self, call: Call) {
        if let Err(fault) = poll_fn(|context| self.service.poll_ready(context)).await {
            self.end = Some(Cause::Broken(fault.to_string()));
            return;
        }
        let lifecycle = call.lifecycle;
        let mut running = call.start(&mut self.service);
        // A handler that is not done is polled again from the set of them, which is when its waker is registered.
        if let Some(answer) = (&mut running).now_or_never() {
            self.answer(answer);
        } else {
            self.barrier = matches!(lifecycle, Lifecycle::Initialize | Lifecycle::Shutdown);
            self.running.push(running);
        }
        if lifecycle == Lifecycle::Exit {
            self.end = Some(Cause::Exit);
        }
    }

    fn answer(&mut self, mut answer: Answer) {
        match answer.lifecycle {
            Lifecycle::Initialize => self.barrier = false,
            Lifecycle::Shutdown => {
                self.barrier = false;
                self.shut_down |= answer.is_ok();
            }
            Lifecycle::Exit | Lifecycle::Running => {}
        }
        // What a handler sent to the client before it was done also arrives there before its answer.
        while let Some(Some(request)) = self.client.next().now_or_never() {
            self.outbox.push_message(&request);
        }
        if let Some(forget) = answer.forget.take() {
            let _done = self.service.call(forget).now_or_never();
        }
        answer.write(&mut self.outbox);
    }

    fn refuse(&mut self, id: Id, code: ErrorCode, what: String) {
        tracing::warn!(%id, %code, what, "a message was refused");
        self.outbox.push_message(&Response::from_error(id, Error { code, message: what.into(), data: None }));
    }
}
