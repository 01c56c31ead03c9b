//! The prompt queue: what the human typed while the agent was working.
//!
//! The file holds only the operations. `enqueue` puts a text in, `remove` delivers the oldest in the middle of
//! a turn (usually without a record of its own: the only trace of a correction), `dequeue` makes it the next
//! prompt, whose record follows, and `popAll` gives everything back to the editor, unsent.

use std::collections::{HashMap, VecDeque};

use super::voice::Voice;

/// Texts remembered to recognize the record of a delivered or dequeued prompt.
const REMEMBERED: usize = 64;

/// A queued text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Queued {
    /// The id of its event, made of the time it was queued; `None` where the file tells no time.
    pub(super) id: Option<String>,
    /// `content` as in the file.
    pub(super) raw: String,
    /// Who wrote it.
    pub(super) voice: Voice,
    text: String,
    /// A record with this text came before it left the queue.
    recorded: bool,
}

/// How a prompt's record came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Typed at the prompt.
    Typed,
    /// It came out of the queue.
    Queue,
    /// It came out of the queue and was given as an event before.
    Delivered,
}

/// The queue as the operations describe it.
#[derive(Default)]
pub(super) struct Queue {
    waiting: VecDeque<Queued>,
    delivered: VecDeque<String>,
    dequeued: VecDeque<String>,
    times: HashMap<String, Vec<String>>,
}

impl Queue {
    /// `enqueue`. A repeated line (the same text at the same time) changes nothing.
    pub(super) fn enqueue(&mut self, time: Option<&str>, raw: &str, text: &str, voice: Voice) {
        let text = text.trim();
        let mut id = None;
        if let Some(time) = time {
            let texts = self.times.entry(time.to_owned()).or_default();
            if texts.iter().any(|known| known == text) {
                return;
            }
            texts.push(text.to_owned());
            id = Some(match texts.len() {
                1 => format!("queue:{time}"),
                n => format!("queue:{time}:{n}"),
            });
        }
        self.waiting.push_back(Queued { id, raw: raw.to_owned(), voice, text: text.to_owned(), recorded: false });
    }

    /// `remove`: the text delivered in the middle of the turn, unless its record was there before.
    pub(super) fn remove(&mut self, text: Option<&str>) -> Option<Queued> {
        let queued = self.take(text)?;
        if queued.recorded {
            return None;
        }
        remember(&mut self.delivered, &queued.text);
        Some(queued)
    }

    /// `dequeue`: the record of the prompt follows.
    pub(super) fn dequeue(&mut self, text: Option<&str>) {
        if let Some(queued) = self.take(text) {
            remember(&mut self.dequeued, &queued.text);
        }
    }

    /// `popAll`: one text given back to the editor, or all where the operation names none.
    pub(super) fn pop_all(&mut self, text: Option<&str>) {
        match text.map(str::trim) {
            Some(text) => self.waiting.retain(|queued| queued.text != text),
            None => self.waiting.clear(),
        }
    }

    /// Tells where a prompt's record comes from.
    pub(super) fn source(&mut self, text: &str, voice: Voice) -> Source {
        let text = text.trim();
        if forget(&mut self.delivered, text) {
            return Source::Delivered;
        }
        if voice == Voice::Human {
            // A new prompt: texts delivered before it will have no record any more.
            self.delivered.clear();
        }
        if let Some(queued) = self.waiting.iter_mut().find(|queued| !queued.recorded && queued.text == text) {
            queued.recorded = true;
            return Source::Queue;
        }
        if forget(&mut self.dequeued, text) { Source::Queue } else { Source::Typed }
    }

    /// A text is waiting.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// No text is waiting or remembered: nothing that [`Queue::source`] could find.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.delivered.is_empty() && self.dequeued.is_empty()
    }

    fn take(&mut self, text: Option<&str>) -> Option<Queued> {
        let text = text.map(str::trim);
        let at = self.waiting.iter().position(|queued| Some(queued.text.as_str()) == text).unwrap_or(0);
        self.waiting.remove(at)
    }
}

fn remember(texts: &mut VecDeque<String>, text: &str) {
    texts.push_back(text.to_owned());
    if texts.len() > REMEMBERED {
        texts.pop_front();
    }
}

fn forget(texts: &mut VecDeque<String>, text: &str) -> bool {
    let found = texts.iter().position(|known| known == text);
    found.and_then(|at| texts.remove(at)).is_some()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    /// Runs operations and gives what was delivered, and the sources of the records (`record x`).
    fn run(operations: &[&str]) -> Vec<String> {
        let mut queue = Queue::default();
        let mut out = Vec::new();
        for (time, operation) in operations.iter().enumerate() {
            let (name, text) = operation.split_once(' ').map_or((*operation, None), |(n, t)| (n, Some(t)));
            match name {
                "enqueue" => queue.enqueue(Some(&time.to_string()), "raw", text.unwrap(), Voice::Human),
                "remove" => out.extend(queue.remove(text).map(|q| format!("{} {}", q.id.unwrap(), q.text))),
                "dequeue" => queue.dequeue(text),
                "popAll" => queue.pop_all(text),
                "marker" => out.push(format!("{:?}", queue.source("[marker]", Voice::Harness))),
                "record" => out.push(format!("{:?}", queue.source(text.unwrap(), Voice::Human))),
                other => panic!("{other}"),
            }
        }
        out
    }

    #[test]
    fn operations_deliver_each_text_once() {
        let check = |operations: &[&str], expected: &[&str]| assert_eq!(run(operations), expected, "{operations:?}");
        check(&["enqueue a", "remove"], &["queue:0 a"]);
        check(&["enqueue a", "enqueue b", "remove", "remove", "remove"], &["queue:0 a", "queue:1 b"]);
        check(&["enqueue a", "enqueue b", "remove b", "remove"], &["queue:1 b", "queue:0 a"]);
        check(&["enqueue a", "dequeue", "record a"], &["Queue"]);
        check(&["enqueue a", "remove", "record a", "record a"], &["queue:0 a", "Delivered", "Typed"]);
        check(&["enqueue a", "remove", "record b", "record a"], &["queue:0 a", "Typed", "Typed"]);
        check(&["enqueue a", "remove", "marker", "record a"], &["queue:0 a", "Typed", "Delivered"]);
        check(&["enqueue a", "record a", "remove"], &["Queue"]);
        check(&["enqueue a", "enqueue b", "popAll a", "popAll b", "remove", "record a"], &["Typed"]);
        check(&["enqueue a", "popAll", "remove"], &[]);
        check(&["dequeue", "remove", "record a"], &["Typed"]);
    }

    #[test]
    fn ids_are_stable_and_tell_texts_of_one_moment_apart() {
        let mut queue = Queue::default();
        for text in ["a", "b", "a"] {
            queue.enqueue(Some("t"), "raw", text, Voice::Human);
        }
        let ids: Vec<_> = std::iter::from_fn(|| queue.remove(None)).map(|queued| queued.id.unwrap()).collect();
        assert_eq!(ids, ["queue:t", "queue:t:2"]);
    }
}
