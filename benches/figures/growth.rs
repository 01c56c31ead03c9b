//! What depends on the length of a conversation: `compact`, resident memory, search, opening the store again.
//!
//! The conversations are fed as in life, with compactions on the way, each to a server of its own.

use std::path::Path;
use std::time::{Duration, Instant};

use super::client::Client;
use super::cores::{Cores, place};
use super::plan::{Plan, tokens};
use super::random::Random;
use super::server::{Feeding, Place, SESSION, append, compact, compact_params, feed, settle};
use super::table::{Figure, Series, Target};
use super::workload::Workload;

/// A conversation and its server.
struct Grown {
    place: Place,
    server: Client,
    workload: Workload,
}

fn grown(length: u64) -> anyhow::Result<(Grown, f64)> {
    let folders = Place::new()?;
    let mut server = folders.start()?;
    place(server.id(), Cores::One);
    let mut workload = Workload::new(7);
    let fed = feed(&mut server, SESSION, &mut workload, Feeding { tokens: length, batch: 1, compact: true })?;
    Ok((Grown { place: folders, server, workload }, fed.bytes as f64 / 1e6 / fed.time.as_secs_f64()))
}

/// All of them.
pub fn run(plan: &Plan) -> anyhow::Result<Vec<Figure>> {
    let mut figures = idle_memory()?;
    let mut all = Vec::new();
    for length in plan.lengths {
        let (mut one, speed) = grown(length)?;
        if length == plan.lengths[3] {
            let name = format!("ingest of {} tokens event by event, with compactions", tokens(length));
            figures.push(Figure::value(name, "MB/s", vec![speed], Target::None));
            figures.extend(memory(&one.server, length));
        }
        settle(&mut one.server)?;
        all.push(one);
    }
    figures.extend(compactions(plan, &mut all)?);
    if let Some(longest) = all.pop() {
        figures.extend(searches(plan, longest, plan.lengths[3])?);
    }
    Ok(figures)
}

fn idle_memory() -> anyhow::Result<Vec<Figure>> {
    let folders = Place::new()?;
    let server = folders.start()?;
    std::thread::sleep(Duration::from_secs(2));
    let now = server
        .memory("VmRSS")
        .map(|size| Figure::value("resident memory, 2 s after initialize", "MB", vec![size], Target::AtMost(25.0)));
    Ok(now.into_iter().collect())
}

fn memory(server: &Client, length: u64) -> Vec<Figure> {
    std::thread::sleep(Duration::from_secs(2));
    let length = tokens(length);
    let now = server.memory("VmRSS").map(|size| {
        Figure::value(format!("resident memory, {length} tokens fed"), "MB", vec![size], Target::AtMost(120.0))
    });
    let peak = server
        .memory("VmHWM")
        .map(|size| Figure::value(format!("peak of it, {length} tokens fed"), "MB", vec![size], Target::None));
    now.into_iter().chain(peak).collect()
}

/// `compact` at every length, in turn.
fn compactions(plan: &Plan, all: &mut [Grown]) -> anyhow::Result<Vec<Figure>> {
    let mut prepared = vec![Series::default(); all.len()];
    let mut cold = vec![Series::default(); all.len()];
    for _ in 0..plan.repetitions {
        for ((one, prepared), cold) in all.iter_mut().zip(&mut prepared).zip(&mut cold) {
            let params = compact_params(SESSION, false, None);
            prepared.begin();
            cold.begin();
            compact(&mut one.server, SESSION, false)?;
            for _ in 0..plan.quick_samples {
                prepared.add(one.server.request("sessionMemory/compact", &params)?.time);
            }
            for _ in 0..plan.slow_samples {
                append(&mut one.server, SESSION, &one.workload.step())?;
                cold.add(one.server.request("sessionMemory/compact", &params)?.time);
            }
        }
    }
    let mut figures = Vec::new();
    let reference = (tokens(plan.lengths[1]), 1);
    for (what, series) in [("prepared", &prepared), ("at once after an event", &cold)] {
        let Some(base) = series.get(reference.1) else { continue };
        for (length, ours) in plan.lengths.into_iter().zip(series) {
            for share in [0.5, 0.99] {
                let name = format!("compact, {what}, {} tokens so far", tokens(length));
                let bound = length == plan.lengths[3] && share < 0.9;
                let target = if bound { Target::Ratio(1.5) } else { Target::None };
                figures.push(Figure::compared(&name, share, ours, (&reference.0, base), target));
            }
        }
    }
    Ok(figures)
}

