//! The walk over the bytes: the [table](super::table) for ASCII, a branch for all else, and a surcharge for letter pairs
//! that ordinary words do not have, which tells names, abbreviations and hashes from words.

use super::costs::{Costs, ORDINARY_PAIRS};
use super::script::{self, Kind};
use super::states::{Class, state};
use super::table::{Step, Table};

/// How many bytes behind an accented letter words count as [`Foreign`](super::states::Shape::Foreign).
const FOREIGN_BYTES: usize = 256;

/// The costs, worked into tables.
pub struct Model {
    ordinary: Table,
    foreign: Table,
    costs: Costs,
}

/// What was read beyond ASCII.
struct Read {
    bytes: usize,
    cost: i64,
    step: Step,
    accented: bool,
}

impl Model {
    /// Works the costs into tables.
    pub const fn new(costs: Costs) -> Self {
        Self { ordinary: Table::new(&costs), foreign: Table::new(&costs.foreign()), costs }
    }

    /// The cost of `text` in thousandths of a token.
    pub fn thousandths(&self, text: &str) -> u64 {
        let bytes = text.as_bytes();
        let (mut sum, mut rare) = (0i64, 0i64);
        let (mut step, mut at, mut foreign_until) = (Step::to(state::GAP, 0), 0, 0);
        while at < bytes.len() {
            let (table, end) = if at < foreign_until {
                (&self.foreign, foreign_until.min(bytes.len()))
            } else {
                (&self.ordinary, bytes.len())
            };
            let (mut before, mut letter) = (0, 0);
            for &byte in bytes.get(at..end).unwrap_or_default() {
                let Byte { class, letter: next } = BYTES[usize::from(byte)];
                if class == Class::High as u8 {
                    break;
                }
                let repeated = byte == before && class > Class::High as u8;
                step = table.step(step, if repeated { Class::Same as u8 } else { class });
                sum += i64::from(step.cost);
                rare += i64::from(is_rare(letter, next));
                (before, letter) = (byte, next);
                at += 1;
            }
            if at < end {
                let read = self.beyond_ascii(bytes, at, step, table);
                (sum, step, at) = (sum + read.cost, read.step, at + read.bytes);
                if read.accented {
                    foreign_until = at + FOREIGN_BYTES;
                }
            }
        }
        u64::try_from(sum + rare * i64::from(self.costs.rare)).unwrap_or(0)
    }

    /// Reads an accented letter, a run of letters of one script, or a run of symbols of one kind.
    fn beyond_ascii(&self, text: &[u8], at: usize, step: Step, table: &Table) -> Read {
        let (first, mut bytes) = script::decode(text, at);
        let kind = script::kind(first);
        if let Kind::Latin { upper } = kind {
            let class = if upper { Class::Upper } else { Class::Lower };
            let step = self.foreign.step(step, class as u8);
            let cost = i64::from(step.cost) + i64::from(self.costs.accent);
            return Read { bytes, cost, step, accented: true };
        }
        let (mut last, mut chars, mut repeats) = (first, 1, 0);
        while text.get(at + bytes).is_some_and(|byte| *byte >= 0x80) {
            let (next, len) = script::decode(text, at + bytes);
            // Within 64 code points nearly all are of one kind, and to look it up for each letter takes the most time.
            if next >> 6 != last >> 6 && script::kind(next) != kind {
                break;
            }
            repeats += i64::from(next == last);
            (last, chars, bytes) = (next, chars + 1, bytes + len);
        }
        let step = table.step(step, Class::High as u8);
        let (cost, state) = match kind {
            Kind::Script(script) => {
                let [spaced, other, more] = self.costs.script[script as usize].map(i64::from);
                let word = if step.leads_to(state::SPACE) { spaced } else { other };
                (word + more * (chars - 1), state::SCRIPT)
            }
            Kind::Symbol(symbol) => {
                let [each, again] = self.costs.symbol[symbol as usize].map(i64::from);
                (each * (chars - repeats) + again * repeats, state::SYMBOL)
            }
            Kind::Latin { .. } => (0, state::GAP),
        };
        Read { bytes, cost: i64::from(step.cost) + cost, step: Step::to(state, 0), accented: false }
    }
}

/// What a byte says on its own.
#[derive(Clone, Copy)]
struct Byte {
    class: u8,
    /// The letter's number: `a` is 1, `A` is 33, no letter is 0.
    letter: u8,
}

static BYTES: [Byte; 256] = {
    let mut bytes = [Byte { class: 0, letter: 0 }; 256];
    let mut byte = 0u8;
    loop {
        let letter = match byte {
            b'a'..=b'z' => byte - b'a' + 1,
            b'A'..=b'Z' => byte - b'A' + 33,
            _ => 0,
        };
        bytes[byte as usize] = Byte { class: Class::of(byte) as u8, letter };
        if byte == u8::MAX {
            break bytes;
        }
        byte += 1;
    }
};

/// By letter number, the set of letters that make a rare pair behind it. A capital behind a small letter begins a word.
static RARE_PAIRS: [u64; 64] = {
    const LETTERS: u64 = 0x07ff_fffe;
    let mut rare = [0; 64];
    let mut letter = 1;
    while letter <= 26 {
        let followers = ORDINARY_PAIRS[letter - 1].as_bytes();
        let (mut ordinary, mut at) = (0, 0);
        while at < followers.len() {
            ordinary |= 1 << (followers[at] - b'a' + 1);
            at += 1;
        }
        rare[letter] = LETTERS & !ordinary;
        rare[letter + 32] = rare[letter] | rare[letter] << 32;
        letter += 1;
    }
    rare
};

/// Whether two letters (by number) make a rare pair.
#[inline]
fn is_rare(letter: u8, next: u8) -> bool {
    RARE_PAIRS[usize::from(letter & 63)] >> (next & 63) & 1 == 1
}
