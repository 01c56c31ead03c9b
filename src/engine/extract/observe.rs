//! How prose is read, and what all readings share.

use super::index::{Candidate, Source, Stat};
use super::mention::Mention;
use super::{Extractor, human, need, text};
use crate::engine::conversation::Role;
use crate::engine::tokens;

/// Of a long text the first and the last so many bytes are read.
const HEAD: usize = 32_000;
const END: usize = 12_000;
/// Longest line kept, in bytes.
pub const LONGEST_LINE: usize = 320;
/// Plain words that a line needs to say something about what it names.
const WORDS: usize = 2;

impl Extractor {
    /// Prose of the human, of the harness or of the assistant.
    pub(super) fn prose(&mut self, seq: u64, role: Role, meta: bool, prose: &str) {
        self.grow(prose.len());
        match role {
            Role::System => self.place.prose(head(prose)),
            Role::User if meta => self.place.prose(head(prose)),
            Role::User => {
                self.place.prose(head(prose));
                let words = human::words(prose);
                if !words.is_empty() {
                    self.human(seq, &words, false);
                }
            }
            Role::Assistant | Role::Tool => {
                self.said.assistant(seq, prose);
                self.tasks.checklist(head(prose), self.said.requests);
                self.sentences(seq, Source::Assistant, Mention::new(Stat::Assistant, Stat::AssistantAt, seq), prose);
            }
        }
    }

    pub(super) fn human(&mut self, seq: u64, words: &str, in_result: bool) {
        let first = self.said.human(seq, words, in_result, self.events);
        let from = self.index.idents.len();
        self.sentences(seq, Source::User, Mention::new(Stat::User, Stat::UserAt, seq), words);
        if first {
            for ident in self.index.idents.iter_mut().skip(from) {
                ident.set(Stat::FirstRequest, 1);
            }
        }
    }

    fn sentences(&mut self, seq: u64, source: Source, mention: Mention, prose: &str) {
        let (head, end) = sample(prose);
        for piece in [head, end] {
            text::sentences(piece, |sentence| {
                if let Some(line) = self.line(seq, source, mention, sentence) {
                    self.keep(line);
                }
            });
        }
    }

    /// A new request came: what is still open was abandoned.
    pub(super) fn interrupted(&mut self) {
        let last = self.open.last().map(|open| open.seq).unwrap_or_default();
        self.open.retain(|open| open.seq == last && open.id.is_empty());
    }

    /// Counts what was read.
    pub(super) fn grow(&mut self, bytes: usize) {
        self.size = self.size.saturating_add(u32::try_from(bytes / 4).unwrap_or(u32::MAX));
    }

    /// The candidate that a line makes, if it names something and says something about it.
    pub(super) fn line(&mut self, seq: u64, source: Source, mention: Mention, line: &str) -> Option<Candidate> {
        let line = text::clip(line, LONGEST_LINE);
        let idents = self.scan(mention, line);
        if idents.is_empty() || line.len() < 12 || source == Source::Result && text::is_noise(line) {
            return None;
        }
        if let Some(at) = self.index.again(line, seq) {
            // The same line from elsewhere: its place is where it stood last.
            let home = mention.home;
            if let Some(known) = self.index.lines.get_mut(at as usize).filter(|_| home > 0) {
                known.home = home;
            }
            return None;
        }
        (text::word_count(line) >= WORDS).then(|| candidate(seq, source, line, idents, mention.home))
    }

    pub(super) fn keep(&mut self, line: Candidate) {
        if self.index.again(&line.text, line.seq).is_none() {
            self.index.add(line);
        }
    }

    pub(super) fn prune(&mut self) {
        if self.index.is_full() {
            let (asked, said, tasks) = (self.said.asked(), self.said.recent(), self.open_tasks());
            let worth = need::worth(&self.index, &self.moment(&asked, &said, &tasks));
            let files = self.index.prune(&worth);
            for open in &mut self.open {
                let home = (open.home as usize).checked_sub(1).and_then(|at| files.get(at).copied().flatten());
                open.home = home.map_or(0, |home| home + 1);
            }
        }
    }

    pub(super) fn open_tasks(&self) -> String {
        self.tasks.open().map(|task| task.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn moment<'a>(&self, asked: &'a str, said: &'a str, tasks: &'a str) -> need::Moment<'a> {
        need::Moment {
            events: self.events,
            size: self.size,
            last_user: self.said.last_event,
            requests: self.said.requests,
            asked,
            said,
            tasks,
        }
    }
}

/// A line for the table.
pub fn candidate(seq: u64, source: Source, line: &str, idents: Vec<u32>, home: u32) -> Candidate {
    Candidate {
        text: line.into(),
        source,
        seq,
        count: 1,
        idents,
        tokens: tokens::estimate(line) + 2,
        home,
        failed: None,
    }
}

/// The head of a long text.
pub fn head(text: &str) -> &str {
    text.get(..text::floor(text, HEAD)).unwrap_or_default()
}

/// The head of a text and, where it is long, its end.
pub fn sample(text: &str) -> (&str, &str) {
    if text.len() <= HEAD + END {
        return (text, "");
    }
    (head(text), text.get(text::ceil(text, text.len() - END)..).unwrap_or_default())
}
