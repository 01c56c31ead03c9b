//! An event as a person reads it: a page of markdown, or a short piece of it for a tooltip.
//!
//! Whatever a conversation says stands inside a code fence that is longer than any row of back-ticks in it, so no text
//! becomes a link, a picture or a heading of ours.

use std::fmt::Write as _;

use super::conversation::{Part, Turn};
use super::memory::rfc3339;
use super::message::read::{Body, read_event};

/// Characters of an event in a tooltip.
const SHORT: usize = 1_200;
/// Rows of an event in a tooltip.
const SHORT_ROWS: usize = 24;
/// Bytes of an event on a page.
const LONG: usize = 1 << 20;

/// What is told of an event.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// Its number.
    pub seq: u64,
    /// When it happened, milliseconds since the epoch.
    pub at: i64,
    /// A rewind has taken it out of the conversation.
    pub abandoned: bool,
    /// Its JSON as stored.
    pub raw: Box<str>,
    /// The tool whose answer it is, as far as that is known.
    pub tool: Option<String>,
}

impl EventPage {
    /// The first words of the event, for a tooltip.
    pub fn short(&self) -> String {
        let turn = self.turn();
        let whole = turn.as_ref().map(all_text).unwrap_or_default();
        let text = first_rows(&whole);
        let left = whole.chars().count() - text.chars().count();
        let mut page = self.headline("**", turn.as_ref());
        fenced("text", text, &mut page);
        if left > 0 {
            let _ = writeln!(page, "\n… {left} more characters");
        }
        page
    }

    /// The whole event as a document.
    pub fn long(&self) -> String {
        let turn = self.turn();
        let mut page = self.headline("# ", turn.as_ref());
        match &turn {
            None => fenced("json", &self.raw, &mut page),
            Some(turn) => {
                for part in &turn.parts {
                    let (title, text) = described(part);
                    let _ = writeln!(page, "\n{title}\n");
                    fenced("text", clipped(&text), &mut page);
                }
            }
        }
        page
    }

    fn turn(&self) -> Option<Turn> {
        match read_event(&self.raw).ok()?.body {
            Body::Turn(turn) => Some(turn),
            Body::Usage(_) => None,
        }
    }

    fn headline(&self, mark: &str, turn: Option<&Turn>) -> String {
        let role = turn.map_or("usage report", |turn| turn.role.name());
        let called = turn.and_then(|turn| {
            turn.parts.iter().find_map(|part| match part {
                Part::Call { name, .. } => Some(name.as_str()),
                _ => None,
            })
        });
        let close = if mark == "**" { mark } else { "" };
        let mut line = format!("{mark}Event {}{close}", self.seq);
        if mark == "# " {
            line.push_str("\n\n");
        } else {
            line.push_str(" · ");
        }
        let _ = write!(line, "{role} · {}", rfc3339(self.at));
        if let Some(tool) = called.or(self.tool.as_deref()) {
            let _ = write!(line, " · {}", tool_name(tool));
        }
        if self.abandoned {
            line.push_str(" · taken back");
        }
        line.push_str("\n\n");
        line
    }
}

/// The name of the tool that a call in an event runs.
pub fn tool_called(raw: &str, call: &str) -> Option<String> {
    let Body::Turn(turn) = read_event(raw).ok()?.body else { return None };
    turn.parts.into_iter().find_map(|part| match part {
        Part::Call { id, name, .. } if id == call => Some(name),
        _ => None,
    })
}

