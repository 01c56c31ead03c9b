//! `compact`: the prepared answer, spliced into the reply.

use std::sync::Arc;
use std::time::Instant;

use serde_json::value::RawValue;

use super::{Answer, RETRIES, busy, to_json};
use crate::engine::compact::Shape;
use crate::engine::effect::Effect;
use crate::engine::event::{CompactRequest, Event};
use crate::engine::message;
use crate::engine::session::MIN_TARGET;
use crate::server::main_loop::{Core, now};
use crate::wire::protocol::{CompactMemory, CompactParams, CompactResult, Format, KeepFrom, Masked, RequestError, params};

impl Core {
    pub(super) fn compact(&mut self, text: &str) -> Answer {
        let begun = Instant::now();
        let params: CompactParams = params(text)?;
        if let Some(target) = params.target_tokens.filter(|&target| target < MIN_TARGET) {
            return Err(RequestError::invalid("targetTokens", format!("is {target}; {MIN_TARGET} or more are accepted")));
        }
        let request = CompactRequest {
            target: params.target_tokens,
            shape: params.format.map(|format| match format {
                Format::Anthropic => Shape::Messages(message::Format::Anthropic),
                Format::OpenAi => Shape::Messages(message::Format::OpenAi),
                Format::Markdown => Shape::Markdown,
            }),
            apply: params.apply,
            instructions: params.instructions.map(|text| crate::engine::redact::redact(&text).into_owned()),
        };
        let id = params.session_id;
        for _ in 0..RETRIES {
            let root = self.find(&id)?;
            self.look_at_file(&root, &id);
            let Some(entry) = self.entry(&root, &id) else { continue };
            let effects = entry.session.apply(now(), Event::Compact(request.clone()));
            let answered = effects.iter().find_map(|effect| match effect {
                Effect::Compacted { answer, memory } => Some((Arc::clone(answer), *memory)),
                _ => None,
            });
            let (Some((answer, (revision, source))), Some(_)) = (answered, self.perform(&root, &id, effects)?) else { continue };
            let Some(entry) = self.entry(&root, &id) else { continue };
            if request.instructions.is_some() {
                entry.saved_tokens = 0;
            }
            let messages: &RawValue = serde_json::from_str(&answer.messages).map_err(|error| RequestError::internal(error.to_string()))?;
            let result = CompactResult {
                compacted: answer.reason.is_none(),
                reason: answer.reason.as_deref(),
                messages,
                markdown: answer.markdown.as_deref(),
                keep_from: KeepFrom { seq: answer.keep_from.0, id: answer.keep_from.1.as_deref() },
                memory: CompactMemory {
                    revision,
                    covered_through: answer.covered_through,
                    source,
                    // The embedded facts are current at any event.
                    freshness: "fresh",
                    behind_tokens: 0,
                    uri: &entry.file.uri(),
                },
                tokens_before: answer.tokens_before,
                tokens_after: answer.tokens_after,
                masked: answer.masked.iter().map(|&(seq, tokens)| Masked { seq, tokens }).collect(),
                retrieved: Vec::new(),
                warnings: &answer.warnings,
                elapsed_micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
            };
            return Ok((to_json(&result)?, Some((root, id))));
        }
        Err(busy(&id))
    }

}
