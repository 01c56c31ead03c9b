//! Answers as servers send them, whole and damaged, in any pieces.

use proptest::prelude::*;

use super::*;
use crate::engine::prompt::{Stop, Usage};

fn read(provider: Provider, pieces: &[&[u8]]) -> Result<Answer, Failure> {
    let mut reader = Reader::new(provider);
    for piece in pieces {
        reader.feed(piece)?;
        if reader.has_ended() {
            break;
        }
    }
    reader.finish()
}

fn stream(events: &[&str]) -> String {
    format!("data: {}\n\n", events.join("\n\ndata: "))
}

/// Text and stop, or the kind of failure and a part of its message.
#[track_caller]
fn check(provider: Provider, input: &str, expected: Result<(&str, Stop), (FailureKind, &str)>) {
    match (read(provider, &[input.as_bytes()]), expected) {
        (Ok(answer), Ok(expected)) => assert_eq!((answer.text.as_str(), answer.stop), expected, "{input}"),
        (Err(failure), Err((kind, part))) => {
            assert_eq!(failure.kind, kind, "{input}: {failure}");
            assert!(failure.message.contains(part), "{input}: {failure}");
        }
        (found, _) => panic!("{input}: {found:?}"),
    }
}

const START: &str = r#"{"type":"message_start","message":{"model":"claude-haiku-5-5","usage":{"input_tokens":3,"cache_creation_input_tokens":20,"cache_read_input_tokens":100,"output_tokens":1}}}"#;
const BLOCK: &str = r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#;
const ENDED: &str = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}"#;
const STOP: &str = r#"{"type":"message_stop"}"#;

