//! What a conversation is called.

use crate::engine::conversation::{Role, Turn};

/// Longest title of a conversation, in characters.
const TITLE_CHARS: usize = 80;

/// The first words of a person in a turn, as a title of the conversation.
pub fn title_of(turn: &Turn) -> Option<String> {
    let text = (turn.role == Role::User && !turn.meta).then(|| turn.text())?;
    text.lines().map(str::trim).find(|line| !line.is_empty()).map(shortened)
}

/// Cut behind a word where it is too long.
fn shortened(line: &str) -> String {
    let Some((end, _)) = line.char_indices().nth(TITLE_CHARS) else { return line.to_owned() };
    let room = line.char_indices().nth(TITLE_CHARS - 1).map_or(end, |(at, _)| at);
    let cut = line.get(..room).unwrap_or(line);
    // A language without spaces, or one long word, is cut where the room ends.
    let words = cut.rfind(char::is_whitespace).filter(|at| *at > room / 2).and_then(|at| cut.get(..at)).unwrap_or(cut);
    format!("{}…", words.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_titles_end_behind_a_word() {
        let words = "word ".repeat(30);
        let check = |line: &str, expected: &str| assert_eq!(shortened(line), expected);
        check("Fix the build.", "Fix the build.");
        check(&"x".repeat(80), &"x".repeat(80));
        check(&"x".repeat(81), &format!("{}…", "x".repeat(79)));
        check(words.trim(), &format!("{}…", "word ".repeat(15).trim()));
        check(&"é".repeat(90), &format!("{}…", "é".repeat(79)));
        check(&format!("a {}", "b".repeat(90)), &format!("a {}…", "b".repeat(77)));
    }
}
