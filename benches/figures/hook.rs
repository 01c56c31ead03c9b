//! `hook` as a process, above the time of `true`: what an agent waits for at every event, with a long conversation in the
//! store; and what it waits for when its context was cleared and the compacted one comes back.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::{Value, json};

use super::plan::{Plan, tokens};
use super::server::{Feeding, Place, SESSION, feed};
use super::table::{Figure, Series, Target};
use super::workload::Workload;

/// Runs a process with a payload on stdin; its time and what it says.
fn run_one(command: &mut Command, payload: &Value) -> anyhow::Result<(Duration, Vec<u8>)> {
    let payload = payload.to_string();
    let begun = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // `true` does not read.
        let _ = input.write_all(payload.as_bytes());
    }
    let output = child.wait_with_output()?;
    let time = begun.elapsed();
    ensure!(output.status.success(), "{command:?} ended with {}", output.status);
    Ok((time, output.stdout))
}

/// The figures.
pub fn run(plan: &Plan) -> anyhow::Result<Vec<Figure>> {
    let length = plan.lengths[3];
    let place = Place::new()?;
    let mut server = place.start()?;
    feed(&mut server, SESSION, &mut Workload::new(7), Feeding { tokens: length, batch: 50, compact: true })?;
    server.stop()?;
    let hook = || {
        let mut command = place.program();
        command.args(["hook", "--agent", "copilot"]).current_dir(place.workspace());
        command
    };
    let payload = |session: &str, event: &str, more: Value| {
        let mut payload = json!({"session_id": session, "hook_event_name": event, "cwd": place.workspace()});
        if let (Some(payload), Some(more)) = (payload.as_object_mut(), more.as_object()) {
            payload.extend(more.clone());
        }
        payload
    };
    // The first one starts the worker, as the first of a day does.
    run_one(&mut hook(), &payload(SESSION, "UserPromptSubmit", json!({"prompt": "Please go on."})))?;
    let (mut prompts, mut tools, mut cleared) = (Series::default(), Series::default(), Series::default());
    let mut session = SESSION.to_owned();
    for repetition in 0..plan.repetitions {
        for series in [&mut prompts, &mut tools, &mut cleared] {
            series.begin();
        }
        for round in 0..plan.slow_samples {
            let nothing = run_one(&mut Command::new("true"), &Value::Null)?.0;
            let say = json!({"prompt": format!("Please do part {round} of {repetition}.")});
            prompts.add(run_one(&mut hook(), &payload(&session, "UserPromptSubmit", say))?.0.saturating_sub(nothing));
            let ran = json!({"tool_name": "Bash", "tool_input": {"command": "make"}, "tool_use_id": format!("t{repetition}-{round}"),
                "tool_response": "cc -c main.c\n".repeat(150)});
            tools.add(run_one(&mut hook(), &payload(&session, "PostToolUse", ran))?.0.saturating_sub(nothing));
        }
        for _ in 0..plan.starts.div_ceil(5) {
            let next = format!("{SESSION} {repetition} {}", cleared.len());
            let nothing = run_one(&mut Command::new("true"), &Value::Null)?.0;
            let start = payload(&next, "SessionStart", json!({"source": "clear"}));
            let (time, answer) = run_one(&mut hook(), &start)?;
            ensure!(answer.len() > 1000, "the compacted context did not come back");
            cleared.add(time.saturating_sub(nothing));
            session = next;
            run_one(&mut hook(), &payload(&session, "UserPromptSubmit", json!({"prompt": "And on."})))?;
        }
    }
    let mut figures = Vec::new();
    for (what, series) in [("a prompt", &prompts), ("a tool's result of 2 kB", &tools)] {
        let name = format!("hook, {what}, {} tokens stored", tokens(length));
        figures.push(Figure::time(&name, 0.5, series, Target::AtMost(8_000.0)));
        figures.push(Figure::time(&name, 0.99, series, Target::AtMost(20_000.0)));
    }
    let name = format!("hook, the context comes back after it was cleared, {} tokens stored", tokens(length));
    figures.push(Figure::time(&name, 0.5, &cleared, Target::None));
    figures.push(Figure::time(&name, 0.99, &cleared, Target::None));
    Ok(figures)
}
