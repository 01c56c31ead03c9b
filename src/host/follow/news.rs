//! What a document that was read again has more than at the last time.
//!
//! Events are known by their ids. Where the agent has compacted, or a message in the middle is gone, what is left is
//! known and only the rest is new. Where the end was replaced, the user went back.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use serde::Deserialize;

use crate::transcripts::Item;

/// What was given of a document.
#[derive(Default)]
pub(super) struct News {
    /// The items of the last reading.
    last: Vec<u64>,
    /// All that were ever given.
    known: HashSet<u64>,
    hasher: RandomState,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, rename = "type")]
    kind: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    id: Option<std::borrow::Cow<'a, str>>,
}

impl News {
    /// The new ones of these items. A document in the middle of being written has fewer, and gives nothing.
    pub(super) fn of(&mut self, items: Vec<Item>) -> Vec<Item> {
        let keys: Vec<u64> = items.iter().map(|item| self.key(item)).collect();
        let common = keys.iter().zip(&self.last).take_while(|(new, old)| new == old).count();
        if common == keys.len() {
            return Vec::new();
        }
        let now: HashSet<u64> = keys.iter().copied().collect();
        let gone = self.last.get(common..).unwrap_or_default();
        let compacted = items.iter().skip(common).any(|item| matches!(item, Item::Compacted(_)));
        let went_back = !gone.is_empty() && !compacted && !gone.iter().any(|key| now.contains(key));
        let mut news = Vec::new();
        let mut from = common;
        if went_back {
            let after = items.iter().take(common).rev().find_map(id_of);
            if after.is_none() {
                from = 0;
            }
            news.push(Item::Rewound { after });
        }
        let all = from == 0 && went_back || gone.is_empty();
        for (item, key) in items.into_iter().zip(&keys).skip(from) {
            if all || went_back || !self.known.contains(key) {
                news.push(item);
            }
        }
        self.known.extend(keys.iter().copied());
        self.last = keys;
        news
    }

    fn key(&self, item: &Item) -> u64 {
        match item {
            Item::Event(event) => match serde_json::from_str::<Named>(event) {
                Ok(Named { kind, id: Some(id) }) => self.hasher.hash_one((kind, id)),
                _ => self.hasher.hash_one(event),
            },
            Item::Compacted(compaction) => self.hasher.hash_one((compaction.at_ms, &compaction.summary)),
            Item::Rewound { after } => self.hasher.hash_one(("rewound", after)),
        }
    }
}

/// The id of an event that one can go back to.
fn id_of(item: &Item) -> Option<String> {
    let Item::Event(event) = item else { return None };
    let named: Named = serde_json::from_str(event).ok()?;
    named.id.filter(|_| named.kind != "usage").map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::transcripts::Compaction;

    /// `a` is an event with that id, `-a` one without, `!a` a compaction.
    fn items(names: &str) -> Vec<Item> {
        let item = |name: &str| match name.split_at(1) {
            ("-", text) => Item::Event(format!(r#"{{"type":"message","text":"{text}"}}"#)),
            ("!", text) => Item::Compacted(Compaction { summary: Some(text.to_owned()), ..Compaction::default() }),
            _ => Item::Event(format!(r#"{{"type":"message","id":"{name}"}}"#)),
        };
        names.split_whitespace().map(item).collect()
    }

    fn names(items: &[Item]) -> String {
        let name = |item: &Item| match item {
            Item::Rewound { after } => format!("<{}", after.as_deref().unwrap_or("-")),
            Item::Compacted(compaction) => format!("!{}", compaction.summary.as_deref().unwrap()),
            Item::Event(event) => {
                let event: serde_json::Value = serde_json::from_str(event).unwrap();
                event["id"].as_str().map_or_else(|| format!("-{}", event["text"].as_str().unwrap()), str::to_owned)
            }
        };
        items.iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn readings_and_their_news() {
        let check = |readings: &[(&str, &str)]| {
            let mut news = News::default();
            for (reading, expected) in readings {
                assert_eq!(names(&news.of(items(reading))), *expected, "{reading} of {readings:?}");
            }
        };
        check(&[("a b", "a b"), ("a b", ""), ("a b c d", "c d"), ("a b", ""), ("a b c d e", "e")]);
        // The user went back.
        check(&[("a b c", "a b c"), ("a b d", "<b d"), ("a b d e", "e")]);
        check(&[("a b", "a b"), ("c d", "<- c d")]);
        check(&[("-a -b", "-a -b"), ("-a -c", "<- -a -c"), ("-a -c -d", "-d")]);
        // A message in the middle is gone; it comes back.
        check(&[("a b c", "a b c"), ("a c d", "d"), ("a b c d e", "e")]);
        // The agent compacted: the first message stays, or a summary takes its place.
        check(&[("a b c", "a b c"), ("a !s s c", "!s s"), ("a !s s c d", "d")]);
        check(&[("a b c", "a b c"), ("!s s", "!s s"), ("!s s d", "d")]);
    }
}
