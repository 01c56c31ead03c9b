//! From the start of the process to the answer of `initialize`, against a process of this benchmark that reads one
//! frame and answers with as many bytes.

use std::process::Command;
use std::time::Instant;

use super::client::Client;
use super::cores::{Cores, place};
use super::peers::BARE;
use super::plan::Plan;
use super::server::Place;
use super::table::{Figure, Series, Target};

/// Time from the start to the answer, and the answer's length.
fn start(command: &mut Command, folders: &Place, cores: Cores) -> anyhow::Result<(std::time::Duration, usize)> {
    let begun = Instant::now();
    let mut client = Client::start(command)?;
    if cores == Cores::Two {
        place(client.id(), cores);
    }
    let answer = client.initialize(&folders.workspace())?;
    let time = begun.elapsed();
    client.kill()?;
    Ok((time, answer.body.len()))
}

/// The figures.
pub fn run(plan: &Plan) -> anyhow::Result<Vec<Figure>> {
    let folders = Place::new()?;
    let program = std::env::current_exe()?;
    let (_, length) = start(&mut folders.command(), &folders, Cores::One)?;
    let mut figures = Vec::new();
    for &cores in Cores::all() {
        let (mut ours, mut theirs) = (Series::default(), Series::default());
        for _ in 0..plan.repetitions {
            ours.begin();
            theirs.begin();
            for _ in 0..plan.starts {
                ours.add(start(&mut folders.command(), &folders, cores)?.0);
                let mut bare = Command::new(&program);
                theirs.add(start(bare.args([BARE, &length.to_string()]), &folders, cores)?.0);
            }
        }
        let target = if cores == Cores::One { Target::Ratio(3.0) } else { Target::None };
        let name = format!("start to initialize, {}", cores.name());
        figures.push(Figure::compared(&name, 0.5, &ours, ("bare process", &theirs), target));
        figures.push(Figure::compared(&name, 0.99, &ours, ("bare process", &theirs), Target::None));
    }
    Ok(figures)
}
