//! The items on their way out: what has to wait for a later record, and what is taken out again at the end.

use super::branches::Node;
use crate::transcripts::{Compaction, Item};

/// An item and the record it came from.
struct Placed {
    node: Option<Node>,
    item: Item,
}

/// Usage of the API message that is being written: its last record tells the true figures, and which one is
/// the last shows only when something else begins.
struct PendingUsage {
    message_id: Option<String>,
    event: String,
    node: Node,
    /// Length of the output when the message's last record was put out.
    place: usize,
}

/// The output of an importer.
#[derive(Default)]
pub(super) struct Output {
    /// The whole file is read at once: abandoned branches are taken out at the end, and usage can be put
    /// where it belongs.
    whole: bool,
    placed: Vec<Placed>,
    usage: Option<PendingUsage>,
    reported: Option<String>,
    compaction: Option<(Compaction, Node)>,
    last_event: Option<String>,
}

impl Output {
    /// An output for a whole file.
    pub(super) fn whole() -> Output {
        Output { whole: true, ..Output::default() }
    }

    /// The id of the last message event.
    pub(super) fn last_event(&self) -> Option<&str> {
        self.last_event.as_deref()
    }

    /// The items since the last call.
    pub(super) fn take(&mut self) -> impl Iterator<Item = Item> {
        self.placed.drain(..).map(|placed| placed.item)
    }

    /// All items of a whole file without those of abandoned records, and how many these were.
    pub(super) fn into_kept(self, abandoned: &[bool]) -> (Vec<Item>, u64) {
        let kept = |placed: &Placed| placed.node.and_then(|node| abandoned.get(node)) != Some(&true);
        let all = self.placed.len();
        let items: Vec<Item> = self.placed.into_iter().filter(kept).map(|placed| placed.item).collect();
        let dropped = all - items.len();
        (items, dropped as u64)
    }

    /// A message event.
    pub(super) fn message(&mut self, node: Option<Node>, id: Option<&str>, event: String) {
        if let Some(id) = id {
            self.last_event = Some(id.to_owned());
        }
        self.placed.push(Placed { node, item: Item::Event(event) });
    }

    /// The next record is one of this API message: usage of another one is complete.
    pub(super) fn api_message(&mut self, message_id: Option<&str>) {
        if self.usage.as_ref().is_some_and(|usage| usage.message_id.as_deref() != message_id) {
            self.report_usage();
        }
    }

    /// Usage as told by the record that was just put out. A message is reported once.
    pub(super) fn usage(&mut self, node: Node, message_id: Option<&str>, event: String) {
        if message_id.is_none() || self.reported.as_deref() != message_id {
            let message_id = message_id.map(str::to_owned);
            self.usage = Some(PendingUsage { message_id, event, node, place: self.placed.len() });
        }
    }

    /// A tool's result begins. Sometimes more of the message that called it follows, and its last record would
    /// tell a higher output; but usage is the size of the context *before* the result, so when the events
    /// are used at once it goes out here, and the input, which all records of a message agree on, is right.
    pub(super) fn before_result(&mut self) {
        if !self.whole {
            self.report_usage();
        }
    }

    /// The API message is complete.
    pub(super) fn report_usage(&mut self) {
        let Some(usage) = self.usage.take() else { return };
        self.reported = usage.message_id;
        let place = if self.whole { usage.place.min(self.placed.len()) } else { self.placed.len() };
        self.placed.insert(place, Placed { node: Some(usage.node), item: Item::Event(usage.event) });
    }

    /// The agent compacted; the summary is expected next.
    pub(super) fn boundary(&mut self, node: Node, compaction: Compaction) {
        self.compaction = Some((compaction, node));
    }

    /// The summary is expected.
    pub(super) fn is_compacting(&self) -> bool {
        self.compaction.is_some()
    }

    /// The summary came; `fallback` stands in where no boundary was written.
    pub(super) fn summary(&mut self, node: Node, summary: String, fallback: impl FnOnce() -> Compaction) {
        let (mut compaction, node) = self.compaction.take().unwrap_or_else(|| (fallback(), node));
        compaction.summary = Some(summary);
        self.placed.push(Placed { node: Some(node), item: Item::Compacted(compaction) });
    }

    /// No summary came.
    pub(super) fn release_compaction(&mut self) {
        if let Some((compaction, node)) = self.compaction.take() {
            self.placed.push(Placed { node: Some(node), item: Item::Compacted(compaction) });
        }
    }

    /// The user went back. A whole file needs no mark: the branch is taken out.
    pub(super) fn rewound(&mut self, after: Option<String>) {
        // An editor that rewrites a branch repeats its messages there under their old ids.
        self.reported = None;
        if !self.whole {
            self.placed.push(Placed { node: None, item: Item::Rewound { after } });
        }
    }
}
