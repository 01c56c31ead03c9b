//! `compact` on a live context of 200k tokens, against an echo of as many bytes both ways through our own transport.

use std::time::Duration;

use super::client::Client;
use super::cores::{Cores, place};
use super::peers::start_echo;
use super::plan::Plan;
use super::server::{Feeding, Place, append, compact, compact_params, feed, settle};
use super::table::{Figure, Series, Target};
use super::workload::Workload;

const METHOD: &str = "sessionMemory/compact";
const TARGETS: [(f64, Target); 2] = [(0.5, Target::None), (0.99, Target::Ratio(3.0))];
/// Tokens of the target that gives an answer of about 20 kB.
const SMALL_TARGET: u64 = 5_000;
/// Pause after which the server has prepared the next answer.
const PAUSE: Duration = Duration::from_millis(60);

/// The echo that answers with as many bytes as `compact` does.
struct Echo {
    client: Client,
    request: usize,
}

impl Echo {
    /// Lets the echo answer what our server just answered.
    fn learn(&mut self, params: &str, result: &str) -> anyhow::Result<()> {
        self.request = Client::length(METHOD, params);
        self.client.request("sessionMemory/prepare", result)?;
        Ok(())
    }

    fn time(&mut self, params: &str, series: &mut Series) -> anyhow::Result<()> {
        let answer = self.client.padded_request("sessionMemory/echo", params, self.request)?;
        series.add(answer.time);
        Ok(())
    }
}

/// The rows of one case: both quantiles, with the targets where both run on one core.
fn rows(name: &str, ours: &Series, echo: &Series, cores: Cores) -> Vec<Figure> {
    let name = format!("{name}, {}", cores.name());
    let row = |(share, target)| {
        let target = if cores == Cores::One { target } else { Target::None };
        Figure::compared(&name, share, ours, ("echo", echo), target)
    };
    TARGETS.map(row).into()
}

/// All cases.
pub fn run(plan: &Plan) -> anyhow::Result<Vec<Figure>> {
    let folders = Place::new()?;
    let mut server = folders.start()?;
    let mut workload = Workload::new(1);
    let whole = Feeding { tokens: plan.live, batch: 50, compact: false };
    feed(&mut server, "live", &mut workload, whole)?;
    settle(&mut server)?;
    let mut echo = Echo { client: start_echo(&folders.workspace())?, request: 0 };
    let mut figures = Vec::new();
    for &cores in Cores::all() {
        place(server.id(), cores);
        place(echo.client.id(), cores);
        for target in [None, Some(SMALL_TARGET)] {
            figures.extend(prepared(plan, cores, &mut server, &mut echo, target)?);
        }
    }
    for &cores in Cores::all() {
        place(server.id(), cores);
        place(echo.client.id(), cores);
        figures.extend(after_event(plan, cores, &mut server, &mut echo, &mut workload, PAUSE)?);
        figures.extend(after_event(plan, cores, &mut server, &mut echo, &mut workload, Duration::ZERO)?);
    }
    figures.extend(applied(plan, &mut echo)?);
    Ok(figures)
}

/// The same preview again and again.
fn prepared(
    plan: &Plan,
    cores: Cores,
    server: &mut Client,
    echo: &mut Echo,
    target: Option<u64>,
) -> anyhow::Result<Vec<Figure>> {
    let params = compact_params("live", false, target);
    let answer = server.request(METHOD, &params)?;
    echo.learn(&params, answer.result()?.get())?;
    let (mut ours, mut theirs) = (Series::default(), Series::default());
    for _ in 0..plan.repetitions {
        ours.begin();
        theirs.begin();
        for _ in 0..plan.quick_samples {
            ours.add(server.request(METHOD, &params)?.time);
        }
        for _ in 0..plan.quick_samples {
            echo.time(&params, &mut theirs)?;
        }
    }
    let size = answer.body.len() / 1000;
    Ok(rows(&format!("compact, prepared, reply {size} kB"), &ours, &theirs, cores))
}

/// A preview after one more step of the conversation, `pause` later.
fn after_event(
    plan: &Plan,
    cores: Cores,
    server: &mut Client,
    echo: &mut Echo,
    workload: &mut Workload,
    pause: Duration,
) -> anyhow::Result<Vec<Figure>> {
    let params = compact_params("live", false, None);
    let (mut ours, mut theirs) = (Series::default(), Series::default());
    for _ in 0..plan.repetitions {
        ours.begin();
        theirs.begin();
        for _ in 0..plan.slow_samples {
            // Between two events of an agent the server is at rest.
            std::thread::sleep(PAUSE);
            append(server, "live", &workload.step())?;
            std::thread::sleep(pause);
            let answer = server.request(METHOD, &params)?;
            ours.add(answer.time);
            std::thread::sleep(PAUSE);
            // The echo too has just taken something in.
            echo.learn(&params, answer.result()?.get())?;
            std::thread::sleep(pause);
            echo.time(&params, &mut theirs)?;
        }
    }
    let when = if pause.is_zero() { "at once after an event" } else { "60 ms after an event" };
    Ok(rows(&format!("compact, {when}"), &ours, &theirs, cores))
}

/// Compactions that are applied: each has a session of its own with a full context.
fn applied(plan: &Plan, echo: &mut Echo) -> anyhow::Result<Vec<Figure>> {
    let folders = Place::new()?;
    let mut server = folders.start()?;
    place(server.id(), Cores::One);
    place(echo.client.id(), Cores::One);
    let (mut ours, mut theirs) = (Series::default(), Series::default());
    for repetition in 0..plan.repetitions {
        ours.begin();
        theirs.begin();
        let sessions: Vec<String> = (0..plan.applied).map(|number| format!("full-{repetition}-{number}")).collect();
        for (session, number) in sessions.iter().zip(repetition * plan.applied..) {
            let whole = Feeding { tokens: plan.live, batch: 50, compact: false };
            feed(&mut server, session, &mut Workload::new(100 + number), whole)?;
        }
        settle(&mut server)?;
        for session in &sessions {
            let params = compact_params(session, true, None);
            std::thread::sleep(PAUSE);
            let answer = compact(&mut server, session, true)?;
            anyhow::ensure!(answer.value()?["compacted"] == true, "nothing was compacted");
            ours.add(answer.time);
            echo.learn(&params, answer.result()?.get())?;
            std::thread::sleep(PAUSE);
            echo.time(&params, &mut theirs)?;
        }
    }
    Ok(rows("compact, prepared and applied", &ours, &theirs, Cores::One))
}
