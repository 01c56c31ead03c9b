//! What is being talked about, so that a name can be compared with it part by part.

use std::collections::{HashMap, HashSet};

use super::{Moment, log};
use crate::engine::extract::index::Index;
use crate::engine::extract::text;

/// Calls `each` with the hash of every part of a name (`loadUserConfig` has three), plural and case taken away.
fn parts(name: &str, mut each: impl FnMut(u64)) {
    let bytes = name.as_bytes();
    let mut start = 0;
    let mut emit = |from: usize, to: usize| {
        let Some(part) = name.get(from..to).filter(|part| part.len() >= 3) else { return };
        let lower = part.to_ascii_lowercase();
        each(text::hash(lower.strip_suffix('s').filter(|stem| stem.len() >= 3).unwrap_or(&lower)));
    };
    for at in 0..bytes.len() {
        let (before, byte) =
            (at.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(at).copied().unwrap_or_default());
        if !byte.is_ascii_alphanumeric() {
            emit(start, at);
            start = at + 1;
        } else if byte.is_ascii_uppercase() && before.is_some_and(u8::is_ascii_lowercase) {
            emit(start, at);
            start = at;
        }
    }
    emit(start, bytes.len());
}

/// What is talked about, as parts of names.
pub struct Focus {
    asked: HashSet<u64>,
    said: HashSet<u64>,
    tasks: HashSet<u64>,
    /// How many identifiers have a part.
    common: HashMap<u64, u32>,
}

impl Focus {
    /// The focus of a moment.
    pub fn new(index: &Index, moment: &Moment) -> Focus {
        let set = |text: &str| {
            let mut out = HashSet::new();
            for word in text.split_whitespace() {
                parts(word, |part| {
                    out.insert(part);
                });
            }
            out
        };
        let mut common = HashMap::new();
        for ident in &index.idents {
            parts(&ident.name, |part| *common.entry(part).or_insert(0u32) += 1);
        }
        Focus { asked: set(moment.asked), said: set(moment.said), tasks: set(moment.tasks), common }
    }

    /// The share of a name's parts, the rare ones counting more, that `words` has.
    pub fn shares(&self, name: &str) -> [f32; 3] {
        let mut total = 0.01;
        let mut found = [0.0; 3];
        parts(name, |part| {
            let weight = 1.0 / (1.0 + log(self.common.get(&part).copied().unwrap_or_default()));
            total += weight;
            for (sum, words) in found.iter_mut().zip([&self.asked, &self.said, &self.tasks]) {
                *sum += if words.contains(&part) { weight } else { 0.0 };
            }
        });
        found.map(|sum| sum / total)
    }
}
