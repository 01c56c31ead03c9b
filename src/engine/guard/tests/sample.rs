//! The conversation that comes with the program: every line that the embedded backend makes of it is known, and so is
//! what its assistant says of what went before, but for names that it makes up at that moment.

use super::Evidence;
use crate::engine::conversation::{Part, Role, Turn};
use crate::engine::extract::Extractor;
use crate::engine::memory::Section;
use crate::engine::message::{read::Body, read_event};
use crate::transcripts::{Format, Item, read_all};

fn turns() -> Vec<Turn> {
    let (items, _) = read_all(Format::ClaudeCode, include_bytes!("../../../cli/sample.jsonl"));
    let turn = |item: Item| match item {
        Item::Event(raw) => match read_event(&raw).unwrap().body {
            Body::Turn(turn) => Some(turn),
            Body::Usage(_) => None,
        },
        _ => None,
    };
    items.into_iter().filter_map(turn).collect()
}

#[test]
fn facts_of_the_conversation_are_known() {
    let (mut evidence, mut extractor) = (Evidence::default(), Extractor::new());
    let mut unknown = Vec::new();
    for (turn, seq) in turns().iter().zip(1..) {
        for part in &turn.parts {
            if let (Role::Assistant, Part::Text(text)) = (turn.role, part) {
                unknown.extend(evidence.unknown(text).map(str::to_owned));
            }
        }
        evidence.add_turn(seq, turn);
        extractor.observe(seq, 0, turn);
    }
    for budget in [1_000, 4_000, 16_000] {
        let document = extractor.document(budget, None, None);
        for line in Section::ALL.into_iter().flat_map(|section| document.lines(section)) {
            assert_eq!(evidence.unknown(&line.text), None, "{}", line.text);
        }
    }
    assert_eq!(unknown, ["src/clock.rs"], "a file that is to be made");
}
