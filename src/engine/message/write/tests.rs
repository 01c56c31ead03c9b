use std::collections::HashSet;

use serde_json::{Value, json};

use super::*;
use crate::engine::tokens;

/// Events in a short notation: `u:text`, `a:text`, `a+id:text` (with a call), `r+id:text` (its result), `s:text`.
fn events(script: &[&str], format: Format) -> Vec<String> {
    script.iter().map(|line| event(line, format)).collect()
}

fn event(line: &str, format: Format) -> String {
    let (who, text) = line.split_once(':').unwrap();
    let (who, id) = who.split_once('+').unwrap_or((who, ""));
    let message = match (who, format) {
        ("u", _) => json!({"role": "user", "content": text}),
        ("s", _) => json!({"role": "system", "content": text}),
        ("a", _) if id.is_empty() => json!({"role": "assistant", "content": text}),
        ("a", Format::Anthropic) => {
            json!({"role": "assistant", "content": [{"type": "text", "text": text}, {"type": "tool_use", "id": id, "name": "Read", "input": {"n": 1}, "extra": [1]}]})
        }
        ("a", Format::OpenAi) => {
            json!({"role": "assistant", "content": text, "tool_calls": [{"id": id, "type": "function", "function": {"name": "Read", "arguments": "{\"n\":1}"}}]})
        }
        (_, Format::Anthropic) => {
            json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": text}]})
        }
        (_, Format::OpenAi) => json!({"role": "tool", "tool_call_id": id, "content": text}),
    };
    json!({"type": "message", "message": message}).to_string()
}

/// The answer in the notation of the input; a merged message is joined by ` | `.
fn written(script: &[&str], fed: Format, asked: Format, open: &[&str], memory: Option<&str>) -> Vec<String> {
    let raws = events(script, fed);
    let open: HashSet<String> = open.iter().map(|id| (*id).to_owned()).collect();
    let treatments = Treatments::default();
    let tail = raws.iter().enumerate().map(|(at, raw)| TailEvent { seq: at as u64 + 1, raw }).collect();
    let request = Request {
        format: asked,
        memory,
        events: tail,
        head: script.iter().take_while(|line| line.starts_with("s:")).count(),
        treatments: &treatments,
        open: &open,
    };
    write_messages(&request).messages.iter().map(|message| notation(&serde_json::from_str(message).unwrap())).collect()
}

fn notation(message: &Value) -> String {
    let role = message["role"].as_str().unwrap();
    let mut parts = Vec::new();
    match &message["content"] {
        Value::String(text) if role == "tool" => {
            parts.push(format!("r+{}:{text}", message["tool_call_id"].as_str().unwrap()));
        }
        Value::String(text) => parts.push(text.clone()),
        Value::Array(blocks) => parts.extend(blocks.iter().map(|block| match block["type"].as_str().unwrap() {
            "tool_use" => format!("+{}", block["id"].as_str().unwrap()),
            "tool_result" => {
                format!("r+{}:{}", block["tool_use_id"].as_str().unwrap(), block["content"].as_str().unwrap())
            }
            _ => block["text"].as_str().unwrap().to_owned(),
        })),
        _ => {}
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        parts.push(format!("+{}", call["id"].as_str().unwrap()));
    }
    format!("{}: {}", &role[..1], parts.join(" | "))
}

