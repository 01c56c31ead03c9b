//! The shapes of Claude Code's records, as far as the importer reads them.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::transcripts::json::{number, raw_object, string};

raw_object!(
    /// One line of the file (the union of all record types).
    Record {
        kind = "type",
        subtype = "subtype",
        uuid = "uuid",
        parent = "parentUuid",
        logical_parent = "logicalParentUuid",
        sidechain = "isSidechain",
        meta = "isMeta",
        compact_summary = "isCompactSummary",
        api_error = "isApiErrorMessage",
        timestamp = "timestamp",
        session = "sessionId",
        cwd = "cwd",
        origin = "origin",
        message = "message",
        compact = "compactMetadata",
        attachment = "attachment",
        operation = "operation",
        content = "content",
        summary = "summary",
        leaf = "leafUuid",
        custom_title = "customTitle",
        ai_title = "aiTitle",
    }
);

raw_object!(
    /// `message` of user and assistant records: a message of the Anthropic API.
    Message { id = "id", role = "role", model = "model", content = "content", usage = "usage" }
);

raw_object!(
    /// A content block.
    Block { kind = "type", text = "text" }
);

raw_object!(
    /// `compactMetadata` of a `compact_boundary`.
    CompactMetadata { trigger = "trigger", tokens_before = "preTokens", duration = "durationMs" }
);

raw_object!(
    /// `attachment` of an attachment record.
    Attachment { kind = "type", prompt = "prompt", mode = "commandMode", origin = "origin", meta = "isMeta" }
);

raw_object!(
    /// Who caused a record (newer versions).
    Origin { kind = "kind" }
);

raw_object!(
    /// `usage` of an API message.
    Usage {
        input = "input_tokens",
        output = "output_tokens",
        cache_read = "cache_read_input_tokens",
        cache_creation = "cache_creation_input_tokens",
    }
);

/// Reads a nested object; what is not one counts as missing.
pub(super) fn nested<'a, T: serde::Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

/// The kind of an `origin` field.
pub(super) fn origin_kind(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    string(nested::<Origin>(raw)?.kind)
}

/// The JSON of a usage event from an API message's `usage`; `None` where it counts nothing.
///
/// The API reports cached input beside `input_tokens`; the wire's `inputTokens` is the sum, the size of the
/// context. The id is made of the message's, so that a second reading of the file is recognized.
pub(super) fn usage_event(usage: Option<&RawValue>, message_id: Option<&str>, at: Option<&str>) -> Option<String> {
    let usage: Usage = nested(usage)?;
    let [input, output, read, creation] =
        [usage.input, usage.output, usage.cache_read, usage.cache_creation].map(|field| number(field).unwrap_or(0));
    let context = input.saturating_add(read).saturating_add(creation);
    if context == 0 {
        return None;
    }
    let id = message_id.map(|id| format!(r#","id":{}"#, quoted(&format!("usage:{id}")))).unwrap_or_default();
    let at = at.map(|at| format!(r#","at":{at}"#)).unwrap_or_default();
    Some(format!(
        r#"{{"type":"usage"{id}{at},"inputTokens":{context},"outputTokens":{output},"cacheReadTokens":{read},"cacheCreationTokens":{creation}}}"#
    ))
}

/// The text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
