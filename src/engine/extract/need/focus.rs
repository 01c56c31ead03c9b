//! What is being talked about, so that a name can be compared with it part by part.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Moment, log};
use crate::engine::extract::index::{Ident, Index};
use crate::engine::extract::parts;

/// What is talked about, as parts of names.
pub struct Focus {
    asked: FxHashSet<u64>,
    said: FxHashSet<u64>,
    tasks: FxHashSet<u64>,
    /// How many identifiers have a part.
    common: FxHashMap<u64, u32>,
}

impl Focus {
    /// The focus of a moment.
    pub fn new(index: &Index, moment: &Moment) -> Focus {
        let set = |text: &str| {
            let mut out = FxHashSet::default();
            for word in text.split_whitespace() {
                parts::of(word, |part| {
                    out.insert(part);
                });
            }
            out
        };
        let mut common = FxHashMap::default();
        for part in index.idents.iter().flat_map(|ident| &ident.parts) {
            *common.entry(*part).or_insert(0u32) += 1;
        }
        Focus { asked: set(moment.asked), said: set(moment.said), tasks: set(moment.tasks), common }
    }

    /// The share of an identifier's parts, the rare ones counting more, that `words` has.
    pub fn shares(&self, ident: &Ident) -> [f32; 3] {
        let mut total = 0.01;
        let mut found = [0.0; 3];
        for part in &ident.parts {
            let weight = 1.0 / (1.0 + log(self.common.get(part).copied().unwrap_or_default()));
            total += weight;
            for (sum, words) in found.iter_mut().zip([&self.asked, &self.said, &self.tasks]) {
                *sum += if words.contains(part) { weight } else { 0.0 };
            }
        }
        found.map(|sum| sum / total)
    }
}
