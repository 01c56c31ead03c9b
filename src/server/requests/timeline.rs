//! `timeline`: the size of the context over the whole life of a session, with the updates and compactions that shaped it.

use serde_json::{Value, json};

use super::Answer;
use crate::engine::memory::rfc3339;
use crate::engine::timeline::{Fall, curve, wanted};
use crate::server::main_loop::{Core, refused};
use crate::wire::protocol::{RequestError, TimelineParams, params};

/// Points that can be asked for.
const POINTS: std::ops::RangeInclusive<usize> = 2..=2000;

impl Core {
    pub(super) fn timeline(&mut self, text: &str) -> Answer {
        let params: TimelineParams = params(text)?;
        if !POINTS.contains(&params.points) {
            let problem = format!("is {}; {} to {} are accepted", params.points, POINTS.start(), POINTS.end());
            return Err(RequestError::invalid("points", problem));
        }
        let root = self.find(&params.session_id)?;
        let unknown = || RequestError::unknown_session(&params.session_id);
        let workspace = self.workspaces.get(&root).ok_or_else(unknown)?;
        let entry = workspace.sessions.get(&params.session_id).ok_or_else(unknown)?;
        let sizes = workspace.store.compaction_sizes(entry.key).map_err(|error| refused(&error))?;
        let falls: Vec<Fall> = sizes.iter().map(|size| size.fall).collect();
        let seqs = wanted(entry.marks.last_seq, params.points, &falls);
        let readings = workspace.store.readings(entry.key, &seqs).map_err(|error| refused(&error))?;
        let revisions = workspace.store.revisions(entry.key).map_err(|error| refused(&error))?;
        let calibration = entry.session.calibration();
        let points: Vec<Value> = curve(&readings, &falls, calibration)
            .iter()
            .map(|point| json!({"seq": point.seq, "at": rfc3339(point.at), "contextTokens": point.context_tokens}))
            .collect();
        let updates: Vec<Value> = revisions
            .iter()
            .map(|row| {
                json!({
                    "revision": row.revision,
                    "seq": row.covered,
                    "at": rfc3339(row.at),
                    "origin": row.origin,
                    "source": row.source,
                })
            })
            .collect();
        let compactions: Vec<Value> = sizes
            .iter()
            .map(|size| {
                json!({
                    "compaction": size.n,
                    "seq": size.fall.seq,
                    "at": rfc3339(size.fall.at),
                    "tokensBefore": size.tokens_before,
                    "tokensAfter": calibration.scale(size.fall.estimate_after),
                })
            })
            .collect();
        let answer = json!({
            "contextTokens": entry.session.context_tokens(),
            "contextLimit": entry.session.context_limit(),
            "pressureLevels": self.config.engine.pressure_levels,
            "points": points,
            "updates": updates,
            "compactions": compactions,
        });
        Ok((answer.to_string(), None))
    }
}
