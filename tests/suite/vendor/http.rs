//! As much of HTTP/1.1 as a server needs: requests from a reader, heads and chunks as bytes.

use std::fmt::Write as _;
use std::io::{BufRead, Error, ErrorKind, Read as _, Result};
use std::time::Instant;

use super::Recorded;

/// The next request; none where the client has closed the connection before it.
pub fn read_request(reader: &mut impl BufRead) -> Result<Option<Recorded>> {
    let first = read_line(reader)?;
    if first.is_empty() {
        return Ok(None);
    }
    let mut words = first.split(' ');
    let (Some(method), Some(path), Some("HTTP/1.1" | "HTTP/1.0"), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(broken("a request line"));
    };
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| broken("a header"))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request =
        Recorded { at: Instant::now(), method: method.to_owned(), path: path.to_owned(), headers, body: Vec::new() };
    request.body = read_body(reader, &request)?;
    request.at = Instant::now();
    Ok(Some(request))
}

fn read_body(reader: &mut impl BufRead, request: &Recorded) -> Result<Vec<u8>> {
    if request.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        let mut body = Vec::new();
        loop {
            let size = read_line(reader)?;
            let size = size.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(size, 16).map_err(|_| broken("the size of a chunk"))?;
            read_exactly(reader, size, &mut body)?;
            if !read_line(reader)?.is_empty() {
                return Err(broken("the end of a chunk"));
            }
            if size == 0 {
                return Ok(body);
            }
        }
    }
    let length = request.header("content-length").unwrap_or("0");
    let mut body = Vec::new();
    read_exactly(reader, length.parse().map_err(|_| broken("a content-length"))?, &mut body)?;
    Ok(body)
}

fn read_exactly(reader: &mut impl BufRead, size: u64, into: &mut Vec<u8>) -> Result<()> {
    let read = reader.take(size).read_to_end(into)?;
    if read as u64 == size { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

/// A line without its CR LF; an empty one also at the end of the input.
fn read_line(reader: &mut impl BufRead) -> Result<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    while line.last().is_some_and(|last| matches!(last, b'\r' | b'\n')) {
        line.pop();
    }
    String::from_utf8(line).map_err(|_| broken("text"))
}

fn broken(expected: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("the request is no HTTP: {expected} was expected"))
}

/// The head of an answer.
pub fn head(status: u16, headers: &[(&str, String)]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Payload Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        // Others have none: the reason may be empty.
        _ => "",
    }
}

/// A chunk of a body.
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// What stands behind the last chunk.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";
