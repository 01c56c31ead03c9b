//! How long a user waits for a compaction: the agents' own, with a model that writes at its summary as long as models do, and
//! ours. A measurement, which prints a table and fails at nothing:
//! `cargo test --release --test suite agents::waiting -- --ignored --nocapture`, with `SUMMARY_SECONDS` for another model.
//!
//! The wait is from the key that begins it until the request of the next prompt reaches the model. That prompt is sent as soon as
//! the screen shows that the agent is done; what it takes without any compaction is a row of its own.

use std::io::Write as _;
use std::time::{Duration, Instant};

use super::await_in;
use super::memory::{NEWEST, claude_at_work, codex_at_work, resumable};
use super::model::words;
use super::place::Place;
use super::recorder::Recorder;
use super::terminal::{Terminal, compacted};

/// How long the model writes at a summary where nothing else is said: 2,400 tokens at 60 a second.
const SUMMARY_SECONDS: u64 = 40;
/// How often each is measured.
const TIMES: usize = 3;
const PROMPT: &str = "Which bucket is it now.";

/// An agent that has its context full, with our hooks or without.
type AtWork = fn(&Place, &Recorder, bool) -> Terminal;

/// A way to go on: its name, the agent, whether our hooks are there, and what the user does until the agent is done.
struct Way {
    name: &'static str,
    agent: AtWork,
    ours: bool,
    act: fn(&Place, &Terminal, &Recorder),
}

const WAYS: [Way; 9] = [
    Way { name: "Claude Code, no compaction", agent: claude_at_work, ours: false, act: |_, _, _| () },
    Way { name: "Claude Code, its /compact", agent: claude_at_work, ours: false, act: compact },
    Way { name: "Claude Code, /clear and nothing else", agent: claude_at_work, ours: false, act: clear },
    Way { name: "Claude Code, /clear and our hook", agent: claude_at_work, ours: true, act: clear },
    Way { name: "Claude Code, /resume of our session", agent: claude_at_work, ours: true, act: resume },
    Way { name: "Codex, no compaction", agent: codex_at_work, ours: false, act: |_, _, _| () },
    Way { name: "Codex, its /compact", agent: codex_at_work, ours: false, act: compact },
    Way { name: "Codex, /clear and nothing else", agent: codex_at_work, ours: false, act: clear },
    Way { name: "Codex, /clear and our hook", agent: codex_at_work, ours: true, act: clear },
];

fn compact(_: &Place, terminal: &Terminal, _: &Recorder) {
    terminal.command("/compact", "a compaction", compacted);
}

fn clear(_: &Place, terminal: &Terminal, _: &Recorder) {
    terminal.command("/clear", "an empty screen", |screen| !screen.contains(NEWEST));
}

fn resume(place: &Place, terminal: &Terminal, recorder: &Recorder) {
    let answer = resumable(place, "claude-code");
    terminal.enter(answer["type"].as_str().unwrap().trim_end());
    recorder.wait_for("SessionStart", |told| told["source"] == "resume");
    terminal.wait_for("the session", |screen| !screen.contains("/resume"));
}

/// One wait.
fn wait(way: &Way, summary: Duration) -> Duration {
    let place = Place::new();
    let recorder = Recorder::new(&place);
    let terminal = (way.agent)(&place, &recorder, way.ours);
    place.model.takes(summary);
    let begun = Instant::now();
    (way.act)(&place, &terminal, &recorder);
    terminal.enter(PROMPT);
    let asked = await_in(
        "the next request",
        || terminal.text(),
        || place.model.requests().into_iter().find(|request| words(&request.json()).contains(PROMPT)),
    );
    asked.at - begun
}

#[test]
#[ignore = "a measurement of some minutes"]
fn table() {
    let seconds = std::env::var("SUMMARY_SECONDS").ok().and_then(|text| text.parse().ok());
    let summary = Duration::from_secs(seconds.unwrap_or(SUMMARY_SECONDS));
    let mut out = std::io::stdout().lock();
    let mut line = |text: String| writeln!(out, "{text}").unwrap();
    line(format!(
        "\nA model that writes at a summary for {} s; median of {TIMES}, smallest to largest.\n",
        summary.as_secs()
    ));
    line("| what the user does | wait until the next prompt is on its way |".to_owned());
    line("| --- | --- |".to_owned());
    for way in &WAYS {
        let mut waits: Vec<f64> = (0..TIMES).map(|_| wait(way, summary).as_secs_f64()).collect();
        waits.sort_by(f64::total_cmp);
        line(format!("| {} | {:.2} s ({:.2} to {:.2}) |", way.name, waits[TIMES / 2], waits[0], waits[TIMES - 1]));
    }
}
