//! Small samples of every oddity of the format, and the items they give.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod samples;

use serde_json::{Value, json};

use self::samples::{assistant, boundary, envelope, queue, result, summary, system, text, user, with};
use crate::transcripts::{Format, Item, Reader, read_all};

/// An item in one short line.
fn show(item: &Item) -> String {
    match item {
        Item::Compacted(c) => {
            format!("compacted {} {:?} {:?} {:?}", c.trigger, c.tokens_before, c.waited_ms, c.summary)
        }
        Item::Rewound { after } => format!("rewound {}", after.as_deref().unwrap_or("-")),
        Item::Event(event) => {
            let event: Value = serde_json::from_str(event).unwrap();
            let id = event["id"].as_str().unwrap_or("-");
            if event["type"] == "usage" {
                return format!("{id} {} {}", event["inputTokens"], event["outputTokens"]);
            }
            assert_eq!(event["type"], "message");
            assert!(event.get("toolUseResult").is_none());
            let meta = if event["meta"] == true { " meta" } else { "" };
            format!("{id} {}{meta}", event["message"]["role"].as_str().unwrap())
        }
    }
}

fn items(input: &str) -> (Vec<String>, u64) {
    let mut reader = Reader::new(Format::ClaudeCode);
    let mut items = reader.push(input.as_bytes());
    items.extend(reader.finish());
    (items.iter().map(show).collect(), reader.summary().skipped)
}

fn check(records: &[Value], expected: &[&str], skipped: u64) {
    let input = text(records);
    assert_eq!(items(&input), (expected.iter().map(ToString::to_string).collect(), skipped), "{input}");
}

fn check_whole(records: &[Value], expected: &[&str], abandoned: u64) {
    let (items, summary) = read_all(Format::ClaudeCode, text(records).as_bytes());
    let items: Vec<String> = items.iter().map(show).collect();
    assert_eq!((items, summary.abandoned), (expected.iter().map(ToString::to_string).collect(), abandoned));
}

