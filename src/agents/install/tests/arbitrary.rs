//! Settings as people and programs write them: any values, hooks of others, any layout that the agent reads.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::document::Syntax;
use super::OTHERS;

/// How a text is laid out. The choices are used in turn.
#[derive(Clone, Debug)]
pub struct Layout {
    newline: &'static str,
    unit: &'static str,
    bom: bool,
    last_newline: bool,
    choices: Vec<u8>,
}

pub fn layouts() -> impl Strategy<Value = Layout> {
    let newline = prop::sample::select(vec!["\n", "\r\n"]);
    let unit = prop::sample::select(vec!["  ", "\t", "    ", " ", ""]);
    (newline, unit, prop::bool::weighted(0.1), any::<bool>(), prop::collection::vec(any::<u8>(), 1..40))
        .prop_map(|(newline, unit, bom, last_newline, choices)| Layout { newline, unit, bom, last_newline, choices })
}

/// Settings: values of all kinds, and hooks of others for some of the events that we register too.
pub fn settings() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec!["model", "ui", "env", "version", "hooks2", "a b", "\u{e9}\"\\"]);
    let members = prop::collection::hash_map(key, values(), 0..4);
    let events =
        prop::sample::select(vec!["SessionStart", "Stop", "stop", "PreToolUse", "AfterTool", "UserPromptSubmit"]);
    let hooks = prop::option::of(prop::collection::hash_map(events, prop::collection::vec(elements(), 0..3), 0..4));
    (members, hooks, any::<bool>()).prop_map(|(members, hooks, first)| {
        let mut all = Map::new();
        let hooks =
            hooks.map(|hooks| hooks.into_iter().map(|(event, list)| (event, Value::from(list))).collect::<Value>());
        if let (Some(hooks), true) = (&hooks, first) {
            all.insert("hooks".into(), hooks.clone());
        }
        all.extend(members.into_iter().map(|(key, value)| (key.to_owned(), value)));
        if let (Some(hooks), false) = (hooks, first) {
            all.insert("hooks".into(), hooks);
        }
        Value::from(all)
    })
}

fn elements() -> impl Strategy<Value = Value> {
    let handler = prop_oneof![
        Just(json!({"type": "command", "command": OTHERS})),
        Just(json!({"command": "session-memory show"})),
        Just(json!({"type": "http", "url": "http://localhost:1/hook"})),
        values(),
    ];
    let group = (prop::option::of("[A-Z]{1,3}"), prop::collection::vec(handler.clone(), 0..3))
        .prop_map(|(matcher, hooks)| json!({"matcher": matcher, "hooks": hooks}));
    prop_oneof![handler, group]
}

fn values() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["[a-z/ ]{0,6}", Just("// { [ , ] } \" \\ \n \u{1f600}".to_owned())];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text.prop_map(Value::from)
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,3}", inner, 0..3).prop_map(Value::from_iter),
        ]
    })
}

impl Layout {
    /// A text that says these settings.
    pub fn written(&self, settings: &Value, syntax: Syntax) -> String {
        let mut writer = Writer { layout: self, syntax, at: 0, out: String::new() };
        if self.bom {
            writer.out.push('\u{feff}');
        }
        writer.gap(0);
        writer.value(settings, 0);
        writer.gap(0);
        if self.last_newline {
            writer.out.push_str(self.newline);
        }
        writer.out
    }
}

struct Writer<'a> {
    layout: &'a Layout,
    syntax: Syntax,
    at: usize,
    out: String,
}

impl Writer<'_> {
    fn choice(&mut self, of: u8) -> u8 {
        self.at += 1;
        self.layout.choices[self.at % self.layout.choices.len()] % of
    }

    fn line(&mut self, depth: usize) {
        self.out.push_str(self.layout.newline);
        self.out.push_str(&self.layout.unit.repeat(depth));
    }

    /// Blanks, and comments where the agent reads them.
    fn gap(&mut self, depth: usize) {
        match (self.choice(12), self.syntax) {
            (0, Syntax::Comments | Syntax::CommentsAndCommas) => {
                let comment = format!(" // line {}", self.at);
                self.out.push_str(&comment);
                self.line(depth);
            }
            (1, Syntax::Comments | Syntax::CommentsAndCommas) => self.out.push_str("/* a, { */"),
            (2, Syntax::Comments | Syntax::CommentsAndCommas) => self.out.push_str(" /* two\n lines */ "),
            (3, _) => self.out.push(' '),
            (4, _) => self.line(depth),
            _ => {}
        }
    }

    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Array(list) => {
                let members = list.iter().map(|value| (None, value)).collect();
                self.members('[', members, ']', depth);
            }
            Value::Object(map) => {
                let members = map.iter().map(|(key, value)| (Some(key.as_str()), value)).collect();
                self.members('{', members, '}', depth);
            }
            other => self.out.push_str(&other.to_string()),
        }
    }

    fn members(&mut self, open: char, members: Vec<(Option<&str>, &Value)>, close: char, depth: usize) {
        self.out.push(open);
        let lines = self.choice(3) > 0;
        for (at, (key, value)) in members.iter().enumerate() {
            if at > 0 {
                self.gap(depth + 1);
                self.out.push(',');
            }
            if lines {
                self.gap(depth + 1);
                self.line(depth + 1);
            } else {
                self.gap(depth + 1);
            }
            if let Some(key) = key {
                self.out.push_str(&Value::from(*key).to_string());
                let blank = self.choice(4) > 0;
                self.out.push_str(if blank { ": " } else { ":" });
            }
            self.value(value, depth + 1);
        }
        if !members.is_empty() && self.syntax == Syntax::CommentsAndCommas && self.choice(4) == 0 {
            self.out.push(',');
        }
        self.gap(depth);
        if lines && !members.is_empty() {
            self.line(depth);
        }
        self.out.push(close);
    }
}
