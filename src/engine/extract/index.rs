//! What the conversation names, and the lines that name it: the table of identifiers with the history of their use,
//! the files, and the candidate lines. All three are bounded; what is worth least goes first.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::lexer::Kind;
use super::text;

/// Identifiers kept at most, and what is left of them after pruning.
const IDENTS: (usize, usize) = (9_000, 6_500);
/// Candidate lines kept at most, and what is left of them after pruning.
const LINES: (usize, usize) = (6_000, 4_000);
/// Files kept at most, and what is left of them after pruning.
const FILES: (usize, usize) = (600, 400);

/// One counter of an identifier's history. Events are counted from 1, so that 0 means never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Stat {
    /// Events that name it.
    Events,
    /// First event that names it.
    First,
    /// Last event that names it.
    Last,
    /// Size of the conversation at its last mention.
    LastSize,
    /// Mentions by the user, by the assistant, as a call's argument, in a body that a call writes, in results.
    User,
    Assistant,
    Argument,
    Body,
    Result,
    /// The last event of each of them.
    UserAt,
    AssistantAt,
    ArgumentAt,
    BodyAt,
    ResultAt,
    /// Times that it was edited, read, sought, and that it stood in a failed result.
    Edited,
    Read,
    Sought,
    Failed,
    /// Last event of a task that names it.
    TaskAt,
    /// Last edit.
    EditedAt,
    /// Recent mentions, fading by a twelfth with every event, in thousandths.
    Burst,
    /// Mentions on a line that defines it.
    Defined,
    /// Number of the file that showed it last, from 1.
    Home,
    /// Last event (by sequence number) that shows it where a clipped tail would still show it.
    Shown,
    /// It stands in the first request.
    FirstRequest,
    /// The user's request under work when the agent last used it.
    Request,
    /// Times that the agent came back to it after ten events or more.
    Returns,
    /// Size of the smallest result that shows it, in bytes.
    Smallest,
    /// Last event of a search that shows it.
    FoundAt,
}

/// How many [`Stat`]s there are.
pub const STATS: usize = Stat::FoundAt as usize + 1;

/// An identifier and its history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ident {
    /// Its key (the last two components of a path).
    pub name: Box<str>,
    /// Its kind.
    pub kind: Kind,
    stats: [u32; STATS],
}

impl Ident {
    /// One counter.
    pub fn get(&self, stat: Stat) -> u32 {
        self.stats.get(stat as usize).copied().unwrap_or_default()
    }

    /// Sets one counter.
    pub fn set(&mut self, stat: Stat, value: u32) {
        if let Some(slot) = self.stats.get_mut(stat as usize) {
            *slot = value;
        }
    }

    /// Adds one to a counter.
    pub fn bump(&mut self, stat: Stat) {
        self.set(stat, self.get(stat).saturating_add(1));
    }
}

/// Where a line or a mention comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// The human.
    User,
    /// The assistant's prose.
    Assistant,
    /// A change: an edit or a command.
    Deed,
    /// A look: a read, a search, another call.
    Look,
    /// A tool's answer.
    Result,
}

/// A line that may go into the memory.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Candidate {
    /// The text, verbatim or (calls) composed of the call's name and inputs.
    pub text: Box<str>,
    /// Where it comes from.
    pub source: Source,
    /// Sequence number of the event that said it last.
    pub seq: u64,
    /// Times that it was said.
    pub count: u32,
    /// The identifiers in it.
    pub idents: Vec<u32>,
    /// Estimated tokens.
    pub tokens: u32,
    /// Number of the file that the line is from, from 1.
    pub home: u32,
    /// Of a command: `Some(true)` when its last run failed.
    pub failed: Option<bool>,
}

/// A file that was read or edited.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct File {
    /// The path as the agent named it.
    pub path: Box<str>,
    /// Number of edits and of reads.
    pub edits: u32,
    /// Number of reads.
    pub reads: u32,
    /// Last event that touched it.
    pub last: u32,
    /// Names defined in the edited text, newest last.
    pub names: Vec<Box<str>>,
}

