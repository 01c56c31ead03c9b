//! The mean cost of every kind of piece in `o200k_base`, in thousandths of a token.
//!
//! Fitted by weighted least squares to the true counts of some 45 classes of text (source code, prose in many languages,
//! JSON, tool output, dumps, agent conversations; 28 MB): the classes weighted about equally, conversations more, the
//! target set 0.8 % high, because to end under a budget is better than over it. A word's cost is what its shape and
//! length, its lead and its rare letter pairs add up to.

use super::script::{SCRIPTS, SYMBOLS};
use super::states::{LEADS, SHAPES, Shape};

/// What always is one token.
pub const TOKEN: i16 = 1000;
/// Letters up to which a word costs `near` per letter, and `far` beyond.
const NEAR: usize = 6;
/// Words of this many letters and longer cost the same per further letter.
pub const LONGEST_WORD: usize = NEAR + 1;
/// Punctuation runs of this many bytes and longer cost the same per further byte.
pub const LONGEST_RUN: usize = 3;

/// The costs.
#[derive(Clone, Copy)]
pub struct Costs {
    /// Words by [`Shape`]: the first letter, each letter up to the sixth, each further one.
    pub word: [[i16; 3]; SHAPES],
    /// What a [lead](super::states::Lead) adds to a word that begins in lower case, and to one in upper case.
    /// Punctuation was charged on its own, so where it merges into the word this is negative.
    pub lead: [[i16; 2]; LEADS],
    /// A letter pair that is not in [`ORDINARY_PAIRS`].
    pub rare: i16,
    /// Punctuation runs by length.
    pub run: [i16; LONGEST_RUN],
    /// Each further byte.
    pub run_more: i16,
    /// A byte repeated, in place of a further byte.
    pub same: i16,
    /// A space in front of a run.
    pub spaced: i16,
    /// Newlines behind a run of three bytes and more; behind a shorter one they merge into it.
    pub newline: i16,
    /// An accent, on top of the letter.
    pub accent: i16,
    /// By [script](super::script::Script): the first letter behind a space, behind anything else, each further letter.
    pub script: [[i16; 3]; SCRIPTS],
    /// By [kind](super::script::Symbol): a symbol, and one that repeats the one before.
    pub symbol: [[i16; 2]; SYMBOLS],
}

impl Costs {
    /// A word of that many letters.
    pub const fn word(&self, shape: Shape, letters: usize) -> i16 {
        let [first, near, far] = match shape {
            Shape::Upper if letters == 1 => self.word[Shape::Capital as usize],
            _ => self.word[shape as usize],
        };
        let (mut cost, mut letter) = (first, 2);
        while letter <= letters {
            cost += if letter <= NEAR { near } else { far };
            letter += 1;
        }
        cost
    }

    /// The costs near letters with accents.
    pub const fn foreign(&self) -> Self {
        let mut costs = *self;
        costs.word[Shape::Lower as usize] = self.word[Shape::Foreign as usize];
        costs.word[Shape::Capital as usize] = self.word[Shape::Foreign as usize];
        costs
    }
}

/// The fitted costs.
pub const COSTS: Costs = Costs {
    word: [
        [870, 19, 71],   // lower
        [881, 0, 14],    // Capital
        [697, 126, 121], // UPPER
        [1_719, 0, 0],   // MIXed
        [362, 192, 252], // foreign
    ],
    lead: [
        [-814, -695],  // underscore
        [-973, -349],  // open
        [-529, 1_277], // slash
        [-971, -993],  // dot
        [-522, -227],  // dash
        [-130, -262],  // quote
        [-1_221, 150], // ending
        [-212, 315],   // other
        [0, 0],        // space
        [316, 1_124],  // tab
        [280, 574],    // gap
        [133, 259],    // digit
        [-791, 119],   // letter
        [82, 383],     // run
    ],
    rare: 379,
    run: [1_000, 1_000, 1_161],
    run_more: 107,
    same: 47,
    spaced: 52,
    newline: 166,
    accent: 432,
    script: [
        [669, 2_244, 210],   // Cyrillic
        [500, 2_500, 340],   // Greek
        [500, 1_353, 304],   // Arabic
        [570, 1_134, 427],   // Hebrew
        [500, 1_921, 338],   // Indic
        [612, 2_214, 367],   // Thai
        [1_727, 1_716, 709], // Han
        [500, 500, 587],     // Kana
        [824, 1_477, 645],   // Hangul
        [565, 2_500, 288],   // minor
    ],
    symbol: [
        [786, 0],       // punctuation
        [1_249, 103],   // box
        [636, 258],     // wide
        [1_089, 269],   // sign
        [1_900, 1_464], // emoji
        [1_000, 225],   // joiner
        [1_019, 468],   // blank
        [1_886, 250],   // other
    ],
};

/// For each letter from `a` to `z`, the letters that often stand behind it in words that are one token. Which pairs
/// are worth a bit was chosen by how much the bit lowers the error over the words of the fitting texts.
pub const ORDINARY_PAIRS: [&str; 26] = [
    "bcdfgilmnprstuvxy",
    "aejlorsuy",
    "acehiklortuy",
    "adeijklosuy",
    "acdefglmnpqrstvwxy",
    "aefgiklmortuy",
    "ehilnrstu",
    "aeimnort",
    "acdefglmnoprstvz",
    "eos",
    "degns",
    "adefilopstuvy",
    "abeilmops",
    "acdefgkmnostuv",
    "abcdfgijklmnoprstuvwy",
    "adehloprtu",
    "lu",
    "acdefgikmnoqrstvy",
    "cehiopstuy",
    "acefhioprstuwy",
    "abcdefgilmnprst",
    "aegi",
    "aehinorsw",
    "aceimptxy",
    "nrstw",
    "ae",
];
