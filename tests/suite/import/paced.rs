//! A real transcript as it came about: another process writes it line by line in its own time, a hundred times as fast, and the
//! server and the writer are killed on the way. Events and memory are those of an import of the finished file.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::live::events;
use super::samples::{real_or, rounds};
use crate::harness::{DID_CHANGE_PRESSURE, DID_UPDATE, Server, Workspace, await_some};

/// How much faster than life.
const FASTER: u32 = 100;

/// How long a part may take before the test gives up.
const LONGEST: Duration = Duration::from_mins(3);

/// What the writer is told: the finished file, the one to write, the longest gap in milliseconds, the line to stop in.
const TOLD: &str = "SESSION_MEMORY_TEST_WRITER";

/// Times of the lines, in milliseconds; one without a time has that of the line before.
fn times(text: &str) -> Vec<Option<i64>> {
    let mut last = None;
    let time = |line: &str| {
        let record: Value = serde_json::from_str(line).ok()?;
        Some(record["timestamp"].as_str()?.parse::<jiff::Timestamp>().ok()?.as_millisecond())
    };
    let times = text.lines().map(|line| {
        last = time(line).or(last);
        last
    });
    times.collect()
}

/// The writer, which is a process of its own: it goes on from where the file ends, each line after its gap. In the line that
/// it is told to stop in it writes one half and waits to be killed.
#[test]
#[ignore = "is run by other tests, as a process"]
fn writer() {
    let Ok(told) = std::env::var(TOLD) else { return };
    let told: Value = serde_json::from_str(&told).unwrap();
    let text = std::fs::read_to_string(told["from"].as_str().unwrap()).unwrap();
    let mut file = File::options().append(true).open(told["to"].as_str().unwrap()).unwrap();
    let written = usize::try_from(file.metadata().unwrap().len()).unwrap();
    let longest = Duration::from_millis(told["longest"].as_u64().unwrap());
    let (times, mut at) = (times(&text), 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        at += line.len();
        if at <= written {
            continue;
        }
        let rest = &line.as_bytes()[line.len() - (at - written).min(line.len())..];
        if rest.len() == line.len()
            && number > 0
            && let (Some(before), Some(now)) = (times[number - 1], times[number])
        {
            let gap = u64::try_from(now - before).unwrap_or(0);
            std::thread::sleep((Duration::from_millis(gap) / FASTER).min(longest));
        }
        if told["stop"] == number {
            file.write_all(&rest[..rest.len() / 2]).unwrap();
            loop {
                std::thread::park();
            }
        }
        file.write_all(rest).unwrap();
    }
}

/// What a session's memory says, without the front matter: names and times there are this session's own. A mark names its
/// event by its number among those that are no usage, which has no place of its own.
fn memory(server: &mut Server, session: &str) -> String {
    server.call("refresh", json!({"sessionId": session}));
    let memory = server.call("memory", json!({"sessionId": session}));
    let (mut usage, mut next) = (Vec::new(), 1);
    while let Ok(answer) = server.request("events", json!({"sessionId": session, "fromSeq": next, "toSeq": 1_000_000}))
    {
        let page = answer["events"].as_array().unwrap();
        if page.is_empty() {
            break;
        }
        usage.extend((next..).zip(page).filter(|(_, event)| event["type"] == "usage").map(|(seq, _)| seq));
        next += page.len() as u64;
    }
    let unnumbered = |line: &str| {
        let mark = line.rsplit_once(" ^").and_then(|(text, number)| Some((text, number.parse::<u64>().ok()?)));
        match mark {
            Some((text, seq)) => format!("{text} ^{}\n", seq - usage.iter().filter(|at| **at < seq).count() as u64),
            None => format!("{line}\n"),
        }
    };
    let text = memory["markdown"].as_str().unwrap();
    text.splitn(3, "---\n").last().unwrap().lines().map(unnumbered).collect()
}

/// Usage by message. A follower tells it when the file is at rest, which may be in the middle of a message: the time and the
/// output are then those of what was written of it by then. The context, which is what usage is for, is the same.
fn contexts(mut usage: Vec<Value>) -> Vec<Value> {
    for event in &mut usage {
        event.as_object_mut().unwrap().retain(|name, _| name != "at" && name != "outputTokens");
    }
    usage.sort_by_key(ToString::to_string);
    usage
}