/// The three tables.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Index {
    /// The identifiers.
    pub idents: Vec<Ident>,
    /// The candidate lines.
    pub lines: Vec<Candidate>,
    /// The files.
    pub files: Vec<File>,
    #[serde(skip)]
    ident_at: HashMap<u64, u32>,
    #[serde(skip)]
    line_at: HashMap<u64, u32>,
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Index {
    /// Builds the lookups again after a snapshot was read.
    fn relink(&mut self) {
        if self.ident_at.len() != self.idents.len() {
            self.ident_at = self.idents.iter().enumerate().map(|(at, ident)| (text::hash(&ident.name), number(at))).collect();
        }
        if self.line_at.len() != self.lines.len() {
            self.line_at = self.lines.iter().enumerate().map(|(at, line)| (text::hash(&line.text), number(at))).collect();
        }
    }

    /// The number of an identifier, new or known.
    pub fn intern(&mut self, kind: Kind, name: &str) -> u32 {
        self.relink();
        let next = number(self.idents.len());
        let at = *self.ident_at.entry(text::hash(name)).or_insert(next);
        if at == next {
            self.idents.push(Ident { name: name.into(), kind, stats: [0; STATS] });
        }
        at
    }

    /// The number of a known identifier.
    pub fn known(&self, name: &str) -> Option<u32> {
        if self.ident_at.len() == self.idents.len() {
            return self.ident_at.get(&text::hash(name)).copied();
        }
        self.idents.iter().position(|ident| *ident.name == *name).map(number)
    }

    /// The number of a file, from 1, new or known.
    pub fn file(&mut self, path: &str) -> u32 {
        if let Some(at) = self.files.iter().position(|file| *file.path == *path) {
            return number(at + 1);
        }
        self.files.push(File { path: path.into(), edits: 0, reads: 0, last: 0, names: Vec::new() });
        number(self.files.len())
    }

    /// A file by its number.
    pub fn file_mut(&mut self, home: u32) -> Option<&mut File> {
        self.files.get_mut((home as usize).checked_sub(1)?)
    }

    /// The line that says `text`, if there is one: it is said once more.
    pub fn again(&mut self, text: &str, seq: u64) -> Option<u32> {
        self.relink();
        let at = *self.line_at.get(&text::hash(text))?;
        let line = self.lines.get_mut(at as usize)?;
        line.seq = seq;
        line.count = line.count.saturating_add(1);
        Some(at)
    }

    /// Adds a line that is not there yet.
    pub fn add(&mut self, line: Candidate) -> u32 {
        self.relink();
        let at = number(self.lines.len());
        self.line_at.insert(text::hash(&line.text), at);
        self.lines.push(line);
        at
    }

    /// A line of source that an edit replaced is no longer true.
    pub fn retract(&mut self, text: &str) {
        self.relink();
        let found = self.line_at.get(&text::hash(text)).and_then(|at| self.lines.get_mut(*at as usize));
        if let Some(line) = found.filter(|line| line.source == Source::Result) {
            line.idents.clear();
        }
    }

    /// Whether one of the tables is over its bound.
    pub fn is_full(&self) -> bool {
        self.idents.len() > IDENTS.0 || self.lines.len() > LINES.0 || self.files.len() > FILES.0
    }

    /// Keeps the best lines and identifiers by `need` (what each identifier is worth). Returns where each old line went.
    pub fn prune(&mut self, need: &[f32]) -> Vec<Option<u32>> {
        let worth = |ident: u32| need.get(ident as usize).copied().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "a line has a few hundred tokens at most")]
        let value = |line: &Candidate| line.idents.iter().map(|&ident| worth(ident)).sum::<f32>() / (line.tokens as f32 + 2.0);
        let values: Vec<f32> = self.lines.iter().map(value).collect();
        let lines = best(&values, LINES.1);
        let idents = best(need, IDENTS.1);
        let ages: Vec<f32> = self.files.iter().map(|file| as_f32(file.last)).collect();
        let files = best(&ages, FILES.1);

        for line in &mut self.lines {
            line.idents = line.idents.iter().filter_map(|&ident| moved(&idents, ident)).collect();
            line.home = line.home.checked_sub(1).and_then(|home| moved(&files, home)).map_or(0, |home| home + 1);
        }
        for ident in &mut self.idents {
            let home = ident.get(Stat::Home).checked_sub(1).and_then(|home| moved(&files, home)).map_or(0, |home| home + 1);
            ident.set(Stat::Home, home);
        }
        keep(&mut self.lines, &lines);
        keep(&mut self.idents, &idents);
        keep(&mut self.files, &files);
        self.ident_at.clear();
        self.line_at.clear();
        self.relink();
        lines
    }
}

#[expect(clippy::cast_precision_loss, reason = "an order of age, where neighbours may tie")]
fn as_f32(value: u32) -> f32 {
    value as f32
}

fn moved(map: &[Option<u32>], at: u32) -> Option<u32> {
    map.get(at as usize).copied().flatten()
}

/// For each value the new place of its row when only the `count` largest stay, in their old order.
fn best(values: &[f32], count: usize) -> Vec<Option<u32>> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |at: &usize| values.get(*at).copied().unwrap_or_default();
    order.sort_by(|a, b| value(b).total_cmp(&value(a)).then(b.cmp(a)));
    let mut stays = vec![false; values.len()];
    for at in order.into_iter().take(count) {
        if let Some(slot) = stays.get_mut(at) {
            *slot = true;
        }
    }
    let mut next = 0;
    let place = |stays: bool| {
        stays.then(|| {
            next += 1;
            next - 1
        })
    };
    stays.into_iter().map(place).collect()
}

fn keep<T>(rows: &mut Vec<T>, map: &[Option<u32>]) {
    let mut at = 0;
    rows.retain(|_| {
        at += 1;
        moved(map, number(at - 1)).is_some()
    });
}
