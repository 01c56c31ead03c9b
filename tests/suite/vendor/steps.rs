//! What is done with a connection, step by step, for each behaviour. Nothing here touches a socket.

use std::time::Duration;

use super::http::{LAST_CHUNK, chunk, head};
use super::{Api, Behaviour, Failure, Fault, Recorded, body};

/// A step of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Bytes, at once.
    Send(Vec<u8>),
    /// Bytes, one in each interval.
    Drip(Vec<u8>, Duration),
    /// Nothing more, until the client goes.
    Stall,
    /// Nothing until `release`.
    Pause,
    /// The end of the connection.
    Close,
    /// Its end with RST.
    Reset,
}

/// An answer as HTTP has it.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    /// The body, in what is written at once.
    pub parts: Vec<Vec<u8>>,
    /// Whether the parts are chunks; else there is a `Content-Length`.
    pub chunked: bool,
}

/// The steps of a behaviour.
pub fn steps(behaviour: &Behaviour, api: Api, request: &Recorded) -> Vec<Step> {
    match behaviour {
        Behaviour::Answer(answer) => body::answered(answer, api, request).whole(),
        Behaviour::Faulty(fault, answer) => faulty(*fault, body::answered(answer, api, request)),
        Behaviour::Fail(failure) => body::failed(failure, api).whole(),
        Behaviour::FailWithin(failure, answer) => body::failed_within(failure, answer, api, request).whole(),
        Behaviour::Redirect(status, to) => {
            let headers = vec![("location", format!("http://{to}{}", request.path))];
            Reply { status: *status, headers, parts: Vec::new(), chunked: false }.whole()
        }
        Behaviour::Depends(choose) => steps(&choose(request), api, request),
    }
}

/// What an unknown path gets.
pub fn unknown_path(request: &Recorded) -> Vec<Step> {
    body::failed(&Failure::unknown_path(&request.method, &request.path), Api::OpenAi).whole()
}

fn faulty(fault: Fault, reply: Reply) -> Vec<Step> {
    let middle = (reply.parts.len() / 2).max(1);
    let chunks = || Reply { chunked: true, headers: reply.headers.clone(), parts: reply.parts.clone(), ..reply };
    match fault {
        Fault::Hang => vec![Step::Stall],
        Fault::HangMidway => [reply.begun(middle), vec![Step::Stall]].concat(),
        Fault::PauseMidway => [reply.begun(middle), vec![Step::Pause], reply.rest(middle)].concat(),
        Fault::Drip(interval) => {
            let bytes = reply.whole().into_iter().filter_map(|step| match step {
                Step::Send(bytes) => Some(bytes),
                _ => None,
            });
            vec![Step::Drip(bytes.flatten().collect(), interval)]
        }
        Fault::CutUnframed => {
            let head = head(reply.status, &reply.headers_and("connection", "close".to_owned()));
            vec![Step::Send([head, reply.parts[..middle].concat()].concat()), Step::Close]
        }
        Fault::CutBetweenChunks => [chunks().begun(middle), vec![Step::Close]].concat(),
        Fault::CutInChunk => {
            let next = chunk(reply.parts.get(middle).map_or(b"never sent", Vec::as_slice));
            let half = next[..next.len() / 2].to_vec();
            [chunks().begun(middle), vec![Step::Send(half), Step::Close]].concat()
        }
        Fault::CutInHead => {
            let head = reply.head();
            vec![Step::Send(head[..head.len() / 2].to_vec()), Step::Close]
        }
        Fault::CloseAtOnce => vec![Step::Close],
        Fault::EndsMidway => Reply { parts: reply.parts[..middle].to_vec(), ..reply }.whole(),
        Fault::Reset => [reply.begun(middle), vec![Step::Reset]].concat(),
        Fault::ResetAtOnce => vec![Step::Reset],
        Fault::Garbage => vec![Step::Send(b"\x00\x16\x03\x01 220 mail ready\r\n\xff\xfe".to_vec()), Step::Close],
        Fault::GarbageBody => {
            Reply { parts: vec![b"\xff\xfe{]data:\n\n\x00\xc3(event: \xf0\x9f".to_vec()], ..reply }.whole()
        }
        Fault::LengthTooLong => [reply.with_length(|length| length + 10), vec![Step::Close]].concat(),
        Fault::LengthTooShort => reply.with_length(|length| length / 2),
    }
}

impl Reply {
    fn headers_and(&self, name: &'static str, value: String) -> Vec<(&'static str, String)> {
        let mut headers = self.headers.clone();
        headers.push((name, value));
        headers
    }

    fn head(&self) -> Vec<u8> {
        let headers = if self.chunked {
            self.headers_and("transfer-encoding", "chunked".to_owned())
        } else {
            self.headers_and("content-length", self.parts.concat().len().to_string())
        };
        head(self.status, &headers)
    }

    fn sends(&self, parts: &[Vec<u8>]) -> Vec<Step> {
        parts.iter().map(|part| Step::Send(if self.chunked { chunk(part) } else { part.clone() })).collect()
    }

    fn begun(&self, middle: usize) -> Vec<Step> {
        [vec![Step::Send(self.head())], self.sends(&self.parts[..middle])].concat()
    }

    fn rest(&self, middle: usize) -> Vec<Step> {
        let mut steps = self.sends(&self.parts[middle..]);
        if self.chunked {
            steps.push(Step::Send(LAST_CHUNK.to_vec()));
        }
        steps
    }

    fn whole(&self) -> Vec<Step> {
        [self.begun(0), self.rest(0)].concat()
    }

    fn with_length(&self, wrong: impl Fn(usize) -> usize) -> Vec<Step> {
        let body = self.parts.concat();
        let head = head(self.status, &self.headers_and("content-length", wrong(body.len()).to_string()));
        vec![Step::Send(head), Step::Send(body)]
    }
}