struct Scene {
    place: Workspace,
    finished: PathBuf,
    path: PathBuf,
    longest: Duration,
}

impl Scene {
    fn server(&self) -> Server {
        let mut server = Server::with(&self.place, |options| options.settings = json!({}));
        server.tolerate(DID_UPDATE);
        server.tolerate(DID_CHANGE_PRESSURE);
        server
    }

    fn writer(&self, stop: Option<usize>) -> Child {
        let longest = self.longest.as_millis();
        let told = json!({"from": self.finished, "to": self.path, "longest": u64::try_from(longest).unwrap_or(u64::MAX), "stop": stop});
        Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "import::paced::writer", "--nocapture"])
            .env(TOLD, told.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Waits until the file has so many bytes. The pace is the transcript's own, so this takes its time.
    fn await_written(&self, writer: &mut Child, bytes: usize) {
        let begun = Instant::now();
        while self.path.metadata().unwrap().len() < bytes as u64 {
            let ended = writer.try_wait().unwrap();
            assert!(ended.is_none_or(|status| status.success()), "the writer has ended");
            assert!(begun.elapsed() < LONGEST, "the writer stands still");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The whole course of a transcript whose longest gap is bounded.
fn paced(name: &str, text: &str, longest: Duration) {
    let place = Workspace::new();
    let (finished, path) = (place.outside(&format!("finished-{name}")), place.outside(name));
    std::fs::write(&finished, text).unwrap();
    std::fs::write(&path, "").unwrap();
    let scene = Scene { place, finished, path, longest };
    let mut server = scene.server();
    let whole = server.call("import", json!({"path": scene.finished, "sessionId": "whole"}));
    let (expected, usage) = events(&mut server, "whole");
    let expected_memory = memory(&mut server, "whole");
    let follow = |server: &mut Server, path: &Path| {
        server.call("import", json!({"path": path, "sessionId": "live", "format": whole["format"], "follow": true}));
    };
    follow(&mut server, &scene.path);

    // Where each quarter ends.
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let bytes = |count: usize| lines[..count].iter().map(|line| line.len()).sum::<usize>();
    let quarter = lines.len() / 4;
    let mut writer = scene.writer(Some(quarter * 2));
    scene.await_written(&mut writer, bytes(quarter));
    server.kill();
    let mut server = scene.server();
    follow(&mut server, &scene.path);
    // Half a line, and its writer is killed.
    scene.await_written(&mut writer, bytes(quarter * 2) + lines[quarter * 2].len() / 2);
    writer.kill().unwrap();
    writer.wait().unwrap();
    let mut writer = scene.writer(None);
    scene.await_written(&mut writer, bytes(quarter * 3));
    server.kill();
    let mut server = scene.server();
    follow(&mut server, &scene.path);
    scene.await_written(&mut writer, text.len());
    assert!(writer.wait().unwrap().success());

    let complete = await_some(&format!("all of {name}"), || {
        let (got, used) = events(&mut server, "live");
        (got.len() >= expected.len() && used.len() >= usage.len()).then_some((got, used))
    });
    assert_eq!(complete.0, expected, "{name}");
    assert_eq!(contexts(complete.1), contexts(usage), "{name}");
    let revisions = server.call("history", json!({"sessionId": "live"}))["revisions"].as_array().unwrap().len();
    assert!(revisions >= 2, "the memory was kept up to date meanwhile");
    assert_eq!(memory(&mut server, "live"), expected_memory, "{name}");
}

/// In its own time throughout: 19 s, its longest gap 2.2 s.
#[test]
fn a_claude_code_session_comes_about() {
    let own = || super::lines(&super::session(400));
    paced("session.jsonl", &real_or("claude-code/entire-edge-enterplanmode.jsonl", own), Duration::MAX);
}

/// With a compaction of its own. Seven gaps are bounded, which would make up for half of its 42 s.
#[test]
fn a_claude_code_session_with_a_compaction_comes_about() {
    let own = || super::lines(&super::session(400));
    paced("session.jsonl", &real_or("claude-code/entire-long-06-v2.0.76-1compact.jsonl", own), Duration::from_secs(1));
}

/// Ten minutes at this pace: a third of its gaps are bounded, for 26 s.
#[test]
fn a_codex_session_comes_about() {
    paced(
        "rollout.jsonl",
        &real_or("codex/openprintkit-long-1.rollout.jsonl", || rounds(200)),
        Duration::from_millis(50),
    );
}
