//! The state machine behind [`estimate`](super::estimate): what a byte of a class costs in a state, and the next state.
//!
//! The states follow the cuts of the o200k pre-tokenizer, which BPE never merges across: a word takes at most one
//! non-letter in front of it, `HTTPServer` is one piece and a camel hump starts the next, digits go in threes, a
//! punctuation run takes the newlines behind it, a blank run leaves its last space to the word after it. What is left
//! to estimate is how far BPE splits one piece: [`Costs`] has the mean for every kind of piece. A word's length and
//! case are not known before its end, so every letter adds the difference to the shorter word.

use super::costs::{Costs, LONGEST_RUN, LONGEST_WORD, TOKEN};
use super::states::Class::{self, Apostrophe, Digit, High, Lower, Newline, Same, Slash, Space, Tab, Upper};
use super::states::{Lead, MARKS, Shape, state};

/// Columns of the table.
const CLASSES: usize = Same as usize + 1;
/// Cells of the table: a power of two, so that an index is masked instead of checked.
const CELLS: usize = 1024;
const _: () = assert!(state::COUNT * CLASSES <= CELLS);

/// One cell: where the next state's row starts, and what the byte costs.
#[derive(Clone, Copy)]
pub struct Step {
    next: u16,
    /// Thousandths of a token; negative where the byte shows that those before it were overcharged.
    pub cost: i16,
}

impl Step {
    /// A step to `state`.
    pub const fn to(state: usize, cost: i16) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "less than CELLS")]
        Self { next: (state * CLASSES) as u16, cost }
    }

    /// Whether it leads to `state`.
    pub fn leads_to(self, state: usize) -> bool {
        usize::from(self.next) == state * CLASSES
    }
}

/// The steps by state and class.
pub struct Table([Step; CELLS]);

impl Table {
    /// The step that a byte of `class` makes behind `step`.
    #[inline]
    pub fn step(&self, step: Step, class: u8) -> Step {
        self.0[(usize::from(step.next) + usize::from(class)) & (CELLS - 1)]
    }

    /// Works the costs into a table.
    pub const fn new(costs: &Costs) -> Self {
        let mut table = Self([Step::to(0, 0); CELLS]);
        table.words(costs);
        table.digits(costs);
        table.lines(costs);
        table.blanks(costs);
        table.punctuation(costs);
        table.row(state::SCRIPT, Lead::Letter, 0, costs);
        table.row(state::SYMBOL, Lead::Run, 0, costs);
        table.set(state::SYMBOL, Newline, state::RUN_END, 0);
        table
    }

    const fn set(&mut self, from: usize, class: Class, to: usize, cost: i16) {
        self.0[from * CLASSES + class as usize] = Step::to(to, cost);
    }

    /// A row in which every byte begins a piece; `owed` was not charged before.
    const fn row(&mut self, from: usize, lead: Lead, owed: i16, costs: &Costs) {
        let [lower, upper] = costs.lead[lead as usize];
        self.set(from, Lower, state::word(Shape::Lower, 1), owed + lower + costs.word(Shape::Lower, 1));
        self.set(from, Upper, state::word(Shape::Upper, 1), owed + upper + costs.word(Shape::Upper, 1));
        self.set(from, Digit, state::DIGITS, owed + TOKEN);
        self.set(from, Space, state::SPACE, owed);
        self.set(from, Tab, state::blank(false, true, false), owed);
        self.set(from, Newline, state::GAP, owed + TOKEN);
        self.set(from, High, from, owed);
        let mut mark = 0;
        while mark < MARKS.len() {
            self.set(from, MARKS[mark], state::MARK + mark, owed + costs.run[0]);
            mark += 1;
        }
        self.set(from, Apostrophe, state::MARK + Lead::Quote as usize, owed + costs.run[0]);
    }

    const fn words(&mut self, costs: &Costs) {
        const SHAPES: [Shape; 4] = [Shape::Lower, Shape::Capital, Shape::Upper, Shape::Mixed];
        let mut cell = 0;
        while cell < SHAPES.len() * LONGEST_WORD {
            let (shape, letters) = (SHAPES[cell / LONGEST_WORD], cell % LONGEST_WORD + 1);
            let paid = costs.word(shape, letters);
            self.row(cell, Lead::Letter, 0, costs);
            self.set(cell, Apostrophe, state::MARK + Lead::Ending as usize, costs.run[0]);
            let grown = match shape {
                Shape::Upper if letters == 1 => Shape::Capital,
                Shape::Upper => Shape::Mixed,
                _ => shape,
            };
            self.set(cell, Lower, state::word(grown, letters + 1), costs.word(grown, letters + 1) - paid);
            if matches!(shape, Shape::Upper) {
                self.set(cell, Upper, state::word(shape, letters + 1), costs.word(shape, letters + 1) - paid);
            }
            cell += 1;
        }
    }

