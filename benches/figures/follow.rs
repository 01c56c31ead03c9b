//! A transcript that is followed: from the moment a line of it is written until its event is stored and can be asked for.

use std::fs::File;
use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::json;

use super::plan::Plan;
use super::server::Place;
use super::table::{Figure, Series, Target};

const SESSION: &str = "follow";
/// Time between two lines: an agent is not that fast, and the follower is at rest before each.
const PAUSE: Duration = Duration::from_millis(60);
/// Time between two looks, which is added to what is measured.
const LOOK: Duration = Duration::from_micros(500);
const LONGEST: Duration = Duration::from_secs(20);

fn line(number: u64) -> String {
    let role = if number.is_multiple_of(2) { "user" } else { "assistant" };
    let record = json!({
        "parentUuid": number.checked_sub(1).map(|before| format!("u{before}")), "sessionId": SESSION, "version": "2.1.7", "type": role,
        "uuid": format!("u{number}"), "timestamp": format!("2026-03-01T10:{:02}:{:02}.000Z", number / 60 % 60, number % 60),
        "message": {"role": role, "content": format!("Line {number}. {}", "It goes on for a while. ".repeat(80))},
    });
    format!("{record}\n")
}

/// The figures.
pub fn run(plan: &Plan) -> anyhow::Result<Vec<Figure>> {
    let place = Place::new()?;
    let path = place.workspace().with_file_name("transcript.jsonl");
    let mut file = File::create(&path)?;
    file.write_all(line(0).as_bytes())?;
    let mut server = place.start()?;
    let follow = json!({"path": path, "sessionId": SESSION, "follow": true});
    server.request("sessionMemory/import", &follow.to_string())?.value()?;
    let (mut series, mut number) = (Series::default(), 0);
    for _ in 0..plan.repetitions {
        series.begin();
        for _ in 0..plan.slow_samples {
            std::thread::sleep(PAUSE);
            number += 1;
            // The first line is event 1.
            let asked = json!({"sessionId": SESSION, "fromSeq": number + 1, "toSeq": number + 1}).to_string();
            let text = line(number);
            let begun = Instant::now();
            file.write_all(text.as_bytes())?;
            loop {
                let answer = server.request("sessionMemory/events", &asked)?.value();
                if answer.is_ok_and(|answer| answer["events"][0].to_string().contains(&format!("Line {number}. "))) {
                    break;
                }
                ensure!(begun.elapsed() < LONGEST, "line {number} was not read");
                std::thread::sleep(LOOK);
            }
            series.add(begun.elapsed());
        }
    }
    server.stop()?;
    let name = "follow, a line of 2 kB written until it is stored";
    let figure = |share| Figure::time(name, share, &series, Target::AtMost(200_000.0));
    Ok(vec![figure(0.5), figure(0.99)])
}
