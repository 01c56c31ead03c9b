//! Puts our hooks into the settings of an agent and takes them out again, as texts: files are the business of
//! [`agent_settings`](crate::host::agent_settings).
//!
//! Every other entry keeps its bytes. The text from before the first change ([backup](Settings::strip)) tells what was there
//! without us, so that installing and uninstalling leads back to it byte for byte.

pub mod advice;
pub mod command;
pub mod compact_prompt;
mod document;
mod entries;
pub mod places;
mod registrations;
pub mod script;
mod splice;

#[cfg(test)]
mod tests;

use serde_json::Value;

use document::{Container, Document};
use registrations::{Registrations, registrations};
use splice::Member;

use super::Agent;

/// A text that cannot be edited. What stands in it is left alone.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Fault {
    /// It is not what the agent reads.
    #[error("line {line}, column {column}: {said}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong there.
        said: String,
    },
    /// A value has another type than hooks can be put into.
    #[error("line {line}: {what} is not {kind}")]
    Shape {
        /// From 1.
        line: usize,
        /// Which value.
        what: String,
        /// What it must be.
        kind: &'static str,
    },
}

/// The settings of one agent, for our program at one path.
pub struct Settings {
    agent: Agent,
    program: String,
}

/// The mark that some editors of Windows put before a text.
const BOM: char = '\u{feff}';

impl Settings {
    /// For an agent that shall run `program`.
    pub fn new(agent: Agent, program: &str) -> Settings {
        Settings { agent, program: program.to_owned() }
    }

    /// Whether handlers of ours are in a text.
    pub fn is_in(&self, text: &str) -> Result<bool, Fault> {
        let text = text.strip_prefix(BOM).unwrap_or(text);
        Ok(!entries::ours(&Document::parse(text, self.wanted().syntax)?).is_empty())
    }

    /// The text with our handlers as they should be: the same text where they are. `text` is `None` where there is no file;
    /// `backup` is what the file said before we first changed it.
    pub fn install(&self, text: Option<&str>, backup: Option<&str>) -> Result<String, Fault> {
        if let Some(text) = text
            && entries::are(
                &Document::parse(text.strip_prefix(BOM).unwrap_or(text), self.wanted().syntax)?,
                &self.wanted(),
            )
        {
            return Ok(text.to_owned());
        }
        let bare = match text {
            Some(text) => self.strip(text, backup)?,
            None => None,
        };
        self.add(bare.as_deref())
    }

    /// The text without our handlers, `None` where only what we made would be left. A text that nobody changed since is the
    /// backup again. Without a backup there was no file before us.
    pub fn strip(&self, text: &str, backup: Option<&str>) -> Result<Option<String>, Fault> {
        let (bom, body) = split_bom(text);
        let syntax = self.wanted().syntax;
        let Some(program) = entries::ours(&Document::parse(body, syntax)?).into_iter().next() else {
            return Ok(Some(text.to_owned()));
        };
        let then = Settings::new(self.agent, &program);
        if then.add(backup).is_ok_and(|made| made == text) {
            return Ok(backup.map(str::to_owned));
        }
        let before = backup.map_or("", |backup| split_bom(backup).1);
        let before = Document::parse(before, syntax).ok();
        let kept = |path: &[&str]| before.as_ref().is_some_and(|before| entries::at(before, path).is_some());
        let mut body = body.to_owned();
        loop {
            let document = Document::parse(&body, syntax)?;
            let Some((from, index)) = entries::doomed(&document, &kept) else { break };
            body = splice::remove(&document, &from, index);
        }
        let nothing_before = before.is_none_or(|before| before.root.is_none());
        if nothing_before && entries::is_frame(&Document::parse(&body, syntax)?) {
            return Ok(backup.map(str::to_owned));
        }
        Ok(Some(format!("{bom}{body}")))
    }

    /// The text with our handlers behind what is there.
    fn add(&self, text: Option<&str>) -> Result<String, Fault> {
        let wanted = self.wanted();
        let (bom, body) = split_bom(text.unwrap_or_default());
        let mut body = body.to_owned();
        let mut members: Vec<(&str, Value)> = Vec::new();
        if wanted.version {
            members.push(("version", Value::from(1)));
        }
        let events: serde_json::Map<String, Value> =
            wanted.events.iter().map(|(event, list)| ((*event).to_owned(), Value::from(list.clone()))).collect();
        members.push(("hooks", Value::from(events)));
        if Document::parse(&body, wanted.syntax)?.settings()?.is_none() {
            let whole: serde_json::Map<String, Value> =
                members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            let newline = splice::newline(&body);
            let head = body.trim_end();
            let gap = if head.is_empty() { "" } else { newline };
            return Ok(format!("{bom}{head}{gap}{}", splice::whole(&Value::from(whole), newline)));
        }
        for (key, value) in members {
            let document = Document::parse(&body, wanted.syntax)?;
            let Some(settings) = document.settings()? else { continue };
            if entries::last(settings, key).is_none() {
                body =
                    splice::insert(&document, &Container::object(settings), &Member { key: Some(key), value: &value });
            } else if key == "hooks" {
                body = add_events(&body, &wanted)?;
            }
        }
        Ok(format!("{bom}{body}"))
    }

    fn wanted(&self) -> Registrations {
        registrations(self.agent, &self.program)
    }
}

/// The text with our handlers in the `hooks` that it has.
fn add_events(text: &str, wanted: &Registrations) -> Result<String, Fault> {
    let mut body = text.to_owned();
    for (event, list) in &wanted.events {
        let document = Document::parse(&body, wanted.syntax)?;
        let Some(hooks) = entries::hooks(&document)? else { continue };
        let Some(present) = entries::last(hooks, event) else {
            let value = Value::from(list.clone());
            body = splice::insert(&document, &Container::object(hooks), &Member { key: Some(event), value: &value });
            continue;
        };
        if present.value.as_array().is_none() {
            return Err(document.not_a(&format!("`hooks.{event}`"), "a list", &present.value));
        }
        for value in list {
            let document = Document::parse(&body, wanted.syntax)?;
            let list = entries::hooks(&document)?.and_then(|hooks| entries::last(hooks, event));
            let Some(list) = list.and_then(|list| Container::of(&list.value)) else { continue };
            body = splice::insert(&document, &list, &Member { key: None, value });
        }
    }
    Ok(body)
}

fn split_bom(text: &str) -> (&str, &str) {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    (&text[..text.len() - body.len()], body)
}
