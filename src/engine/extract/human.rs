//! The human's own words in a user turn: what the harness wrote in the human's name is taken out, and what the human
//! said inside a tool's answer (the reason of a rejection, an answered question) is found.

use super::text;

/// Tags whose content the harness wrote. A name that ends in `-` or `_` stands for all tags that begin so.
const HARNESS_TAGS: [&str; 15] = [
    "system-reminder",
    "system_reminder",
    "command-",
    "local-command-",
    "ide_",
    "user-prompt-submit-hook",
    "task-notification",
    "bash-",
    "environment_",
    "environment-",
    "user_instructions",
    "turn_aborted",
    "hook-",
    "persisted-output",
    "skill",
];

/// Beginnings of messages that the harness wrote as a whole.
const HARNESS_MESSAGES: [&str; 7] = [
    "Operation stopped by hook",
    "This session is being continued from a previous conversation",
    "Base directory for this skill:",
    "Caveat: The messages below were generated",
    "# AGENTS.md instructions",
    "Stop hook feedback",
    "API Error",
];

/// What the human wrote in `text`; empty where all of it is the harness's.
pub fn words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (before, tail) = rest.split_at(open);
        out.push_str(before);
        let Some((arguments, after)) = harness_block(tail) else {
            out.push('<');
            rest = tail.get(1..).unwrap_or_default();
            continue;
        };
        if let Some(arguments) = arguments {
            out.push('\n');
            out.push_str(arguments);
            out.push('\n');
        }
        rest = after;
    }
    out.push_str(rest);
    let kept: Vec<&str> =
        out.lines().filter(|line| !line.trim_start().starts_with("[Request interrupted by user")).collect();
    let kept = kept.join("\n");
    let kept = kept.trim();
    if HARNESS_MESSAGES.iter().any(|start| kept.starts_with(start)) { String::new() } else { kept.to_owned() }
}

/// For text that begins with a harness block: the words of the human in it (a slash command's arguments), and what
/// follows the block.
fn harness_block(text: &str) -> Option<(Option<&str>, &str)> {
    let body = text.strip_prefix('<')?;
    let end = body.find(|letter: char| !(letter.is_ascii_lowercase() || letter == '-' || letter == '_'))?;
    let (tag, after) = body.split_at(end);
    let ours = |name: &str| if name.ends_with(['-', '_']) { tag.starts_with(name) } else { tag == name };
    if !HARNESS_TAGS.iter().any(|name| ours(name)) {
        return None;
    }
    let inner = after.split_once('>')?.1;
    let close = format!("</{tag}>");
    let Some((inside, rest)) = inner.split_once(close.as_str()) else { return Some((None, "")) };
    let arguments = (tag == "command-args" && !inside.trim().is_empty()).then(|| inside.trim());
    Some((arguments, rest))
}

/// What the user said inside a tool's answer: the reason of a rejection, or the answers to the agent's questions.
pub fn in_result(result: &str) -> Option<&str> {
    const MARKS: [&str; 6] = [
        "the user said:",
        "The user said:",
        "reason for the rejection:",
        "following reason for the rejection:",
        "User feedback:",
        "User has answered your questions:",
    ];
    const TRAILERS: [&str; 3] = ["You can now continue with the user's answers", "\n\nNote: ", "\n<system-reminder>"];
    let head = result.get(..text::floor(result, 6000)).unwrap_or_default();
    let said = MARKS.iter().find_map(|mark| head.split_once(mark)).map(|(_, said)| said)?;
    let end = TRAILERS.iter().filter_map(|trailer| said.find(trailer)).min().unwrap_or(said.len());
    let said = said.get(..end).unwrap_or(said).trim();
    (said.len() >= 3).then_some(said)
}

/// A tool's answer says that the user did not allow the call.
pub fn is_rejection(result: &str) -> bool {
    let head = result.get(..text::floor(result, 400)).unwrap_or_default();
    ["user doesn't want to proceed", "tool use was rejected", "user rejected", "user denied", "rejected by user"]
        .iter()
        .any(|mark| head.contains(mark))
}

/// The sentence corrects or constrains the work.
pub fn corrects(sentence: &str) -> bool {
    const STARTS: [&str; 34] = [
        "no ",
        "no,",
        "no.",
        "no:",
        "nope",
        "not ",
        "stop",
        "wait",
        "actually",
        "instead",
        "don't",
        "dont ",
        "do not",
        "never",
        "always",
        "must ",
        "please don't",
        "please do not",
        "please never",
        "please always",
        "revert",
        "undo",
        "rather",
        "only ",
        "wrong",
        "hmm",
        "why ",
        "but ",
        "keep ",
        "leave ",
        "sorry",
        "oh ",
        "that's ",
        "thats ",
    ];
    const INSIDE: [&str; 46] = [
        "instead of",
        "should not",
        "shouldn't",
        "should be",
        "should have",
        "should use",
        "should only",
        "should we",
        "must not",
        "must be",
        "must never",
        "not allowed",
        "incorrect",
        "doesn't work",
        "does not work",
        "not work",
        "still fail",
        "still not",
        "still see",
        "still get",
        "i want",
        "i don't",
        "i do not",
        "i dont",
        "i said",
        "i meant",
        "i prefer",
        "i'd prefer",
        "make sure",
        "you forgot",
        "you missed",
        "you broke",
        "you need to",
        "you didn't",
        "you did not",
        "you should",
        "you must",
        "is wrong",
        "is not what",
        "no need",
        "from now on",
        "only use",
        "don't ",
        "do not ",
        "never ",
        "rather than",
    ];
    let lower: String = sentence
        .chars()
        .take(400)
        .flat_map(char::to_lowercase)
        .map(|letter| if letter == '’' { '\'' } else { letter })
        .collect();
    let lower = lower.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let clause = |start: &str| lower.starts_with(start) || lower.contains(&format!(", {start}"));
    STARTS.iter().any(|start| clause(start)) || INSIDE.iter().any(|mark| lower.contains(mark))
}
