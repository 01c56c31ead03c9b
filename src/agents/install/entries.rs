//! The hooks in an agent's settings: which handlers are ours, and what to take out so that none is.
//!
//! All agents with a file have `hooks.<event>`, a list of handlers or of groups with a list of handlers in `hooks`.

use jsonc_parser::ast::{Array, Object, ObjectProp, Value};

use super::Fault;
use super::command::{is_program, program_of};
use super::document::{Container, Document};
use super::registrations::Registrations;

/// The fields of a handler that hold a command line.
const LINES: [&str; 8] = ["command", "bash", "powershell", "windows", "linux", "osx", "commandWindows", "exec"];

/// A member of an object; of two with one name the last one counts, as in every agent.
pub fn last<'a, 'b>(object: &'b Object<'a>, name: &str) -> Option<&'b ObjectProp<'a>> {
    object.properties.iter().rfind(|member| member.name.as_str() == name)
}

/// The `hooks` of the settings.
pub fn hooks<'a, 'b>(document: &'b Document<'a>) -> Result<Option<&'b Object<'a>>, Fault> {
    match document.settings()?.and_then(|settings| last(settings, "hooks")).map(|member| &member.value) {
        None => Ok(None),
        Some(Value::Object(hooks)) => Ok(Some(hooks)),
        Some(other) => Err(document.not_a("`hooks`", "an object", other)),
    }
}

/// The value at a path of keys.
pub fn at<'a, 'b>(document: &'b Document<'a>, path: &[&str]) -> Option<&'b Value<'a>> {
    let mut value = document.root.as_ref()?;
    for key in path {
        value = &last(value.as_object()?, key)?.value;
    }
    Some(value)
}

/// The programs of our handlers, in their order.
pub fn ours(document: &Document<'_>) -> Vec<String> {
    let elements = lists(document).flat_map(|(_, _, list)| &list.elements);
    elements.flat_map(|element| handlers(element).filter_map(program)).collect()
}

/// Whether our handlers are there as they should be, and no other of ours.
pub fn are(document: &Document<'_>, wanted: &Registrations) -> bool {
    let mut expected = wanted.events.clone();
    for (_, event, list) in lists(document) {
        let found: Vec<serde_json::Value> = list
            .elements
            .iter()
            .filter(|element| handlers(element).any(|handler| program(handler).is_some()))
            .map(|element| element.clone().into())
            .collect();
        let at = expected.iter().position(|(name, _)| *name == event.name.as_str());
        match at {
            Some(at) if expected[at].1 == found => drop(expected.remove(at)),
            _ if found.is_empty() => {}
            _ => return false,
        }
    }
    expected.is_empty() && (!wanted.version || at(document, &["version"]).is_some())
}

/// The next thing to take out: a handler of ours, or what would be left empty without it. `kept` tells what was there before
/// us and stays, even empty.
pub fn doomed(document: &Document<'_>, kept: &impl Fn(&[&str]) -> bool) -> Option<(Container, usize)> {
    let settings = document.settings().ok()??;
    for (hooks, event, list) in lists(document) {
        for (at, element) in list.elements.iter().enumerate() {
            let Some(handler) = handlers(element).position(|handler| program(handler).is_some()) else { continue };
            if let Some(group) = group(element)
                && group.elements.len() > 1
            {
                return Some((Container::of(&Value::Array(group.clone()))?, handler));
            }
            let name = event.name.as_str();
            if list.elements.len() > 1 || kept(&["hooks", name]) {
                return Some((Container::of(&event.value)?, at));
            }
            let Value::Object(object) = &hooks.value else { continue };
            if object.properties.len() > 1 || kept(&["hooks"]) {
                return Some((Container::object(object), object.properties.iter().position(|one| one == event)?));
            }
            return Some((Container::object(settings), settings.properties.iter().position(|one| one == hooks)?));
        }
    }
    None
}

/// Whether nothing is in the settings but what a file has that holds no hook.
pub fn is_frame(document: &Document<'_>) -> bool {
    match document.settings() {
        Ok(Some(settings)) => {
            let text = document.text;
            let outside = text.len() - (settings.range.end - settings.range.start);
            let blank = text[..settings.range.start].trim().len() + text[settings.range.end..].trim().len() == 0;
            (outside == 0 || blank) && settings.properties.iter().all(|member| member.name.as_str() == "version")
        }
        _ => false,
    }
}

/// The lists of handlers or groups: the member `hooks`, the member of the event, its value.
fn lists<'a, 'b>(
    document: &'b Document<'a>,
) -> impl Iterator<Item = (&'b ObjectProp<'a>, &'b ObjectProp<'a>, &'b Array<'a>)> {
    let settings = document.settings().ok().flatten();
    let hooks = settings.into_iter().flat_map(|settings| &settings.properties);
    let events = hooks.filter(|member| member.name.as_str() == "hooks").flat_map(|hooks| {
        let events = hooks.value.as_object().into_iter().flat_map(|object| &object.properties);
        events.map(move |event| (hooks, event))
    });
    events.filter_map(|(hooks, event)| Some((hooks, event, event.value.as_array()?)))
}

/// The handlers of a group; of an element that is no group, the element.
fn handlers<'a, 'b>(element: &'b Value<'a>) -> impl Iterator<Item = &'b Value<'a>> {
    match group(element) {
        Some(group) => group.elements.iter(),
        None => std::slice::from_ref(element).iter(),
    }
}

fn group<'a, 'b>(element: &'b Value<'a>) -> Option<&'b Array<'a>> {
    last(element.as_object()?, "hooks")?.value.as_array()
}

/// The program of a handler that is ours.
fn program(handler: &Value<'_>) -> Option<String> {
    let handler = handler.as_object()?;
    let text = |name: &str| Some(last(handler, name)?.value.as_string_lit()?.value.as_ref());
    let first = last(handler, "args").and_then(|args| args.value.as_array()?.elements.first()?.as_string_lit());
    if first.is_some_and(|first| first.value == "hook")
        && let Some(program) = text("command").filter(|program| is_program(program))
    {
        return Some(program.to_owned());
    }
    LINES.iter().filter_map(|name| text(name)).find_map(program_of)
}