    const fn digits(&mut self, costs: &Costs) {
        let mut from = state::DIGITS;
        while from < state::SPACE {
            self.row(from, Lead::Digit, 0, costs);
            if from + 1 < state::SPACE {
                self.set(from, Digit, from + 1, 0);
            }
            from += 1;
        }
    }

    const fn lines(&mut self, costs: &Costs) {
        self.row(state::GAP, Lead::Gap, 0, costs);
        self.set(state::GAP, Newline, state::GAP, 0);
        self.set(state::GAP, Space, state::blank(false, false, true), 0);
        self.set(state::GAP, Tab, state::blank(false, true, true), 0);
        self.row(state::RUN_END, Lead::Gap, 0, costs);
        self.set(state::RUN_END, Newline, state::RUN_END, 0);
        // A punctuation run takes the slashes behind its newlines too: `}` and the comment below it are one piece.
        self.set(state::RUN_END, Slash, state::run(2), 0);
    }

    /// The last blank joins a word, and a space joins punctuation; the blanks before it are a piece, unless a newline
    /// ends them, which takes them all.
    const fn blanks(&mut self, costs: &Costs) {
        let mut bits = 0;
        while bits < 8 {
            let (many, tab, line) = (bits & 4 != 0, bits & 2 != 0, bits & 1 != 0);
            let from = state::blank(many, tab, line);
            let owed = if many { TOKEN } else { 0 };
            self.row(from, if tab { Lead::Tab } else { Lead::Space }, owed, costs);
            self.set(from, Digit, state::DIGITS, owed + TOKEN + TOKEN);
            self.set(from, Space, state::blank(true, false, line), 0);
            self.set(from, Tab, state::blank(true, true, line), 0);
            self.set(from, Newline, state::GAP, if line { 0 } else { TOKEN });
            self.set(from, High, if tab { state::GAP } else { state::SPACE }, if tab { owed + TOKEN } else { owed });
            let mut mark = 0;
            while mark < MARKS.len() {
                if tab {
                    self.set(from, MARKS[mark], state::MARK + mark, owed + TOKEN + costs.run[0]);
                } else {
                    self.set(from, MARKS[mark], state::run(1), owed + costs.run[0] + costs.spaced);
                }
                mark += 1;
            }
            bits += 1;
        }
    }

    const fn punctuation(&mut self, costs: &Costs) {
        const LEADS: [Lead; 8] =
            [Lead::Underscore, Lead::Open, Lead::Slash, Lead::Dot, Lead::Dash, Lead::Quote, Lead::Ending, Lead::Other];
        let mut mark = 0;
        while mark < LEADS.len() {
            self.row(state::MARK + mark, LEADS[mark], 0, costs);
            self.longer(state::MARK + mark, 1, costs);
            mark += 1;
        }
        let mut bytes = 1;
        while bytes <= LONGEST_RUN {
            self.row(state::run(bytes), Lead::Run, 0, costs);
            self.longer(state::run(bytes), bytes, costs);
            if bytes > 1 {
                self.row(state::same(bytes), Lead::Run, 0, costs);
                self.longer(state::same(bytes), bytes, costs);
                self.set(state::same(bytes), Same, state::same(bytes + 1), costs.same);
            }
            bytes += 1;
        }
    }

    /// The columns by which a punctuation run of `bytes` bytes goes on.
    const fn longer(&mut self, from: usize, bytes: usize, costs: &Costs) {
        let more = if bytes < LONGEST_RUN { costs.run[bytes] - costs.run[bytes - 1] } else { costs.run_more };
        let mut mark = 0;
        while mark < MARKS.len() {
            self.set(from, MARKS[mark], state::run(bytes + 1), more);
            mark += 1;
        }
        let (same, cost) = if bytes == 1 { (state::same(2), costs.same) } else { (state::run(bytes + 1), more) };
        self.set(from, Same, same, cost);
        self.set(from, Newline, state::RUN_END, if bytes < LONGEST_RUN { 0 } else { costs.newline });
    }
}
