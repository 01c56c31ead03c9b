//! Claude Code's session files (`~/.claude/projects/<folder>/<session>.jsonl`): one record a line, append-only.
//!
//! One message of the API stands there as several records, a content block each, and each becomes an event of
//! its own under the record's `uuid`; `message.id` inside tells which belong together. Only `message` is passed
//! on: `toolUseResult`, more than half of the bytes, never was in the model's context.

mod branches;
mod output;
mod queue;
mod record;
mod steering;
#[cfg(test)]
mod tests;
mod voice;
mod whole;

use serde_json::value::RawValue;

use self::branches::{Branches, Node, Step};
use self::output::Output;
use self::queue::{Queue, Source};
use self::record::{CompactMetadata, Message, Record, nested, origin_kind, usage_event};
use self::voice::Voice;
pub(super) use self::whole::read_all;
use super::json::{Moment, is_content, is_true, message_event, moment, number, string};
use super::{Compaction, Item};

/// Where a title comes from, weakest first. A `summary` often names another session, whose record its
/// `leafUuid` points to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TitleSource {
    Summary,
    OwnSummary,
    Generated,
    User,
}

/// The importer: records in, items out.
#[derive(Default)]
pub(super) struct Importer {
    out: Output,
    branches: Branches,
    queue: Queue,
    last_message_at: Option<i64>,
    title: Option<(TitleSource, String)>,
    pub(super) skipped: u64,
    pub(super) session_id: Option<String>,
    pub(super) cwd: Option<String>,
}

impl Importer {
    /// The conversation's title.
    pub(super) fn title(&self) -> Option<&str> {
        self.title.as_ref().map(|(_, title)| title.as_str())
    }

    /// The items since the last call.
    pub(super) fn take(&mut self) -> impl Iterator<Item = Item> {
        self.out.take()
    }

    /// Reads a line: usually one object; sometimes two, a comment, or nothing.
    pub(super) fn line(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_start_matches('\u{feff}');
        if text.starts_with("//") {
            return;
        }
        if self.objects(text) < text.trim_end().len() {
            self.skipped += 1;
        }
    }

    /// Reads complete objects from the start of the text; gives the length of what was read.
    pub(super) fn objects(&mut self, text: &str) -> usize {
        let mut objects = serde_json::Deserializer::from_str(text).into_iter::<Record>();
        let mut read = 0;
        while let Some(Ok(record)) = objects.next() {
            read = objects.byte_offset();
            self.record(&record);
        }
        read
    }

    /// A queued prompt may still be delivered, or a compaction's summary come.
    pub(super) fn is_waiting(&self) -> bool {
        self.queue.is_waiting() || self.out.is_compacting()
    }

    /// The file is at rest or at its end: gives out the usage that waited for the end of its message.
    pub(super) fn settle(&mut self) {
        self.out.report_usage();
    }

    /// The file is at its end.
    pub(super) fn finish(&mut self) {
        self.out.report_usage();
        self.out.release_compaction();
    }

    fn record(&mut self, record: &Record) {
        let kind = string(record.kind);
        let kind = kind.as_deref().unwrap_or_default();
        if is_true(record.sidechain) {
            self.skipped += u64::from(matches!(kind, "user" | "assistant"));
            return;
        }
        let uuid = string(record.uuid).filter(|uuid| !uuid.is_empty());
        // A record written again: after a resume, behind two objects on one line, or kept by a compaction.
        if uuid.as_deref().is_some_and(|uuid| self.branches.contains(uuid)) {
            return;
        }
        match kind {
            "assistant" => self.assistant(record, uuid.as_deref()),
            "user" => self.user(record, uuid.as_deref()),
            "system" => self.system(record, uuid.as_deref()),
            "attachment" => self.attachment(record, uuid.as_deref()),
            "queue-operation" => self.queue_operation(record),
            "summary" => {
                let own = string(record.leaf).is_some_and(|leaf| self.branches.contains(&leaf));
                self.entitle(if own { TitleSource::OwnSummary } else { TitleSource::Summary }, record.summary);
            }
            "custom-title" => self.entitle(TitleSource::User, record.custom_title),
            "ai-title" => self.entitle(TitleSource::Generated, record.ai_title),
            _ => drop(self.add(record, uuid.as_deref(), false)),
        }
    }

    fn assistant(&mut self, record: &Record, uuid: Option<&str>) {
        let Some(message) = self.message(record, "assistant") else { return };
        if is_true(record.api_error) || string(message.model).as_deref() == Some("<synthetic>") {
            // Not the model's words: "No response requested.", "API Error: …".
            self.add(record, uuid, false);
            self.skipped += 1;
            return;
        }
        self.out.release_compaction();
        let message_id = string(message.id);
        self.out.api_message(message_id.as_deref());
        let node = self.add(record, uuid, true);
        let at = moment(record.timestamp);
        self.emit(record, at.as_ref(), false, node);
        let at = at.as_ref().map(|at| at.token.as_str());
        if let Some(event) = usage_event(message.usage, message_id.as_deref(), at) {
            self.out.usage(node, message_id.as_deref(), event);
        }
    }

