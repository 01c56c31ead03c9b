//! Recording that an identifier was mentioned: by whom, where, and when.

use super::index::Stat;
use super::lexer::{self, Kind};
use super::{Extractor, text};

/// Who mentions an identifier, and where.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts")]
pub struct Mention {
    /// The counter of such mentions, and the one of their last event.
    pub stat: Stat,
    pub last: Stat,
    /// Sequence number of the event.
    pub seq: u64,
    /// It will still be seen in a clipped tail.
    pub shown: bool,
    /// Number of the file that is shown, from 1.
    pub home: u32,
    /// The line defines something.
    pub defined: bool,
    /// The result failed.
    pub failed: bool,
    /// Size of the result, in bytes.
    pub size: u32,
    /// The result of a search.
    pub found: bool,
}

impl Mention {
    /// A mention where the conversation itself shows it.
    pub fn new(stat: Stat, last: Stat, seq: u64) -> Mention {
        Mention { stat, last, seq, shown: true, home: 0, defined: false, failed: false, size: 0, found: false }
    }
}

impl Extractor {
    /// Records every identifier of a text. Returns their numbers, each once.
    pub(super) fn scan(&mut self, mention: Mention, text: &str) -> Vec<u32> {
        let mut found = Vec::new();
        lexer::scan(text, |kind, key| found.push((kind, key)));
        let mut idents: Vec<u32> = found.into_iter().map(|(kind, key)| self.mention(kind, key, mention)).collect();
        idents.sort_unstable();
        idents.dedup();
        idents
    }

    /// Records a path that an input names as such, even where it is a bare name.
    pub(super) fn path(&mut self, path: &str, mention: Mention) -> u32 {
        self.place.file(path);
        self.mention(Kind::Path, lexer::path_key(text::clip(path, 300)), mention)
    }

    pub(super) fn mention(&mut self, kind: Kind, key: &str, mention: Mention) -> u32 {
        let (events, size, requests) = (self.events, self.size, self.said.requests);
        let at = self.index.intern(kind, key);
        let Some(ident) = self.index.idents.get_mut(at as usize) else { return at };
        let before = ident.get(Stat::Last);
        if before != events {
            ident.bump(Stat::Events);
            // A twelfth is lost with each event; after 80 nothing is left.
            let mut burst = if before == 0 { 0 } else { ident.get(Stat::Burst) };
            for _ in 0..events.saturating_sub(before).min(80) {
                burst -= burst / 12;
            }
            ident.set(Stat::Burst, burst.saturating_add(1000));
        }
        if before == 0 {
            ident.set(Stat::First, events);
        }
        let agent = matches!(mention.stat, Stat::Assistant | Stat::Argument);
        if agent {
            let used = ident.get(Stat::AssistantAt).max(ident.get(Stat::ArgumentAt));
            if used > 0 && used + 10 <= events {
                ident.bump(Stat::Returns);
            }
            ident.set(Stat::Request, requests);
        }
        ident.set(Stat::Last, events);
        ident.set(Stat::LastSize, size);
        if ident.get(mention.last) != events {
            ident.bump(mention.stat);
        }
        ident.set(mention.last, events);
        if mention.home > 0 {
            ident.set(Stat::Home, mention.home);
        }
        if mention.size > 0 {
            let smallest = ident.get(Stat::Smallest);
            ident.set(Stat::Smallest, if smallest == 0 { mention.size } else { smallest.min(mention.size) });
        }
        if mention.found {
            ident.set(Stat::FoundAt, events);
        }
        if mention.defined {
            ident.bump(Stat::Defined);
        }
        if mention.failed {
            ident.bump(Stat::Failed);
        }
        if mention.shown {
            ident.set(Stat::Shown, u32::try_from(mention.seq).unwrap_or(u32::MAX));
        }
        at
    }
}
