//! Plays the steps of an answer on a socket.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use super::state::Shared;
use super::steps::Step;

/// Whether the connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    GoesOn,
    Ends,
}

/// Plays the steps. A client that goes is counted, nothing more.
pub fn play(mut stream: &TcpStream, steps: Vec<Step>, shared: &Shared) -> Then {
    for step in steps {
        let written = match step {
            Step::Send(bytes) => stream.write_all(&bytes),
            Step::Drip(bytes, interval) => drip(stream, &bytes, interval, shared),
            Step::Stall => {
                shared.change(|state| state.stalled += 1);
                // What else the client says does not matter; the end of this tells that it went, or that we end.
                while stream.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {}
                abandoned(shared);
                return Then::Ends;
            }
            Step::Pause => {
                let before = shared.change(|state| {
                    state.stalled += 1;
                    state.releases
                });
                if !shared.wait(|state| state.releases > before) {
                    return Then::Ends;
                }
                Ok(())
            }
            Step::Close => {
                let _ = stream.shutdown(Shutdown::Write);
                return Then::Ends;
            }
            Step::Reset => {
                let _ = rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO));
                return Then::Ends;
            }
        };
        if written.is_err() {
            abandoned(shared);
            return Then::Ends;
        }
    }
    Then::GoesOn
}

fn drip(mut stream: &TcpStream, bytes: &[u8], interval: Duration, shared: &Shared) -> std::io::Result<()> {
    for byte in bytes {
        stream.write_all(std::slice::from_ref(byte))?;
        if shared.wait_for(interval, |state| state.ended) {
            break;
        }
    }
    Ok(())
}

fn abandoned(shared: &Shared) {
    shared.change(|state| {
        if !state.ended {
            state.abandoned += 1;
        }
    });
}
