//! Reading agents' own files: once, again, while they grow, torn, cut, and given up half way.

mod live;
mod paced;
mod rewritten;
mod samples;
mod turning;

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::events::{prose, tool_result, tool_use};
use crate::harness::{DID_UPDATE, Server, Workspace, await_some};

/// A record of a Claude Code session, number `at` of a chain.
fn record(at: usize, message: Value) -> Value {
    let parent = if at == 0 { Value::Null } else { json!(format!("uuid-{}", at - 1)) };
    json!({
        "parentUuid": parent, "isSidechain": false, "userType": "external", "cwd": "/home/x", "sessionId": "cc-session", "version": "2.1.7",
        "type": message["role"], "message": message, "uuid": format!("uuid-{at}"),
        "timestamp": format!("2026-03-01T10:{:02}:{:02}.000Z", at / 60 % 60, at % 60),
    })
}

/// A session of so many records: requests, calls, results, answers.
fn session(records: usize) -> Vec<Value> {
    let message = |at: usize| {
        let text = format!("RECORD{at:03} {}", prose(12, at as u64));
        match at % 4 {
            0 => json!({"role": "user", "content": text}),
            1 => json!({"role": "assistant", "id": format!("msg_{at}"), "type": "message", "model": "claude-x",
                "content": [tool_use(&format!("toolu_{at}"), "Read", json!({"file_path": text}))],
                "usage": {"input_tokens": 100 + at, "cache_read_input_tokens": 1000, "output_tokens": 5}}),
            2 => json!({"role": "user", "content": [tool_result(&format!("toolu_{}", at - 1), &text)]}),
            _ => {
                json!({"role": "assistant", "id": format!("msg_{at}"), "type": "message", "model": "claude-x", "content": [{"type": "text", "text": text}],
                "usage": {"input_tokens": 100 + at, "cache_read_input_tokens": 1000, "output_tokens": 5}})
            }
        }
    };
    (0..records).map(|at| record(at, message(at))).collect()
}

fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

fn start(place: &Workspace) -> Server {
    let mut server = Server::quiet(place);
    server.tolerate(DID_UPDATE);
    server
}

/// The marks of the records that are stored, in order.
fn stored(server: &mut Server, session: &str) -> Vec<usize> {
    let Ok(answer) = server.request("events", json!({"sessionId": session, "fromSeq": 1, "toSeq": 100_000})) else {
        return Vec::new();
    };
    let marks = answer["events"].as_array().unwrap().iter().filter_map(|event| {
        let text = event.to_string();
        let at = text.find("RECORD")?;
        text[at + 6..at + 9].parse().ok()
    });
    marks.collect()
}

#[test]
fn a_claude_code_session_is_read_once() {
    let place = Workspace::new();
    let mut server = start(&place);
    let path = place.outside("cc.jsonl");
    let records = session(20);
    let noise = json!({"type": "file-history-snapshot", "messageId": "m", "snapshot": {}});
    std::fs::write(&path, format!("{}\n{}", noise, lines(&records))).unwrap();
    let first = server.call("import", json!({"path": path}));
    assert_eq!((&first["sessionId"], &first["format"]), (&json!("cc-session"), &json!("claude-code")));
    assert!(first["events"].as_u64().unwrap() >= 20, "{first}");
    assert_eq!(stored(&mut server, "cc-session"), (0..20).collect::<Vec<_>>());
    let listed = server.call("sessions", json!({}))["sessions"][0].clone();
    assert_eq!((&listed["agent"], &listed["startedAt"]), (&json!("claude-code"), &json!("2026-03-01T10:00:00Z")));
    assert!(listed["title"].as_str().unwrap().starts_with("RECORD000"));
    let appended = server.append("cc-session", &[crate::events::user("next", "go on")]);
    assert_eq!(appended["openToolCalls"], json!([]));
    // Messages are those of the file.
    let answer = server.call("events", json!({"sessionId": "cc-session", "fromSeq": 1, "toSeq": 1}));
    assert_eq!(answer["events"][0]["message"], records[0]["message"]);
    assert_eq!(answer["events"][0]["id"], "uuid-0");
    // Again, by another path and under the same name.
    for params in
        [json!({"path": path}), json!({"path": format!("file://{}", path.display()), "format": "claude-code"})]
    {
        assert_eq!(server.call("import", params)["events"], 0);
    }
    assert_eq!(server.call("import", json!({"path": path, "sessionId": "copy"}))["events"], first["events"]);
}

