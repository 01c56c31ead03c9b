//! The events of a conversation as text for a model: each part of an event a block of its own, so that a tool's output
//! cannot speak as the user. The user's text stands whole; what can be fetched again is clipped in its middle.

use super::frame::Frame;
use crate::engine::conversation::{Part, Role, Turn};
use crate::engine::guard::clean::visible;
use crate::engine::message::write::clip_text;
use crate::engine::tokens;

/// Largest text of each kind, in tokens. The user's limit is for pastes that would not fit a request.
const USER: u32 = 20_000;
const ASSISTANT: u32 = 2_000;
const CALL: u32 = 500;
const RESULT: u32 = 700;
const ERROR: u32 = 1_200;
const HARNESS: u32 = 300;

/// An event as blocks, one for each part that says something. Thinking is left out.
pub fn blocks(frame: &Frame, seq: u64, turn: &Turn) -> Vec<String> {
    let mut blocks = Vec::new();
    for part in &turn.parts {
        let (role, text, most) = match part {
            Part::Text(text) => match turn.role {
                _ if turn.meta => ("harness", text.clone(), HARNESS),
                Role::System => ("system", text.clone(), HARNESS),
                Role::User => ("user", text.clone(), USER),
                Role::Assistant => ("assistant", text.clone(), ASSISTANT),
                Role::Tool => ("result", text.clone(), RESULT),
            },
            Part::Thinking(_) => continue,
            Part::Call { name, input, .. } => ("call", format!("{name} {input}"), CALL),
            Part::Result { text, is_error: true, .. } => ("error", text.clone(), ERROR),
            Part::Result { text, .. } => ("result", text.clone(), RESULT),
            Part::Other { kind, .. } => ("other", kind.clone(), HARNESS),
        };
        if !text.trim().is_empty() {
            let mut block = String::new();
            frame.block(&format!("#{seq} {role}"), &clipped(&visible(&text), most, seq), &mut block);
            blocks.push(block);
        }
    }
    blocks
}

/// The head and the end of a text within `most` tokens, with the number of the event that has all of it.
pub fn clipped(text: &str, most: u32, seq: u64) -> String {
    let mut room = most;
    loop {
        let short = clip_text(text, room, seq);
        // A text that is dense at its ends needs less room than its average says.
        if room == 0 || tokens::estimate(&short) <= most.saturating_add(60) {
            return short;
        }
        room /= 2;
    }
}
