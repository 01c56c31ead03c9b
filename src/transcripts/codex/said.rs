//! What the human said by the account of the user's interface (`user_message`). Each has a twin among the messages,
//! before or behind it; one that stays without was typed while the agent worked, and stands nowhere else.

use crate::transcripts::json::Moment;

/// A text of the human that waits for its twin.
pub(super) struct Waiting {
    pub(super) id: String,
    pub(super) at: Option<Moment>,
    pub(super) text: String,
}

/// The texts.
#[derive(Default)]
pub(super) struct Said {
    waiting: Vec<Waiting>,
    /// The last messages whose account is still to come.
    items: Vec<String>,
    /// The last message may still get its account.
    fresh: bool,
}

/// Texts remembered at most.
const REMEMBERED: usize = 16;

impl Said {
    /// The interface tells of a text.
    pub(super) fn event(&mut self, id: &str, at: Option<&Moment>, text: &str) {
        let text = text.trim();
        if let Some(at) = self.items.iter().position(|item| item == text || item.contains(text)) {
            self.items.remove(at);
            self.fresh = false;
        } else if !text.is_empty() {
            self.waiting.push(Waiting { id: id.to_owned(), at: at.cloned(), text: text.to_owned() });
        }
    }

    /// A message of the human.
    pub(super) fn item(&mut self, text: &str) {
        let text = text.trim();
        if let Some(at) = self.waiting.iter().position(|said| said.text == text || text.contains(&said.text)) {
            self.waiting.remove(at);
        } else {
            self.items.push(text.to_owned());
            self.items.drain(..self.items.len().saturating_sub(REMEMBERED));
            self.fresh = true;
        }
    }

    /// One of two is there.
    pub(super) fn is_waiting(&self) -> bool {
        self.fresh || !self.waiting.is_empty()
    }

    /// The model goes on: no account will come any more.
    pub(super) fn answered(&mut self) {
        self.fresh = false;
    }

    /// The texts whose twin did not come.
    pub(super) fn take(&mut self) -> Vec<Waiting> {
        std::mem::take(&mut self.waiting)
    }
}
