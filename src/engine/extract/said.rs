//! What the human said, in full while it is short, and what the assistant said last.

use serde::{Deserialize, Serialize};

use super::{human, text};

/// Longest message kept whole, in bytes; of longer ones the head and the end are kept.
const LONGEST: usize = 12_000;
/// Messages and bytes kept at most.
const MOST: (usize, usize) = (300, 160_000);

/// A message of the human, or what the human said inside a tool's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Sequence number of the event.
    pub seq: u64,
    /// The words.
    pub text: String,
    /// It stands inside a tool's answer.
    pub in_result: bool,
    /// Its sentences that correct or constrain the work; all of a short message that has one.
    pub corrections: Vec<String>,
}

/// The human's messages and the assistant's last words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Said {
    messages: Vec<Message>,
    bytes: usize,
    /// The assistant's last texts, oldest first, with their events.
    assistant: Vec<(u64, String)>,
    /// Requests of the human so far.
    pub requests: u32,
    /// Turn of the last one.
    pub last_event: u32,
}

impl Said {
    /// Adds the human's words. Returns whether they are the first request.
    pub fn human(&mut self, seq: u64, words: &str, in_result: bool, event: u32) -> bool {
        let first = self.first().is_none() && !in_result;
        if !in_result {
            self.requests = self.requests.saturating_add(1);
            self.last_event = event;
        }
        let text = shorten(words);
        let corrections = if first { Vec::new() } else { corrections(&text, in_result) };
        if let Some(at) = self.messages.iter().rposition(|message| message.text == text) {
            // The same words again: the first request stays the first.
            if at > 0 {
                let mut message = self.messages.remove(at);
                message.seq = seq;
                self.messages.push(message);
            }
            return false;
        }
        self.bytes += text.len();
        self.messages.push(Message { seq, text, in_result, corrections });
        while self.messages.len() > MOST.0 || self.bytes > MOST.1 {
            let plain =
                self.messages.iter().skip(1).position(|message| message.corrections.is_empty()).unwrap_or(0) + 1;
            if plain >= self.messages.len() {
                break;
            }
            self.bytes = self.bytes.saturating_sub(self.messages.remove(plain).text.len());
        }
        first
    }

    /// Adds the assistant's words.
    pub fn assistant(&mut self, seq: u64, words: &str) {
        if self.assistant.len() >= 3 {
            self.assistant.remove(0);
        }
        let start = text::ceil(words, words.len().saturating_sub(1500));
        self.assistant.push((seq, words.get(start..).unwrap_or_default().trim().to_owned()));
    }

    /// The first request.
    pub fn first(&self) -> Option<&Message> {
        self.messages.iter().find(|message| !message.in_result)
    }

    /// All messages, oldest first.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The assistant's last words and their event.
    pub fn last_words(&self) -> Option<&(u64, String)> {
        self.assistant.last()
    }

    /// The assistant's last texts as one.
    pub fn recent(&self) -> String {
        self.assistant.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The human's last two messages as one.
    pub fn asked(&self) -> String {
        let from = self.messages.len().saturating_sub(2);
        self.messages.iter().skip(from).map(|message| text::clip(&message.text, 3000)).collect::<Vec<_>>().join("\n")
    }
}

/// A giant paste keeps its head and its end.
fn shorten(words: &str) -> String {
    if words.len() <= LONGEST {
        return words.to_owned();
    }
    let head = text::clip(words, LONGEST * 3 / 4);
    let end = words.get(text::ceil(words, words.len() - LONGEST / 4)..).unwrap_or_default();
    let left = words.len().saturating_sub(head.len() + end.len()) / 4;
    format!("{head} [… {left} tokens left out] {}", end.trim_start())
}

/// Longest message that is kept whole for one correction in it, in bytes.
const SHORT: usize = 400;

fn corrections(words: &str, in_result: bool) -> Vec<String> {
    if in_result {
        return vec![text::clip(words, 2000).to_owned()];
    }
    // A pasted log or document is not the human's own words.
    if words.len() > 6000 {
        return Vec::new();
    }
    let mut found = Vec::new();
    text::sentences(words, |sentence| {
        if (6..=600).contains(&sentence.len())
            && human::corrects(sentence)
            && !found.iter().any(|known| known == sentence)
        {
            found.push(sentence.to_owned());
        }
    });
    if !found.is_empty() && words.len() <= SHORT {
        return vec![words.to_owned()];
    }
    found
}
