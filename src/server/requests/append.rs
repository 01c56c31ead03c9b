//! `append`: in through the door, into the store, and only then into the engine.

use std::path::Path;

use serde_json::value::RawValue;

use super::{Answer, to_json};
use crate::engine::effect::Effect;
use crate::engine::event::{Agent, Event};
use crate::engine::intake::Intake;
use crate::engine::message;
use crate::engine::message::read::Body;
use crate::engine::prompt::AgentContext;
use crate::engine::redact::redact_json;
use crate::engine::schedule::Due;
use crate::engine::session::title_of;
use crate::engine::settings::Pressure;
use crate::engine::tokens;
use crate::host::store::{Appended, Marks, NewEvent, SessionMeta};
use crate::server::main_loop::{Core, now, refused};
use crate::server::workspace::Entry;
use crate::wire::protocol::{
    AgentRequest, AppendParams, AppendResult, MAX_EVENTS, MemoryState, RequestError, check_session_id, params,
};

/// What a client says of a session when it appends.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The session.
    pub id: &'a str,
    /// Its agent.
    pub agent: Option<&'a str>,
    /// The model's window, in tokens.
    pub context_limit: Option<u64>,
}

impl Core {
    pub(super) fn append(&mut self, text: &str) -> Answer {
        let params: AppendParams = params(text)?;
        check_session_id(&params.session_id)?;
        if params.events.is_empty() || params.events.len() > MAX_EVENTS {
            return Err(RequestError::invalid(
                "events",
                format!("has {} events; 1 to {MAX_EVENTS} are accepted", params.events.len()),
            ));
        }
        let root = self.folder(params.workspace_folder.as_deref())?;
        let redact = self.config.redact;
        let mut intakes = Vec::with_capacity(params.events.len());
        for (index, raw) in params.events.iter().enumerate() {
            let intake = Intake::new(raw.get(), redact)
                .map_err(|error| RequestError::invalid(&format!("events[{index}].{}", error.field), error.problem))?;
            intakes.push(intake);
        }
        let given =
            Given { id: &params.session_id, agent: params.agent.as_deref(), context_limit: params.context_limit };
        let (stored, duplicates) = self.take_in(&root, given, intakes)?;
        let agent = params.request.and_then(|request| agent(&request, redact));
        let workspace = self.workspace(&root)?;
        if let (Some(agent), Some(entry)) = (agent, workspace.sessions.get_mut(&params.session_id)) {
            entry.session.apply(now(), Event::Agent(Box::new(agent)));
        }
        let entry =
            workspace.sessions.get(&params.session_id).ok_or_else(|| RequestError::internal("the session vanished"))?;
        let session = &entry.session;
        let result = AppendResult {
            seq: session.last_seq(),
            stored,
            duplicates,
            context_tokens: session.context_tokens(),
            context_limit: session.context_limit(),
            pressure: session.pressure(),
            open_tool_calls: session.open_tool_calls().collect(),
            memory: memory_state(entry),
        };
        Ok((to_json(&result)?, Some((root, params.session_id))))
    }

    /// Stores events and lets the engine see them; gives how many were stored and how many known.
    pub(in crate::server) fn take_in(
        &mut self,
        root: &Path,
        given: Given,
        intakes: Vec<Intake>,
    ) -> Result<(usize, usize), RequestError> {
        let config = self.config.clone();
        let client = self.client.clone();
        let workspace = self.workspace(root)?;
        let known =
            workspace.sessions.get(given.id).map(|entry| (entry.marks, entry.session.title().map(str::to_owned)));
        let now = now();
        let format = intakes.iter().find_map(Intake::format).map(message::Format::name);
        let told = || {
            intakes
                .iter()
                .find_map(|intake| if let Body::Turn(turn) = &intake.event.body { title_of(turn) } else { None })
        };
        let title = known.as_ref().and_then(|(_, title)| title.clone()).or_else(told);
        let title = title.as_deref();
        let meta =
            SessionMeta { id: given.id, agent: given.agent, title, format, context_limit: given.context_limit, now };
        let appended = {
            let events: Vec<NewEvent> = intakes.iter().map(|intake| NewEvent::of(intake, now)).collect();
            workspace.store.append(&meta, &events).map_err(|error| refused(&error))?
        };
        let Appended { row, seqs } = appended;
        let stored = seqs.iter().flatten().count();
        let before = row.marks.last_seq - stored as u64;
        let current = match &known {
            Some((marks, _)) => {
                marks.last_seq == before && Marks { last_seq: row.marks.last_seq, ..*marks } == row.marks
            }
            None => before == 0,
        };
        if current {
            if known.is_none() {
                workspace.begin(&row, &config).map_err(|error| refused(&error))?;
            }
            let Some(entry) = workspace.sessions.get_mut(given.id) else {
                return Err(RequestError::internal("the session vanished"));
            };
            entry.marks = row.marks;
            entry.tokens = row.tokens;
            let mut effects =
                given.context_limit.map(|limit| entry.session.apply(now, Event::Window(limit))).unwrap_or_default();
            let events = intakes
                .into_iter()
                .zip(&seqs)
                .filter_map(|(intake, seq)| seq.map(|seq| intake.stored(seq, now)))
                .collect();
            effects.extend(entry.session.apply(now, Event::Appended(events)));
            // Several steps of one batch are one change for the client.
            if let Some(effect) = effects.iter().rev().find(|effect| matches!(effect, Effect::Pressure { .. })) {
                client.did_change_pressure(given.id, effect);
            }
        } else {
            let before = workspace.sessions.get(given.id).map_or(Pressure::Low, |entry| entry.session.pressure());
            workspace.load(given.id, &config).map_err(|error| refused(&error))?;
            if let Some(entry) = workspace.sessions.get(given.id)
                && entry.session.pressure() != before
            {
                let session = &entry.session;
                let effect = Effect::Pressure {
                    pressure: session.pressure(),
                    context_tokens: session.context_tokens(),
                    context_limit: session.context_limit(),
                };
                client.did_change_pressure(given.id, &effect);
            }
        }
        Ok((stored, seqs.len() - stored))
    }
}

/// The agent's request, unless a secret had to be taken out of it: then it is not the agent's any more.
fn agent(request: &AgentRequest, redact: bool) -> Option<Agent> {
    let fields = [request.system, request.tools, request.thinking].map(|field| field.map(RawValue::get));
    if redact && fields.iter().flatten().any(|field| redact_json(field) != **field) {
        return None;
    }
    let tokens = fields.iter().flatten().map(|field| u64::from(tokens::estimate(field))).sum();
    let [system, tools, thinking] = fields.map(|field| field.map(str::to_owned));
    let context = AgentContext { system, tools, thinking, messages: Vec::new() };
    Some(Agent { model: request.model.clone(), context, tokens })
}

/// State of a memory for the wire.
pub(super) fn memory_state(entry: &Entry) -> MemoryState {
    let session = &entry.session;
    MemoryState {
        revision: session.memory().map_or(0, |memory| memory.revision),
        freshness: session.freshness().name(),
        behind_tokens: session.behind_tokens(),
        updating: session.due() == Due::Now || session.is_asked(),
        deferred: session.due() == Due::Deferred,
    }
}