    fn user(&mut self, record: &Record, uuid: Option<&str>) {
        let Some(message) = self.message(record, "user") else { return };
        let at = moment(record.timestamp);
        if is_true(record.compact_summary) {
            self.out.report_usage();
            let node = self.add(record, uuid, true);
            // The first versions wrote no boundary.
            let fallback = || Compaction {
                at_ms: at.as_ref().map_or(0, |at| at.millis),
                trigger: "unknown".into(),
                ..Compaction::default()
            };
            self.out.summary(node, voice::text_of(message.content).into_owned(), fallback);
            self.emit(record, at.as_ref(), true, node);
            return;
        }
        self.out.release_compaction();
        let meta = is_true(record.meta);
        let mut voice = voice::of_content(message.content);
        if voice == Voice::Result {
            self.out.before_result();
            let node = self.add(record, uuid, true);
            self.emit(record, at.as_ref(), meta, node);
            return;
        }
        if meta {
            voice = Voice::Harness;
        } else {
            // Whatever it is, the turn before it is over.
            self.out.report_usage();
            voice = judged(voice, record.origin);
        }
        let source = if meta || self.queue.is_idle() {
            Source::Typed
        } else {
            self.queue.source(&voice::text_of(message.content), voice)
        };
        let prompt = voice >= Voice::Context;
        let node = self.add(record, uuid, prompt);
        if source == Source::Delivered {
            return;
        }
        // A queued prompt is written under the record that was the last when it was typed: no going back.
        if prompt && source == Source::Typed {
            let session = string(record.session).unwrap_or_default();
            if let Step::Back(after) = self.branches.prompt(node, &session, self.out.last_event()) {
                self.out.rewound(after);
            }
        }
        self.emit(record, at.as_ref(), voice != Voice::Human, node);
    }

    fn system(&mut self, record: &Record, uuid: Option<&str>) {
        match string(record.subtype).as_deref() {
            Some("compact_boundary") => self.boundary(record, uuid),
            Some("turn_duration" | "stop_hook_summary") => {
                self.out.report_usage();
                self.add(record, uuid, false);
            }
            _ => drop(self.add(record, uuid, false)),
        }
    }

    /// The agent compacted; its summary is the next record.
    fn boundary(&mut self, record: &Record, uuid: Option<&str>) {
        self.out.report_usage();
        self.out.release_compaction();
        let parent = string(record.logical_parent).or_else(|| string(record.parent));
        let node = self.branches.add(uuid, parent.as_deref(), true);
        let metadata: Option<CompactMetadata> = nested(record.compact);
        let trigger = metadata.and_then(|m| string(m.trigger)).unwrap_or("unknown".into());
        let at_ms = moment(record.timestamp).map_or(self.last_message_at.unwrap_or(0), |at| at.millis);
        // Older versions do not measure. An automatic compaction starts when the last message ends; before a
        // manual one the user may have been away.
        let measured = || {
            let waited = at_ms.checked_sub(self.last_message_at?)?;
            (trigger == "auto").then_some(u64::try_from(waited).ok()).flatten()
        };
        let compaction = Compaction {
            at_ms,
            waited_ms: metadata.and_then(|m| number(m.duration)).or_else(measured),
            tokens_before: metadata.and_then(|m| number(m.tokens_before)),
            trigger: trigger.into_owned(),
            summary: None,
        };
        self.out.boundary(node, compaction);
    }

    /// The record's message, if it is one that the wire accepts; notes the session and the folder.
    fn message<'a>(&mut self, record: &Record<'a>, role: &str) -> Option<Message<'a>> {
        let message = nested::<Message>(record.message)
            .filter(|message| string(message.role).as_deref() == Some(role) && is_content(message.content));
        if message.is_none() {
            self.skipped += 1;
            return None;
        }
        if let Some(session) = string(record.session).filter(|id| Some(id.as_ref()) != self.session_id.as_deref()) {
            self.session_id = Some(session.into_owned());
        }
        if self.cwd.is_none() {
            self.cwd = string(record.cwd).map(Into::into);
        }
        self.last_message_at = moment(record.timestamp).map(|at| at.millis).or(self.last_message_at);
        message
    }

    fn entitle(&mut self, source: TitleSource, title: Option<&RawValue>) {
        let Some(title) = string(title).filter(|title| !title.trim().is_empty()) else { return };
        if self.title.as_ref().is_none_or(|(known, _)| *known <= source) {
            self.title = Some((source, title.into_owned()));
        }
    }

    fn add(&mut self, record: &Record, uuid: Option<&str>, message: bool) -> Node {
        self.branches.add(uuid, string(record.parent).as_deref(), message)
    }

    /// Puts out the record's message.
    fn emit(&mut self, record: &Record, at: Option<&Moment>, meta: bool, node: Node) {
        let Some(message) = record.message else { return };
        let uuid = string(record.uuid).filter(|uuid| !uuid.is_empty());
        let id = record.uuid.filter(|_| uuid.is_some()).map(RawValue::get);
        let event = message_event(id, at, meta, message.get());
        self.out.message(Some(node), uuid.as_deref(), event);
    }
}

/// The speaker, with what newer versions say about it themselves.
fn judged(voice: Voice, origin: Option<&RawValue>) -> Voice {
    match origin_kind(origin).as_deref() {
        Some("human") => Voice::Human,
        Some(_) => Voice::Harness,
        None => voice,
    }
}