#[test]
fn the_apis_rules_are_restored() {
    let interrupted = format!("r+x:{INTERRUPTED}");
    type Case<'a> = (&'a [&'a str], &'a [&'a str], Vec<String>);
    let list = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let cases: Vec<Case> = vec![
        (&["u:hi", "a:yes"], &[], list(&["u: hi", "a: yes"])),
        (&["u:one", "u:two", "a:yes", "a:more"], &[], list(&["u: one | two", "a: yes | more"])),
        (&["a+x:look", "r+x:found", "a:ok"], &[], list(&["a: look | +x", "u: r+x:found", "a: ok"])),
        // Parallel calls answered in another order, with words between.
        (&["a+x:one", "a+y:two", "r+y:Y", "r+x:X"], &[], list(&["a: one | +x | two | +y", "u: r+x:X | r+y:Y"])),
        (
            &["a+x:one", "a+y:two", "r+x:X", "a:three", "r+y:Y"],
            &[],
            list(&["a: one | +x | two | +y", "u: r+x:X | r+y:Y", "a: three"]),
        ),
        // Abandoned, open, late.
        (&["a+x:one", "u:stop"], &[], vec!["a: one | +x".to_owned(), format!("u: {interrupted} | stop")]),
        (&["a+x:one"], &["x"], list(&["a: one | +x"])),
        (&["a+x:one", "u:wait", "a:ok", "r+x:late"], &[], list(&["a: one | +x", "u: r+x:late | wait", "a: ok"])),
        // A result whose call is gone is text; a second copy of anything is dropped.
        (&["r+z:lost", "a:ok"], &[], list(&["u: [Result of an earlier tool call]\nlost", "a: ok"])),
        (&["a+x:one", "a+x:one", "r+x:X", "r+x:X"], &[], list(&["a: one | +x | one", "u: r+x:X"])),
    ];
    for (script, open, expected) in cases {
        assert_eq!(written(script, Format::Anthropic, Format::Anthropic, open, None), expected, "{script:?}");
    }
}

#[test]
fn openai_results_are_messages_of_their_own() {
    let cases: [(&[&str], &[&str]); 3] = [
        (&["a+x:one", "r+x:X", "u:next"], &["a: one | +x", "t: r+x:X", "u: next"]),
        (&["a+x:one", "a+y:two", "r+y:Y", "r+x:X"], &["a: one\n\ntwo | +x | +y", "t: r+x:X", "t: r+y:Y"]),
        (&["s:rules", "u:one", "u:two"], &["s: rules", "u: one\n\ntwo"]),
    ];
    for (script, expected) in cases {
        assert_eq!(written(script, Format::OpenAi, Format::OpenAi, &[], None), expected, "{script:?}");
    }
}

#[test]
fn each_api_can_be_asked_for_the_other() {
    let script = ["u:hi", "a+x:look", "r+x:found", "a:ok"];
    assert_eq!(
        written(&script, Format::Anthropic, Format::OpenAi, &[], None),
        ["u: hi", "a: look | +x", "t: r+x:found", "a: ok"]
    );
    assert_eq!(
        written(&script, Format::OpenAi, Format::Anthropic, &[], None),
        ["u: hi", "a: look | +x", "u: r+x:found", "a: ok"]
    );
}

#[test]
fn the_memory_stands_between_system_and_conversation() {
    assert_eq!(
        written(&["s:rules", "u:hi"], Format::Anthropic, Format::Anthropic, &[], Some("MEM")),
        ["s: rules", "u: MEM | hi"]
    );
    assert_eq!(
        written(&["s:rules", "a:hi"], Format::OpenAi, Format::OpenAi, &[], Some("MEM")),
        ["s: rules", "u: MEM", "a: hi"]
    );
    assert_eq!(written(&[], Format::Anthropic, Format::Anthropic, &[], Some("MEM")), ["u: MEM"]);
}

#[test]
fn what_is_kept_is_kept_byte_for_byte() {
    let message = r#"{"zeta":1,"role":"assistant","content":[{"b":123456789012345678901234567890,"type":"new_kind","a":"\u00e9\/"}]}"#;
    let raw = format!(r#"{{"type":"message","message":{message}}}"#);
    let (open, treatments) = (HashSet::new(), Treatments::default());
    let request = |memory| Request {
        format: Format::Anthropic,
        memory,
        events: vec![TailEvent { seq: 1, raw: &raw }],
        head: 0,
        treatments: &treatments,
        open: &open,
    };
    assert_eq!(write_messages(&request(None)).messages, [message]);
    assert_eq!(write_messages(&request(Some("m"))).messages[1], message);
    // A response object is no request message.
    let answered = format!(
        r#"{{"type":"message","message":{}}}"#,
        r#"{"id":"m","type":"message","role":"assistant","content":[{"type":"text","text":"x","k":1}],"usage":{}}"#
    );
    let request = Request { events: vec![TailEvent { seq: 1, raw: &answered }], ..request(None) };
    assert_eq!(
        write_messages(&request).messages,
        [r#"{"role":"assistant","content":[{"type":"text","text":"x","k":1}]}"#]
    );
}

#[test]
fn treatments_shorten_and_point_to_the_event() {
    let long = "line of output\n".repeat(400);
    let raws = events(&["a+x:one", &format!("r+x:{long}")], Format::Anthropic);
    let open = HashSet::new();
    for (treatment, expected) in [
        (Treatment::Clip(50), "tokens left out; event 2 has all of it"),
        (Treatment::Mask, "it is event 2 of this session"),
        (Treatment::Repeated, "this one is event 2 of this session"),
    ] {
        let treatments = Treatments { results: [("x".to_owned(), treatment.clone())].into(), ..Treatments::default() };
        let events = raws.iter().enumerate().map(|(at, raw)| TailEvent { seq: at as u64 + 1, raw }).collect();
        let written = write_messages(&Request {
            format: Format::Anthropic,
            memory: None,
            events,
            head: 0,
            treatments: &treatments,
            open: &open,
        });
        assert!(written.messages[1].contains(expected), "{treatment:?}: {}", written.messages[1]);
        assert!(written.tokens < 150, "{treatment:?}: {}", written.tokens);
    }
}

#[test]
fn clipping_keeps_both_ends_and_whole_characters() {
    for text in ["ä".repeat(5000), "word ".repeat(3000), "line\n".repeat(3000), "💡\n".repeat(3000)] {
        let clipped = clip_text(&text, 100, 7);
        assert!(clipped.contains("tokens left out; event 7 has all of it"), "{}", &clipped[..80]);
        assert!(tokens::estimate(&clipped) <= 140, "{}", tokens::estimate(&clipped));
        let (head, tail) = clipped.split_once("\n[… ").unwrap();
        assert!(text.starts_with(head) && text.ends_with(tail.split_once("]\n").unwrap().1));
    }
    assert_eq!(clip_text("short", 100, 1), "short");
}

#[test]
fn markdown_tells_who_said_what() {
    let raws = events(&["u:hi", "a+x:look", "r+x:```\nfound\n```", "a+y:again"], Format::Anthropic);
    let (open, treatments) = (HashSet::new(), Treatments::default());
    let events = raws.iter().enumerate().map(|(at, raw)| TailEvent { seq: at as u64 + 1, raw }).collect();
    let written = write_markdown(
        &Request {
            format: Format::Anthropic,
            memory: Some("MEM"),
            events,
            head: 0,
            treatments: &treatments,
            open: &open,
        },
        false,
    );
    let text = &written.messages[0];
    for expected in
        ["MEM\n\n# Recent", "**User:** hi", "**Assistant:** look", "````\n```\nfound\n```\n````", INTERRUPTED]
    {
        assert!(text.contains(expected), "{expected} is missing in {text}");
    }
}

#[test]
fn a_handover_leaves_to_the_agent_what_it_writes_itself() {
    let raws = [
        r#"{"type":"message","message":{"role":"system","content":"You are an agent."}}"#,
        r#"{"type":"message","meta":true,"message":{"role":"user","content":"<environment>"}}"#,
        r#"{"type":"message","message":{"role":"user","content":"Go on."}}"#,
    ];
    let (open, treatments) = (HashSet::new(), Treatments::default());
    let events = raws.iter().enumerate().map(|(at, raw)| TailEvent { seq: at as u64 + 1, raw }).collect();
    let request = Request {
        format: Format::Anthropic,
        memory: Some("MEM"),
        events,
        head: 0,
        treatments: &treatments,
        open: &open,
    };
    let [whole, handover] = [false, true].map(|handover| write_markdown(&request, handover).messages.concat());
    for (expected, stays) in [("MEM", true), ("Go on.", true), ("You are an agent.", false), ("<environment>", false)] {
        assert!(whole.contains(expected), "{whole}");
        assert_eq!(handover.contains(expected), stays, "{handover}");
    }
}
