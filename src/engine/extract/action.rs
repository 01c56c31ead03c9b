//! What a tool call does, read from the names of its inputs first and from the tool's name second, because every agent
//! names its tools differently and all of them call a path a path.

use serde_json::Value;

use super::text;

/// What a tool call does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A shell command.
    Run {
        /// The command without the bodies of its here-documents.
        command: String,
        /// What the agent says that it is for.
        purpose: String,
    },
    /// A change of files.
    Edit {
        /// The files, as the agent named them.
        paths: Vec<String>,
        /// The whole file was written.
        whole: bool,
        /// The text that was replaced.
        old: String,
        /// The text that replaced it.
        new: String,
    },
    /// A look into a file.
    Read {
        /// The file.
        path: String,
    },
    /// A search for a pattern.
    Search {
        /// What was sought.
        pattern: String,
        /// Where.
        place: String,
    },
    /// The whole list of tasks: text and whether it is done.
    Tasks(Vec<(String, bool)>),
    /// A new task.
    NewTask(String),
    /// A task's new state: its id and whether it is done.
    TaskState(String, bool),
    /// Anything else, as `key value` pairs.
    Other(Vec<(String, String)>),
}

/// The first of `keys` that is a non-empty string in `input`.
fn field<'a>(input: &'a Value, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| input.get(key)?.as_str()).filter(|value| !value.trim().is_empty())
}

const PATH_KEYS: [&str; 8] =
    ["file_path", "path", "filePath", "notebook_path", "filename", "file", "target_file", "absolute_path"];
const NEW_KEYS: [&str; 9] = [
    "new_string",
    "new_str",
    "newString",
    "insert_text",
    "new_source",
    "content",
    "file_text",
    "replacement",
    "code_edit",
];
const OLD_KEYS: [&str; 4] = ["old_string", "old_str", "oldString", "search"];
const EDITOR_COMMANDS: [&str; 5] = ["view", "create", "str_replace", "insert", "undo_edit"];

/// Reads the action of a call.
pub fn read(name: &str, input: &Value) -> Action {
    let lower = name.to_ascii_lowercase();
    let path = field(input, &PATH_KEYS);
    if let Some(action) = tasks(&lower, input) {
        return action;
    }
    if let Some(patch) = patch(&lower, input) {
        return patch;
    }
    if let Some(command) = command(&lower, input) {
        let purpose = field(input, &["description", "purpose", "justification"]).unwrap_or_default();
        return Action::Run {
            command: without_heredocs(&command),
            purpose: text::clip(purpose.trim(), 120).to_owned(),
        };
    }
    let old = field(input, &OLD_KEYS);
    let new = field(input, &NEW_KEYS);
    let edits = input.get("edits").and_then(Value::as_array);
    if let Some(path) = path {
        let written = ["write", "create", "edit", "replace", "insert"].iter().any(|verb| lower.contains(verb));
        if old.is_some() || edits.is_some() || (new.is_some() && (written || field(input, &["command"]).is_some())) {
            let each = |keys: &[&str]| -> String {
                let parts = edits.into_iter().flatten().filter_map(|edit| field(edit, keys));
                parts.collect::<Vec<_>>().join("\n")
            };
            return Action::Edit {
                paths: vec![path.to_owned()],
                whole: old.is_none() && edits.is_none(),
                old: old.map_or_else(|| each(&OLD_KEYS), str::to_owned),
                new: new.map_or_else(|| each(&NEW_KEYS), str::to_owned),
            };
        }
    }
    if let Some(pattern) = field(input, &["pattern", "query", "regex", "search_term", "glob_pattern"]) {
        let place = path.or_else(|| field(input, &["glob", "include", "directory", "dir"])).unwrap_or_default();
        return Action::Search { pattern: text::clip(pattern, 160).to_owned(), place: place.to_owned() };
    }
    match path {
        Some(path) if input.as_object().is_some_and(|object| object.len() <= 6) => {
            Action::Read { path: path.to_owned() }
        }
        _ => Action::Other(pairs(input)),
    }
}

/// The shell command of a call, if it has one.
fn command(lower: &str, input: &Value) -> Option<String> {
    let value = ["command", "cmd", "script", "bash"].iter().find_map(|key| input.get(key))?;
    match value {
        Value::String(command) if !command.trim().is_empty() && !EDITOR_COMMANDS.contains(&command.as_str()) => {
            Some(command.clone())
        }
        Value::Array(words) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            match words.as_slice() {
                [] => None,
                [shell, flag, script] if shell.ends_with("sh") && flag.starts_with('-') => Some((*script).to_owned()),
                words => Some(words.join(" ")),
            }
        }
        Value::String(command) if lower.contains("shell") => Some(command.clone()),
        _ => None,
    }
}

