//! What the fake vendor may be told to do with a request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::{Answer, Failure, Recorded};

/// What is done with a request.
#[derive(Clone)]
pub enum Behaviour {
    /// It is answered.
    Answer(Answer),
    /// It is answered, and something goes wrong on the way.
    Faulty(Fault, Answer),
    /// It is answered with an error.
    Fail(Failure),
    /// A stream begins and brings the answer, then an error instead of its end. A request that wants no stream gets the
    /// error in a body with status 200, as a router of models gives it.
    FailWithin(Failure, Answer),
    /// It is sent elsewhere.
    Redirect(u16, SocketAddr),
    /// What is done depends on the request.
    Depends(Arc<dyn Fn(&Recorded) -> Behaviour + Send + Sync>),
}

/// What goes wrong with an answer. "Midway" is behind the first half of the events of a stream (at least one), else behind
/// the first half of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing comes, not even a status.
    Hang,
    /// Nothing comes any more midway.
    HangMidway,
    /// Nothing comes midway until the test calls `release`; then the rest comes.
    PauseMidway,
    /// Every byte comes, one in each interval.
    Drip(Duration),
    /// FIN midway, of a body whose length nothing tells: for HTTP it is whole.
    CutUnframed,
    /// FIN midway, between two chunks.
    CutBetweenChunks,
    /// FIN midway, inside a chunk.
    CutInChunk,
    /// FIN inside the headers.
    CutInHead,
    /// FIN without a byte.
    CloseAtOnce,
    /// The body ends midway, and for HTTP all is well.
    EndsMidway,
    /// RST midway.
    Reset,
    /// RST without a byte.
    ResetAtOnce,
    /// Bytes that are no HTTP.
    Garbage,
    /// A head of HTTP, then bytes that are neither JSON nor events nor UTF-8.
    GarbageBody,
    /// `Content-Length` tells more than comes; then FIN.
    LengthTooLong,
    /// `Content-Length` tells less than comes.
    LengthTooShort,
}

impl Fault {
    /// All of them; the drip without a pause between its bytes.
    pub const ALL: [Fault; 16] = [
        Fault::Hang,
        Fault::HangMidway,
        Fault::PauseMidway,
        Fault::Drip(Duration::ZERO),
        Fault::CutUnframed,
        Fault::CutBetweenChunks,
        Fault::CutInChunk,
        Fault::CutInHead,
        Fault::CloseAtOnce,
        Fault::EndsMidway,
        Fault::Reset,
        Fault::ResetAtOnce,
        Fault::Garbage,
        Fault::GarbageBody,
        Fault::LengthTooLong,
        Fault::LengthTooShort,
    ];
}

impl Behaviour {
    /// A text.
    pub fn text(text: impl Into<String>) -> Behaviour {
        Behaviour::Answer(Answer::text(text))
    }

    /// A text that is made from the request.
    pub fn computed(text: impl Fn(&Recorded) -> String + Send + Sync + 'static) -> Behaviour {
        Behaviour::depends(move |request| Behaviour::text(text(request)))
    }

    /// Whatever the request calls for.
    pub fn depends(choose: impl Fn(&Recorded) -> Behaviour + Send + Sync + 'static) -> Behaviour {
        Behaviour::Depends(Arc::new(choose))
    }

    /// An answer that goes wrong, with a text long enough to be cut anywhere.
    pub fn fault(fault: Fault) -> Behaviour {
        Behaviour::Faulty(fault, Answer::text("One line of the answer, ünd another.\n".repeat(4)).in_deltas_of(7))
    }

    /// An error of which the status tells all.
    pub fn status(status: u16) -> Behaviour {
        Behaviour::Fail(Failure::status(status))
    }
}
