//! How each part of a turn is read into the tables.

use serde_json::Value;

use super::action::{self, Action};
use super::index::{Candidate, Source, Stat};
use super::lexer::{self, Kind};
use super::{Extractor, LastRun, OPEN_CALLS, OpenCall, facts, human, need, text};
use crate::engine::conversation::Role;
use crate::engine::tokens;

/// Of a long text the first and the last so many bytes are read.
const HEAD: usize = 32_000;
const END: usize = 12_000;
/// Of a clipped result these many bytes at its head and its end still stand in the tail.
const SHOWN_HEAD: usize = 300;
const SHOWN_END: usize = 200;
/// Longest line kept, in bytes.
const LONGEST_LINE: usize = 320;
/// A value of an input longer than this is a body of text, not an argument.
const ARGUMENT: usize = 400;

/// Who mentions an identifier, and where.
#[derive(Clone, Copy)]
struct Mention {
    stat: Stat,
    last: Stat,
    seq: u64,
    /// It will still be seen in a clipped tail.
    shown: bool,
    home: u32,
    defined: bool,
    failed: bool,
    /// Size of the result, in bytes.
    size: u32,
    /// The result of a search.
    found: bool,
}

impl Mention {
    fn new(stat: Stat, last: Stat, seq: u64) -> Mention {
        Mention { stat, last, seq, shown: true, home: 0, defined: false, failed: false, size: 0, found: false }
    }
}

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

    fn human(&mut self, seq: u64, words: &str, in_result: bool) {
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
                if let Some(line) = self.line(seq, source, mention, sentence, 2) {
                    self.keep(line);
                }
            });
        }
    }

    /// A tool call.
    pub(super) fn call(&mut self, seq: u64, id: &str, name: &str, input: &Value) {
        let action = action::read(name, input);
        let argument = Mention::new(Stat::Argument, Stat::ArgumentAt, seq);
        let body = Mention { shown: true, ..Mention::new(Stat::Body, Stat::BodyAt, seq) };
        let mut open = OpenCall {
            id: id.to_owned(),
            seq,
            line: String::new(),
            runs: false,
            looks: false,
            new_task: false,
            home: 0,
            edits: Vec::new(),
        };
        let mut source = Source::Look;
        let mut idents = Vec::new();
        match action {
            Action::Run { command, purpose } => {
                self.place.command(&command);
                source = Source::Deed;
                open.runs = true;
                let shown = command.split_whitespace().collect::<Vec<_>>().join(" ");
                open.line = format!("ran `{}`", text::clip(&shown, 260));
                if !purpose.is_empty() {
                    open.line = format!("{} ({purpose})", open.line);
                }
                let mut found = Vec::new();
                lexer::scan_command(text::clip(&command, 600), |kind, key| found.push((kind, key)));
                for (kind, key) in found {
                    idents.push(self.mention(kind, key, argument));
                }
                idents.extend(self.scan(argument, text::clip(&command, 600)));
            }
            Action::Edit { paths, whole, old, new } => {
                source = Source::Deed;
                open.line = format!("{name} file {}", paths.join(", "));
                let before = self.index.idents.len();
                self.scan(body, head(&new));
                self.scan(body, head(&old));
                let _ = before;
                let named = new.lines().chain(old.lines()).find_map(text::defined_name).map(str::to_owned);
                for path in &paths {
                    let ident = self.path(path, argument);
                    idents.push(ident);
                    if let Some(ident) = self.index.idents.get_mut(ident as usize) {
                        ident.bump(Stat::Edited);
                        ident.set(Stat::EditedAt, self.events);
                    }
                    let (home, events) = (self.index.file(path), self.events);
                    if let Some(file) = self.index.file_mut(home) {
                        file.edits = file.edits.saturating_add(1);
                        file.last = events;
                        if let Some(named) = named.as_deref().filter(|_| !whole) {
                            file.names.retain(|known| **known != *named);
                            file.names.push(named.into());
                            if file.names.len() > 6 {
                                file.names.remove(0);
                            }
                        }
                    }
                }
                for line in old.lines().take(400) {
                    let line = text::without_gutter(line);
                    if !new.contains(line) {
                        self.index.retract(text::clip(line, LONGEST_LINE));
                    }
                }
                open.edits = paths;
            }
            Action::Read { path } => {
                open.looks = true;
                let ident = self.path(&path, argument);
                idents.push(ident);
                if let Some(ident) = self.index.idents.get_mut(ident as usize) {
                    ident.bump(Stat::Read);
                }
                open.home = self.index.file(&path);
                let events = self.events;
                if let Some(file) = self.index.file_mut(open.home) {
                    file.reads = file.reads.saturating_add(1);
                    file.last = events;
                }
                open.line = format!("{name} file {path}");
            }
            Action::Search { pattern, place } => {
                open.looks = true;
                idents.extend(self.scan(argument, &pattern));
                for &ident in &idents {
                    if let Some(ident) = self.index.idents.get_mut(ident as usize) {
                        ident.bump(Stat::Sought);
                    }
                }
                open.line = format!("{name} pattern {pattern}");
                if !place.is_empty() {
                    if !place.contains('*') {
                        self.place.root(&place, 1);
                    }
                    idents.push(self.path(&place, argument));
                    open.line = format!("{} path {place}", open.line);
                }
            }
            Action::Tasks(items) => {
                self.task_mentions(items.iter().filter(|(_, done)| !done).map(|(text, _)| text.as_str()), argument);
                self.tasks.replace(items, self.said.requests);
            }
            Action::NewTask(text) => {
                open.new_task = true;
                self.task_mentions([text.as_str()].into_iter(), argument);
                self.tasks.add(text, self.said.requests);
            }
            Action::TaskState(id, done) => self.tasks.change(&id, done, self.said.requests),
            Action::Other(pairs) => {
                open.looks = true;
                let mut words = Vec::new();
                for (key, value) in &pairs {
                    if key == "cwd" || key == "workdir" {
                        self.place.root(value, 20);
                    }
                    if key.ends_with("_id") && (3..=60).contains(&value.len()) && !value.contains(' ') {
                        idents.push(self.mention(Kind::Id, value, argument));
                    }
                    idents.extend(self.scan(argument, value));
                    words.push(format!("{key} {value}"));
                }
                open.line = format!("{name} {}", text::clip(&words.join(", ").replace('\n', " "), LONGEST_LINE));
            }
        }
        self.grow(tokens_of(input));
        if !open.line.is_empty() {
            idents.sort_unstable();
            idents.dedup();
            self.keep(candidate(seq, source, &open.line, idents, open.home));
        }
        if self.open.len() >= OPEN_CALLS {
            self.open.remove(0);
        }
        self.open.push(open);
    }

    fn task_mentions<'a>(&mut self, texts: impl Iterator<Item = &'a str>, mention: Mention) {
        for text in texts {
            for ident in self.scan(mention, text) {
                if let Some(ident) = self.index.idents.get_mut(ident as usize) {
                    ident.set(Stat::TaskAt, self.events);
                }
            }
        }
    }

    /// A tool's answer.
    pub(super) fn result(&mut self, seq: u64, call: &str, result: &str, is_error: bool) {
        self.grow(result.len());
        let at = self.open.iter().position(|open| open.id == call);
        let open = at.map(|at| self.open.remove(at));
        if let Some(said) = human::in_result(result) {
            self.human(seq, said, true);
            return;
        }
        let rejected = human::is_rejection(result);
        let failed = !rejected && (is_error || exit_code(result).is_some_and(|code| code != 0));
        let (mut home, mut looks) = (0, false);
        if let Some(open) = open {
            (home, looks) = (open.home, open.looks);
            if open.new_task {
                self.tasks.named(text::clip(result, 600));
            }
            if open.runs {
                self.place.prose(text::clip(result, 2000));
                self.last_run = Some(LastRun { line: open.line.clone(), seq, failed: failed || rejected });
                let line = self.index.again(&open.line, seq).and_then(|at| self.index.lines.get_mut(at as usize));
                if let Some(line) = line {
                    line.count = line.count.saturating_sub(1);
                    line.failed = (!rejected).then_some(failed);
                }
            }
            if !rejected {
                let told = self.failures.read(&open.line, head(result), failed, open.runs, seq);
                if !told && !failed {
                    self.failures.passed(&open.line);
                }
                if let Some(path) = open.edits.first().filter(|_| !failed) {
                    self.failures.edited(path);
                }
            }
        }
        if !rejected {
            self.lines_of_result(seq, result, home, failed, looks);
        }
    }

    fn lines_of_result(&mut self, seq: u64, result: &str, home: u32, failed: bool, looks: bool) {
        let size = u32::try_from(result.len()).unwrap_or(u32::MAX);
        let found = looks && home == 0;
        let base = Mention { home, failed, shown: false, size, found, ..Mention::new(Stat::Result, Stat::ResultAt, seq) };
        if let Some(facts) = facts::read(result) {
            for fact in facts {
                if let Some(mut line) = self.line(seq, Source::Result, base, &fact, 2) {
                    for value in amounts(&fact) {
                        line.idents.push(self.mention(Kind::Number, value, base));
                    }
                    self.keep(line);
                }
            }
            return;
        }
        let (start, end) = sample(result);
        let mut at = 0;
        for (piece, tail) in [(start, false), (end, true)] {
            let skipped = result.len() - piece.len();
            at = if tail { skipped } else { at };
            for line in piece.split('\n') {
                let shown = at < SHOWN_HEAD || at + SHOWN_END > result.len();
                at += line.len() + 1;
                let line = text::without_gutter(line);
                if line.len() < 6 {
                    continue;
                }
                if looks {
                    self.place.relative(line.split(':').next().unwrap_or_default());
                }
                let defined = text::defined_name(line).is_some();
                if let Some(line) = self.line(seq, Source::Result, Mention { shown, defined, ..base }, line, 2) {
                    self.keep(line);
                }
            }
        }
    }

    /// A new request came: what is still open was abandoned.
    pub(super) fn interrupted(&mut self) {
        let last = self.open.last().map(|open| open.seq).unwrap_or_default();
        self.open.retain(|open| open.seq == last && open.id.is_empty());
    }

    fn grow(&mut self, bytes: usize) {
        self.size = self.size.saturating_add(u32::try_from(bytes / 4).unwrap_or(u32::MAX));
    }

    /// The candidate that a line makes, if it names something in at least `words` plain words.
    fn line(&mut self, seq: u64, source: Source, mention: Mention, line: &str, words: usize) -> Option<Candidate> {
        let line = text::clip(line, LONGEST_LINE);
        let idents = self.scan(mention, line);
        if idents.is_empty() || line.len() < 12 {
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
        (text::word_count(line) >= words).then(|| candidate(seq, source, line, idents, mention.home))
    }

    fn keep(&mut self, line: Candidate) {
        if self.index.again(&line.text, line.seq).is_none() {
            self.index.add(line);
        }
    }

    /// Records every identifier of a text. Returns their numbers, each once.
    fn scan(&mut self, mention: Mention, text: &str) -> Vec<u32> {
        let mut found = Vec::new();
        lexer::scan(text, |kind, key| found.push((kind, key)));
        let mut idents: Vec<u32> = found.into_iter().map(|(kind, key)| self.mention(kind, key, mention)).collect();
        idents.sort_unstable();
        idents.dedup();
        idents
    }

    /// Records a path that an input names as such, even where it is a bare name.
    fn path(&mut self, path: &str, mention: Mention) -> u32 {
        self.place.file(path);
        self.mention(Kind::Path, lexer::path_key(text::clip(path, 300)), mention)
    }

    fn mention(&mut self, kind: Kind, key: &str, mention: Mention) -> u32 {
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

    pub(super) fn prune(&mut self) {
        if self.index.is_full() {
            let (asked, said, tasks) = (self.said.asked(), self.said.recent(), self.open_tasks());
            let worth = need::worth(&self.index, &self.moment(&asked, &said, &tasks));
            self.index.prune(&worth);
        }
    }

    pub(super) fn open_tasks(&self) -> String {
        self.tasks.open().map(|task| task.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn moment<'a>(&self, asked: &'a str, said: &'a str, tasks: &'a str) -> need::Moment<'a> {
        need::Moment { events: self.events, size: self.size, last_user: self.said.last_event, requests: self.said.requests, asked, said, tasks }
    }
}

fn candidate(seq: u64, source: Source, line: &str, idents: Vec<u32>, home: u32) -> Candidate {
    Candidate { text: line.into(), source, seq, count: 1, idents, tokens: tokens::estimate(line) + 2, home, failed: None }
}

fn head(text: &str) -> &str {
    text.get(..text::floor(text, HEAD)).unwrap_or_default()
}

/// The head of a text and, where it is long, its end.
fn sample(text: &str) -> (&str, &str) {
    if text.len() <= HEAD + END {
        return (text, "");
    }
    (head(text), text.get(text::ceil(text, text.len() - END)..).unwrap_or_default())
}

fn tokens_of(input: &Value) -> usize {
    match input {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(tokens_of).sum(),
        Value::Object(fields) => fields.iter().map(|(key, value)| key.len() + tokens_of(value)).sum(),
        _ => 4,
    }
}

/// Values of two or three digits in a JSON fact: amounts, which prose would not single out.
fn amounts(fact: &str) -> impl Iterator<Item = &str> {
    fact.split([' ', ',', '{', '}']).filter(|word| (2..=3).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The exit code that a result reports at its head.
fn exit_code(result: &str) -> Option<i32> {
    let head = result.get(..text::floor(result, 200)).unwrap_or_default();
    ["Exit code ", "<returncode>", "exit code: ", "exit_code\":"].iter().find_map(|mark| {
        let rest = head.split_once(mark)?.1.trim_start();
        let end = rest.find(|letter: char| !(letter.is_ascii_digit() || letter == '-')).unwrap_or(rest.len());
        rest.get(..end)?.parse().ok()
    })
}