/// A command in one line, the bodies of here-documents left out.
fn without_heredocs(command: &str) -> String {
    let mut out = String::new();
    let mut lines = command.lines();
    while let Some(line) = lines.next() {
        out.push_str(line.trim());
        out.push('\n');
        let Some((_, mark)) = line.split_once("<<") else { continue };
        let mark = mark.trim_start_matches(['-', ' ', '\'', '"', '\\']);
        let end = mark.find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).unwrap_or(mark.len());
        let mark = mark.get(..end).unwrap_or_default();
        if !mark.is_empty() {
            // A commit message or a note says what was done: its first line stays.
            let mut first = true;
            for body in lines.by_ref() {
                if body.trim() == mark {
                    break;
                }
                if first && !body.trim().is_empty() && line.contains("git ") {
                    out.push_str(body.trim());
                    out.push('\n');
                }
                first = false;
            }
        }
        if out.len() > 4000 {
            break;
        }
    }
    let lines: Vec<&str> = out.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    text::clip(&lines.join("\n"), 1200).to_owned()
}

/// `*** Update File: path` patches, whatever key they come under.
fn patch(lower: &str, input: &Value) -> Option<Action> {
    let body = match input {
        Value::String(body) => body,
        _ => field(input, &["patch", "input", "diff", "patchText"])?,
    };
    if !lower.contains("patch") && !body.contains("*** Begin Patch") {
        return None;
    }
    let mut paths = Vec::new();
    let (mut old, mut new) = (String::new(), String::new());
    for line in body.lines().take(4000) {
        let file = ["*** Update File: ", "*** Add File: ", "*** Delete File: ", "+++ b/"]
            .iter()
            .find_map(|mark| line.strip_prefix(mark));
        if let Some(path) = file {
            paths.push(path.trim().to_owned());
        } else if let Some(added) = line.strip_prefix('+') {
            new.push_str(added);
            new.push('\n');
        } else if let Some(removed) = line.strip_prefix('-') {
            old.push_str(removed);
            old.push('\n');
        }
    }
    (!paths.is_empty()).then_some(Action::Edit { paths, whole: false, old, new })
}

/// Task lists: `todos`, `plan`, one new task, one changed task.
fn tasks(lower: &str, input: &Value) -> Option<Action> {
    let done = |item: &Value| {
        let state = field(item, &["status", "state"]).unwrap_or_default().to_ascii_lowercase();
        matches!(state.as_str(), "completed" | "complete" | "done" | "cancelled" | "canceled" | "deleted")
            || item.get("done") == Some(&Value::Bool(true))
    };
    let list = ["todos", "plan", "tasks", "items"].iter().find_map(|key| input.get(key)?.as_array());
    if let Some(list) = list {
        let text = |item: &Value| {
            let text =
                field(item, &["content", "step", "text", "title", "description", "subject"]).or_else(|| item.as_str());
            text.map(|text| text::clip(text.trim(), 400).to_owned())
        };
        let items: Vec<_> = list.iter().take(60).filter_map(|item| Some((text(item)?, done(item)))).collect();
        return (!items.is_empty() || lower.contains("todo")).then_some(Action::Tasks(items));
    }
    if !lower.contains("task") && !lower.contains("todo") {
        return None;
    }
    let id = ["taskId", "task_id", "id"]
        .iter()
        .find_map(|key| input.get(key))
        .map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    match (field(input, &["subject", "title", "content"]), id) {
        (_, Some(id)) if input.get("status").is_some() => Some(Action::TaskState(id, done(input))),
        (Some(subject), None) => Some(Action::NewTask(text::clip(subject.trim(), 300).to_owned())),
        _ => None,
    }
}

/// The leaves of an input as `key`, `value`; values that are bodies of text are left out.
fn pairs(input: &Value) -> Vec<(String, String)> {
    fn walk(key: &str, value: &Value, depth: usize, out: &mut Vec<(String, String)>) {
        if out.len() >= 40 || depth > 6 {
            return;
        }
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    walk(key, value, depth + 1, out);
                }
            }
            Value::Array(items) => {
                for item in items {
                    walk(key, item, depth + 1, out);
                }
            }
            Value::String(value) if !value.trim().is_empty() => {
                out.push((key.to_owned(), text::clip(value.trim(), 300).to_owned()));
            }
            Value::Number(value) => out.push((key.to_owned(), value.to_string())),
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk("", input, 0, &mut out);
    out
}

#[cfg(test)]
mod tests;
