//! The memory inside an answer: without thinking and analysis, without what is said around it, without a code fence
//! around the whole.

use super::heading::{Heading, heading};

/// Longest tag, in bytes.
const LONGEST_TAG: usize = 100;
/// Tags that mean something in an answer. All but the last hold thoughts.
const NAMES: [&str; 4] = ["thinking", "think", "analysis", "memory"];
const ANALYSIS: usize = 2;
const MEMORY: usize = 3;

/// The memory as the model wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Its text.
    pub text: String,
    /// It ends with its closing tag, so nothing of it is missing.
    pub closed: bool,
}

struct Tag {
    start: usize,
    end: usize,
    name: usize,
    close: bool,
}

/// The memory in an answer; an error says why there is none.
pub fn body(answer: &str) -> Result<Body, &'static str> {
    let tags = tags(answer);
    let last = |name: usize, close: bool| tags.iter().rposition(|tag| tag.name == name && tag.close == close);
    let between = |from: usize, to: usize| answer.get(from..to).unwrap_or_default();
    let mut outside = String::new();
    let (mut at, mut from) = (0, 0);
    while let Some(tag) = tags.get(at) {
        if tag.name == MEMORY {
            if !tag.close {
                let close = last(MEMORY, true).filter(|close| *close > at);
                let end = close.and_then(|close| tags.get(close)).map_or(answer.len(), |tag| tag.start);
                let inside = tags.get(at + 1..close.unwrap_or(tags.len())).unwrap_or_default();
                let text = without_thoughts(answer, tag.end, end, inside)?;
                return Ok(Body { text: unfenced(&text).to_owned(), closed: close.is_some() });
            }
            at += 1;
        } else if tag.close {
            // Templates of some models leave the opening tag out.
            outside.clear();
            from = tag.end;
            at += 1;
        } else {
            outside.push_str(between(from, tag.start));
            let close = last(tag.name, true).filter(|close| *close > at).and_then(|_| {
                let mut rest = tags.iter().enumerate().skip(at + 1);
                rest.find(|(_, other)| other.name == tag.name && other.close)
            });
            if let Some((found, close)) = close {
                from = close.end;
                at = found + 1;
            } else if tag.name == ANALYSIS
                && let Some(found) = last(MEMORY, false).filter(|found| *found > at)
            {
                from = tags.get(found).map_or(answer.len(), |tag| tag.start);
                at = found;
            } else {
                return Err("its thinking has no end");
            }
        }
    }
    outside.push_str(between(from, answer.len()));
    Ok(Body { text: unfenced(&outside).to_owned(), closed: false })
}

/// The text from `from` to `to` without the thoughts that begin a line in it.
fn without_thoughts(answer: &str, from: usize, to: usize, tags: &[Tag]) -> Result<String, &'static str> {
    let mut out = String::new();
    let mut done = from;
    let last: Vec<Option<usize>> =
        (0..NAMES.len()).map(|name| tags.iter().rposition(|tag| tag.name == name && tag.close)).collect();
    for (at, tag) in tags.iter().enumerate() {
        let row = answer.get(done..tag.start).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
        if tag.start < done || !row.trim().is_empty() {
            continue;
        }
        if tag.name == MEMORY {
            // A second memory: its headings must begin their lines.
            out.push_str(answer.get(done..tag.start).unwrap_or_default());
            out.push('\n');
            done = tag.end;
        }
        if tag.name == MEMORY || tag.close {
            continue;
        }
        let closed = last.get(tag.name).copied().flatten().is_some_and(|close| close > at);
        let mut later = tags.iter().skip(at + 1);
        match later.find(|other| closed && other.name == tag.name && other.close) {
            Some(close) => {
                out.push_str(answer.get(done..tag.start).unwrap_or_default());
                done = close.end;
            }
            None if tag.name == ANALYSIS => {}
            None => return Err("its thinking has no end"),
        }
    }
    out.push_str(answer.get(done..to).unwrap_or_default());
    Ok(out)
}

fn tags(text: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices('<') {
        let inner = text.get(start + 1..).unwrap_or_default();
        let close = inner.starts_with('/');
        let name = inner.trim_start_matches('/');
        let length = name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len());
        let word = name.get(..length).unwrap_or_default();
        let Some(index) = NAMES.iter().position(|name| name.eq_ignore_ascii_case(word)) else { continue };
        if let Some(end) = inner.bytes().take(LONGEST_TAG).position(|byte| byte == b'>') {
            found.push(Tag { start, end: start + end + 2, name: index, close });
        }
    }
    found
}

/// The text inside the fence that stands right before its first heading.
fn unfenced(text: &str) -> &str {
    let mut fence = None;
    let mut at = 0;
    for row in text.split_inclusive('\n') {
        at += row.len();
        let trimmed = row.trim();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fence = Some((at, trimmed.get(..3).unwrap_or_default()));
        } else if matches!(heading(row), Some(Heading::Known(..))) {
            break;
        } else if !trimmed.is_empty() && heading(row).is_none() {
            fence = None;
        }
    }
    let Some((start, mark)) = fence else { return text };
    let inside = text.get(start..).unwrap_or_default();
    // The fence may be missing where the answer ends in it.
    let end = inside.rmatch_indices(mark).map(|(at, _)| at).find(|&at| {
        let before = inside.get(..at).unwrap_or_default();
        let after = inside.get(at..).unwrap_or_default().trim_start_matches(['`', '~']);
        before.ends_with('\n') && after.lines().all(|row| heading(row).is_none())
    });
    inside.get(..end.unwrap_or(inside.len())).unwrap_or(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_found() {
        let unclosed = Err("its thinking has no end");
        let cases = [
            ("<memory>a</memory>", Ok(("a", true))),
            ("Sure.\n<Memory>\na\n</MEMORY>\nDone.", Ok(("\na\n", true))),
            ("<memory>a", Ok(("a", false))),
            ("a", Ok(("a", false))),
            ("<think>x</think>a", Ok(("a", false))),
            ("<think>x</think>", Ok(("", false))),
            ("x</think>\na", Ok(("\na", false))),
            ("<think>x\na", unclosed),
            ("<thinking>x <memory>a</memory>", unclosed),
            ("<analysis>x <memory>a</memory>", Ok(("a", true))),
            ("<analysis>x", unclosed),
            ("<analysis>x <memory>b</memory></analysis><memory>a</memory>", Ok(("a", true))),
            ("<memory>a\n</memory><memory>b</memory>", Ok(("a\n\n\nb", true))),
            ("<memory>a </memory> b</memory>", Ok(("a </memory> b", true))),
            ("<memory>\n<analysis>x</analysis>\na</memory>", Ok(("\n\na", true))),
            ("<memory>\n<think>x\na</memory>", unclosed),
            ("<memory>\nthe tag <think> in a line\n</memory>", Ok(("\nthe tag <think> in a line\n", true))),
            ("```markdown\n## Current State\n- a\n```", Ok(("## Current State\n- a\n", false))),
            (
                "Here:\n\n```\n# Memory\n## Current State\n- a\n```\nDone.",
                Ok(("# Memory\n## Current State\n- a\n", false)),
            ),
            ("<memory>\n```md\n## Current State\n- a\n```\n</memory>", Ok(("## Current State\n- a\n", true))),
            ("## Current State\n- a\n```\nx\n```\n", Ok(("## Current State\n- a\n```\nx\n```\n", false))),
        ];
        for (answer, expected) in cases {
            let expected = expected.map(|(text, closed)| Body { text: text.to_owned(), closed });
            assert_eq!(body(answer), expected, "{answer:?}");
        }
    }
}
