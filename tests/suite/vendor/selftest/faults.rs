//! Every fault is the fault that it says it is, on both APIs, with a stream and without.

use std::io::Read as _;
use std::net::TcpStream;

use super::client::{Framing, Got, ask, everything, request, say};
use crate::harness::await_some;
use crate::vendor::{Api, Behaviour, Fault, Vendor};

/// How an answer looks to a client.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// For HTTP and for the API all is well.
    Whole,
    /// For HTTP all is well, the answer has no end.
    NoEnd,
    /// For HTTP something is missing, or too much.
    Framing(Framing),
    /// No whole head, and not as many bytes as a head has.
    NoHead,
    /// Not a byte.
    Nothing,
    /// No text.
    NoText,
    /// Reset, with as much as had come.
    Reset,
}

fn seen(got: &Got) -> Seen {
    if got.reset {
        return Seen::Reset;
    }
    if got.bytes.is_empty() {
        return Seen::Nothing;
    }
    if got.parts().is_none() {
        return Seen::NoHead;
    }
    let (framing, body) = got.body();
    let Ok(text) = String::from_utf8(body) else { return Seen::NoText };
    let ends = text.contains("message_stop")
        || text.contains("[DONE]")
        || serde_json::from_str::<serde_json::Value>(&text).is_ok();
    match (framing, ends) {
        (Framing::Whole, true) => Seen::Whole,
        (Framing::Whole, false) => Seen::NoEnd,
        (framing, _) => Seen::Framing(framing),
    }
}

fn expected(fault: Fault) -> Option<Seen> {
    Some(match fault {
        Fault::Hang | Fault::HangMidway | Fault::PauseMidway => return None,
        Fault::Drip(_) => Seen::Whole,
        Fault::CutUnframed | Fault::EndsMidway => Seen::NoEnd,
        Fault::CutBetweenChunks | Fault::CutInChunk | Fault::LengthTooLong => Seen::Framing(Framing::Cut),
        Fault::LengthTooShort => Seen::Framing(Framing::Surplus),
        Fault::CutInHead | Fault::Garbage => Seen::NoHead,
        Fault::CloseAtOnce => Seen::Nothing,
        Fault::GarbageBody => Seen::NoText,
        Fault::Reset | Fault::ResetAtOnce => Seen::Reset,
    })
}

const KINDS: [(Api, bool); 4] =
    [(Api::Anthropic, false), (Api::Anthropic, true), (Api::OpenAi, false), (Api::OpenAi, true)];

#[test]
fn a_fault_that_ends_is_seen_as_such() {
    let vendor = Vendor::start();
    for fault in Fault::ALL {
        let Some(expected) = expected(fault) else { continue };
        for (api, stream) in KINDS {
            vendor.then(Behaviour::fault(fault));
            let got = ask(&vendor, &request(api, stream, true));
            assert_eq!(seen(&got), expected, "{fault:?} {api:?} {stream}: {:?}", String::from_utf8_lossy(&got.bytes));
        }
    }
}

/// What has come so far.
fn so_far(stream: &mut TcpStream) -> Vec<u8> {
    stream.set_nonblocking(true).unwrap();
    let (mut all, mut some) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = stream.read(&mut some) {
        all.extend(&some[..read]);
    }
    stream.set_nonblocking(false).unwrap();
    all
}

#[test]
fn a_hang_gives_nothing_until_the_client_goes() {
    for (api, stream) in KINDS {
        let vendor = Vendor::always(Behaviour::fault(Fault::Hang));
        let mut connection = say(&vendor, &request(api, stream, false));
        vendor.await_stalled(1);
        assert_eq!(so_far(&mut connection), b"");
        assert_eq!(vendor.abandoned(), 0);
        drop(connection);
        vendor.await_abandoned(1);
    }
}

#[test]
fn a_hang_midway_gives_a_part_until_the_client_goes() {
    for (api, stream) in KINDS {
        let vendor = Vendor::always(Behaviour::fault(Fault::HangMidway));
        let mut connection = say(&vendor, &request(api, stream, false));
        vendor.await_stalled(1);
        let bytes = await_some("a part", || Some(so_far(&mut connection)).filter(|bytes| !bytes.is_empty()));
        let got = Got { bytes, reset: false };
        assert_eq!((got.status(), seen(&got)), (200, Seen::Framing(Framing::Cut)), "{api:?} {stream}");
        drop(connection);
        vendor.await_abandoned(1);
    }
}

#[test]
fn a_paused_answer_goes_on_when_it_may() {
    for (api, stream) in KINDS {
        let vendor = Vendor::always(Behaviour::fault(Fault::PauseMidway));
        let mut connection = say(&vendor, &request(api, stream, true));
        vendor.await_stalled(1);
        let mut bytes = await_some("a part", || Some(so_far(&mut connection)).filter(|bytes| !bytes.is_empty()));
        assert_eq!(seen(&Got { bytes: bytes.clone(), reset: false }), Seen::Framing(Framing::Cut));
        vendor.release();
        bytes.extend(everything(connection).bytes);
        assert_eq!(seen(&Got { bytes, reset: false }), Seen::Whole, "{api:?} {stream}");
        assert_eq!(vendor.abandoned(), 0);
    }
}

#[test]
fn a_vendor_that_ends_ends_what_hangs() {
    for fault in [Fault::Hang, Fault::HangMidway, Fault::PauseMidway] {
        let vendor = Vendor::always(Behaviour::fault(fault));
        let connection = say(&vendor, &request(Api::Anthropic, true, false));
        vendor.await_stalled(1);
        drop(vendor);
        assert_ne!(seen(&everything(connection)), Seen::Whole, "{fault:?}");
    }
}
