//! A bare client: sends a request, takes every byte, and judges them as HTTP.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};

use crate::harness::DEADLINE;
use crate::vendor::{Api, Vendor};

/// What came until the connection ended.
pub struct Got {
    pub bytes: Vec<u8>,
    pub reset: bool,
}

/// How the body came, as HTTP sees it.
#[derive(Debug, PartialEq, Eq)]
pub enum Framing {
    Whole,
    /// Less than was told.
    Cut,
    /// More than was told.
    Surplus,
}

/// A request of either API.
pub fn request(api: Api, stream: bool, close: bool) -> String {
    let path = match api {
        Api::Anthropic => "/v1/messages",
        Api::OpenAi => "/v1/chat/completions",
        Api::Responses => "/v1/responses",
    };
    let options = if stream { json!({"include_usage": true}) } else { Value::Null };
    let body = json!({"model": "m", "max_tokens": 5, "messages": [], "stream": stream, "stream_options": options});
    post(path, &body.to_string(), close)
}

/// A request with a body.
pub fn post(path: &str, body: &str, close: bool) -> String {
    let connection = if close { "close" } else { "keep-alive" };
    format!(
        "POST {path} HTTP/1.1\r\nHost: fake\r\nConnection: {connection}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A connection on which something was said.
pub fn say(vendor: &Vendor, text: &str) -> TcpStream {
    say_at(vendor.address(), text)
}

fn say_at(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    // A vendor that has reset the connection already is no failure of this side.
    let _ = stream.write_all(text.as_bytes());
    stream
}

/// Everything that comes until the connection ends.
pub fn everything(mut stream: TcpStream) -> Got {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => Got { bytes, reset: false },
        Err(error) if error.kind() == ErrorKind::ConnectionReset => Got { bytes, reset: true },
        Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&bytes)),
    }
}

/// Says it and gives everything that comes.
pub fn ask(vendor: &Vendor, text: &str) -> Got {
    ask_at(vendor.address(), text)
}

/// The same at another server.
pub fn ask_at(address: SocketAddr, text: &str) -> Got {
    everything(say_at(address, text))
}

impl Got {
    /// Head and what stands behind it, if there is a whole head.
    pub fn parts(&self) -> Option<(String, &[u8])> {
        let end = self.bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8(self.bytes[..end].to_vec()).ok()?;
        head.starts_with("HTTP/1.1 ").then(|| (head.to_lowercase(), &self.bytes[end + 4..]))
    }

    pub fn status(&self) -> u16 {
        let (head, _) = self.parts().expect("a head");
        head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.parts()?;
        head.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
    }

    /// The body without its framing.
    pub fn body(&self) -> (Framing, Vec<u8>) {
        let (_, rest) = self.parts().expect("a head");
        if self.header("transfer-encoding").is_some() {
            return chunked(rest);
        }
        let Some(length) = self.header("content-length") else { return (Framing::Whole, rest.to_vec()) };
        let length: usize = length.parse().unwrap();
        let framing = match rest.len() {
            less if less < length => Framing::Cut,
            more if more > length => Framing::Surplus,
            _ => Framing::Whole,
        };
        (framing, rest[..length.min(rest.len())].to_vec())
    }

    /// A body of JSON.
    pub fn json(&self) -> Value {
        let (framing, body) = self.body();
        assert_eq!(framing, Framing::Whole);
        serde_json::from_slice(&body).unwrap()
    }

    /// The data of the events of a stream; `[DONE]` is a text.
    pub fn events(&self) -> Vec<Value> {
        let (framing, body) = self.body();
        assert_eq!(framing, Framing::Whole);
        let text = String::from_utf8(body).unwrap();
        let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| serde_json::from_str(data).unwrap_or_else(|_| data.into())).collect()
    }
}

fn chunked(mut rest: &[u8]) -> (Framing, Vec<u8>) {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else { return (Framing::Cut, body) };
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        rest = &rest[end + 2..];
        if rest.len() < size + 2 {
            return (Framing::Cut, body);
        }
        body.extend(&rest[..size]);
        rest = &rest[size + 2..];
        if size == 0 {
            return (if rest.is_empty() { Framing::Whole } else { Framing::Surplus }, body);
        }
    }
}
