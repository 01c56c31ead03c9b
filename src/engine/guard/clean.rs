//! Text made harmless. [`visible`] takes out everything that a reader cannot see, for a prompt as well as for a
//! memory. [`line()`] makes one plain paragraph of what a model wrote: no heading, no tag, no image, no link.

use super::evidence::Evidence;

/// Longest address or tag that is looked at as one, in bytes; it bounds the search from each opening mark.
const LONGEST: usize = 500;
/// Rounds of taking out tags and links; what could still be one after that loses its marks.
const ROUNDS: usize = 4;
/// Tags that could pass for a frame of a prompt. They go even where they stand in back-ticks.
const FRAMES: [&str; 16] = [
    "memory",
    "analysis",
    "think",
    "thinking",
    "summary",
    "system",
    "system-reminder",
    "user",
    "assistant",
    "human",
    "tool",
    "tool_use",
    "tool_result",
    "instructions",
    "invoke",
    "function_calls",
];
/// Tags of HTML that a browser acts on, told apart from type parameters such as `Vec<u8>`.
const MARKUP: [&str; 40] = [
    "a", "audio", "b", "base", "body", "br", "button", "code", "div", "em", "embed", "form", "frame", "h1", "h2", "h3",
    "head", "hr", "html", "i", "iframe", "img", "input", "li", "link", "meta", "object", "ol", "p", "pre", "script",
    "span", "strong", "style", "svg", "table", "textarea", "ul", "video", "details",
];

/// The text without terminal escapes, control characters, and characters that are invisible or turn the direction of
/// writing. Every kind of line break becomes `\n`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '\u{1b}' => rest = escape(rest.as_str()).chars(),
            '\r' => {
                if !rest.as_str().starts_with('\n') {
                    out.push('\n');
                }
            }
            '\n' | '\t' => out.push(letter),
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            _ if letter.is_control() || is_hidden(letter) => {}
            _ => out.push(letter),
        }
    }
    out
}

/// What follows a terminal's escape sequence, given the text behind its first character.
fn escape(text: &str) -> &str {
    if let Some(body) = text.strip_prefix('[') {
        return body.trim_start_matches(|letter: char| (' '..='?').contains(&letter)).get(1..).unwrap_or(body);
    }
    if let Some(body) = text.strip_prefix([']', 'P', 'X', '^', '_']) {
        // A title or an address. One that is not closed on its line swallows nothing.
        let row = body.lines().next().unwrap_or_default();
        let bell = row.find('\u{7}').map(|at| at + 1);
        let string = row.find("\u{1b}\\").map(|at| at + 2);
        return bell.into_iter().chain(string).min().and_then(|end| body.get(end..)).unwrap_or(body);
    }
    text
}

/// Zero-width characters, marks of the direction of writing, fillers, tags.
fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0e}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// What a model wrote as one plain paragraph; empty where nothing is left of it.
pub fn line(text: &str, evidence: &Evidence) -> String {
    let text = visible(text);
    let text = single_ticks(&text);
    let pieces: Vec<&str> = text.split('`').collect();
    let mut out = String::with_capacity(text.len());
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            out.push('`');
        }
        if at % 2 == 1 {
            out.push_str(&without_tags(piece, true));
        } else {
            out.push_str(&without_links(&without_tags(piece, false), evidence));
        }
    }
    let words: Vec<&str> = out.split_whitespace().collect();
    let plain = unlinkable(without_marks(&words.join(" ")));
    if plain.chars().any(char::is_alphanumeric) { plain } else { String::new() }
}

/// Code between single back-ticks, always in pairs: the only form of it that every reader of Markdown sees alike.
fn single_ticks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter == '`' {
            while out.ends_with('\\') {
                out.pop();
            }
            if out.ends_with('`') {
                continue;
            }
        }
        out.push(letter);
    }
    if out.matches('`').count() % 2 == 1
        && let Some(last) = out.rfind('`')
    {
        out.remove(last);
    }
    out
}

/// The text without tags; in `code` only those go that could pass for a frame of a prompt.
fn without_tags(text: &str, code: bool) -> String {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let next = one_round(&text, code);
        if next == text {
            return text;
        }
        text = next;
    }
    text.replace('<', " ")
}

