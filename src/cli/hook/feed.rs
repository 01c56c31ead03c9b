//! What a hook leaves behind: a note about the agent's session, the events themselves where no transcript has them, and a
//! process that does the rest.

use std::process::{Command, Stdio};

use super::{Context, now, text};
use crate::agents::hook::{Happened, events};
use crate::engine::intake::Intake;
use crate::engine::message::read::Body;
use crate::engine::session::title_of;
use crate::host::store::{Feed, NewEvent, NewFeed, SessionMeta, Store};
use crate::host::{feeding, pokes, process};

/// Notes and stores.
pub fn feed(context: &Context) -> anyhow::Result<Feed> {
    let Context { call, state, config, .. } = context;
    let mut store = Store::join(state)?;
    let process = process::agent();
    let new = NewFeed {
        agent_session: &call.session,
        agent: call.agent.name(),
        transcript: call.transcript.as_deref().and_then(text).filter(|_| call.has_transcript()),
        process: process.as_deref(),
        prompted: matches!(call.happened, Happened::Prompt(_)),
        at: now(),
    };
    let feed = store.enter_feed(&new)?;
    let Some(session) = feed.session.as_deref().filter(|_| !call.has_transcript()) else { return Ok(feed) };
    let mut intakes = Vec::new();
    let key = store.session(session)?.map(|row| row.key);
    for (raw, other_name) in events(call, now()) {
        let intake = Intake::new(&raw, config.redact)?;
        if let Some(key) = key
            && store.knows(key, &other_name)?
        {
            continue;
        }
        intakes.push(intake);
    }
    if intakes.is_empty() {
        return Ok(feed);
    }
    let title = intakes.iter().find_map(|intake| match &intake.event.body {
        Body::Turn(turn) => title_of(turn),
        Body::Usage(_) => None,
    });
    let meta = SessionMeta {
        id: session,
        agent: Some(call.agent.name()),
        title: title.as_deref(),
        now: now(),
        ..SessionMeta::default()
    };
    let events: Vec<NewEvent> = intakes.iter().map(|intake| NewEvent::of(intake, now())).collect();
    store.append(&meta, &events)?;
    Ok(feed)
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
    if let Err(error) = command.spawn()
        && let Some(dir) = crate::config::state_dir()
    {
        crate::logging::line(&dir, &format!("hook: no worker was started: {error}"));
    }
}
