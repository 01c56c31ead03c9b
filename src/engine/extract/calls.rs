//! How tool calls are read.

use serde_json::Value;

use super::action::{self, Action};
use super::index::{Source, Stat};
use super::lexer::{self, Kind};
use super::mention::Mention;
use super::observe::{LONGEST_LINE, candidate, head};
use super::{Extractor, OPEN_CALLS, OpenCall, facts, text};

/// Of a command this many bytes are read for identifiers.
const COMMAND: usize = 600;
/// Bytes of a command, and of its purpose with it, in one line.
const SHOWN: usize = 260;
/// Names of edited definitions kept for a file.
const NAMES: usize = 6;

impl Extractor {
    /// A tool call.
    pub(super) fn call(&mut self, seq: u64, id: &str, name: &str, input: &Value) {
        self.grow(size(input));
        let mut open = OpenCall { id: id.to_owned(), seq, ..OpenCall::default() };
        let argument = Mention::new(Stat::Argument, Stat::ArgumentAt, seq);
        let mut source = Source::Look;
        let mut idents = match action::read(name, input) {
            Action::Run { command, purpose } => {
                source = Source::Deed;
                self.run(&mut open, argument, &command, &purpose)
            }
            Action::Edit { paths, whole, old, new } => {
                source = Source::Deed;
                open.line = format!("{name} file {}", paths.join(", "));
                let idents = self.edit(argument, &paths, whole, &old, &new);
                open.edits = paths;
                idents
            }
            Action::Read { path } => {
                open.line = format!("{name} file {path}");
                self.look(&mut open, argument, &path)
            }
            Action::Search { pattern, place } => {
                open.looks = true;
                open.line = format!("{name} pattern {pattern}");
                if !place.is_empty() {
                    open.line = format!("{} path {place}", open.line);
                }
                self.search(argument, &pattern, &place)
            }
            Action::Tasks(items) => {
                self.task_mentions(items.iter().filter(|(_, done)| !done).map(|(text, _)| text.as_str()), argument);
                self.tasks.replace(items, self.said.requests);
                Vec::new()
            }
            Action::NewTask(text) => {
                open.new_task = true;
                self.task_mentions([text.as_str()].into_iter(), argument);
                self.tasks.add(text, self.said.requests);
                Vec::new()
            }
            Action::TaskState(id, done) => {
                self.tasks.change(&id, done, self.said.requests);
                Vec::new()
            }
            Action::Other(pairs) => {
                open.looks = true;
                let words: Vec<String> =
                    pairs.iter().map(|(key, value)| format!("{} {value}", facts::words(key))).collect();
                open.line = format!("{name} {}", text::clip(&words.join(", ").replace('\n', " "), LONGEST_LINE));
                self.other(argument, &pairs)
            }
        };
        if !open.line.is_empty() {
            open.line.truncate(text::clip(&open.line, LONGEST_LINE + SHOWN).len());
            idents.sort_unstable();
            idents.dedup();
            self.keep(candidate(seq, source, &open.line, idents, open.home));
        }
        if self.open.len() >= OPEN_CALLS {
            self.open.remove(0);
        }
        self.open.push(open);
    }

    fn run(&mut self, open: &mut OpenCall, argument: Mention, command: &str, purpose: &str) -> Vec<u32> {
        self.place.command(command);
        open.runs = true;
        let words = command.split_whitespace().collect::<Vec<_>>().join(" ");
        open.line = format!("ran `{}`", text::clip(&words, SHOWN));
        if !purpose.is_empty() {
            open.line = format!("{} ({purpose})", open.line);
        }
        let mut idents = self.scan(argument, text::clip(command, COMMAND));
        lexer::scan_command(text::clip(command, COMMAND), |kind, key| idents.push(self.mention(kind, key, argument)));
        idents
    }

    fn edit(&mut self, argument: Mention, paths: &[String], whole: bool, old: &str, new: &str) -> Vec<u32> {
        let body = Mention { stat: Stat::Body, last: Stat::BodyAt, ..argument };
        self.scan(body, head(new));
        self.scan(body, head(old));
        let named = new.lines().chain(old.lines()).take(4000).find_map(text::defined_name).filter(|_| !whole);
        let events = self.events;
        let mut idents = Vec::new();
        for path in paths {
            let at = self.path(path, argument);
            idents.push(at);
            if let Some(ident) = self.index.idents.get_mut(at as usize) {
                ident.bump(Stat::Edited);
                ident.set(Stat::EditedAt, events);
            }
            let home = self.index.file(path);
            let Some(file) = self.index.file_mut(home) else { continue };
            file.edits = file.edits.saturating_add(1);
            file.last = events;
            if let Some(named) = named {
                file.names.retain(|known| **known != *named);
                file.names.push(named.into());
                if file.names.len() > NAMES {
                    file.names.remove(0);
                }
            }
        }
        // What the edit replaced is no longer true.
        for line in old.lines().take(400).map(text::without_gutter).filter(|line| !new.contains(line)) {
            self.index.retract(text::clip(line, LONGEST_LINE));
        }
        idents
    }

    fn look(&mut self, open: &mut OpenCall, argument: Mention, path: &str) -> Vec<u32> {
        open.looks = true;
        open.home = self.index.file(path);
        let events = self.events;
        if let Some(file) = self.index.file_mut(open.home) {
            file.reads = file.reads.saturating_add(1);
            file.last = events;
        }
        let at = self.path(path, argument);
        if let Some(ident) = self.index.idents.get_mut(at as usize) {
            ident.bump(Stat::Read);
        }
        vec![at]
    }

    fn search(&mut self, argument: Mention, pattern: &str, place: &str) -> Vec<u32> {
        let mut idents = self.scan(argument, pattern);
        for &ident in &idents {
            if let Some(ident) = self.index.idents.get_mut(ident as usize) {
                ident.bump(Stat::Sought);
            }
        }
        if !place.is_empty() {
            if !place.contains('*') {
                self.place.root(place, 1);
            }
            idents.push(self.path(place, argument));
        }
        idents
    }

    fn other(&mut self, argument: Mention, pairs: &[(String, String)]) -> Vec<u32> {
        let mut idents = Vec::new();
        for (key, value) in pairs {
            if key == "cwd" || key == "workdir" {
                self.place.root(value, 20);
            }
            if key.ends_with("_id") && (3..=60).contains(&value.len()) && !value.contains(' ') {
                idents.push(self.mention(Kind::Id, value, argument));
            }
            idents.extend(self.scan(argument, value));
        }
        idents
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
}

/// Bytes of an input's leaves and keys.
fn size(input: &Value) -> usize {
    match input {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.iter().map(|(key, value)| key.len() + size(value)).sum(),
        _ => 4,
    }
}
