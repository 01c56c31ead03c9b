//! Splits a byte stream that arrives in any pieces into lines. A torn last line waits for its rest.

use std::io::BufRead;

/// The splitter: holds at most one unfinished line.
#[derive(Default)]
pub(super) struct Lines {
    torn: Vec<u8>,
}

impl Lines {
    /// Takes the next bytes and gives every line that they finish, without its newline.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8])) {
        while !bytes.is_empty() {
            // `skip_until` is the standard library's memchr; on a slice it cannot fail.
            let length = { bytes }.skip_until(b'\n').unwrap_or(bytes.len());
            let (piece, rest) = bytes.split_at(length);
            bytes = rest;
            match piece.strip_suffix(b"\n") {
                None => self.torn.extend_from_slice(piece),
                Some(line) if self.torn.is_empty() => each(line),
                Some(end) => {
                    self.torn.extend_from_slice(end);
                    each(&self.torn);
                    self.torn.clear();
                }
            }
        }
    }

    /// The unfinished line, so far.
    pub(super) fn torn(&self) -> &[u8] {
        &self.torn
    }

    /// Forgets the first `length` bytes of the unfinished line.
    pub(super) fn consume(&mut self, length: usize) {
        self.torn.drain(..length.min(self.torn.len()));
    }

    /// Takes the unfinished line out.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.torn)
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn any_pieces_give_the_same_lines() {
        let text = b"one\n\ntwo\r\nthree";
        for size in 1..=text.len() {
            let mut lines = Lines::default();
            let mut got: Vec<Vec<u8>> = Vec::new();
            for piece in text.chunks(size) {
                lines.push(piece, |line| got.push(line.to_vec()));
            }
            assert_eq!(got, [b"one".to_vec(), b"".to_vec(), b"two\r".to_vec()], "pieces of {size}");
            assert_eq!(lines.take(), b"three");
        }
    }
}
