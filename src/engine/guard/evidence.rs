//! What a conversation has named: every path, number, id and address that an answer may repeat. Built once for an
//! answer; each question is a few look-ups in sets of hashes.

mod address;
mod spelling;

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use crate::engine::conversation::{Part, Turn};
use crate::engine::extract::lexer::{self, Kind};
use crate::engine::extract::text::hash;
use crate::engine::memory::{Document, Section};
use spelling::{components, is_path_byte, is_prose, number, plain, runs, step, whole_path};

/// Names of standards that a model may use by itself, in the form of [`plain`].
const COMMON: [&str; 10] = ["utf8", "utf16", "utf32", "sha1", "sha256", "iso8601", "x8664", "base64", "ipv4", "ipv6"];

/// The names of a conversation.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Words and ids, in the form of [`plain`].
    words: HashSet<u64>,
    /// Numbers without the marks between thousands.
    numbers: HashSet<u64>,
    /// Components of paths that follow each other.
    steps: HashSet<u64>,
    /// Components of paths.
    components: HashSet<u64>,
    /// First components of relative paths.
    starts: HashSet<u64>,
    /// File names that stand without a directory.
    bare: HashSet<u64>,
    urls: BTreeSet<String>,
    /// Addresses without a scheme, and e-mail addresses in lower case.
    addresses: HashSet<u64>,
    /// The newest event: any up to it may be called by its number.
    newest: u64,
    /// The events that were shown, which may be called `#` and their number.
    shown: HashSet<u64>,
}

