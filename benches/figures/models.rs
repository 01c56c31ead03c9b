//! `compact` while the model that writes the memory hangs, drips or resets every connection, against a server that has
//! no model: nobody is to wait for a provider.
//!
//! Each repetition begins with a fresh process, because a server leaves a model alone after some failures.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use anyhow::Context as _;

use super::cores::{Cores, place};
use super::plan::Plan;
use super::server::{Feeding, Place, compact_params, feed, settle};
use super::table::{Figure, Series, Target};
use super::workload::Workload;

/// The session that is compacted.
const MEASURED: &str = "measured";
/// Tokens of each other session: enough for a first memory.
const FIRST_MEMORY: u64 = 12_000;
/// Pause between two bytes of an answer that drips.
const DRIP: Duration = Duration::from_millis(20);
/// Pause between two requests, so that they spread over all attempts of a call.
const PAUSE: Duration = Duration::from_millis(3);
/// Longest wait for a connection, after which something is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a provider does with a request.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// It reads it and says nothing.
    Hangs,
    /// It answers byte by byte and never ends.
    Drips,
    /// It resets the connection.
    Resets,
}

impl Fault {
    const ALL: [Fault; 3] = [Fault::Hangs, Fault::Drips, Fault::Resets];

    fn name(self) -> &'static str {
        match self {
            Fault::Hangs => "hangs",
            Fault::Drips => "drips",
            Fault::Resets => "resets",
        }
    }

    /// Treats a connection as it deserves, until the other side is gone.
    fn treat(self, mut connection: TcpStream) -> std::io::Result<()> {
        let mut read = [0; 16 << 10];
        match self {
            Fault::Hangs => while connection.read(&mut read)? > 0 {},
            Fault::Drips => {
                let _ = connection.read(&mut read)?;
                connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")?;
                loop {
                    connection.write_all(b":")?;
                    std::thread::sleep(DRIP);
                }
            }
            // Closed with something unread, a connection is reset.
            Fault::Resets => drop(connection.read(&mut read[..1])?),
        }
        Ok(())
    }
}

/// A provider of this kind, with a word for each connection. Its threads end with this process.
fn provider(fault: Fault) -> anyhow::Result<(SocketAddr, Receiver<()>)> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port can be listened on")?;
    let address = listener.local_addr()?;
    let (connected, connections) = channel();
    std::thread::spawn(move || serve(fault, &listener, &connected));
    Ok((address, connections))
}

fn serve(fault: Fault, listener: &TcpListener, connected: &Sender<()>) {
    for connection in listener.incoming().flatten() {
        if connected.send(()).is_err() {
            return;
        }
        std::thread::spawn(move || fault.treat(connection));
    }
}

/// One server's folders and what it is measured with.
struct Case {
    folders: Place,
    connections: Option<Receiver<()>>,
    times: Series,
}

impl Case {
    fn new(plan: &Plan, fault: Option<Fault>) -> anyhow::Result<Case> {
        let folders = Place::new()?;
        // Fed without a model, so that all are the same.
        let mut server = folders.start()?;
        feed(&mut server, MEASURED, &mut Workload::new(1), Feeding { tokens: plan.live, batch: 50, compact: false })?;
        settle(&mut server)?;
        server.stop()?;
        let connections = match fault {
            Some(fault) => {
                let (address, connections) = provider(fault)?;
                folders.configure(&format!("provider = \"anthropic\"\nbaseUrl = \"http://{address}\"\n"))?;
                Some(connections)
            }
            None => None,
        };
        Ok(Case { folders, connections, times: Series::default() })
    }

    /// Previews while a model is to write the memories of other sessions.
    fn repetition(&mut self, plan: &Plan, number: u64) -> anyhow::Result<()> {
        let mut server = self.folders.start()?;
        place(server.id(), Cores::One);
        let ordered: Vec<String> = (0..plan.ordered).map(|at| format!("ordered-{number}-{at}")).collect();
        for (session, seed) in ordered.iter().zip(2..) {
            let first = Feeding { tokens: FIRST_MEMORY, batch: 50, compact: false };
            feed(&mut server, session, &mut Workload::new(seed), first)?;
        }
        let params = compact_params(MEASURED, false, None);
        server.request("sessionMemory/compact", &params)?;
        for session in &ordered {
            // Whoever asks for a memory has it brought up to date, if it was not.
            server.request("sessionMemory/memory", &serde_json::json!({"sessionId": session}).to_string())?;
        }
        if let Some(connections) = &self.connections {
            connections.recv_timeout(PATIENCE).context("the model was not asked")?;
        }
        settle(&mut server)?;
        self.times.begin();
        for _ in 0..plan.quick_samples {
            std::thread::sleep(PAUSE);
            self.times.add(server.request("sessionMemory/compact", &params)?.time);
        }
        server.kill()?;
        // What the process asked until then is not what the next one asks.
        if let Some(connections) = &self.connections {
            while connections.try_recv().is_ok() {}
        }
        Ok(())
    }
}

/// Each fault against the server without a model.
pub fn run(plan: &Plan) -> anyhow::Result<Vec<Figure>> {
    let mut quiet = Case::new(plan, None)?;
    let mut faults = Vec::new();
    for fault in Fault::ALL {
        faults.push((fault, Case::new(plan, Some(fault))?));
    }
    for number in 0..plan.repetitions {
        quiet.repetition(plan, number)?;
        for (_, case) in &mut faults {
            case.repetition(plan, number)?;
        }
    }
    let mut figures = Vec::new();
    for (fault, case) in &faults {
        let name = format!("compact, prepared, while the model {}, {}", fault.name(), Cores::One.name());
        for share in [0.5, 0.99] {
            figures.push(Figure::compared(&name, share, &case.times, ("no model", &quiet.times), Target::Ratio(2.0)));
        }
    }
    Ok(figures)
}
