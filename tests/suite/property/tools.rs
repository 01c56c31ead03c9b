//! Calls of tools and their results, in every shape in which they are told.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use session_memory::engine::message::Format;

use super::steps::Told;
use super::world::World;
use crate::events::{call, mark, message, prose, result, text_block, tool_result, tool_use};

impl World {
    pub(super) fn calls(&mut self, count: usize, told: Told, words: usize) {
        let ids: Vec<usize> = (self.called..self.called + count).collect();
        self.called += count;
        let seq = self.sent.len() + 1;
        let input = |at: usize| json!({"mark": mark(seq + at), "argument": prose(words, seq as u64)});
        match told {
            Told::Event => {
                for (at, id) in ids.iter().enumerate() {
                    self.append(&call(&format!("c{id}"), "Read", input(at)).to_string());
                }
            }
            Told::Message(Format::Anthropic) => {
                let mut blocks = vec![text_block(&mark(seq))];
                blocks.extend(ids.iter().map(|id| tool_use(&format!("c{id}"), "Read", input(0))));
                self.append(&message(&format!("m{seq}"), json!({"role": "assistant", "content": blocks})).to_string());
            }
            Told::Message(Format::OpenAi) => {
                let function = |id: &usize| json!({"id": format!("c{id}"), "type": "function", "function": {"name": "Read", "arguments": input(0).to_string()}});
                let calls: Vec<Value> = ids.iter().map(function).collect();
                let text = mark(seq);
                self.append(
                    &message(&format!("m{seq}"), json!({"role": "assistant", "content": text, "tool_calls": calls}))
                        .to_string(),
                );
            }
        }
    }

    pub(super) fn results(&mut self, ids: &BTreeSet<usize>, told: Told, words: usize, with_text: bool) {
        let seq = self.sent.len() + 1;
        let text = |at: usize| format!("{} {}", mark(seq + at), prose(words, seq as u64));
        match told {
            Told::Event => {
                for (at, id) in ids.iter().enumerate() {
                    self.append(&result(&format!("c{id}"), &text(at)).to_string());
                }
            }
            Told::Message(Format::Anthropic) => {
                let mut blocks: Vec<Value> = ids.iter().map(|id| tool_result(&format!("c{id}"), &text(0))).collect();
                if with_text {
                    blocks.insert(blocks.len() * usize::from(seq.is_multiple_of(2)), text_block(&mark(seq)));
                }
                self.append(&message(&format!("m{seq}"), json!({"role": "user", "content": blocks})).to_string());
            }
            Told::Message(Format::OpenAi) => {
                for (at, id) in ids.iter().enumerate() {
                    let content = json!({"role": "tool", "tool_call_id": format!("c{id}"), "content": text(at)});
                    self.append(&message(&format!("m{}", seq + at), content).to_string());
                }
            }
        }
    }
}
