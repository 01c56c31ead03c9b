//! Words that reach the model in the middle of a turn: queued prompts of the human, and attachments.

use super::queue::Source;
use super::record::{Attachment, Record, nested, quoted};
use super::voice::{self, Voice};
use super::{Importer, judged};
use crate::transcripts::json::{is_content, is_true, message_event, moment, string};

/// Attachments that put text into the model's context. They are left out, but counted.
const CONTEXT_ATTACHMENTS: [&str; 10] = [
    "edited_text_file",
    "file",
    "compact_file_reference",
    "hook_additional_context",
    "hook_blocking_error",
    "nested_memory",
    "invoked_skills",
    "dynamic_skill",
    "plan_mode",
    "task_status",
];

impl Importer {
    /// What the program attached to the conversation.
    pub(super) fn attachment(&mut self, record: &Record, uuid: Option<&str>) {
        let attachment: Option<Attachment> = nested(record.attachment);
        let kind = attachment.and_then(|attachment| string(attachment.kind));
        if kind.is_some_and(|kind| CONTEXT_ATTACHMENTS.contains(&kind.as_ref())) {
            self.skipped += 1;
        }
        // The only other one that matters is `queued_command`: a prompt delivered in the middle of a turn.
        let queued = attachment.filter(|attachment| is_content(attachment.prompt));
        let node = self.add(record, uuid, queued.is_some());
        let Some((queued, prompt)) = queued.and_then(|queued| Some((queued, queued.prompt?))) else { return };
        self.out.release_compaction();
        let program = is_true(queued.meta) || string(queued.mode).is_some_and(|mode| mode != "prompt");
        let voice = if program { Voice::Harness } else { judged(voice::of_content(Some(prompt)), queued.origin) };
        if self.queue.source(&voice::text_of(Some(prompt)), voice) == Source::Delivered {
            return;
        }
        let message = format!(r#"{{"role":"user","content":{}}}"#, prompt.get());
        let at = moment(record.timestamp);
        let event = message_event(uuid.map(quoted).as_deref(), at.as_ref(), voice != Voice::Human, &message);
        self.out.message(Some(node), uuid, event);
    }

    /// What happened to the queue; a prompt that leaves it in the middle of a turn becomes an event.
    pub(super) fn queue_operation(&mut self, record: &Record) {
        let text = record.content.map(|content| voice::text_of(Some(content)));
        match string(record.operation).as_deref() {
            Some("enqueue") => {
                if let (Some(content), Some(text)) = (record.content.filter(|c| is_content(Some(c))), text) {
                    let voice = voice::of_content(Some(content));
                    self.queue.enqueue(string(record.timestamp).as_deref(), content.get(), &text, voice);
                }
            }
            Some("remove") => {
                let Some(queued) = self.queue.remove(text.as_deref()) else { return };
                let message = format!(r#"{{"role":"user","content":{}}}"#, queued.raw);
                let at = moment(record.timestamp);
                let id = queued.id.as_deref();
                let meta = queued.voice != Voice::Human;
                let event = message_event(id.map(quoted).as_deref(), at.as_ref(), meta, &message);
                self.out.message(self.branches.last(), id, event);
            }
            Some("dequeue") => self.queue.dequeue(text.as_deref()),
            Some("popAll") => self.queue.pop_all(text.as_deref()),
            _ => {}
        }
    }
}
