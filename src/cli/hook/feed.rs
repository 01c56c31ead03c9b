//! What a hook leaves behind: a note about the agent's session, the events themselves where no transcript has them, and a
//! process that does the rest.
//!
//! Where the store cannot be written to within the hook's patience, note and events are put aside; the next hook, the worker
//! or a server takes them in. So does a hook that finds something put aside: what was told first is stored first.

use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::{Context, log, text};
use crate::agents::hook::{Happened, events};
use crate::engine::intake::Intake;
use crate::engine::message::read::Body;
use crate::engine::session::title_of;
use crate::host::store::{self, Drained, Feed, Store, StoreError, Told, ToldEvent};
use crate::host::{feeding, pokes, process};

/// Notes and stores. `None`: that was put aside, and the log says why.
pub fn feed(context: &Context) -> anyhow::Result<Option<Feed>> {
    let told = told(context)?;
    let why = match store_in_turn(context, &told) {
        Ok(Some(feed)) => return Ok(Some(feed)),
        Ok(None) => "others are storing what was told before".to_owned(),
        Err(error) => error.to_string(),
    };
    store::put_aside(&context.state, &told).with_context(|| format!("{why}; nor is it put aside, so it is lost"))?;
    log(&format!("{why}; what {} told is put aside and taken in later", context.call.agent.title()));
    Ok(None)
}

/// What the hook tells, without secrets.
fn told(context: &Context) -> anyhow::Result<Told> {
    let Context { call, config, at, .. } = context;
    let mut told = Told {
        agent_session: call.session.clone(),
        agent: call.agent.name().to_owned(),
        transcript: call.transcript.as_deref().and_then(text).filter(|_| call.has_transcript()).map(str::to_owned),
        process: process::agent(),
        prompted: matches!(call.happened, Happened::Prompt(_)),
        at: *at,
        title: None,
        events: Vec::new(),
    };
    if call.has_transcript() {
        return Ok(told);
    }
    for (raw, before) in events(call, *at) {
        let intake = Intake::new(&raw, config.redact)?;
        if let (None, Body::Turn(turn)) = (&told.title, &intake.event.body) {
            told.title = title_of(turn);
        }
        told.events.push(ToldEvent::new(&intake, before, *at));
    }
    Ok(told)
}

/// Stores it behind what was put aside before. `None` where that is not done yet.
fn store_in_turn(context: &Context, told: &Told) -> Result<Option<Feed>, StoreError> {
    let mut store = Store::join_within(&context.state, context.patience)?;
    let Drained { left, unreadable, .. } = store.drain(context.patience)?;
    if unreadable > 0 {
        log("something that had been put aside was unreadable");
    }
    if left { Ok(None) } else { store.take_in(told).map(Some) }
}

/// Tells whoever feeds the workspace, or starts somebody who does.
pub fn keep_fed(context: &Context) {
    let _ = pokes::poke(&context.state);
    if feeding::is_served(&context.state) || feeding::is_fed(&context.state) {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut command = Command::new(program);
    command.arg("worker").arg("--workspace").arg(&context.root);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
    // A signal for the agent's terminal is not for it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    if let Err(error) = command.spawn() {
        log(&format!("no worker was started: {error}"));
    }
}
