//! The fake vendor as tests see it, and its threads: one accepts, one for each connection answers.

use std::io::BufReader;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;

use super::player::{Then, play};
use super::state::{Shared, State};
use super::{Behaviour, Recorded, http, steps};
use crate::harness::DEADLINE;

/// A running fake vendor; it ends, with its threads and connections, when it is dropped.
pub struct Vendor {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Gives the threads of the connections.
    accepting: Option<JoinHandle<Vec<JoinHandle<()>>>>,
}

impl Vendor {
    /// A vendor on a free port of the loopback address. Until it is told something else, it answers with a short text.
    pub fn start() -> Vendor {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::new());
        let own = Arc::clone(&shared);
        Vendor { address, shared, accepting: Some(std::thread::spawn(move || accept(&listener, &own))) }
    }

    /// A vendor that always does the same.
    pub fn always(behaviour: Behaviour) -> Vendor {
        let vendor = Vendor::start();
        vendor.otherwise(behaviour);
        vendor
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base address of the Anthropic API, as clients have it in their settings.
    pub fn anthropic(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The base address of the OpenAI API, as clients have it in their settings.
    pub fn openai(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What is done with the next request that no earlier word is for.
    pub fn then(&self, behaviour: Behaviour) -> &Vendor {
        self.shared.change(|state| state.script.push_back(behaviour));
        self
    }

    /// What is done with all requests beyond the script.
    pub fn otherwise(&self, behaviour: Behaviour) -> &Vendor {
        self.shared.change(|state| state.otherwise = behaviour);
        self
    }

    /// From now on no answer begins. Requests are taken down.
    pub fn hold(&self) {
        self.shared.change(|state| state.held = true);
    }

    /// Answers that were held begin, paused ones go on.
    pub fn release(&self) {
        self.shared.change(|state| {
            state.held = false;
            state.releases += 1;
        });
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.look().requests.clone()
    }

    /// How many connections came so far; a redirect that is followed, or a canary that is asked, is seen here even when
    /// no request can be read.
    pub fn connections(&self) -> usize {
        self.shared.look().connections
    }

    /// How many answers were abandoned so far: the client went while they hung or while something was being written.
    pub fn abandoned(&self) -> usize {
        self.shared.look().abandoned
    }

    /// Waits until there were so many requests, and gives all.
    #[track_caller]
    pub fn await_requests(&self, count: usize) -> Vec<Recorded> {
        self.wait("requests", count, |state| state.requests.len());
        self.requests()
    }

    /// Waits until so many answers have stood still (`Hang`, `HangMidway`, `PauseMidway`); what they give before that is
    /// sent by then.
    #[track_caller]
    pub fn await_stalled(&self, count: usize) {
        self.wait("answers that stand still", count, |state| state.stalled);
    }

    /// Waits until so many answers were abandoned.
    #[track_caller]
    pub fn await_abandoned(&self, count: usize) {
        self.wait("abandoned answers", count, |state| state.abandoned);
    }

    #[track_caller]
    fn wait(&self, what: &str, count: usize, so_far: impl Fn(&State) -> usize) {
        let is_so = self.shared.wait_for(DEADLINE, |state| so_far(state) >= count);
        assert!(is_so, "{what}: {} of {count} within {DEADLINE:?}", so_far(&self.shared.look()));
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.shared.change(|state| state.ended = true);
        // Wakes the thread that accepts; it then gives the listener up.
        drop(TcpStream::connect(self.address));
        let connections = self.accepting.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        for stream in self.shared.look().streams.values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        let panicked = connections.into_iter().filter_map(|thread| thread.join().err()).count();
        assert!(panicked == 0 || std::thread::panicking(), "{panicked} answers of the fake vendor panicked");
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) -> Vec<JoinHandle<()>> {
    let mut threads = Vec::new();
    for stream in listener.incoming() {
        if shared.look().ended {
            break;
        }
        let Ok((stream, other)) = stream.and_then(|stream| Ok((stream.try_clone()?, stream))) else { continue };
        let number = shared.change(|state| {
            state.connections += 1;
            state.streams.insert(state.connections, other);
            state.connections
        });
        let connection = Connection { number, stream, shared: Arc::clone(shared) };
        threads.push(std::thread::spawn(move || converse(&connection.stream, &connection.shared)));
    }
    threads
}

/// A connection and its place among the others.
struct Connection {
    number: usize,
    stream: TcpStream,
    shared: Arc<Shared>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        // The other handle goes before this one, even after a panic: only the last one ends the connection.
        self.shared.change(|state| state.streams.remove(&self.number));
    }
}

/// Answers what comes on a connection.
fn converse(stream: &TcpStream, shared: &Shared) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    loop {
        let request = match http::read_request(&mut reader) {
            Ok(Some(request)) => request,
            Ok(None) => return,
            Err(error) => {
                let body = error.to_string().into_bytes();
                let head = http::head(400, &[("content-length", body.len().to_string())]);
                play(stream, vec![steps::Step::Send(head), steps::Step::Send(body)], shared);
                return;
            }
        };
        let behaviour = shared.change(|state| {
            state.requests.push(request.clone());
            let next = request.api().and_then(|_| state.script.pop_front());
            next.unwrap_or_else(|| state.otherwise.clone())
        });
        if !shared.wait(|state| !state.held) {
            return;
        }
        let steps = match request.api() {
            Some(api) => steps::steps(&behaviour, api, &request),
            None => steps::unknown_path(&request),
        };
        if play(stream, steps, shared) == Then::Ends || request.closes() {
            return;
        }
    }
}
