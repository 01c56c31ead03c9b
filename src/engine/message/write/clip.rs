//! What stands for a text that is shortened or left out: its head and end, or a pointer. Each names the event that
//! has all of it.

use crate::engine::tokens;

/// A count as people say it, so that no mark looks like a number out of the conversation.
fn rounded(tokens: u32) -> String {
    if tokens < 1_000 { tokens.to_string() } else { format!("{}.{}k", tokens / 1_000, tokens % 1_000 / 100) }
}

/// The pointer that stands for a tool output left out.
pub fn mask_text(seq: u64, tokens: u32) -> String {
    let tokens = rounded(tokens);
    format!("[tool output of {tokens} tokens left out here; it is event {seq} of this session]")
}

/// The pointer for an output that stands again further down.
pub fn repeated_text(seq: u64) -> String {
    format!("[the same output stands again further down; this one is event {seq} of this session]")
}

/// The head and the end of a text, together about `budget` tokens, with a pointer to the whole between them.
pub fn clip_text(text: &str, budget: u32, seq: u64) -> String {
    let whole = tokens::estimate(text);
    if whole <= budget {
        return text.to_owned();
    }
    // Two thirds for the head: commands say what they do first, but errors come last.
    let share = |part: u64| {
        let bytes = text.len() as u64 * u64::from(budget) * part / (3 * u64::from(whole.max(1)));
        usize::try_from(bytes).unwrap_or(usize::MAX)
    };
    let head = line_floor(text, share(2));
    let tail = line_ceil(text, text.len() - share(1).min(text.len()));
    let left_out = rounded(whole.saturating_sub(budget));
    format!("{}\n[… {left_out} tokens left out; event {seq} has all of it]\n{}", text[..head].trim_end(), &text[tail..])
}

/// The largest end of a line not after `at`, or a character boundary where the line is long.
fn line_floor(text: &str, at: usize) -> usize {
    let at = floor_char(text, at);
    match text[..at].rfind('\n') {
        Some(line) if at - line < 200 => line,
        _ => at,
    }
}

fn line_ceil(text: &str, at: usize) -> usize {
    let at = floor_char(text, at);
    match text[at..].find('\n') {
        Some(line) if line < 200 => at + line + 1,
        _ => at,
    }
}

fn floor_char(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
