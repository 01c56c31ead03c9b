//! Small readings of plain text: lines and sentences, clipping at word boundaries, the gutter of line numbers, plain
//! words, and the name that a line of source code defines.

/// The longest prefix of `text` of at most `limit` bytes that ends at a word boundary where it can.
pub fn clip(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let hard = text.get(..floor(text, limit)).unwrap_or_default();
    let soft = hard.rfind(char::is_whitespace).filter(|&at| at >= limit / 2);
    hard.get(..soft.unwrap_or(hard.len())).unwrap_or(hard).trim_end()
}

/// The largest character boundary that is not after `at`.
pub fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The smallest character boundary that is not before `at`.
pub fn ceil(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// Calls `each` for the sentences of prose; a line break ends a sentence.
pub fn sentences<'a>(text: &'a str, mut each: impl FnMut(&'a str)) {
    for line in text.lines() {
        let bytes = line.as_bytes();
        let mut start = 0;
        for (at, pair) in bytes.windows(2).enumerate() {
            if matches!(pair, [b'.' | b'!' | b'?', b' ']) && at + 1 - start >= 12 {
                each(line.get(start..=at).unwrap_or_default().trim());
                start = at + 2;
            }
        }
        each(line.get(start..).unwrap_or_default().trim());
    }
}

/// A line without the line number that a tool put before it (`  12→text`, `12\ttext`, `12| text`, `12 | text`), and
/// without what a compiler points with (`|    ^^^^ text`, `= note: text`).
pub fn without_gutter(line: &str) -> &str {
    let line = line.trim();
    let rest = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if rest.len() == line.len() {
        let text = line.trim_start_matches(['|', '^', '_', '-', '~', '=', ' ']);
        let before = line.get(..line.len() - text.len()).unwrap_or_default();
        let points = before.contains('^') || before.contains("~~") || before == "= ";
        return if points { text } else { line };
    }
    for mark in ["→", "\t", "|", " |"] {
        if let Some(text) = rest.strip_prefix(mark) {
            return text.trim();
        }
    }
    line
}

/// Calls `each` for the plain words of a line: letters only, no humps, three or more, none of the commonest.
pub fn words<'a>(line: &'a str, mut each: impl FnMut(&'a str)) {
    for chunk in line.split(|letter: char| letter.is_whitespace() || "()[]{}<>,;\"'`=|*&!?—…".contains(letter)) {
        let chunk = chunk.trim_matches(['.', ':', '-', '#', '+']);
        let plain = chunk.len() >= 3
            && chunk.bytes().all(|byte| byte.is_ascii_alphabetic())
            && chunk.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
        if plain && !COMMON.iter().any(|common| common.eq_ignore_ascii_case(chunk)) {
            each(chunk);
        }
    }
}

/// How many plain words a line has, counted up to `enough`.
pub fn word_count(line: &str) -> usize {
    let mut count = 0;
    words(line, |_| count += 1);
    count
}

/// Words that say nothing about what a line is about.
const COMMON: [&str; 60] = [
    "a", "about", "after", "all", "also", "and", "any", "are", "be", "been", "but", "by", "can", "did", "do", "does",
    "for", "from", "had", "has", "have", "how", "if", "in", "into", "is", "it", "its", "just", "let", "like", "more",
    "need", "no", "not", "now", "of", "on", "or", "our", "should", "so", "some", "that", "the", "then", "there",
    "they", "this", "to", "use", "was", "we", "what", "when", "where", "which", "will", "with", "you",
];

/// The name that a line of source code defines, in the languages whose definitions begin with a keyword.
pub fn defined_name(line: &str) -> Option<&str> {
    const MODIFIERS: [&str; 14] = [
        "pub",
        "export",
        "default",
        "async",
        "static",
        "public",
        "private",
        "protected",
        "abstract",
        "final",
        "unsafe",
        "declare",
        "override",
        "pub(crate)",
    ];
    const KEYWORDS: [&str; 17] = [
        "fn",
        "func",
        "def",
        "class",
        "struct",
        "enum",
        "trait",
        "interface",
        "type",
        "function",
        "const",
        "static",
        "module",
        "mod",
        "object",
        "record",
        "macro_rules!",
    ];
    let mut rest = line.trim_start();
    for _ in 0..4 {
        let (first, after) = rest.split_once(' ')?;
        if KEYWORDS.contains(&first) {
            let mut after = after.trim_start();
            if first == "func" && after.starts_with('(') {
                // A Go method: the receiver stands before the name.
                after = after.split_once(')')?.1.trim_start();
            }
            let end = after.find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).unwrap_or(after.len());
            let name = after.get(..end)?;
            return (name.len() >= 2 && !KEYWORDS.contains(&name) && !MODIFIERS.contains(&name)).then_some(name);
        }
        if !MODIFIERS.contains(&first) {
            return None;
        }
        rest = after.trim_start();
    }
    None
}

/// A hash that is the same on every machine and in every run (FNV-1a, 64 bits).
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
/// First words of the lines by which build tools and package managers show that they are at work.
const PROGRESS: [&str; 13] = [
    "Blocking",
    "Checking",
    "Collecting",
    "Compiling",
    "Downloaded",
    "Downloading",
    "Fetching",
    "Finished",
    "Locking",
    "Preparing",
    "Running",
    "Unpacking",
    "Updating",
];

/// First words of what compilers say after every failure.
const ADVICE: [&str; 3] =
    ["note: run with `RUST_BACKTRACE", "Some errors have detailed explanations:", "For more information about "];

/// A line that says that a tool is at work, which is of no use once it is done, or what it says each time.
pub fn is_noise(line: &str) -> bool {
    if ADVICE.iter().any(|advice| line.starts_with(advice)) {
        return true;
    }
    let mut words = line.split_whitespace();
    words.next().is_some_and(|word| PROGRESS.contains(&word)) && words.next().is_some() && !line.contains([':', '='])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_without_what_points_at_them() {
        let cases = [
            ("  12→let x = 1;", "let x = 1;"),
            ("78 |     Ok(x)", "Ok(x)"),
            ("   |         ^^^^^^^ expected `A`, found `B`", "expected `A`, found `B`"),
            ("   = note: expected struct `A`", "note: expected struct `A`"),
            ("| time | `hh:mm` |", "| time | `hh:mm` |"),
            ("- a list", "- a list"),
            ("--release", "--release"),
            ("2026 was long", "2026 was long"),
        ];
        for (line, expected) in cases {
            assert_eq!(without_gutter(line), expected, "{line}");
        }
    }

    #[test]
    fn noise_is_told_from_results() {
        let cases = [
            ("   Compiling serde v1.0.228", true),
            ("Downloading crates ...", true),
            ("Running unittests src/lib.rs (target/debug/deps/x)", true),
            ("error: could not compile `x`", false),
            ("Finished: 3 errors", false),
            ("note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace", true),
            ("note: required by a bound in `f`", false),
            ("Compiling", false),
            ("compiling is slow here", false),
        ];
        for (line, expected) in cases {
            assert_eq!(is_noise(line), expected, "{line}");
        }
    }
}
