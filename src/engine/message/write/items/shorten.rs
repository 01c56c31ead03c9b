//! Parts of the tail in the shortened form that the request's treatments ask for: outputs, texts, and the long values
//! of a call's input.

use serde_json::Value;

use super::Item;
use crate::engine::conversation::{Part, Role};
use crate::engine::message::write::{Request, Treatment, clip_text, mask_text, repeated_text};
use crate::engine::tokens;

/// The item in place of a part; `None` where the part is kept.
pub(super) fn shortened(request: &Request, seq: u64, role: Role, part: &Part) -> Option<Item> {
    match part {
        Part::Result { call, text, is_error } => {
            let short = match request.treatments.results.get(call)? {
                Treatment::Clip(budget) => clip_text(text, *budget, seq),
                Treatment::Mask => mask_text(seq, tokens::estimate(text)),
                Treatment::Repeated => repeated_text(seq),
            };
            Some(Item::result(request.format, call, &short, *is_error))
        }
        Part::Text(text) => {
            let budget =
                if role == Role::User { request.treatments.user_clip } else { request.treatments.assistant_clip }?;
            (tokens::estimate(text) > budget).then(|| Item::text(&clip_text(text, budget, seq)))
        }
        Part::Call { id, name, input } => {
            let budget = request.treatments.assistant_clip?;
            let mut short = input.clone();
            clip_values(&mut short, budget, seq).then(|| {
                let tokens = tokens::estimate(name) + tokens::estimate(&short.to_string());
                Item::call(request.format, id, name, &short, tokens)
            })
        }
        // Reasoning of turns that are past is of no use to the API; it goes before any text is cut.
        Part::Thinking(_) if request.treatments.assistant_clip.is_some() => Some(Item::text("")),
        Part::Thinking(_) | Part::Other { .. } => None,
    }
}

/// Clips every long string inside a call's input; true where anything changed.
fn clip_values(value: &mut Value, budget: u32, seq: u64) -> bool {
    match value {
        Value::String(text) if tokens::estimate(text) > budget => {
            *text = clip_text(text, budget, seq);
            true
        }
        Value::Array(values) => {
            values.iter_mut().fold(false, |changed, value| clip_values(value, budget, seq) | changed)
        }
        Value::Object(map) => map.values_mut().fold(false, |changed, value| clip_values(value, budget, seq) | changed),
        _ => false,
    }
}