impl Evidence {
    /// The names in some texts: the agent's instructions, the memory's file, the user's wishes.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Evidence {
        let mut evidence = Evidence::default();
        for text in texts {
            evidence.add(text);
        }
        evidence
    }

    /// Adds an event of the conversation.
    pub fn add_turn(&mut self, seq: u64, turn: &Turn) {
        self.newest = self.newest.max(seq);
        self.shown.insert(seq);
        for part in &turn.parts {
            match part {
                Part::Text(text) | Part::Thinking(text) => self.add(text),
                Part::Result { call, text, .. } => {
                    self.add(call);
                    self.add(text);
                }
                Part::Call { id, name, input } => {
                    self.add(id);
                    self.add(name);
                    self.add_value(input);
                }
                Part::Other { .. } => {}
            }
        }
    }

    /// Adds a memory.
    pub fn add_document(&mut self, document: &Document) {
        for section in Section::ALL {
            for line in document.lines(section) {
                self.add(&line.text);
            }
        }
    }

    fn add_value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add(text),
            Value::Array(items) => items.iter().for_each(|item| self.add_value(item)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.add(name);
                    self.add_value(value);
                }
            }
            Value::Number(number) => self.add(&number.to_string()),
            Value::Bool(_) | Value::Null => {}
        }
    }

    /// Adds the names of a text.
    pub fn add(&mut self, text: &str) {
        self.add_plain(text);
        // Tools print JSON and source code, where a line break inside a string would join two words.
        if ["\\n", "\\t", "\\r", "\\/"].iter().any(|mark| text.contains(mark)) {
            self.add_plain(&text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r").replace("\\/", "/"));
        }
    }

    fn add_plain(&mut self, text: &str) {
        for word in runs(text, |byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            let whole = plain(word);
            if whole.len() >= 8 && whole.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                // Hashes are cited by their beginning.
                for end in 7..=12.min(whole.len()) {
                    self.words.insert(hash(whole.get(..end).unwrap_or_default()));
                }
            }
            self.words.insert(hash(&whole));
            for piece in word.split(['-', '_']).chain(word.split('-')) {
                self.words.insert(hash(&plain(piece)));
            }
        }
        for run in runs(text, |byte| byte.is_ascii_digit() || b".,_'-".contains(&byte)) {
            let run = number(run);
            for piece in run.split('-').chain(run.split(['-', '.'])).chain([run.as_str()]) {
                self.numbers.insert(hash(piece.trim_matches(['.', '-'])));
            }
        }
        for run in runs(text, is_path_byte).filter(|run| run.contains('/')) {
            let parts: Vec<&str> = components(run).collect();
            for pair in parts.windows(2) {
                if let [a, b] = pair {
                    self.steps.insert(step(a, b));
                }
            }
            if let Some(first) = parts.first().filter(|_| !run.starts_with('/')) {
                self.starts.insert(hash(first));
            }
            self.components.extend(parts.iter().map(|part| hash(part)));
        }
        lexer::scan(text, |kind, key| {
            if kind == Kind::File {
                self.bare.insert(hash(key));
                self.components.insert(hash(key));
            }
        });
        self.urls.extend(address::urls(text).map(|url| address::opened(url).to_owned()));
        self.addresses.extend(address::emails(text).map(|email| hash(&email.to_lowercase())));
        for word in text.split_whitespace().filter(|word| address::is_bare(word)) {
            self.addresses.insert(hash(address::trimmed(word)));
        }
    }

    /// The first name in a line that the conversation has not named.
    pub fn unknown<'a>(&self, line: &'a str) -> Option<&'a str> {
        if let Some(url) = address::urls(line).find(|url| !self.knows_url(url)) {
            return Some(url);
        }
        if let Some(email) = address::emails(line).find(|email| !self.addresses.contains(&hash(&email.to_lowercase())))
        {
            return Some(email);
        }
        let mut first = None;
        lexer::scan(line, |kind, key| {
            let name = if kind == Kind::Path { whole_path(line, key) } else { key };
            if first.is_none() && !self.knows(line, kind, name) {
                first = Some(name);
            }
        });
        let bare = |word: &&str| address::is_bare(word) && !self.knows_address(address::trimmed(word));
        first.or_else(|| line.split_whitespace().find(bare))
    }

    fn knows(&self, line: &str, kind: Kind, name: &str) -> bool {
        match kind {
            Kind::Path => self.knows_path(name),
            Kind::File => self.components.contains(&hash(name)),
            Kind::Id | Kind::Error | Kind::Number => self.knows_name(name) || self.is_event(line, name),
            Kind::Url | Kind::Symbol | Kind::Dotted | Kind::Kebab | Kind::Quote | Kind::Command => true,
        }
    }

    fn knows_name(&self, name: &str) -> bool {
        let plain = plain(name);
        let digits = number(name.trim_start_matches(['#', '$', 'v']));
        let known = self.words.contains(&hash(&plain)) || self.numbers.contains(&hash(&digits));
        let unit = digits.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let measured = unit.len() < digits.len() && digits.len() - unit.len() <= 3;
        known
            || COMMON.contains(&plain.as_str())
            || (measured && self.numbers.contains(&hash(unit)))
            || self.knows_amount(name)
    }

    /// `5-minute`, `3-way`: an amount in words, whose number only counts where it is long.
    fn knows_amount(&self, name: &str) -> bool {
        let Some((amount, rest)) = name.split_once('-') else { return false };
        let words = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_lowercase());
        let digits = amount.bytes().all(|byte| byte.is_ascii_digit());
        words && digits && (amount.len() < 4 || self.numbers.contains(&hash(amount)))
    }

    /// The number of an event, where the line says that it is one.
    fn is_event(&self, line: &str, name: &str) -> bool {
        let digits = name.trim_start_matches('#');
        let Some(at) = line.find(name) else { return false };
        let before = line.get(..at).unwrap_or_default().trim_end();
        let said = ["event", "events"].iter().any(|word| before.ends_with(word));
        digits.parse().is_ok_and(|seq: u64| {
            (said && (1..=self.newest).contains(&seq)) || (name.starts_with('#') && self.shown.contains(&seq))
        })
    }

    /// A path is known by its steps. It may be put together once: a directory, and a relative path or a bare file name.
    fn knows_path(&self, path: &str) -> bool {
        if is_prose(path) {
            return true;
        }
        let parts: Vec<&str> = components(path).collect();
        let Some(last) = parts.last() else { return true };
        if parts.len() == 1 {
            return self.components.contains(&hash(last));
        }
        let mut joins = 0;
        for (at, pair) in parts.windows(2).enumerate() {
            let [a, b] = pair else { continue };
            if self.steps.contains(&step(a, b)) {
                continue;
            }
            let end = at + 2 == parts.len();
            let known = self.components.contains(&hash(a));
            let joined = self.starts.contains(&hash(b)) || (end && self.bare.contains(&hash(b)));
            joins += 1;
            if joins > 1 || !known || !joined {
                return false;
            }
        }
        true
    }

    /// A URL is known whole or as the beginning of a known one. What only another program reads of it does not count.
    fn knows_url(&self, url: &str) -> bool {
        let url = address::opened(url).trim_end_matches('/');
        let ends = |rest: &str| rest.is_empty() || rest.starts_with(['/', '?', '#', '&']);
        self.urls
            .range::<str, _>((std::ops::Bound::Included(url), std::ops::Bound::Unbounded))
            .take_while(|known| known.starts_with(url))
            .any(|known| known.strip_prefix(url).is_some_and(ends))
    }

    /// The target of a link or another address is one of the conversation's.
    pub fn knows_address(&self, target: &str) -> bool {
        if target.contains("://") {
            return address::urls(target).all(|url| url == target && self.knows_url(url));
        }
        !target.is_empty()
            && (self.addresses.contains(&hash(target)) || (!address::is_bare(target) && self.is_path(target)))
    }

    fn is_path(&self, target: &str) -> bool {
        target.bytes().all(is_path_byte) && !target.starts_with("//") && self.knows_path(target)
    }
}
