//! Our own turns as the APIs take them: the user begins, the two alternate, the user ends, and no text is blank.

use crate::engine::prompt::{By, Said};

/// What the user says where an API wants a turn and the prompt has none.
const FILLER: &str = "Continue.";

/// The turns, brought into the order that the APIs want; a list that already has it stays as it is.
pub(super) fn turns(said: &[Said]) -> Vec<Said> {
    let mut turns: Vec<Said> = Vec::new();
    for next in said.iter().filter(|said| !said.text.trim().is_empty()) {
        match turns.last_mut() {
            Some(last) if last.by == next.by => {
                last.text.push_str("\n\n");
                last.text.push_str(&next.text);
            }
            _ => {
                if turns.is_empty() && next.by == By::Assistant {
                    turns.push(filler());
                }
                turns.push(next.clone());
            }
        }
    }
    if turns.last().is_none_or(|last| last.by == By::Assistant) {
        turns.push(filler());
    }
    turns
}

fn filler() -> Said {
    Said { by: By::User, text: FILLER.to_owned() }
}

/// The role's name in both APIs.
pub(super) fn role(by: By) -> &'static str {
    match by {
        By::User => "user",
        By::Assistant => "assistant",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order() {
        // `u` and `a` are turns, what follows is their text.
        let check = |input: &[&str], expected: &[&str]| {
            let said: Vec<Said> = input
                .iter()
                .map(|turn| {
                    let (by, text) = turn.split_at(1);
                    Said { by: if by == "u" { By::User } else { By::Assistant }, text: text.to_owned() }
                })
                .collect();
            let found: Vec<String> =
                turns(&said).iter().map(|said| format!("{}{}", role(said.by).split_at(1).0, said.text)).collect();
            assert_eq!(found, expected, "{input:?}");
        };
        check(&["u1", "a2", "u3"], &["u1", "a2", "u3"]);
        check(&["u1", "u2", "a3", "a4", "u5"], &["u1\n\n2", "a3\n\n4", "u5"]);
        check(&["a1", "u2"], &["uContinue.", "a1", "u2"]);
        check(&["u1", "a2"], &["u1", "a2", "uContinue."]);
        check(&["u1", "a ", "u\n", "u2"], &["u1\n\n2"]);
        check(&[], &["uContinue."]);
    }
}