/// The calls that an event answers.
pub fn answers(raw: &str) -> Vec<String> {
    match read_event(raw).map(|event| event.body) {
        Ok(Body::Turn(turn)) => turn.results().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Whether an event calls a tool: then its doing comes after it.
pub fn calls(raw: &str) -> bool {
    matches!(read_event(raw).map(|event| event.body), Ok(Body::Turn(turn)) if turn.calls().next().is_some())
}

fn described(part: &Part) -> (String, String) {
    match part {
        Part::Text(text) => ("Text:".to_owned(), text.clone()),
        Part::Thinking(text) => ("Thinking:".to_owned(), text.clone()),
        Part::Call { name, input, .. } => (format!("Call of {}:", tool_name(name)), shown_input(input)),
        Part::Result { text, is_error, .. } => {
            (if *is_error { "Result (error):" } else { "Result:" }.to_owned(), text.clone())
        }
        Part::Other { kind, .. } => ("Other:".to_owned(), format!("({kind})")),
    }
}

fn all_text(turn: &Turn) -> String {
    let texts = turn.parts.iter().map(|part| described(part).1);
    texts.collect::<Vec<_>>().join("\n")
}

/// A call's input, one field a row where it has fields.
fn shown_input(input: &serde_json::Value) -> String {
    let plain = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match input.as_object() {
        Some(fields) => {
            fields.iter().map(|(name, value)| format!("{name}: {}", plain(value))).collect::<Vec<_>>().join("\n")
        }
        None => plain(input),
    }
}

/// A tool's name as code: only what names are made of, so that it stays code.
fn tool_name(name: &str) -> String {
    let tame = |letter: &char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':' | '/' | ' ');
    let name: String = name.chars().filter(tame).take(80).collect();
    if name.trim().is_empty() { "`?`".to_owned() } else { format!("`{}`", name.trim()) }
}

/// The head of a text for a tooltip.
fn first_rows(text: &str) -> &str {
    let rows = text.match_indices('\n').nth(SHORT_ROWS - 1).map_or(text.len(), |(at, _)| at);
    let letters = text.char_indices().nth(SHORT).map_or(text.len(), |(at, _)| at);
    text.get(..rows.min(letters)).unwrap_or(text)
}

fn clipped(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONG)).unwrap_or(text)
}

/// Text in a fence that it cannot close. Control characters become visible.
pub fn fenced(language: &str, text: &str, out: &mut String) {
    let shown: String = text
        .chars()
        .filter(|letter| *letter != '\r')
        .map(|letter| if letter.is_control() && letter != '\n' && letter != '\t' { '\u{fffd}' } else { letter })
        .collect();
    let longest = shown.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let end = if shown.ends_with('\n') { "" } else { "\n" };
    let _ = writeln!(out, "{fence}{language}\n{shown}{end}{fence}");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(raw: &str) -> EventPage {
        EventPage { seq: 7, at: 0, abandoned: false, raw: raw.into(), tool: None }
    }

    #[test]
    fn events_of_every_kind() {
        // (event, tooltip)
        let cases = [
            (
                r#"{"type":"message","message":{"role":"user","content":"hello"}}"#,
                "**Event 7** · user · 1970-01-01T00:00:00Z\n\n```text\nhello\n```\n",
            ),
            (
                r#"{"type":"toolCall","id":"a","name":"Ba`sh\n","input":{"command":"ls","n":[1]}}"#,
                "**Event 7** · assistant · 1970-01-01T00:00:00Z · `Bash`\n\n```text\ncommand: ls\nn: [1]\n```\n",
            ),
            (
                r#"{"type":"toolResult","id":"a","content":"a ```` fence"}"#,
                "**Event 7** · tool · 1970-01-01T00:00:00Z\n\n`````text\na ```` fence\n`````\n",
            ),
            (
                r#"{"type":"usage","inputTokens":1}"#,
                "**Event 7** · usage report · 1970-01-01T00:00:00Z\n\n```text\n\n```\n",
            ),
        ];
        for (raw, expected) in cases {
            assert_eq!(page(raw).short(), expected, "{raw}");
        }
        let long = r#"{"type":"message","message":{"role":"user","content":[{"type":"text","text":"a"},{"type":"tool_result","tool_use_id":"x","content":"b","is_error":true}]}}"#;
        let expected = "# Event 7\n\nuser · 1970-01-01T00:00:00Z · `Edit`\n\n\nText:\n\n```text\na\n```\n\nResult (error):\n\n```text\nb\n```\n";
        assert_eq!(EventPage { tool: Some("Edit".to_owned()), ..page(long) }.long(), expected);
    }

    #[test]
    fn long_events_are_clipped_in_tooltips() {
        let event = |text: &str| {
            serde_json::json!({"type": "message", "message": {"role": "user", "content": text}}).to_string()
        };
        let raw = event(&"x".repeat(2000));
        assert!(page(&raw).short().ends_with("```\n\n… 800 more characters\n"));
        let raw = event(&"y\n".repeat(40));
        assert_eq!(page(&raw).short().matches("y\n").count(), SHORT_ROWS);
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_fence(text in prop_oneof![any::<String>(), "[`~\r\n a]{0,60}"]) {
            let mut out = String::new();
            fenced("text", &text, &mut out);
            let mut rows = out.lines();
            let fence = rows.next().unwrap_or_default().trim_end_matches("text").to_owned();
            let closing: Vec<usize> = out.lines().skip(1).enumerate().filter(|(_, row)| row.trim().starts_with(&fence)).map(|(at, _)| at).collect();
            prop_assert_eq!(closing, [out.lines().count() - 2]);
        }
    }
}
