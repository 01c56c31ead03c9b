//! `events`, `search`, `sessions`: reading what there is.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Answer;
use super::append::memory_state;
use crate::config::Config;
use crate::engine::conversation::Role;
use crate::engine::memory::rfc3339;
use crate::engine::session::{DEFAULT_CONTEXT_LIMIT, saved_calibration};
use crate::engine::settings::Pressure;
use crate::host::store::{CallSum, SessionRow, StoreError};
use crate::server::main_loop::{Core, refused};
use crate::server::task::Reply;
use crate::server::workspace::Workspace;
use crate::server::writer::Job;
use crate::wire::protocol::{EventsParams, RequestError, SearchParams, SessionsParams, params};

/// Bytes of events that one answer gives.
const MAX_EVENTS_BYTES: usize = 16 << 20;

/// Stores to search, what for, and whose events.
type SearchJob = (Vec<PathBuf>, SearchParams, Option<Vec<Role>>);

impl Core {
    pub(super) fn events(&mut self, text: &str) -> Answer {
        let params: EventsParams = params(text)?;
        if params.from_seq == 0 || params.to_seq < params.from_seq {
            let problem = format!("is {} to {}; a range from 1 on is accepted", params.from_seq, params.to_seq);
            return Err(RequestError::invalid("fromSeq", problem));
        }
        let root = self.find(&params.session_id)?;
        let Some(workspace) = self.workspaces.get(&root) else {
            return Err(RequestError::unknown_session(&params.session_id));
        };
        let Some(entry) = workspace.sessions.get(&params.session_id) else {
            return Err(RequestError::unknown_session(&params.session_id));
        };
        let rows = workspace
            .store
            .events(entry.key, params.from_seq, params.to_seq, MAX_EVENTS_BYTES)
            .map_err(|error| refused(&error))?;
        let events: Vec<&str> = rows.iter().map(|row| &*row.raw).collect();
        Ok((format!(r#"{{"events":[{}]}}"#, events.join(",")), None))
    }

    pub(super) fn sessions(&mut self, text: &str) -> Answer {
        let params: SessionsParams = params(text)?;
        let roots = match &params.workspace_folder {
            Some(named) => vec![self.folder(Some(named))?],
            None => self.roots(),
        };
        let config = self.config.clone();
        let mut sessions = Vec::new();
        for root in roots {
            let workspace = self.workspace(&root)?;
            for row in workspace.store.sessions().map_err(|error| refused(&error))? {
                sessions.push(describe(workspace, &row, &config).map_err(|error| refused(&error))?);
            }
        }
        Ok((json!({ "sessions": sessions }).to_string(), None))
    }

    pub(super) fn search(&mut self, text: &str, reply: Reply) {
        match self.search_job(text) {
            Ok((states, params, roles)) => self.writer.send(Job::Search {
                states,
                query: params.query,
                session_id: params.session_id,
                roles,
                limit: params.limit,
                reply,
            }),
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    fn search_job(&mut self, text: &str) -> Result<SearchJob, RequestError> {
        let params: SearchParams = params(text)?;
        if !(1..=100).contains(&params.limit) {
            return Err(RequestError::invalid("limit", format!("is {}; 1 to 100 are accepted", params.limit)));
        }
        let roles = params.roles.as_ref().map(|names| {
            let all = [Role::System, Role::User, Role::Assistant, Role::Tool];
            let role = |name: &String| all.into_iter().find(|role| role.name() == name);
            names
                .iter()
                .map(|name| {
                    role(name).ok_or_else(|| {
                        RequestError::invalid(
                            "roles",
                            format!("{name:?} is unknown; accepted are system, user, assistant, tool"),
                        )
                    })
                })
                .collect::<Result<Vec<Role>, _>>()
        });
        let roots = match &params.session_id {
            Some(id) => vec![self.find(id)?],
            None => self.roots(),
        };
        let mut states = Vec::new();
        for root in roots {
            states.push(self.workspace(&root)?.state.clone());
        }
        Ok((states, params, roles.transpose()?))
    }
}

/// A session for the list. One that is not in memory is described from its rows, without loading it.
fn describe(workspace: &Workspace, row: &SessionRow, config: &Config) -> Result<Value, StoreError> {
    let file = workspace.memory_file(&row.id, config)?;
    let loaded = workspace.sessions.get(&row.id).filter(|entry| entry.marks == row.marks);
    let (context_tokens, context_limit, memory, title) = match loaded {
        Some(entry) => {
            let session = &entry.session;
            (
                session.context_tokens(),
                session.context_limit(),
                json!(memory_state(entry)),
                session.title().map(str::to_owned),
            )
        }
        None => {
            let since = match workspace.store.last_compaction(row.key)? {
                Some(cut) => {
                    let before = workspace
                        .store
                        .events(row.key, cut.at_seq, cut.at_seq, 1)?
                        .first()
                        .map_or(0, |event| event.total);
                    u64::from(cut.tokens_after) + row.tokens.saturating_sub(before)
                }
                None => row.tokens,
            };
            let snapshot = workspace.store.snapshot(row.key)?;
            let calibration = snapshot.and_then(|snapshot| saved_calibration(&snapshot.state)).unwrap_or_default();
            let newest = workspace.store.revision(row.key, None)?;
            let behind = match &newest {
                Some(revision) if revision.row.covered > 0 => {
                    let covered = workspace.store.events(row.key, revision.row.covered, revision.row.covered, 1)?;
                    row.tokens.saturating_sub(covered.first().map_or(0, |event| event.total))
                }
                _ => row.tokens,
            };
            let behind = calibration.scale(behind);
            let freshness = match &newest {
                None => "none",
                Some(_) if behind <= u64::from(config.engine.keep_recent_tokens) => "fresh",
                Some(_) => "stale",
            };
            let revision = row.marks.last_revision;
            let memory = json!({"revision": revision, "freshness": freshness, "behindTokens": behind, "updating": false, "deferred": false});
            let limit = row.context_limit.unwrap_or(DEFAULT_CONTEXT_LIMIT);
            (calibration.context(since), limit, memory, row.title.clone())
        }
    };
    Ok(json!({
        "sessionId": row.id,
        "agent": row.agent,
        "startedAt": rfc3339(row.started_at),
        "lastEventAt": rfc3339(row.last_at),
        "events": row.marks.last_seq,
        "contextTokens": context_tokens,
        "contextLimit": context_limit,
        "pressure": Pressure::of(context_tokens, context_limit, config.engine.pressure_levels),
        "memory": memory,
        "uri": file.uri(),
        "title": title,
        "usage": spent(workspace, row)?,
    }))
}

/// What the models that write its memory have taken so far; null where none was asked.
fn spent(workspace: &Workspace, row: &SessionRow) -> Result<Value, StoreError> {
    let sums = workspace.store.calls(Some(row.key), 0)?;
    if sums.is_empty() {
        return Ok(Value::Null);
    }
    let sum = |of: fn(&CallSum) -> u64| sums.iter().map(of).sum::<u64>();
    #[expect(clippy::cast_precision_loss, reason = "micro-dollars of one session")]
    let cost = (sum(|calls| calls.unpriced) < sum(|calls| calls.calls))
        .then(|| sum(|calls| calls.price.cost_micros) as f64 / 1e6);
    Ok(json!({
        "calls": sum(|calls| calls.calls),
        "inputTokens": sum(|calls| calls.usage.input_tokens),
        "outputTokens": sum(|calls| calls.usage.output_tokens),
        "cacheReadTokens": sum(|calls| calls.usage.cache_read_tokens),
        "costUsd": cost,
    }))
}
