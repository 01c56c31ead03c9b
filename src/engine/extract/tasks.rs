//! The agent's open tasks in their latest state, whatever tool or checklist keeps them.

use serde::{Deserialize, Serialize};

use super::text;

/// Tasks kept at most.
const MOST: usize = 100;

/// One task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// The tool's id of it; empty where the tool keeps the whole list.
    pub id: String,
    /// What is to be done.
    pub text: String,
    /// It is done or dropped.
    pub done: bool,
}

/// The list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tasks {
    items: Vec<Task>,
    /// The user's request under work when the list changed last.
    pub request: u32,
}

impl Tasks {
    /// A tool wrote the whole list: it stands for every earlier one.
    pub fn replace(&mut self, items: Vec<(String, bool)>, request: u32) {
        self.request = request;
        self.items = items.into_iter().take(MOST).map(|(text, done)| Task { id: String::new(), text, done }).collect();
    }

    /// A tool added a task, whose id is not known before the tool's answer.
    pub fn add(&mut self, text: String, request: u32) {
        self.request = request;
        if self.items.iter().any(|task| task.text == text && !task.done) {
            return;
        }
        if self.items.len() >= MOST {
            let oldest = self.items.iter().position(|task| task.done).unwrap_or_default();
            self.items.remove(oldest);
        }
        self.items.push(Task { id: String::new(), text, done: false });
    }

    /// The tool's answer names the new task: `Task #5 created successfully: …`.
    pub fn named(&mut self, answer: &str) {
        let id = answer.split_once('#').map(|(_, rest)| rest).map_or("", |rest| {
            rest.get(..rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len()))
                .unwrap_or_default()
        });
        let fresh = self
            .items
            .iter_mut()
            .find(|task| task.id.is_empty() && (answer.contains(task.text.as_str()) || !answer.contains(':')));
        if let Some(task) = fresh.filter(|_| !id.is_empty()) {
            id.clone_into(&mut task.id);
        }
    }

    /// A tool changed the state of one task.
    pub fn change(&mut self, id: &str, done: bool, request: u32) {
        self.request = request;
        let by_order = id.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let named = self.items.iter().rposition(|task| task.id == id);
        let at = named.or_else(|| by_order.filter(|at| self.items.get(*at).is_some_and(|task| task.id.is_empty())));
        if let Some(task) = at.and_then(|at| self.items.get_mut(at)) {
            task.done = done;
        }
    }

    /// A markdown checklist in the assistant's prose stands for the list, unless a tool keeps one.
    pub fn checklist(&mut self, prose: &str, request: u32) {
        let item = |line: &str| {
            let line = line.trim_start().trim_start_matches(['-', '*', '+']).trim_start();
            let (mark, text) = line.strip_prefix('[')?.split_once(']')?;
            let done = matches!(mark, "x" | "X");
            (done || mark == " ").then(|| (text::clip(text.trim(), 400).to_owned(), done))
        };
        let items: Vec<_> = prose.lines().filter_map(item).collect();
        let kept_by_tool = self.items.iter().any(|task| !task.id.is_empty());
        if items.len() >= 2 && !kept_by_tool {
            self.replace(items, request);
        }
    }

    /// The tasks that are not done, in their order.
    pub fn open(&self) -> impl Iterator<Item = &Task> {
        self.items.iter().filter(|task| !task.done)
    }
}
