//! Storing: an acknowledged append of 2 kB against the bare insert of the same bytes plus one echo of the request,
//! and the speed at which a long transcript is taken in.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::client::Client;
use super::cores::{Cores, place};
use super::peers::start_echo;
use super::plan::{Plan, tokens};
use super::server::{Feeding, Place, append_params, feed, settle};
use super::table::{Figure, Series, Target};
use super::workload::{Event, Workload, sized_event};

const METHOD: &str = "sessionMemory/append";
const EVENT_BYTES: usize = 2048;
/// Pause between events where the server is given time for what follows an append.
const PAUSE: Duration = Duration::from_millis(40);

/// A table of its own with one row for each event, as little as can be asked of a store.
fn bare_store(folders: &Place) -> anyhow::Result<Connection> {
    let connection = Connection::open(folders.state().join("bare.db"))?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch("CREATE TABLE events (seq INTEGER PRIMARY KEY, raw TEXT NOT NULL)")?;
    Ok(connection)
}

/// Both kinds of figures.
pub fn run(plan: &Plan) -> anyhow::Result<Vec<Figure>> {
    let folders = Place::new()?;
    let bare = bare_store(&folders)?;
    let mut server = folders.start()?;
    let mut echo = start_echo(&folders.workspace())?;
    let mut number = 0;
    let mut figures = Vec::new();
    for &cores in Cores::all() {
        place(server.id(), cores);
        place(echo.id(), cores);
        for (pause, samples) in [(Duration::ZERO, plan.quick_samples), (PAUSE, plan.slow_samples)] {
            let (mut ours, mut theirs) = (Series::default(), Series::default());
            for _ in 0..plan.repetitions {
                ours.begin();
                theirs.begin();
                // A session of its own, so that what is measured is not the length of this benchmark.
                let session = format!("append-{number:09}");
                let mut events = Vec::new();
                for _ in 0..samples {
                    number += 1;
                    events.push(Event { raw: sized_event(number, EVENT_BYTES), tokens: 0 });
                }
                for event in &events {
                    std::thread::sleep(pause);
                    let params = append_params(&session, std::slice::from_ref(event));
                    let answer = server.request(METHOD, &params)?;
                    ours.add(answer.time);
                    if theirs.len() == 0 {
                        echo.request("sessionMemory/prepare", answer.result()?.get())?;
                    }
                }
                // The search index follows when there is time; the other side is not to be measured beside it.
                settle(&mut server)?;
                for event in &events {
                    std::thread::sleep(pause);
                    let insert = insert(&bare, &event.raw)?;
                    let params = append_params(&session, std::slice::from_ref(event));
                    let echoed =
                        echo.padded_request("sessionMemory/echo", &params, Client::length(METHOD, &params))?.time;
                    theirs.add(insert + echoed);
                }
            }
            let how = if pause.is_zero() { "one after the other" } else { "40 ms apart" };
            let name = format!("append of 2 kB, {how}, {}", cores.name());
            for share in [0.5, 0.99] {
                let bound = cores == Cores::One && share < 0.9;
                let target = if bound { Target::Ratio(4.0) } else { Target::None };
                figures.push(Figure::compared(&name, share, &ours, ("insert + echo", &theirs), target));
            }
        }
    }
    figures.extend(ingest(plan)?);
    Ok(figures)
}

fn insert(bare: &Connection, raw: &str) -> anyhow::Result<Duration> {
    let mut statement = bare.prepare_cached("INSERT INTO events (raw) VALUES (?1)")?;
    let begun = Instant::now();
    statement.execute([raw])?;
    Ok(begun.elapsed())
}

fn ingest(plan: &Plan) -> anyhow::Result<Vec<Figure>> {
    let cases = [(1, true), (100, true), (100, false)];
    let mut speeds = cases.map(|_| Vec::new());
    for _ in 0..plan.repetitions.div_ceil(2) {
        for ((batch, compact), speeds) in cases.into_iter().zip(&mut speeds) {
            let folders = Place::new()?;
            let mut server = folders.start()?;
            place(server.id(), Cores::One);
            let feeding = Feeding { tokens: plan.ingest, batch, compact };
            let fed = feed(&mut server, "ingest", &mut Workload::new(11), feeding)?;
            speeds.push(fed.bytes as f64 / 1e6 / fed.time.as_secs_f64());
        }
    }
    let figure = |((batch, compact), speeds): ((usize, bool), Vec<f64>)| {
        let how = if compact { "with compactions" } else { "without compactions" };
        let name = format!("ingest of {} tokens, {batch} events at a time, {how}", tokens(plan.ingest));
        let target = if batch > 1 && compact { Target::AtLeast(50.0) } else { Target::None };
        Figure::value(name, "MB/s", speeds, target)
    };
    Ok(cases.into_iter().zip(speeds).map(figure).collect())
}
