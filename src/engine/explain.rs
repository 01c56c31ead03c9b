//! What became of the events at a compaction: which stand word for word, which stand in the memory and by which lines,
//! what was masked, and what only a search finds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::memory::{Custom, Document, Section, parse_file};

/// What is kept of a compaction to explain it by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// The events that the lines of its memory come from, in the order of the lines, notes aside; 0 for none.
    lines: Vec<u64>,
    /// Tool outputs left out, with their sizes in tokens.
    masked: Vec<(u64, u32)>,
}

impl Sources {
    /// The sources of a memory.
    pub fn of(document: &Document, masked: &[(u64, u32)]) -> Sources {
        let lines = document.all().filter(|(section, _)| *section != Section::Notes);
        Sources { lines: lines.map(|(_, line)| line.event).collect(), masked: masked.to_vec() }
    }

    /// As it is stored.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Out of the store; what cannot be read explains nothing.
    pub fn from_json(text: &str) -> Sources {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// A line of a compaction's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Where it stands.
    pub section: Section,
    /// Its text.
    pub text: String,
    /// The event that it comes from; 0 for none.
    pub event: u64,
}

/// What became of the events 1 to `at_seq`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explained {
    /// The memory's lines, notes aside.
    pub lines: Vec<Told>,
    /// Events that stand word for word: first and last; `None` where the memory stands for all.
    pub verbatim: Option<(u64, u64)>,
    /// Earlier events that a line of the memory comes from.
    pub told: Vec<u64>,
    /// Tool outputs left out of the events that stand, with their sizes in tokens.
    pub masked: Vec<(u64, u32)>,
    /// Earlier events that no line comes from, as ranges: a search finds them.
    pub searchable: Vec<(u64, u64)>,
}

/// Explains a compaction by its memory message.
pub fn explain(memory: &str, sources: &Sources, keep_from: u64, at_seq: u64) -> Explained {
    let document = parse_file(memory, &Custom::default()).document;
    let mut events = sources.lines.iter().copied();
    let lines: Vec<Told> = document
        .all()
        .filter(|(section, _)| *section != Section::Notes)
        .map(|(section, line)| Told { section, text: line.text.clone(), event: events.next().unwrap_or_default() })
        .collect();
    let told: BTreeSet<u64> =
        lines.iter().map(|line| line.event).filter(|event| (1..keep_from).contains(event)).collect();
    let mut searchable: Vec<(u64, u64)> = Vec::new();
    for event in (1..keep_from.min(at_seq + 1)).filter(|event| !told.contains(event)) {
        match searchable.last_mut() {
            Some((_, last)) if *last + 1 == event => *last = event,
            _ => searchable.push((event, event)),
        }
    }
    Explained {
        lines,
        verbatim: (keep_from <= at_seq).then_some((keep_from, at_seq)),
        told: told.into_iter().collect(),
        masked: sources.masked.clone(),
        searchable,
    }
}

impl Explained {
    /// One screen: where the events are, and what the memory is made of.
    pub fn summary(&self) -> String {
        let mut rows = Vec::new();
        match self.verbatim {
            Some((first, last)) => {
                rows.push(format!("{} events stand word for word ({first} to {last}).", last + 1 - first));
            }
            None => rows.push("No event stands word for word.".to_owned()),
        }
        if !self.masked.is_empty() {
            let tokens: u64 = self.masked.iter().map(|&(_, tokens)| u64::from(tokens)).sum();
            rows.push(format!(
                "{} tool outputs among them are left out ({tokens} tokens): {}.",
                self.masked.len(),
                listed(self.masked.iter().map(|(seq, _)| seq.to_string()))
            ));
        }
        let sourced = self.lines.iter().filter(|line| line.event > 0).count();
        rows.push(format!(
            "{} earlier events are told by lines of the memory ({} lines, {sourced} of them of one event).",
            self.told.len(),
            self.lines.len()
        ));
        for section in Section::ALL {
            let lines: Vec<&Told> = self.lines.iter().filter(|line| line.section == section).collect();
            if let (Some(first), Some(last)) = (
                lines.iter().map(|line| line.event).filter(|event| *event > 0).min(),
                lines.iter().map(|line| line.event).max(),
            ) {
                rows.push(format!("  {:<17}{:>4} lines, events {first} to {last}", section.title(), lines.len()));
            } else if !lines.is_empty() {
                rows.push(format!("  {:<17}{:>4} lines", section.title(), lines.len()));
            }
        }
        if !self.searchable.is_empty() {
            let ranges = self
                .searchable
                .iter()
                .map(|&(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") });
            rows.push(format!(
                "{} earlier events have no line of their own and are found by a search: {}.",
                self.searchable_events(),
                listed(ranges)
            ));
        }
        rows.join("\n")
    }

    /// How many events only a search finds.
    pub fn searchable_events(&self) -> u64 {
        self.searchable.iter().map(|(first, last)| last - first + 1).sum()
    }
}

/// The first of a list, and how many more there are.
fn listed(items: impl Iterator<Item = String>) -> String {
    const SHOWN: usize = 12;
    let items: Vec<String> = items.collect();
    let more = items.len().saturating_sub(SHOWN);
    let shown = items.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::memory::Line;

    #[test]
    fn every_event_has_a_place() {
        let mut document = Document::default();
        for (section, text, event) in [
            (Section::CurrentState, "at work", 0),
            (Section::UserIntent, "build it\nwell", 1),
            (Section::CompletedWork, "built", 4),
            (Section::CompletedWork, "in the tail as well", 9),
        ] {
            document.push_line(section, Line { text: text.to_owned(), event, ..Line::default() });
        }
        document.push(Section::Notes, "mine", 1.0);
        let masked = [(8, 900)];
        let sources = Sources::from_json(&Sources::of(&document, &masked).to_json());
        let memory = format!("# Session memory\n\nIntroduction.\n\n{}", document.render_sections(false));
        let explained = explain(&memory, &sources, 7, 10);
        let lines: Vec<(&str, u64)> = explained.lines.iter().map(|line| (line.text.as_str(), line.event)).collect();
        assert_eq!(lines, [("at work", 0), ("build it\nwell", 1), ("built", 4), ("in the tail as well", 9)]);
        assert_eq!((explained.verbatim, explained.told.as_slice()), (Some((7, 10)), [1, 4].as_slice()));
        assert_eq!(explained.searchable, [(2, 3), (5, 6)]);
        assert_eq!((explained.searchable_events(), explained.masked.as_slice()), (4, masked.as_slice()));
        let summary = explained.summary();
        for part in [
            "4 events stand word for word (7 to 10).",
            "1 tool outputs among them are left out (900 tokens): 8.",
            "2 earlier events are told by lines of the memory (4 lines, 3 of them of one event).",
            "  Completed Work      2 lines, events 4 to 9",
            "4 earlier events have no line of their own and are found by a search: 2-3, 5-6.",
        ] {
            assert!(summary.contains(part), "{part:?} is not in\n{summary}");
        }
    }

    #[test]
    fn without_sources_or_tail() {
        let explained = explain("## Notes\nmine", &Sources::from_json("?"), 4, 3);
        assert_eq!((explained.verbatim, explained.told, explained.searchable), (None, vec![], vec![(1, 3)]));
        assert_eq!(explain("", &Sources::default(), 1, 0), Explained::default());
    }
}