#[test]
fn the_rest_of_a_file_comes_with_the_next_import() {
    let place = Workspace::new();
    let mut server = start(&place);
    let path = place.outside("cc.jsonl");
    let records = session(12);
    // Torn in the middle of a line: the torn line is not part of it yet.
    let whole = lines(&records);
    let cut = lines(&records[..5]).len() + 40;
    std::fs::write(&path, &whole[..cut]).unwrap();
    let first = server.call("import", json!({"path": path}));
    assert_eq!(first["skipped"], 1);
    assert_eq!(stored(&mut server, "cc-session"), (0..5).collect::<Vec<_>>());
    std::fs::write(&path, &whole).unwrap();
    server.call("import", json!({"path": path}));
    assert_eq!(stored(&mut server, "cc-session"), (0..12).collect::<Vec<_>>());
    // Damage in the middle costs what is damaged.
    let damaged = whole.replacen("\"type\":\"user\"", "\"type\":user", 1);
    std::fs::write(&path, damaged.as_bytes()).unwrap();
    let answer = server.call("import", json!({"path": path, "sessionId": "damaged"}));
    assert_eq!(answer["skipped"], 1);
    assert_eq!(stored(&mut server, "damaged").len(), 11);
}

#[test]
fn arrays_and_lines_of_messages_are_read() {
    let messages: Vec<Value> = (0..6)
        .map(|at| json!({"role": if at % 2 == 0 { "user" } else { "assistant" }, "content": format!("RECORD{at:03}")}))
        .collect();
    for (name, text) in [
        ("array", json!(messages).to_string()),
        ("pretty", serde_json::to_string_pretty(&messages).unwrap()),
        ("object", json!({"model": "x", "messages": messages}).to_string()),
        ("lines", lines(&messages)),
        ("bom", format!("\u{feff}{}", lines(&messages))),
    ] {
        let place = Workspace::new();
        let mut server = start(&place);
        let path = place.write(&format!("{name}.json"), text);
        let answer = server.call("import", json!({"path": path}));
        assert_eq!(answer, json!({"sessionId": name, "format": "messages", "events": 6, "skipped": 0}), "{name}");
        assert_eq!(stored(&mut server, name), (0..6).collect::<Vec<_>>());
        // Read again it is the same conversation, not a longer one.
        assert_eq!(server.call("import", json!({"path": path}))["events"], 0, "{name} a second time");
        assert_eq!(stored(&mut server, name).len(), 6, "{name} a second time");
    }
}

fn grow(path: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_followed_file_is_followed() {
    let place = Workspace::new();
    let mut server = start(&place);
    let path = place.outside("cc.jsonl");
    let records = session(40);
    std::fs::write(&path, lines(&records[..8])).unwrap();
    let answer = server.call("import", json!({"path": path, "follow": true}));
    assert_eq!((&answer["sessionId"], &answer["format"]), (&json!("cc-session"), &json!("claude-code")));
    let until = |server: &mut Server, count: usize, what: &str| {
        await_some(what, || (stored(server, "cc-session").len() >= count).then_some(()));
        assert_eq!(stored(server, "cc-session"), (0..count).collect::<Vec<_>>(), "{what}");
    };
    until(&mut server, 8, "what was there");
    grow(&path, &lines(&records[8..12]));
    until(&mut server, 12, "lines added");
    // A line that is written in two pieces.
    let line = lines(&records[12..13]);
    grow(&path, &line[..50]);
    grow(&path, &line[50..]);
    until(&mut server, 13, "a torn line");
    // The file is replaced by one that has the same and more.
    let other = place.outside("other.jsonl");
    std::fs::write(&other, lines(&records[..16])).unwrap();
    std::fs::rename(&other, &path).unwrap();
    until(&mut server, 16, "replaced");
    // It is cut and written anew.
    File::create(&path).unwrap();
    grow(&path, &lines(&records[..20]));
    until(&mut server, 20, "truncated");
    // It vanishes and comes back.
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, lines(&records[..24])).unwrap();
    until(&mut server, 24, "deleted and made again");
    // Meanwhile everything else works, and a client may append to the same session.
    server.append("cc-session", &[crate::events::user("mine", "by hand")]);
    grow(&path, &lines(&records[24..28]));
    until(&mut server, 28, "beside other appends");
    // Forgotten means forgotten: the file's next lines make no session again.
    server.call("forget", json!({"sessionId": "cc-session"}));
    grow(&path, &lines(&records[28..32]));
    let other = place.outside("second.jsonl");
    std::fs::write(&other, lines(&session(3)).replace("cc-session", "second")).unwrap();
    server.call("import", json!({"path": other, "follow": true}));
    await_some("the second file", || (stored(&mut server, "second").len() == 3).then_some(()));
    assert_eq!(server.refused("history", json!({"sessionId": "cc-session"})).code, -32001);
}

