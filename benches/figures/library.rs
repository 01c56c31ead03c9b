//! What the engine costs by itself, without pipes and disk: keeping the facts and writing the memory, the token
//! estimate, the search for secrets.

use std::time::{Duration, Instant};

use session_memory::engine::event::{CompactRequest, Event, Origin};
use session_memory::engine::intake::Intake;
use session_memory::engine::schedule::Due;
use session_memory::engine::session::Session;
use session_memory::engine::settings::Settings;
use session_memory::engine::{redact, tokens};

use super::code;
use super::plan::{Plan, tokens as said};
use super::random::Random;
use super::table::{Figure, Series, Target};
use super::workload::Workload;

/// Tokens of the stretch that is measured.
const STRETCH: u64 = 50_000;

/// A conversation in the engine alone.
#[derive(Clone)]
struct Conversation {
    session: Session,
    seq: u64,
}

/// Time of one stretch: reading the events, and the updates that were due.
#[derive(Default)]
struct Cost {
    reading: Duration,
    updates: Vec<Duration>,
}

impl Conversation {
    /// Takes in events as the server would.
    fn take_in(&mut self, raws: &[String], update: bool) -> Cost {
        let mut cost = Cost::default();
        for raw in raws {
            let Ok(intake) = Intake::new(raw, false) else { continue };
            self.seq += 1;
            let stored = intake.stored(self.seq, 0);
            let begun = Instant::now();
            self.session.apply(0, Event::Appended(vec![stored]));
            cost.reading += begun.elapsed();
            if update && self.session.due() == Due::Now {
                let begun = Instant::now();
                self.session.apply(0, Event::Update { origin: Origin::Background });
                cost.updates.push(begun.elapsed());
            }
            if self.session.context_tokens() > 160_000 {
                let request =
                    CompactRequest { target: None, shape: None, apply: true, instructions: None, passages: Vec::new() };
                self.session.apply(0, Event::Compact(request));
            }
        }
        cost
    }
}

/// All of them.
#[expect(clippy::unnecessary_wraps, reason = "all groups have one signature")]
pub fn run(plan: &Plan) -> anyhow::Result<Vec<Figure>> {
    let mut figures = texts(plan);
    figures.extend(updates(plan));
    Ok(figures)
}

fn updates(plan: &Plan) -> Vec<Figure> {
    let mut workload = Workload::new(7);
    let mut grown = Conversation { session: Session::new("library", Settings::default()), seq: 0 };
    let mut stages = Vec::new();
    let mut length = 0;
    for stage in [plan.lengths[1], plan.lengths[3]] {
        for event in workload.take_tokens(stage - length) {
            grown.take_in(std::slice::from_ref(&event.raw), false);
        }
        length = stage;
        // One update up front: the stretch is not to begin with all that was put off.
        grown.session.apply(0, Event::Update { origin: Origin::Refresh });
        let stretch: Vec<String> = workload.take_tokens(STRETCH).into_iter().map(|event| event.raw).collect();
        length += STRETCH;
        stages.push((stage, grown.clone(), stretch.clone(), [Vec::new(), Vec::new()], Series::default()));
        grown.take_in(&stretch, false);
    }
    for _ in 0..plan.repetitions {
        for (_, conversation, stretch, [reading, all], updates) in &mut stages {
            let cost = conversation.clone().take_in(stretch, true);
            let rate = |time: Duration| time.as_secs_f64() * 1e3 / (STRETCH / 1000) as f64;
            reading.push(rate(cost.reading));
            all.push(rate(cost.reading + cost.updates.iter().sum::<Duration>()));
            updates.begin();
            cost.updates.into_iter().for_each(|time| updates.add(time));
        }
    }
    let mut figures = Vec::new();
    for (stage, _, _, [reading, all], updates) in stages {
        let at = said(stage);
        let name = format!("reading the events, of 1k new tokens at {at}");
        figures.push(Figure::value(name, "ms", reading, Target::None));
        figures.push(Figure::value(
            format!("reading and updates, of 1k new tokens at {at}"),
            "ms",
            all,
            Target::AtMost(2.0),
        ));
        figures.push(Figure::time(&format!("one update of the memory at {at}"), 0.5, &updates, Target::None));
        figures.push(Figure::time(&format!("one update of the memory at {at}"), 0.99, &updates, Target::None));
    }
    figures
}

fn texts(plan: &Plan) -> Vec<Figure> {
    let mut random = Random::new(5);
    let mut text = String::new();
    while text.len() < plan.text << 20 {
        let module = random.below(500);
        text.push_str(&code::source(module, random.below(300), 30));
        text.push_str(&code::prose(&mut random, module, 4));
    }
    let megabytes = text.len() as f64 / 1e6;
    let (mut estimate, mut redaction) = (Vec::new(), Vec::new());
    for _ in 0..plan.repetitions {
        let begun = Instant::now();
        std::hint::black_box(tokens::estimate(std::hint::black_box(&text)));
        estimate.push(megabytes / begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        std::hint::black_box(redact::redact(std::hint::black_box(&text)));
        redaction.push(megabytes / begun.elapsed().as_secs_f64());
    }
    vec![
        Figure::value("token estimate", "MB/s", estimate, Target::None),
        Figure::value("search for secrets, none there", "MB/s", redaction, Target::None),
    ]
}