#[test]
fn the_message_is_passed_on_byte_for_byte() {
    let message = r#"{ "role":"user","content" : "a\u0041\/é",  "x":{"b":1,"a":1.50} }"#;
    let line = format!(
        r#"{{"type":"user","toolUseResult":{{"a":1}},"message":{message},"uuid":"u1","timestamp":"2026-01-01T00:00:01Z"}}"#
    );
    let expected = format!(r#"{{"type":"message","id":"u1","at":"2026-01-01T00:00:01Z","message":{message}}}"#);
    assert_eq!(read_all(Format::ClaudeCode, line.as_bytes()).0, [Item::Event(expected)]);
}

#[test]
fn usage_is_reported_once_from_the_last_record_of_a_message() {
    let file = [
        user("u1", Value::Null, "go"),
        assistant("a1", "u1", "m1", 3),
        assistant("a2", "a1", "m1", 210),
        result("r1", "a2", "t1"),
        assistant("a3", "r1", "m2", 7),
        system("turn_duration", "s1", "a3"),
    ];
    check(
        &file,
        &["u1 user", "a1 assistant", "a2 assistant", "usage:m1 111 210", "r1 user", "a3 assistant", "usage:m2 111 7"],
        0,
    );
    // A result between two records of one message: at once, the report must not wait behind it.
    let torn = [assistant("a1", "", "m1", 3), result("r1", "a1", "t1"), assistant("a2", "a1", "m1", 210)];
    check(&torn, &["a1 assistant", "usage:m1 111 3", "r1 user", "a2 assistant"], 0);
    check_whole(&torn, &["a1 assistant", "r1 user", "a2 assistant", "usage:m1 111 210"], 0);
    let after = [&torn[..], &[result("r2", "a2", "t2"), assistant("a3", "r2", "m2", 1)]].concat();
    let expected =
        ["a1 assistant", "r1 user", "a2 assistant", "usage:m1 111 210", "r2 user", "a3 assistant", "usage:m2 111 1"];
    check_whole(&after, &expected, 0);
}

#[test]
fn usage_of_the_last_message_comes_when_the_file_is_at_rest() {
    let mut reader = Reader::new(Format::ClaudeCode);
    let line = text(&[assistant("a1", "", "m1", 3)]);
    // The newline may never come: the next writer puts its object right behind.
    assert!(reader.push(line.trim_end().as_bytes()).is_empty());
    assert_eq!(reader.settle().iter().map(show).collect::<Vec<_>>(), ["a1 assistant", "usage:m1 111 3"]);
    assert!(reader.settle().is_empty());
    assert_eq!(reader.push(text(&[assistant("a2", "a1", "m1", 9)]).as_bytes()).len(), 1);
    assert!(reader.finish().is_empty());
    assert_eq!(reader.summary().skipped, 0);
}

#[test]
fn a_compaction_comes_before_its_summary() {
    let metadata = json!({"trigger": "auto", "preTokens": 155_068});
    let first = [user("u1", Value::Null, "go"), assistant("a2", "u1", "m1", 1)];
    let file = [&first[..], &[boundary("b7", "a2", metadata), summary("c8", "b7"), user("u9", "c8", "on")]].concat();
    let compacted = r#"compacted auto Some(155068) Some(5000) Some("Summary")"#;
    check(&file, &["u1 user", "a2 assistant", "usage:m1 111 1", compacted, "c8 user meta", "u9 user"], 0);

    let metadata = json!({"trigger": "manual", "durationMs": 1234, "preTokens": -1});
    check(
        &[user("u1", Value::Null, "go"), boundary("b7", "x", metadata)],
        &["u1 user", "compacted manual None Some(1234) None"],
        0,
    );
    // Without a word on how long: a manual one cannot be measured, one without a boundary is all unknown.
    let metadata = json!({"trigger": "manual"});
    check(
        &[user("u1", Value::Null, "go"), boundary("b7", "x", metadata)],
        &["u1 user", "compacted manual None None None"],
        0,
    );
    check(&[summary("c1", "")], &[r#"compacted unknown None None Some("Summary")"#, "c1 user meta"], 0);
    check(&[system("microcompact_boundary", "b1", "")], &[], 0);
}

#[test]
fn records_written_again_are_read_once() {
    let metadata = json!({"trigger": "auto", "preservedSegment": {"headUuid": "a1"}});
    let a1 = assistant("a1", "u1", "m1", 1);
    let file = [
        user("u1", Value::Null, "go"),
        a1.clone(),
        boundary("b2", "a1", metadata),
        summary("c1", "b2"),
        a1,
        user("u1", "c1", "again"),
    ];
    let compacted = r#"compacted auto None Some(1000) Some("Summary")"#;
    check(&file, &["u1 user", "a1 assistant", "usage:m1 111 1", compacted, "c1 user meta"], 0);
}

#[test]
fn lines_are_read_whatever_they_hold() {
    let u1 = user("u1", Value::Null, "go");
    let u2 = user("u2", "u1", "on");
    let title = json!({"type": "summary", "summary": "T", "leafUuid": "u1"});
    let check = |input: String, expected: &[&str], skipped: u64| {
        assert_eq!(items(&input), (expected.iter().map(ToString::to_string).collect(), skipped), "{input}");
    };
    check(format!("{u1}{title}\n{u1}\n{u2}"), &["u1 user", "u2 user"], 0);
    check(format!("\u{feff}// comment\n\n  \r\n{u1}\r\n"), &["u1 user"], 0);
    check(format!("{u1}\n\"text\"\n42\n[1]\n{{\"silly\":1}}\n{{\"type\":5}}\n{u2}\n"), &["u1 user", "u2 user"], 3);
    check(format!("{u1}\n{}", &u2.to_string()[..40]), &["u1 user"], 1);
    check(format!("{u1}{}\n{u2}\n", &u2.to_string()[..40]), &["u1 user", "u2 user"], 1);
    // A record that is no message does not take the place of the one that is.
    let broken = with(u1.clone(), json!({"message": "error"}));
    let empty = with(u1.clone(), json!({"message": {"role": "user", "content": []}}));
    check(format!("{broken}\n{empty}\n{u1}"), &["u1 user"], 2);
    let odd = with(u1, json!({"timestamp": "once", "uuid": "", "cwd": 1, "isMeta": "yes", "origin": []}));
    check(format!("{odd}\n"), &["- user"], 0);
}

#[test]
fn what_is_not_of_the_conversation_is_left_out_and_counted() {
    let side = with(assistant("a1", "u1", "m1", 1), json!({"isSidechain": true}));
    let error = with(assistant("a2", "u1", "m2", 1), json!({"isApiErrorMessage": true}));
    let mut synthetic = assistant("a3", "u1", "m3", 0);
    synthetic["message"]["model"] = "<synthetic>".into();
    let attachment = |kind: &str| json!({"type": "attachment", "uuid": kind, "attachment": {"type": kind}});
    let file = [
        user("u1", Value::Null, "go"),
        side,
        error,
        synthetic,
        attachment("edited_text_file"),
        attachment("date_change"),
    ];
    check(&file, &["u1 user"], 4);
}

#[test]
fn only_the_human_is_not_meta() {
    let check = |record: Value, meta: bool| {
        check(std::slice::from_ref(&record), &[if meta { "u1 user meta" } else { "u1 user" }], 0);
    };
    let marker = "[Request interrupted by user]";
    check(user("u1", Value::Null, "go"), false);
    check(user("u1", Value::Null, marker), true);
    check(with(user("u1", Value::Null, "skill"), json!({"isMeta": true})), true);
    check(with(user("u1", Value::Null, marker), json!({"origin": {"kind": "human"}})), false);
    check(with(user("u1", Value::Null, "go"), json!({"origin": {"kind": "task"}})), true);
    check(with(result("u1", "", "t1"), json!({"origin": {"kind": "cli"}})), false);
}

#[test]
fn steering_is_placed_where_it_was_delivered() {
    let go = [user("u1", Value::Null, "go"), assistant("a1", "u1", "m1", 1), queue("enqueue", 5, "stop that")];
    let queued = "queue:2026-01-01T00:00:05Z user";
    let run = |rest: &[Value], expected: &[&str]| {
        let expected = [&["u1 user", "a1 assistant"], expected].concat();
        check(&[&go[..], rest].concat(), &expected, 0);
    };
    let remove = queue("remove", 6, Value::Null);
    run(
        &[result("r1", "a1", "t"), remove.clone(), assistant("a2", "r1", "m2", 1)],
        &["usage:m1 111 1", "r1 user", queued, "a2 assistant", "usage:m2 111 1"],
    );
    // The record that follows says the same.
    run(&[remove.clone(), user("u2", "a1", "stop that ")], &[queued, "usage:m1 111 1"]);
    let attachment = json!({"type": "queued_command", "prompt": "stop that", "commandMode": "prompt"});
    let attachment = with(envelope("q1", "a1".into()), json!({"type": "attachment", "attachment": attachment}));
    run(&[remove.clone(), attachment.clone()], &[queued, "usage:m1 111 1"]);
    run(&[attachment.clone(), remove], &["q1 user", "usage:m1 111 1"]);
    run(&[queue("dequeue", 6, Value::Null), user("u2", "a1", "stop that")], &["usage:m1 111 1", "u2 user"]);
    run(&[queue("popAll", 6, "stop that")], &["usage:m1 111 1"]);
    let mut task = attachment;
    task["attachment"]["commandMode"] = "task-notification".into();
    run(&[task], &["q1 user meta", "usage:m1 111 1"]);
}

#[test]
fn going_back_is_told_when_tailing_and_done_when_reading_the_whole() {
    let a1 = || [user("u1", Value::Null, "go"), assistant("a1", "u1", "m1", 1)];
    let attempts = [
        user("u2", "a1", "first"),
        assistant("a2", "u2", "m2", 1),
        user("u3", "a1", "second"),
        assistant("a3", "u3", "m3", 1),
    ];
    let file = [&a1()[..], &attempts].concat();
    let start = ["u1 user", "a1 assistant", "usage:m1 111 1"];
    let tail = ["u2 user", "a2 assistant", "usage:m2 111 1", "rewound a1", "u3 user", "a3 assistant", "usage:m3 111 1"];
    check(&file, &[&start[..], &tail].concat(), 0);
    check_whole(&file, &[&start[..], &["u3 user", "a3 assistant", "usage:m3 111 1"]].concat(), 3);

    // Back to the first prompt, in a file that links its records.
    let again = [&a1()[..], &[user("u2", Value::Null, "anew")]].concat();
    check(&again, &[&start[..], &["rewound -", "u2 user"]].concat(), 0);
    check_whole(&again, &["u2 user"], 3);
    // Results of parallel calls are side branches, but nobody went back from them.
    let parallel = [
        &a1()[..],
        &[
            assistant("a2", "a1", "m1", 1),
            result("r1", "a1", "x"),
            result("r2", "a2", "y"),
            assistant("a3", "r2", "m2", 1),
            user("u2", "a3", "on"),
        ],
    ]
    .concat();
    let expected = [
        "u1 user",
        "a1 assistant",
        "a2 assistant",
        "usage:m1 111 1",
        "r1 user",
        "r2 user",
        "a3 assistant",
        "usage:m2 111 1",
        "u2 user",
    ];
    check_whole(&parallel, &expected, 0);
    // A queued prompt hangs on the record that was the last when it was typed.
    let queued = [
        &a1()[..],
        &[
            queue("enqueue", 5, "later"),
            user("u2", "a1", "now"),
            queue("dequeue", 6, Value::Null),
            user("u3", "a1", "later"),
        ],
    ]
    .concat();
    check(&queued, &[&start[..], &["u2 user", "u3 user"]].concat(), 0);
}

#[test]
fn the_file_tells_title_session_and_folder() {
    let check = |titles: &[Value], expected: Option<&str>| {
        let (_, summary) =
            read_all(Format::ClaudeCode, text(&[&[user("u1", Value::Null, "go")], titles].concat()).as_bytes());
        assert_eq!(summary.title.as_deref(), expected, "{titles:?}");
        assert_eq!((summary.agent_session_id.as_deref(), summary.cwd.as_deref()), (Some("s"), Some("/w")));
    };
    let other = json!({"type": "summary", "summary": "other", "leafUuid": "x"});
    let own = json!({"type": "summary", "summary": "own", "leafUuid": "u1"});
    let generated = json!({"type": "ai-title", "aiTitle": "generated"});
    let custom = json!({"type": "custom-title", "customTitle": "mine"});
    check(&[], None);
    check(&[own.clone(), other.clone()], Some("own"));
    check(std::slice::from_ref(&other), Some("other"));
    check(&[custom, generated.clone(), own.clone()], Some("mine"));
    check(&[generated, own, other], Some("generated"));
}
