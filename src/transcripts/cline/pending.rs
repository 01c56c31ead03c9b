//! Calls whose results come as text, and so belong to them by order.

use std::collections::VecDeque;

/// The calls of the last answer, and the results that came for them.
#[derive(Default)]
pub(super) struct Pending {
    calls: VecDeque<String>,
    results: Vec<(String, String)>,
    /// The result's text follows in a block of its own.
    open: bool,
}

impl Pending {
    /// Another answer begins.
    pub(super) fn begin(&mut self) {
        self.calls.clear();
    }

    /// The answer calls a tool.
    pub(super) fn called(&mut self, id: &str) {
        self.calls.push_back(id.to_owned());
    }

    /// A result; an empty one is announced only.
    pub(super) fn answered(&mut self, text: String) {
        if let Some(call) = self.calls.pop_front() {
            self.open = text.trim().is_empty();
            self.results.push((call, text));
        }
    }

    /// Takes a text that stands behind an announced result.
    pub(super) fn takes(&mut self, text: &str) -> bool {
        let takes = self.open;
        if let Some((_, result)) = self.results.last_mut().filter(|_| takes) {
            result.push_str(text);
        }
        takes
    }

    /// The results of this message.
    pub(super) fn results(&mut self) -> Vec<(String, String)> {
        self.open = false;
        std::mem::take(&mut self.results)
    }
}
