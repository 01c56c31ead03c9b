//! Who speaks in a text that stands under the user's name, for agents that do not say it: a text that is one element of
//! a harness's, or begins like one of its notes, is not the human's.

/// Elements around the human's own words.
const HUMAN: [&str; 7] = ["task", "feedback", "user_message", "user_query", "answer", "user_feedback", "bash_input"];

/// First words of notes that programs write.
const NOTES: [&str; 4] = [
    "# AGENTS.md instructions",
    "[Request interrupted by user",
    "System: Please continue.",
    "This session is being continued from a previous conversation",
];

/// The text is the harness's as a whole.
pub(super) fn is_harness(text: &str) -> bool {
    let text = text.trim();
    if NOTES.iter().any(|note| text.starts_with(note)) {
        return true;
    }
    let mut rest = text;
    while let Some((name, _, after)) = first_element(rest) {
        if HUMAN.contains(&name) || !is_harness_name(name) {
            return false;
        }
        rest = after.trim_start();
    }
    rest.is_empty()
}

/// Names of harnesses' elements have more than one word (`environment_context`, `system-reminder`); HTML's have one.
fn is_harness_name(name: &str) -> bool {
    name.contains(['_', '-', ' ']) || matches!(name, "INSTRUCTIONS" | "skill" | "system" | "context")
}

/// Splits `<name …>inner</name>rest`; an element without an end takes the whole text.
pub(super) fn first_element(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.strip_prefix('<')?;
    let (head, inner) = open.split_once('>')?;
    // Codex has an element with a space in its name: `<permissions instructions>`.
    let name = if head.contains('=') { head.split(' ').next()? } else { head };
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '));
    if !named || name.len() > 64 {
        return None;
    }
    let (inner, rest) = inner.split_once(&format!("</{name}>")).unwrap_or((inner, ""));
    Some((name, inner, rest))
}

#[cfg(test)]
mod tests {
    use super::is_harness;

    #[test]
    fn the_harness_is_told_from_the_human() {
        let check = |text: &str, expected: bool| assert_eq!(is_harness(text), expected, "{text}");
        check("fix the parser", false);
        check("", true);
        check("<environment_context>\n <cwd>/x</cwd>\n</environment_context>", true);
        check("<environment_context>a</environment_context> and now?", false);
        check("<permissions instructions>a</permissions instructions>", true);
        check("# AGENTS.md instructions for /x\n<INSTRUCTIONS>a</INSTRUCTIONS>", true);
        check("<user_message>go on</user_message>", false);
        check("<environment_details>a</environment_details>\n<feedback>no</feedback>", false);
        check("<div class=\"a\">b</div>", false);
        check("<b>bold</b>", false);
        check("a < b and b > c", false);
        check("<turn_aborted>\nunclosed", true);
    }
}
