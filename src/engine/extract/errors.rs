//! Error lines of failed calls with the command that produced them, and what followed.

use serde::{Deserialize, Serialize};

use super::text;

/// Errors kept at most.
const MOST: usize = 40;
/// Lines taken from one result at most.
const PER_RESULT: usize = 4;

/// One error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The line, verbatim.
    pub line: String,
    /// The line without its numbers, by which a repetition is known.
    key: u64,
    /// What was called.
    pub call: String,
    /// Sequence number of the last event that showed it.
    pub seq: u64,
    /// The file that was edited next.
    pub edited: Option<String>,
    /// The same call went well later.
    pub passes: bool,
}

/// The last errors, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Failures {
    items: Vec<Failure>,
}

impl Failures {
    /// Reads the error lines of a result. `failed`: the tool said so; `runs`: the call ran a program, so that its
    /// output can tell of errors without failing. Returns whether there were any.
    pub fn read(&mut self, call: &str, result: &str, failed: bool, runs: bool, seq: u64) -> bool {
        if !failed && !runs {
            return false;
        }
        let lines =
            || result.lines().map(str::trim).filter(|line| (8..=500).contains(&line.len()) && !is_wrapper(line));
        let mut found: Vec<&str> = lines().filter(|line| is_error(line)).take(PER_RESULT).collect();
        if found.is_empty() && failed {
            found = lines().filter(|line| is_complaint(line)).take(2).collect();
        }
        if found.is_empty() && failed {
            found = lines().take(1).collect();
        }
        for line in &found {
            self.add(call, line, seq);
        }
        !found.is_empty()
    }

    fn add(&mut self, call: &str, line: &str, seq: u64) {
        let key = text::hash(
            &line.split(|letter: char| letter.is_ascii_digit() || letter == '.').collect::<Vec<_>>().join("#"),
        );
        let known = self.items.iter().position(|failure| failure.key == key);
        let line = text::clip(line, 400).to_owned();
        if let Some(at) = known {
            self.items.remove(at);
        } else if self.items.len() >= MOST {
            self.items.remove(0);
        }
        self.items.push(Failure {
            line,
            key,
            call: text::clip(call, 160).to_owned(),
            seq,
            edited: None,
            passes: false,
        });
    }

    /// A file was edited: the fix of what failed last.
    pub fn edited(&mut self, path: &str) {
        let last = self.items.last().map(|failure| failure.seq);
        for failure in self.items.iter_mut().rev().take_while(|failure| Some(failure.seq) == last) {
            failure.edited.get_or_insert_with(|| path.to_owned());
        }
    }

    /// A call went well: its earlier errors are gone.
    pub fn passed(&mut self, call: &str) {
        let call = text::clip(call, 160);
        for failure in self.items.iter_mut().filter(|failure| failure.call == call) {
            failure.passes = true;
        }
    }

    /// The errors, oldest first.
    pub fn items(&self) -> &[Failure] {
        &self.items
    }
}

/// The line wraps a result and says nothing itself.
fn is_wrapper(line: &str) -> bool {
    let bare = line.trim_matches(|letter: char| !letter.is_alphanumeric());
    bare.starts_with("returncode>")
        || bare.starts_with("Exit code")
        || bare.starts_with("exit status")
        || line == "<output>"
}

/// The line reports an error by its form.
fn is_error(line: &str) -> bool {
    const INSIDE: [&str; 22] = [
        "rror:",
        "rror[",
        "fatal:",
        "panic:",
        "FAIL",
        "Traceback",
        "Exception:",
        "Exception(",
        "xception in ",
        "ERROR",
        "command not found",
        "No such file",
        "no such file",
        "undefined:",
        "cannot find",
        "Cannot find",
        "not found",
        "does not exist",
        "ENOENT",
        "Permission denied",
        "permission denied",
        "Segmentation fault",
    ];
    if is_source(line) {
        return false;
    }
    let word = |word: &str| word.len() > 5 && (word.ends_with("Error") || word.ends_with("Exception"));
    INSIDE.iter().any(|mark| line.contains(mark))
        || line.split(|letter: char| !letter.is_ascii_alphanumeric()).take(8).any(word)
}

/// The line complains, which in a failed result is enough.
fn is_complaint(line: &str) -> bool {
    const INSIDE: [&str; 18] = [
        "error",
        "Error",
        "fail",
        "Fail",
        "cannot",
        "can't",
        "invalid",
        "Invalid",
        "unexpected",
        "denied",
        "refused",
        "timed out",
        "timeout",
        "mismatch",
        "conflict",
        "undefined",
        "expected",
        "must ",
    ];
    !is_source(line) && INSIDE.iter().any(|mark| line.contains(mark))
}

/// The line is source code or a hit of a search, which may speak of errors without being one.
fn is_source(line: &str) -> bool {
    const STARTS: [&str; 14] = [
        "func ", "def ", "return ", "if ", "class ", "//", "# ", "* ", "import ", "from ", "+", "} ", "raise ",
        "except ",
    ];
    text::without_gutter(line).len() != line.len() || STARTS.iter().any(|start| line.starts_with(start))
}