/// Searches with three words that occur together, then the store opened again after a loss of power and after a
/// regular end.
fn searches(plan: &Plan, mut longest: Grown, length: u64) -> anyhow::Result<Vec<Figure>> {
    let mut times = Series::default();
    let mut random = Random::new(3);
    let mut source = Workload::new(7);
    let texts = source.take_tokens(200_000.min(length));
    for _ in 0..plan.repetitions {
        times.begin();
        for _ in 0..plan.slow_samples {
            let at = usize::try_from(random.below(texts.len() as u64))?;
            let raw = texts.get(at).map(|event| event.raw.as_str()).unwrap_or_default();
            let words: Vec<&str> =
                raw.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 4).skip(6).collect();
            let query: Vec<&str> = (0..3).map(|_| random.pick(&words)).collect();
            let params = serde_json::json!({"query": query.join(" "), "sessionId": SESSION}).to_string();
            times.add(longest.server.request("sessionMemory/search", &params)?.time);
        }
    }
    let name = format!("search with 3 words in {} tokens", tokens(length));
    let mut figures = vec![
        Figure::time(&name, 0.5, &times, Target::None),
        Figure::time(&name, 0.99, &times, Target::AtMost(20_000.0)),
    ];
    let copies = tempfile::tempdir()?;
    let (killed, ended) = (copies.path().join("killed"), copies.path().join("ended"));
    let Grown { place, server, .. } = longest;
    server.kill()?;
    place.copy_state(&killed)?;
    let mut server = place.start()?;
    compact(&mut server, SESSION, false)?;
    server.stop()?;
    place.copy_state(&ended)?;
    for (how, state) in [("kill -9", &killed), ("a regular end", &ended)] {
        figures.extend(opening(plan, &place, state, &format!("{} tokens after {how}", tokens(length)))?);
    }
    Ok(figures)
}

/// Start to the first compact of the stored session, less start to `initialize`, against reading the store's files.
pub fn opening(plan: &Plan, folders: &Place, state: &Path, what: &str) -> anyhow::Result<Vec<Figure>> {
    let (mut ours, mut first, mut read) = (Series::default(), Series::default(), Series::default());
    for _ in 0..plan.repetitions {
        ours.begin();
        first.begin();
        read.begin();
        for _ in 0..plan.starts.div_ceil(3) {
            folders.restore_state(state)?;
            let begun = Instant::now();
            read_all(&folders.state())?;
            read.add(begun.elapsed());
            let begun = Instant::now();
            let mut server = folders.start()?;
            let up = begun.elapsed();
            let answer = compact(&mut server, SESSION, false)?;
            // What the start itself costs is a figure of its own.
            ours.add(begun.elapsed().saturating_sub(up));
            first.add(answer.time);
            server.kill()?;
        }
    }
    let bound = if what.contains("5M") { Target::Ratio(5.0) } else { Target::None };
    Ok(vec![
        Figure::compared(&format!("open {what}"), 0.5, &ours, ("read the files", &read), bound),
        Figure::time(&format!("first compact, {what}"), 0.99, &first, Target::AtMost(50_000.0)),
    ])
}

fn read_all(folder: &Path) -> anyhow::Result<usize> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes +=
            if entry.file_type()?.is_dir() { read_all(&entry.path())? } else { std::fs::read(entry.path())?.len() };
    }
    Ok(bytes)
}
