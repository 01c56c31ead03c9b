//! Every time and size that the documentation quotes, from one command: `cargo bench --bench figures`.
//!
//! Comparisons are made in one run, both sides in turn, several times; what is printed is the median over the
//! repetitions with the smallest and the largest. `-- --quick` runs little of everything, `-- --only NAME` one group,
//! `-- --json FILE` also writes the figures as JSON. Nothing here fails because something is slow.

#![allow(clippy::cast_precision_loss, reason = "sizes and times are far below 2^52")]

mod append;
mod client;
mod code;
mod compact;
mod cores;
mod follow;
mod growth;
mod hook;
mod library;
mod load;
mod models;
mod peers;
mod plan;
mod random;
mod server;
mod start;
mod table;
mod workload;

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, bail};

use self::plan::Plan;
use self::table::Figure;

/// A group of figures.
type Group = (&'static str, fn(&Plan) -> anyhow::Result<Vec<Figure>>);

const GROUPS: [Group; 8] = [
    ("start", start::run),
    ("compact", compact::run),
    ("append", append::run),
    ("library", library::run),
    ("growth", growth::run),
    ("hook", hook::run),
    ("follow", follow::run),
    ("models", models::run),
];

struct Arguments {
    quick: bool,
    only: Option<String>,
    json: Option<PathBuf>,
}

fn arguments() -> anyhow::Result<Arguments> {
    let mut found = Arguments { quick: false, only: None, json: None };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            // What `cargo bench` says to every benchmark.
            "--bench" => {}
            "--quick" => found.quick = true,
            "--only" => found.only = Some(given.next().context("--only wants the name of a group")?),
            "--json" => found.json = Some(given.next().context("--json wants a file")?.into()),
            other => bail!("{other} is unknown; accepted are --quick, --only GROUP, --json FILE"),
        }
    }
    if let Some(only) = &found.only
        && !GROUPS.iter().any(|(name, _)| name == only)
    {
        bail!("{only} is unknown; groups are {}", GROUPS.map(|(name, _)| name).join(", "));
    }
    Ok(found)
}

fn main() -> anyhow::Result<()> {
    let mut given = std::env::args().skip(1);
    match given.next().as_deref() {
        Some(peers::ECHO) => return peers::serve_echo(),
        Some(peers::BARE) => {
            return peers::serve_one_frame(given.next().and_then(|length| length.parse().ok()).unwrap_or_default());
        }
        _ => {}
    }
    let arguments = arguments()?;
    let plan = if arguments.quick { Plan::quick() } else { Plan::whole() };
    cores::settle();
    let load = load::Load::begin();
    let mut figures = Vec::new();
    for (name, run) in GROUPS {
        if arguments.only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let begun = Instant::now();
        let group = run(&plan).with_context(|| format!("the group {name}"))?;
        print(&format!("{name} ({:.0} s)\n\n{}\n", begun.elapsed().as_secs_f64(), table::render(&group)))?;
        figures.extend(group);
    }
    let load = load.end();
    print(&format!("{load}\n"))?;
    if let Some(path) = arguments.json {
        let rows: Vec<_> = figures.iter().map(Figure::to_json).collect();
        let json = serde_json::json!({"quick": arguments.quick, "load": load, "figures": rows});
        std::fs::write(&path, format!("{json:#}\n"))
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
