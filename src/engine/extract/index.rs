//! What the conversation names, and the lines that name it: the table of identifiers with the history of their use,
//! the files, and the candidate lines. All three are bounded; what is worth least goes first.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::lexer::Kind;
use super::{parts, text};

mod prune;

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
#[serde(from = "Row")]
pub struct Ident {
    /// Its key (the last two components of a path).
    pub name: Box<str>,
    /// Its kind.
    pub kind: Kind,
    stats: [u32; STATS],
    /// The hashes of the name's parts: each is read once, and compared at every weighing.
    #[serde(skip)]
    pub parts: Box<[u64]>,
    /// The name speaks of tests.
    #[serde(skip)]
    pub tests: bool,
}

/// What of an identifier is saved.
#[derive(Deserialize)]
struct Row {
    name: Box<str>,
    kind: Kind,
    stats: [u32; STATS],
}

impl From<Row> for Ident {
    fn from(row: Row) -> Ident {
        Ident { stats: row.stats, ..Ident::new(row.kind, row.name) }
    }
}

impl Ident {
    fn new(kind: Kind, name: Box<str>) -> Ident {
        let mut found = Vec::new();
        parts::of(&name, |part| found.push(part));
        let tests = name.as_bytes().windows(4).any(|window| window.eq_ignore_ascii_case(b"test"));
        Ident { name, kind, stats: [0; STATS], parts: found.into(), tests }
    }

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
#[serde(from = "Tables")]
pub struct Index {
    /// The identifiers.
    pub idents: Vec<Ident>,
    /// The candidate lines.
    pub lines: Vec<Candidate>,
    /// The files.
    pub files: Vec<File>,
    #[serde(skip)]
    ident_at: FxHashMap<u64, u32>,
    #[serde(skip)]
    line_at: FxHashMap<u64, u32>,
}

/// What of the index is saved.
#[derive(Deserialize)]
struct Tables {
    idents: Vec<Ident>,
    lines: Vec<Candidate>,
    files: Vec<File>,
}

impl From<Tables> for Index {
    fn from(tables: Tables) -> Index {
        let Tables { idents, lines, files } = tables;
        let mut index = Index { idents, lines, files, ..Index::default() };
        index.relink();
        index
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Index {
    /// Builds the lookups anew.
    fn relink(&mut self) {
        self.ident_at =
            self.idents.iter().enumerate().map(|(at, ident)| (text::hash(&ident.name), number(at))).collect();
        self.line_at = self.lines.iter().enumerate().map(|(at, line)| (text::hash(&line.text), number(at))).collect();
    }

    /// The number of an identifier, new or known.
    pub fn intern(&mut self, kind: Kind, name: &str) -> u32 {
        let next = number(self.idents.len());
        let at = *self.ident_at.entry(text::hash(name)).or_insert(next);
        if at == next {
            self.idents.push(Ident::new(kind, name.into()));
        }
        at
    }

    /// The number of a known identifier.
    pub fn known(&self, name: &str) -> Option<u32> {
        self.ident_at.get(&text::hash(name)).copied()
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
        let at = *self.line_at.get(&text::hash(text))?;
        let line = self.lines.get_mut(at as usize)?;
        line.seq = seq;
        line.count = line.count.saturating_add(1);
        Some(at)
    }

    /// Adds a line that is not there yet.
    pub fn add(&mut self, line: Candidate) -> u32 {
        let at = number(self.lines.len());
        self.line_at.insert(text::hash(&line.text), at);
        self.lines.push(line);
        at
    }

    /// A line of source that an edit replaced is no longer true.
    pub fn retract(&mut self, text: &str) {
        let found = self.line_at.get(&text::hash(text)).and_then(|at| self.lines.get_mut(*at as usize));
        if let Some(line) = found.filter(|line| line.source == Source::Result) {
            line.idents.clear();
        }
    }
}