/// The file is read beside the main loop: what is asked after the import is answered before the file is even read.
#[test]
fn a_large_file_holds_up_no_other_request() {
    let place = Workspace::new();
    let mut server = start(&place);
    server.append("mine", &[crate::events::user("a", "hello")]);
    // Records that are read and say nothing, so that reading is what takes long; where it begins, progress is reported.
    let noise = json!({"type": "file-history-snapshot", "messageId": "m", "snapshot": {"trackedFileBackups": {}}});
    let path = place.outside("large.jsonl");
    std::fs::write(&path, format!("{}{}", format!("{noise}\n").repeat(200_000), lines(&session(4)))).unwrap();
    let import = server.send("import", &json!({"path": path, "workDoneToken": "t"}).to_string());
    let compact = server.send("compact", r#"{"sessionId":"mine"}"#);
    let sessions = server.send("sessions", "{}");
    for id in [compact, sessions] {
        server.answer(id).unwrap();
    }
    server.answer(import).unwrap();
    server.notification("$/progress", |params| params["value"]["kind"] == "begin");
    server.tolerate("$/progress");
    let heard: Vec<Value> = server.heard.iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    let answer = |id: i64| heard.iter().position(|body| body["id"] == id);
    let begin = heard.iter().position(|body| body["params"]["value"]["kind"] == "begin");
    let order = [answer(compact), answer(sessions), begin, answer(import)];
    assert!(order.is_sorted() && order[0].is_some(), "compact, sessions, begin, import came as {order:?}");
}

fn long_file(place: &Workspace, messages: usize) -> std::path::PathBuf {
    let path = place.outside("long.jsonl");
    let message = |at: usize| {
        let role = if at.is_multiple_of(2) { "user" } else { "assistant" };
        json!({"role": role, "id": format!("m{at}"), "content": format!("RECORD {at} {}", prose(20, at as u64))})
    };
    let messages: Vec<Value> = (0..messages).map(message).collect();
    std::fs::write(&path, lines(&messages)).unwrap();
    path
}

#[test]
fn progress_is_reported_where_it_is_asked_for() {
    let place = Workspace::new();
    let mut server = start(&place);
    let path = long_file(&place, 1000);
    for (token, method, params) in [
        (json!("text"), "import", json!({"path": path})),
        (json!(42), "import", json!({"path": path, "sessionId": "other"})),
        (json!("again"), "import", json!({"path": path})),
        (json!("refresh"), "refresh", json!({"sessionId": "other"})),
    ] {
        let mut params = params;
        params["workDoneToken"] = token.clone();
        server.call(method, params);
        let reports = server.notifications("$/progress");
        assert!(reports.iter().all(|report| report["token"] == token), "{reports:?}");
        let kinds: Vec<&str> = reports.iter().map(|report| report["value"]["kind"].as_str().unwrap()).collect();
        assert_eq!((kinds.first(), kinds.last()), (Some(&"begin"), Some(&"end")), "{kinds:?}");
        assert_eq!(kinds.iter().filter(|kind| **kind != "report").count(), 2, "{kinds:?}");
        assert_eq!(method == "import", kinds.len() > 2, "{kinds:?}");
        assert!(reports[0]["value"]["title"].is_string());
        let shares: Vec<u64> = reports.iter().filter_map(|report| report["value"]["percentage"].as_u64()).collect();
        assert!(shares.is_sorted() && shares.iter().all(|share| *share <= 100), "{shares:?}");
    }
    // Without a token nothing is reported; on a failure the end is.
    server.call("import", json!({"path": path}));
    server.refused("import", json!({"path": place.outside("missing"), "workDoneToken": 1}));
    let reports = server.notifications("$/progress");
    assert!(reports.is_empty() || reports.last().unwrap()["value"]["kind"] == "end", "{reports:?}");
}

#[test]
fn an_import_can_be_cancelled() {
    let place = Workspace::new();
    let mut server = start(&place);
    server.tolerate("sessionMemory/didChangePressure");
    let path = long_file(&place, 8_000);
    let id = server.send("import", &json!({"path": path, "sessionId": "s", "workDoneToken": "t"}).to_string());
    server.notification("$/progress", |params| params["value"]["kind"] == "report");
    server.notify("$/cancelRequest", json!({"id": id}));
    let error = server.answer(id).unwrap_err();
    assert_eq!(error.code, -32800, "{error:?}");
    // It stops, and the server goes on.
    server.notification("$/progress", |params| params["value"]["kind"] == "end");
    server.notifications("$/progress");
    let seq = server.append("s", &[crate::events::user("mine", "go on")])["seq"].as_u64().unwrap();
    assert!(seq < 6_000, "{seq} events were imported after the cancellation");
    // A cancellation of what is unknown or done is no fault.
    for id in [json!(id), json!(987_654), json!("x")] {
        server.notify("$/cancelRequest", json!({"id": id}));
    }
    // The rest comes with the next import; nothing twice.
    let rest = server.call("import", json!({"path": path, "sessionId": "s"}));
    assert_eq!(rest["events"].as_u64().unwrap() + seq - 1, 8_000);
}