fn text(text: &str) -> String {
    format!(r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{text}"}}}}"#)
}

fn ended(reason: &str) -> String {
    ENDED.replace("end_turn", reason)
}

#[test]
fn streams_of_anthropic() {
    use FailureKind::{Busy, TooLong, Unreadable};
    let (hel, lo) = (text("Hel"), text("lo"));
    let of = |events: &[&str], expected| check(Provider::Anthropic, &stream(events), expected);
    of(&[START, BLOCK, &hel, &lo, ENDED, STOP], Ok(("Hello", Stop::End)));
    for (reason, stop) in [
        ("stop_sequence", Stop::End),
        ("max_tokens", Stop::Length),
        ("model_context_window_exceeded", Stop::Length),
        ("refusal", Stop::Refusal),
        ("tool_use", Stop::Other("tool_use".into())),
        ("pause_turn", Stop::Other("pause_turn".into())),
        ("compaction", Stop::Other("compaction".into())),
    ] {
        of(&[START, &hel, &ended(reason), STOP], Ok(("Hel", stop)));
    }
    // Thinking first, calls, pings, and what nobody knows yet.
    let thinking = [
        r#"{"type":"content_block_start","content_block":{"type":"thinking","thinking":"t","signature":""}}"#,
        r#"{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"hm"}}"#,
        r#"{"type":"content_block_delta","delta":{"type":"signature_delta","signature":"s"}}"#,
        r#"{"type":"content_block_start","content_block":{"type":"redacted_thinking","data":"x"}}"#,
        r#"{"type":"content_block_start","content_block":{"type":"tool_use","id":"t","name":"n","input":{}}}"#,
        r#"{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{"}}"#,
        r#"{"type":"ping"}"#,
        r#"{"type":"from_the_future","delta":{"type":"text_delta","text":"no"}}"#,
    ];
    of(&[&[START], &thinking[..], &[&hel, ENDED, STOP]].concat(), Ok(("Hel", Stop::End)));
    of(&[START, ENDED, STOP], Ok(("", Stop::End)));
    of(&[START, STOP], Ok(("", Stop::Other("unknown".into()))));
    of(
        &[START, r#"{"type":"message_delta","delta":{"stop_reason":null}}"#, STOP],
        Ok(("", Stop::Other("unknown".into()))),
    );
    of(&[START, &hel, ENDED, "[DONE]", STOP, "after the end"], Ok(("Hel", Stop::End)));
    of(
        &[START, r#"{"type":"content_block_start","content_block":{"type":"text","text":"a"}}"#, STOP],
        Ok(("a", Stop::Other("unknown".into()))),
    );
    of(&[START, &text(r"\ud83d"), ENDED, STOP], Ok(("\u{FFFD}", Stop::End)));
    // The name of the event, where the data has no type.
    check(Provider::Anthropic, "event: message_stop\ndata: {}\n\n", Ok(("", Stop::Other("unknown".into()))));
    // The last blank line is missing.
    check(Provider::Anthropic, stream(&[START, &hel, ENDED, STOP]).trim_end(), Ok(("Hel", Stop::End)));

    // Errors and cuts.
    of(
        &[START, &hel, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#],
        Err((Busy, "Overloaded")),
    );
    of(
        &[r#"{"error":{"code":400,"type":"exceed_context_size_error","message":"too big"}}"#],
        Err((TooLong, "too big")),
    );
    of(&[START, &hel], Err((Unreadable, "ended before the answer")));
    of(&[START, &hel, ENDED], Err((Unreadable, "ended before the answer")));
    of(&[START, &hel, "{\"type\":", STOP], Err((Unreadable, "JSON that cannot be read")));
    check(
        Provider::Anthropic,
        &format!("{}data: {{\"type\":\"mess", stream(&[START])),
        Err((Unreadable, "ended before the answer")),
    );
}

#[test]
fn whole_messages_of_anthropic() {
    use FailureKind::{Busy, Unreadable};
    let of = |input: &str, expected| check(Provider::Anthropic, input, expected);
    of(
        r#" {"type":"message","model":"m","content":[{"type":"thinking","thinking":"t"},{"type":"text","text":"a"},{"type":"text","text":"b"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":2}}"#,
        Ok(("ab", Stop::End)),
    );
    of(r#"{"content":[],"stop_reason":"max_tokens"}"#, Ok(("", Stop::Length)));
    of(r#"{"type":"error","error":{"type":"api_error","message":"m"}}"#, Err((Busy, "m")));
    of(r#"{"choices":[]}"#, Err((Unreadable, "no message")));
    of(r#"{"content":[{"type":"text","text":"a"}]"#, Err((Unreadable, "cannot be read")));
    of(&"[".repeat(100_000), Err((Unreadable, "cannot be read")));
}

const CHUNK: &str = r#"{"object":"chat.completion.chunk","model":"gpt-6-luna","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}],"usage":null}"#;
const FINISH: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
const USAGE: &str = r#"{"choices":[],"usage":{"prompt_tokens":123,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":100,"cache_write_tokens":20}}}"#;

#[test]
fn streams_of_openai() {
    use FailureKind::{Busy, Settings, Unreadable};
    let of = |events: &[&str], expected| check(Provider::OpenAi, &stream(events), expected);
    let finish = |reason: &str| FINISH.replace("stop", reason);
    of(&[CHUNK, CHUNK, FINISH, USAGE, "[DONE]"], Ok(("HiHi", Stop::End)));
    for (reason, stop) in [
        ("length", Stop::Length),
        ("content_filter", Stop::Refusal),
        ("tool_calls", Stop::Other("tool_calls".into())),
        ("function_call", Stop::Other("function_call".into())),
        ("STOP", Stop::End),
    ] {
        of(&[CHUNK, &finish(reason), "[DONE]"], Ok(("Hi", stop)));
    }
    // Whole without the mark, or with the mark alone.
    of(&[CHUNK, FINISH, USAGE], Ok(("Hi", Stop::End)));
    of(&[CHUNK, "[DONE]"], Ok(("Hi", Stop::Other("unknown".into()))));
    // Reasoning is no text; refusals; parts; other choices; comments.
    of(&[r#"{"choices":[{"delta":{"content":null,"reasoning_content":"hm"}}]}"#, CHUNK, FINISH], Ok(("Hi", Stop::End)));
    of(&[r#"{"choices":[{"delta":{"refusal":"I cannot"}}]}"#, FINISH], Ok(("", Stop::Refusal)));
    of(
        &[
            r#"{"choices":[{"delta":{"content":[{"type":"thinking","text":"hm"},{"type":"text","text":"a"}]}}]}"#,
            FINISH,
        ],
        Ok(("a", Stop::End)),
    );
    of(
        &[r#"{"choices":[{"index":1,"delta":{"content":"other"},"finish_reason":"stop"}]}"#, CHUNK, FINISH],
        Ok(("Hi", Stop::End)),
    );
    check(Provider::OpenAi, &format!(": OPENROUTER PROCESSING\n\n{}", stream(&[CHUNK, FINISH])), Ok(("Hi", Stop::End)));

    of(
        &[CHUNK, r#"{"error":{"code":502,"message":"gone"},"choices":[{"delta":{},"finish_reason":"error"}]}"#],
        Err((Busy, "gone")),
    );
    of(&[CHUNK, r#"{"error":"crashed"}"#], Err((Busy, "crashed")));
    of(&[r#"{"error":{"code":"insufficient_quota","message":"pay"}}"#], Err((Settings, "pay")));
    of(&[CHUNK], Err((Unreadable, "ended before the answer")));
    of(&[r#"{"choices":[]}"#], Err((Unreadable, "ended before the answer")));
}

#[test]
fn whole_completions_of_openai() {
    use FailureKind::{Busy, Unreadable};
    let of = |input: &str, expected| check(Provider::OpenAi, input, expected);
    of(r#"{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}"#, Ok(("a", Stop::End)));
    of(r#"{"choices":[{"message":{"content":null,"refusal":"no"},"finish_reason":"stop"}]}"#, Ok(("", Stop::Refusal)));
    of(r#"{"choices":[{"message":{"content":"a"}}]}"#, Ok(("a", Stop::Other("unknown".into()))));
    of(r#"{"error":{"message":"m"}}"#, Err((Busy, "m")));
    of(r#"[{"error":{"message":"m","code":503}}]"#, Err((Busy, "m")));
    of(r#"{"choices":[]}"#, Err((Unreadable, "no completion")));
}

#[test]
fn what_is_no_answer() {
    for provider in [Provider::Anthropic, Provider::OpenAi] {
        let of = |input: &str, part| check(provider, input, Err((FailureKind::Unreadable, part)));
        of("", "empty");
        of(" \r\n ", "empty");
        of("<!doctype html>", "web page");
        of("OK", "neither");
        of("7", "neither");
        of("\u{1f}\u{8b}\u{8}garbage", "neither");
        of(": only\n\n: comments\n\n", "neither");
        of(&"x".repeat(sse::MAX_EVENT + 1), "over 1048576 bytes");
        of(&format!("{{{}", " ".repeat(MAX_TEXT)), "over 1048576 bytes");
        of(&": a comment of some length\n\n".repeat(MAX_STREAM / 28 + 1), "over 16777216 bytes");
    }
    let long = text(&"x".repeat(1000));
    let endless = stream(&vec![long.as_str(); MAX_TEXT / 1000 + 1]);
    check(Provider::Anthropic, &endless, Err((FailureKind::Unreadable, "over 1048576 bytes")));
}

#[test]
fn usage() {
    let check = |provider, events: &[&str], input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens| {
        let answer = read(provider, &[stream(events).as_bytes()]).unwrap();
        let expected = Usage { input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens };
        assert_eq!(answer.usage, expected, "{events:?}");
    };
    let anthropic = Provider::Anthropic;
    check(anthropic, &[START, ENDED, STOP], 123, 9, 100, 20);
    check(anthropic, &[START, STOP], 123, 1, 100, 20);
    // The last report is cumulative and may correct the first.
    let corrected = r#"{"type":"message_delta","delta":{},"usage":{"input_tokens":5,"output_tokens":9,"cache_read_input_tokens":null}}"#;
    check(anthropic, &[START, corrected, STOP], 125, 9, 100, 20);
    let absurd = r#"{"type":"message_delta","usage":{"input_tokens":18446744073709551615,"output_tokens":-1}}"#;
    check(anthropic, &[START, absurd, STOP], u64::MAX, 1, 100, 20);
    check(anthropic, &[STOP], 0, 0, 0, 0);
    check(Provider::OpenAi, &[CHUNK, FINISH, USAGE, "[DONE]"], 123, 9, 100, 20);
    check(Provider::OpenAi, &[CHUNK, FINISH, "[DONE]"], 0, 0, 0, 0);
    let plain = r#"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#;
    check(Provider::OpenAi, &[FINISH, plain, "[DONE]"], 7, 2, 0, 0);

    let model = |provider, events: &[&str]| read(provider, &[stream(events).as_bytes()]).unwrap().model;
    assert_eq!(model(anthropic, &[START, STOP]).as_deref(), Some("claude-haiku-5-5"));
    assert_eq!(model(Provider::OpenAi, &[CHUNK, FINISH]).as_deref(), Some("gpt-6-luna"));
    assert_eq!(model(Provider::OpenAi, &[FINISH]), None);
}

proptest! {
    #[test]
    fn pieces_make_no_difference(cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..12), which in 0..4) {
        let hel = text("Hel\u{fc}");
        let (provider, input) = match which {
            0 => (Provider::Anthropic, stream(&[START, BLOCK, &hel, ENDED, STOP])),
            1 => (Provider::OpenAi, stream(&[CHUNK, FINISH, USAGE, "[DONE]"])),
            2 => (Provider::OpenAi, r#" {"choices":[{"message":{"content":"ü"}}]}"#.to_owned()),
            _ => (Provider::Anthropic, stream(&[START, &hel])),
        };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
        cuts.extend([0, input.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &input.as_bytes()[pair[0]..pair[1]]).collect();
        prop_assert_eq!(read(provider, &pieces), read(provider, &[input.as_bytes()]));
    }

    /// No prefix of an answer passes for the answer.
    #[test]
    fn a_cut_stream_is_no_answer(cut in any::<proptest::sample::Index>()) {
        let full = stream(&[START, BLOCK, &text("Hello"), ENDED, STOP]);
        // The end mark's line is whole from its closing brace on.
        let whole = full.rfind('}').unwrap() + 1;
        let length = cut.index(whole);
        let failure = read(Provider::Anthropic, &[&full.as_bytes()[..length]]).unwrap_err();
        prop_assert_eq!(failure.kind, FailureKind::Unreadable);
    }

    #[test]
    fn nothing_panics(input in proptest::collection::vec(any::<u8>(), 0..200), openai in any::<bool>()) {
        let provider = if openai { Provider::OpenAi } else { Provider::Anthropic };
        let bytes = [b"data: ".as_slice(), &input, b"\n\n"].concat();
        let _ = read(provider, &[&bytes]);
        let _ = read(provider, &[&input]);
    }
}
