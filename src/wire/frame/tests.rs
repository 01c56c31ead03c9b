//! Headers of every kind, faults, and frames in any pieces.

use super::*;
use proptest::prelude::*;

fn decode(pieces: &[&[u8]]) -> Vec<Decoded> {
    let mut decoder = Decoder::default();
    let mut found = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        found.extend(decoder.by_ref());
    }
    found
}

/// `expected`: bodies as they are, faults as `!` and a part of their text.
fn check(input: &str, expected: &[&str]) {
    let whole = decode(&[input.as_bytes()]);
    let bytes: Vec<_> = input.as_bytes().chunks(1).collect();
    assert_eq!(whole, decode(&bytes), "{input:?} depends on its pieces");
    assert_eq!(whole.len(), expected.len(), "{input:?} -> {whole:?}");
    for (found, expected) in whole.iter().zip(expected) {
        match (found, expected.strip_prefix('!')) {
            (Decoded::Body(body), None) => assert_eq!(body, expected.as_bytes(), "{input:?}"),
            (Decoded::BadHeader { what } | Decoded::Fatal { what }, Some(part)) => {
                assert!(what.contains(part), "{input:?} -> {what:?}");
            }
            _ => panic!("{input:?} -> {found:?}, expected {expected:?}"),
        }
    }
}

#[test]
fn headers_of_every_kind() {
    check("Content-Length: 2\r\n\r\n{}", &["{}"]);
    check("content-length:2\n\n{}CONTENT-LENGTH : 3 \r\n\r\n{ }", &["{}", "{ }"]);
    check("X-A: 1\r\nContent-Type: application/json\r\nX-B:\r\nContent-Length: 2\r\n\r\n{}", &["{}"]);
    check("Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", &["{}"]);
    check("\r\n\nContent-Length: 0\r\n\r\nContent-Length: 1\n\r\n7", &["", "7"]);
    check("Content-Length: 2\r\n\r\n{", &[]);
}

#[test]
fn faults_are_reported_once_and_the_next_frame_is_read() {
    let next = "Content-Length: 2\r\n\r\n{}";
    for (fault, what) in [
        ("{\"id\":1}\n{\"id\":2}\n", "expected a `Content-Length` header, got `{\\\"id"),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}",
            "got `{\\\"jsonrpc\\\":\\\"2.0\\\",\\\"id\\\":1,\\\"method\\\"`",
        ),
        ("{\"id\":1}", "expected a `Content-Length`"),
        ("Content-Length: -5\r\n\r\n{\"id\":1}", "not a number of bytes: `-5`"),
        ("Content-Length: 1.5\r\n\r\n{}", "not a number of bytes: `1.5`"),
        ("Content-Length:\r\n\r\n", "not a number"),
        ("Content-Length 5\r\n\r\n[345]", "got `Content-Length 5`"),
        ("X-A: 1\r\n\r\n{\"text\":\"Content-Length: 5\\r\\n\"}", "no Content-Length"),
        ("Content-Length: 4\r\nContent-Length: 5\r\n\r\n[345]", "given twice, as 4 and as 5"),
        ("\u{1f600}\u{0}\n\n", "got `\u{1f600}\\0`"),
    ] {
        check(&format!("{fault}{next}{next}"), &[&format!("!{what}"), "{}", "{}"]);
    }
    // A length that is too small leaves the end of the body behind, one that is too large takes the next header in.
    check(&format!("Content-Length: 1\r\n\r\n{{}}{next}"), &["{", "!got `}Content-Length: 2`", "{}"]);
    check(
        &format!("Content-Length: 6\r\n\r\n{{}}{next}{next}"),
        &["{}Cont", "!the header has no Content-Length", "{}"],
    );
}

#[test]
fn endless_lines_are_not_kept() {
    let mut decoder = Decoder::default();
    for _ in 0..10_000 {
        decoder.push(&[b'x'; 1000]);
    }
    assert!(decoder.line.capacity() < 4 * MAX_LINE);
    decoder.push(b"}Content-Length: 2\r\n\r\n{}");
    let found: Vec<_> = decoder.collect();
    assert!(matches!(&found[..], [Decoded::BadHeader { .. }, Decoded::Body(body)] if body == b"{}"), "{found:?}");
}

#[test]
fn lengths_over_the_cap() {
    let mut decoder = Decoder::default();
    decoder.push(format!("Content-Length: {}\r\n\r\n{{\"id\":7,", MAX_BODY + 1).as_bytes());
    assert_eq!(decoder.next(), None);
    let mut left = usize::try_from(MAX_BODY).unwrap() + 1 - 8;
    while left > 0 {
        let now = left.min(1 << 20);
        decoder.push(&vec![b' '; now]);
        left -= now;
    }
    decoder.push(b"Content-Length: 2\r\n\r\n{}");
    let Some(Decoded::TooLarge { length, head }) = decoder.next() else { panic!("not reported") };
    assert_eq!((length, head.len(), &head[..8]), (MAX_BODY + 1, HEAD, &b"{\"id\":7,"[..]));
    assert_eq!(decoder.collect::<Vec<_>>(), [Decoded::Body(b"{}".to_vec())]);

    for length in ["1073741825", "10000000000", "99999999999999999999999"] {
        check(&format!("Content-Length: {length}\r\n\r\n{{}}Content-Length: 2\r\n\r\n{{}}"), &["!is over"]);
    }
    assert_eq!(decode(&[b"Content-Length: 67108864\r\n\r\n{"]), []);
}

proptest! {
    #[test]
    fn pieces_do_not_matter(
        bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 1..6),
        cuts in proptest::collection::vec(1usize..40, 1..60),
    ) {
        let mut stream = Vec::new();
        for body in &bodies {
            stream.extend_from_slice(encode_header(body.len()).as_bytes());
            stream.extend_from_slice(body);
        }
        let mut pieces = Vec::new();
        let mut rest = &stream[..];
        for cut in cuts.iter().cycle() {
            let (piece, later) = rest.split_at((*cut).min(rest.len()));
            pieces.push(piece);
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        let expected: Vec<_> = bodies.into_iter().map(Decoded::Body).collect();
        prop_assert_eq!(decode(&pieces), expected);
    }

    #[test]
    fn a_frame_on_its_own_line_is_found_after_any_bytes(noise in proptest::collection::vec(any::<u8>(), 0..300)) {
        // `:` is left out: noise that happens to be a header with a length would rightly take the frame as its body.
        let noise: Vec<_> = noise.into_iter().filter(|b| *b != b':').collect();
        let found = decode(&[&noise, b"\nContent-Length: 2\r\n\r\n{}"]);
        prop_assert_eq!(found.last(), Some(&Decoded::Body(b"{}".to_vec())));
    }
}
