//! The document that small conversations make, section by section.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use super::Extractor;
use crate::engine::conversation::{Part, Role, Turn};
use crate::engine::memory::Section;

mod laws;
mod sections;

fn turn(role: Role, parts: Vec<Part>) -> Turn {
    Turn { role, meta: false, parts }
}

fn user(text: &str) -> Turn {
    turn(Role::User, vec![Part::Text(text.to_owned())])
}

fn says(text: &str) -> Turn {
    turn(Role::Assistant, vec![Part::Text(text.to_owned())])
}

fn calls(id: &str, name: &str, input: Value) -> Turn {
    turn(Role::Assistant, vec![Part::Call { id: id.to_owned(), name: name.to_owned(), input }])
}

fn answers(id: &str, text: &str, is_error: bool) -> Turn {
    turn(Role::User, vec![Part::Result { call: id.to_owned(), text: text.to_owned(), is_error }])
}

/// A call of a shell and its answer.
fn run(id: &str, command: &str, output: &str, is_error: bool) -> [Turn; 2] {
    [calls(id, "Bash", json!({"command": command})), answers(id, output, is_error)]
}

fn extractor(turns: &[Turn]) -> Extractor {
    let mut extractor = Extractor::new();
    for (turn, seq) in turns.iter().zip(1..) {
        extractor.observe(seq, 0, turn);
    }
    extractor
}

/// The texts of one section of the memory of `turns`, nothing standing behind it.
fn section(turns: &[Turn], section: Section) -> Vec<String> {
    extractor(turns).document(4000, None, None).lines(section).iter().map(|line| line.text.clone()).collect()
}
