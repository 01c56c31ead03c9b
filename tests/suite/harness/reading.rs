//! The threads that read what the program writes. Frames are read as strictly as the LSP defines them; the first byte
//! that is not part of one makes the rest stray.

use std::io::Read;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{JoinHandle, spawn};

/// What stdout gave.
pub enum Incoming {
    /// The body of a frame.
    Body(String),
    /// Bytes that are no frame, up to the end.
    Stray(Vec<u8>),
    /// The program has closed its stdout.
    End,
}

/// Reads frames on a thread of their own.
pub fn frames(output: impl Read + Send + 'static) -> Receiver<Incoming> {
    let (sender, receiver) = channel();
    spawn(move || read_frames(output, &sender));
    receiver
}

fn read_frames(mut output: impl Read, sender: &Sender<Incoming>) {
    let mut buffer: Vec<u8> = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    let mut open = true;
    while open {
        match output.read(&mut chunk) {
            Ok(0) | Err(_) => open = false,
            Ok(count) => buffer.extend_from_slice(&chunk[..count]),
        }
        let mut at = 0;
        while let Some((start, end)) = frame(&buffer[at..]) {
            match String::from_utf8(buffer[at + start..at + end].to_vec()) {
                Ok(body) => drop(sender.send(Incoming::Body(body))),
                Err(error) => drop(sender.send(Incoming::Stray(error.into_bytes()))),
            }
            at += end;
        }
        buffer.drain(..at);
    }
    if !buffer.is_empty() {
        let _ = sender.send(Incoming::Stray(buffer));
    }
    let _ = sender.send(Incoming::End);
}

/// Where the body of the first frame begins and ends, if it is complete.
fn frame(bytes: &[u8]) -> Option<(usize, usize)> {
    let rest = bytes.strip_prefix(b"Content-Length: ")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let length: usize = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    rest[digits..].strip_prefix(b"\r\n\r\n")?;
    let start = bytes.len() - rest.len() + digits + 4;
    (start + length <= bytes.len()).then_some((start, start + length))
}

/// Reads everything to the end on a thread of its own.
pub fn all(mut output: impl Read + Send + 'static) -> JoinHandle<String> {
    spawn(move || {
        let mut bytes = Vec::new();
        let _ = output.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
