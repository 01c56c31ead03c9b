//! `compact`: the prepared answer, spliced into the reply.

use std::sync::Arc;
use std::time::Instant;

use super::{Answer, RETRIES, busy, to_json};
use crate::engine::compact::Shape;
use crate::engine::effect::Effect;
use crate::engine::event::{CompactRequest, Event, Passage};
use crate::engine::message;
use crate::engine::message::write::clip_text;
use crate::engine::search_text::text_of;
use crate::engine::session::MIN_TARGET;
use crate::host::store::Query;
use crate::server::main_loop::{Core, now, refused};
use crate::wire::protocol::{
    CompactMemory, CompactParams, CompactResult, Format, KeepFrom, Masked, RequestError, Retrieved, params,
};

/// Events looked up for a query.
const PASSAGES: usize = 12;
/// Tokens of an event that are brought back; the whole event can be fetched by its number.
const PASSAGE_TOKENS: u32 = 300;
/// Bytes of events put into the search index while the client waits; more is left to the writer.
const INDEX_BYTES: usize = 1 << 20;

impl Core {
    /// What is known of a query in a session.
    fn passages(&mut self, id: &str, query: &str) -> Result<Vec<Passage>, RequestError> {
        let root = self.find(id)?;
        let store = &mut self.workspace(&root)?.store;
        store.index_pending(INDEX_BYTES, &text_of).map_err(|error| refused(&error))?;
        let query = Query { text: query, session: Some(id), limit: PASSAGES, ..Query::default() };
        let hits = store.search_indexed(&query, &text_of).map_err(|error| refused(&error))?;
        let Some(row) = store.session(id).map_err(|error| refused(&error))? else { return Ok(Vec::new()) };
        let mut passages = Vec::new();
        for hit in hits {
            let events = store.events(row.key, hit.seq, hit.seq, 1).map_err(|error| refused(&error))?;
            let text = events
                .first()
                .map(|event| clip_text(&text_of(&event.raw), PASSAGE_TOKENS, hit.seq))
                .unwrap_or_default();
            passages.push(Passage { seq: hit.seq, score: hit.score, text });
        }
        Ok(passages)
    }

    pub(super) fn compact(&mut self, text: &str) -> Answer {
        let begun = Instant::now();
        let params: CompactParams = params(text)?;
        if let Some(target) = params.target_tokens.filter(|&target| target < MIN_TARGET) {
            return Err(RequestError::invalid(
                "targetTokens",
                format!("is {target}; {MIN_TARGET} or more are accepted"),
            ));
        }
        let request = CompactRequest {
            target: params.target_tokens,
            shape: params.format.map(|format| match format {
                Format::Anthropic => Shape::Messages(message::Format::Anthropic),
                Format::OpenAi => Shape::Messages(message::Format::OpenAi),
                Format::Markdown => Shape::Markdown,
                Format::Handover => Shape::Handover,
            }),
            apply: params.apply,
            instructions: params.instructions.map(|text| crate::engine::redact::redact(&text).into_owned()),
            passages: Vec::new(),
        };
        let id = params.session_id;
        let request = match &params.query {
            Some(query) => CompactRequest { passages: self.passages(&id, query)?, ..request },
            None => request,
        };
        for _ in 0..RETRIES {
            let root = self.find(&id)?;
            self.look_at_file(&root, &id);
            let Some(entry) = self.entry(&root, &id) else { continue };
            let effects = entry.session.apply(now(), Event::Compact(request.clone()));
            let answered = effects.iter().find_map(|effect| match effect {
                Effect::Compacted { answer, memory } => Some((Arc::clone(answer), *memory)),
                _ => None,
            });
            let (Some((answer, (revision, source))), Some(())) = (answered, self.perform(&root, &id, effects)?) else {
                continue;
            };
            if request.instructions.is_some()
                && let Some(workspace) = self.workspaces.get_mut(&root)
            {
                // They stand nowhere else, so they must survive this process.
                workspace.save(&id);
            }
            let Some(entry) = self.entry(&root, &id) else { continue };
            let result = CompactResult {
                compacted: answer.reason.is_none(),
                reason: answer.reason.as_deref(),
                markdown: answer.markdown.as_deref(),
                keep_from: KeepFrom { seq: answer.keep_from.0, id: answer.keep_from.1.as_deref() },
                memory: CompactMemory {
                    revision,
                    covered_through: answer.covered_through,
                    source,
                    freshness: entry.session.freshness_of(answer.behind_tokens).name(),
                    behind_tokens: answer.behind_tokens,
                    uri: &entry.file.uri(),
                },
                tokens_before: answer.tokens_before,
                tokens_after: answer.tokens_after,
                masked: answer.masked.iter().map(|&(seq, tokens)| Masked { seq, tokens }).collect(),
                retrieved: answer.retrieved.iter().map(|&(seq, score)| Retrieved { seq, score }).collect(),
                warnings: &answer.warnings,
                elapsed_micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
            };
            let rest = to_json(&result)?;
            let answer = format!(r#"{{"messages":{},{}"#, answer.messages, rest.trim_start_matches('{'));
            return Ok((answer, Some((root, id))));
        }
        Err(busy(&id))
    }
}
