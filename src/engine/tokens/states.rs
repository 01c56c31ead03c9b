//! The columns and rows of the [table](super::table): the class of a byte, and what the text before it has come to.

use super::costs::{LONGEST_RUN, LONGEST_WORD};

/// A byte's class, the column. `Same` is punctuation that repeats the byte before it; `High` is all that is read outside
/// of the table: what is not ASCII, and control bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
#[repr(u8)]
pub enum Class {
    Lower,
    Upper,
    Digit,
    Space,
    Tab,
    Newline,
    High,
    Underscore,
    Open,
    Slash,
    Dot,
    Dash,
    Quote,
    Apostrophe,
    Other,
    Same,
}

use Class::{
    Apostrophe, Dash, Digit, Dot, High, Lower, Newline, Open, Other, Quote, Slash, Space, Tab, Underscore, Upper,
};

/// The punctuation classes that a byte has on its own.
pub const MARKS: [Class; 8] = [Underscore, Open, Slash, Dot, Dash, Quote, Apostrophe, Other];

impl Class {
    /// The class of a byte on its own.
    pub const fn of(byte: u8) -> Class {
        match byte {
            b'a'..=b'z' => Lower,
            b'A'..=b'Z' => Upper,
            b'0'..=b'9' => Digit,
            b' ' => Space,
            b'\t' | 0x0b | 0x0c => Tab,
            b'\n' | b'\r' => Newline,
            b'_' => Underscore,
            b'(' | b'#' => Open,
            b'/' => Slash,
            b'.' => Dot,
            b'-' => Dash,
            b'"' | b',' | b'<' | b'[' | b'=' | b'@' => Quote,
            b'\'' => Apostrophe,
            0..0x20 | 0x7f.. => High,
            _ => Other,
        }
    }
}

/// What stands before a word, as far as it changes the word's cost. Of these, a space, a tab and one punctuation byte
/// become part of the word's piece.
#[derive(Clone, Copy)]
pub enum Lead {
    Underscore,
    Open,
    Slash,
    Dot,
    Dash,
    Quote,
    /// An apostrophe behind a letter: the word is most often the ending of a contraction.
    Ending,
    Other,
    Space,
    Tab,
    /// A newline, or nothing.
    Gap,
    Digit,
    Letter,
    /// Punctuation that cannot become part of the word.
    Run,
}

/// Number of leads.
pub const LEADS: usize = Lead::Run as usize + 1;

/// How a word is written.
#[derive(Clone, Copy)]
pub enum Shape {
    Lower,
    Capital,
    Upper,
    /// Several capitals, then lower case.
    Mixed,
    /// `Lower` or `Capital` near letters with accents, so most likely not English. It has a cost, but no state.
    Foreign,
}

/// Number of shapes.
pub const SHAPES: usize = Shape::Foreign as usize + 1;

/// The rows.
pub mod state {
    use super::{LONGEST_RUN, LONGEST_WORD, Shape};

    /// In a word of that many letters.
    pub const fn word(shape: Shape, letters: usize) -> usize {
        let letters = if letters < LONGEST_WORD { letters } else { LONGEST_WORD };
        shape as usize * LONGEST_WORD + letters - 1
    }
    /// In a group of one digit; the rows for two and three follow.
    pub const DIGITS: usize = Shape::Foreign as usize * LONGEST_WORD;
    /// Behind one space that is not charged yet; the first row of [`blank`].
    pub const SPACE: usize = DIGITS + 3;
    /// Behind blanks that are not charged yet: whether there are many, the last is a tab, a newline came before.
    pub const fn blank(many: bool, tab: bool, line: bool) -> usize {
        SPACE + many as usize * 4 + tab as usize * 2 + line as usize
    }
    /// Behind one punctuation byte that a word would take into its piece; a row for each class of punctuation.
    pub const MARK: usize = SPACE + 8;
    /// In a punctuation run of that many bytes that no word takes.
    pub const fn run(bytes: usize) -> usize {
        let bytes = if bytes < LONGEST_RUN { bytes } else { LONGEST_RUN };
        MARK + 8 + bytes - 1
    }
    /// In a run of one byte repeated, of that many bytes.
    pub const fn same(bytes: usize) -> usize {
        run(LONGEST_RUN) + if bytes < LONGEST_RUN { 1 } else { 2 }
    }
    /// At the start, or behind a newline.
    pub const GAP: usize = same(LONGEST_RUN) + 1;
    /// Behind a newline that a punctuation run took.
    pub const RUN_END: usize = GAP + 1;
    /// Behind a letter of another script.
    pub const SCRIPT: usize = GAP + 2;
    /// Behind a symbol that is not ASCII.
    pub const SYMBOL: usize = GAP + 3;
    /// Number of rows.
    pub const COUNT: usize = GAP + 4;
}
