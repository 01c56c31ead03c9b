//! How tool results are read.

use super::index::{Source, Stat};
use super::lexer::Kind;
use super::mention::Mention;
use super::observe::{head, sample};
use super::{Extractor, LastRun, facts, human, text};

/// Of a clipped result these many bytes at its head and its end still stand in the tail.
const SHOWN_HEAD: usize = 300;
const SHOWN_END: usize = 200;

impl Extractor {
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
        let base =
            Mention { home, failed, shown: false, size, found, ..Mention::new(Stat::Result, Stat::ResultAt, seq) };
        if let Some(facts) = facts::read(result) {
            for fact in facts {
                if let Some(mut line) = self.line(seq, Source::Result, base, &fact) {
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
                if let Some(line) = self.line(seq, Source::Result, Mention { shown, defined, ..base }, line) {
                    self.keep(line);
                }
            }
        }
    }
}

/// Values of two or three digits in a JSON fact: amounts, which prose would not single out.
fn amounts(fact: &str) -> impl Iterator<Item = &str> {
    fact.split([' ', ',', '{', '}'])
        .filter(|word| (2..=3).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit()))
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