fn one_round(text: &str, code: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let inner = tag.get(1..).unwrap_or_default();
        let name = inner.trim_start_matches('/');
        let end = name.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_' || letter == '-'));
        let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default().to_ascii_lowercase();
        let opens = inner.starts_with(|letter: char| letter.is_ascii_alphabetic() || "/!?".contains(letter));
        let joined = before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':');
        let inside = inner.bytes().take(LONGEST).take_while(|&byte| byte != b'>');
        // `Vec<User>` is a type, `x<img src=…>` is not.
        let typed = inner.starts_with(|letter: char| letter.is_ascii_uppercase()) && inside.clone().all(|b| b != b'=');
        let known = MARKUP.contains(&name.as_str()) || FRAMES.contains(&name.as_str());
        let generic = joined && !inner.starts_with('/') && (typed || !known);
        let frame = FRAMES.contains(&name.as_str()) && !generic;
        if !opens || (!frame && (code || generic)) {
            out.push('<');
            rest = inner;
            continue;
        }
        rest = if inner.starts_with("http://") || inner.starts_with("https://") {
            let end = inner.bytes().take(LONGEST).position(|byte| b"<> ".contains(&byte));
            let (address, after) = inner.split_at_checked(end.unwrap_or_default()).unwrap_or_default();
            out.push_str(address);
            after.strip_prefix('>').unwrap_or(after)
        } else {
            match inner.bytes().take(LONGEST).position(|byte| byte == b'>') {
                Some(close) => inner.get(close + 1..).unwrap_or_default(),
                None => inner,
            }
        };
    }
    out.push_str(rest);
    out
}

/// The text with links and images as words; an address stays only where it is known.
fn without_links(text: &str, evidence: &Evidence) -> String {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let next = unlinked(&text, evidence);
        if next == text {
            break;
        }
        text = next;
    }
    text
}

/// The line without what makes a link: not every reader sees code where we do, so it goes there too.
fn unlinkable(line: &str) -> String {
    let line = line.replace("](", "] (");
    // A line that begins like this would define the target of links, and would not be shown.
    if line.starts_with('[') { line.replace("]:", "] :") } else { line }
}

fn unlinked(text: &str, evidence: &Evidence) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, link) = rest.split_at(at);
        out.push_str(before);
        rest = link.get(1..).unwrap_or_default();
        let Some((label, target, after)) = link_at(rest) else {
            out.push('[');
            continue;
        };
        let image = out.ends_with('!');
        if image {
            out.pop();
        }
        out.push_str(label);
        if !image && evidence.knows_address(target) {
            out.push_str(" (");
            out.push_str(target);
            out.push(')');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The label, the address and what follows of a link, given the text behind its `[`.
fn link_at(text: &str) -> Option<(&str, &str, &str)> {
    let close = text.bytes().take(LONGEST).position(|byte| byte == b']' || byte == b'[')?;
    let (label, after) = text.split_at_checked(close)?;
    let inside = after.strip_prefix("](")?;
    let end = inside.bytes().take(LONGEST).position(|byte| byte == b')')?;
    let (target, after) = inside.split_at_checked(end)?;
    let target = target.split_whitespace().next().unwrap_or_default();
    Some((label, target.trim_matches(['<', '>']), after.get(1..)?))
}

/// The text without the marks of headings, lists, quotes, tables and rules at its beginning.
fn without_marks(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let before = text;
        let hashes = text.trim_start_matches('#');
        if hashes.is_empty() || hashes.starts_with(' ') {
            text = hashes;
        }
        text = text.trim_start_matches(['>', '|', ' ']);
        for mark in ["- ", "* ", "+ ", "• "] {
            text = text.strip_prefix(mark).unwrap_or(text);
        }
        for rule in ["---", "===", "***", "~~~", "___"] {
            text = text.strip_prefix(rule).unwrap_or(text);
        }
        text = numbered(text).unwrap_or(text).trim();
        if text == before {
            return text;
        }
    }
}

/// What stands behind the number of a list.
pub fn numbered(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let digits = text.len() - rest.len();
    let rest = rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))?;
    (1..=2).contains(&digits).then(|| rest.trim_start())
}
