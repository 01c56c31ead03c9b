//! Characters beyond ASCII, told apart as far as their cost in tokens differs: the script of a letter, the kind of a
//! symbol. Coarse by design: whole Unicode blocks, and whatever is rare in a conversation is one kind.

/// A script with a cost of its own. Latin is not among them: its words are [words](super::states::Shape).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Script {
    Cyrillic,
    Greek,
    Arabic,
    Hebrew,
    /// Devanagari, Bengali, Tamil and their neighbours.
    Indic,
    /// Thai and Lao, written without spaces.
    Thai,
    Han,
    Kana,
    Hangul,
    /// Armenian, Georgian and all others.
    Minor,
}

/// Number of scripts.
pub const SCRIPTS: usize = Script::Minor as usize + 1;

/// A kind of symbol.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// Typographic punctuation: dashes, quotes, bullets, the upper half of Latin-1.
    Punctuation,
    /// Box drawing.
    Box,
    /// East Asian punctuation and full-width forms.
    Wide,
    /// Arrows, mathematics, dingbats and other symbols.
    Sign,
    Emoji,
    /// What joins or changes the character before: combining accents, joiners, variation selectors.
    Joiner,
    /// Spaces other than the ASCII ones.
    Blank,
    /// Control characters, private use, all others.
    Other,
}

/// Number of symbol kinds.
pub const SYMBOLS: usize = Symbol::Other as usize + 1;

/// What a character is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A Latin letter with an accent.
    Latin {
        /// Whether it is a capital.
        upper: bool,
    },
    /// A letter of another script.
    Script(Script),
    /// No letter.
    Symbol(Symbol),
}

/// The character at `at` (a boundary) of UTF-8 text, and its length in bytes.
#[inline]
pub fn decode(text: &[u8], at: usize) -> (u32, usize) {
    let byte = |offset: usize| u32::from(text.get(at + offset).copied().unwrap_or(0));
    let tail = |offset: usize| byte(offset) & 0x3f;
    match byte(0) {
        first @ 0..0x80 => (first, 1),
        first @ 0x80..0xe0 => ((first & 0x1f) << 6 | tail(1), 2),
        first @ 0xe0..0xf0 => ((first & 0x0f) << 12 | tail(1) << 6 | tail(2), 3),
        first => ((first & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4),
    }
}

/// What the character is.
#[inline]
pub fn kind(char: u32) -> Kind {
    let symbol = match char {
        0xaa | 0xb5 | 0xba | 0xdf..=0xf6 | 0xf8..=0xff => return Kind::Latin { upper: false },
        0xc0..=0xd6 | 0xd8..=0xde => return Kind::Latin { upper: true },
        // Capitals and small letters alternate through most of the extended blocks.
        0x100..=0x24f | 0x1e00..=0x1eff => return Kind::Latin { upper: char & 1 == 0 },
        0x300..=0x36f | 0x200b..=0x200d | 0xfe00..=0xfe0f => Symbol::Joiner,
        0xa0 | 0x2000..=0x200a | 0x202f | 0x3000 => Symbol::Blank,
        0xa1..=0xbf | 0xd7 | 0xf7 | 0x2010..=0x2027 | 0x2030..=0x205e | 0x20ac => Symbol::Punctuation,
        0x2500..=0x257f => Symbol::Box,
        0x3001..=0x303f | 0xff00..=0xffef => Symbol::Wide,
        0x1f000..=0x1faff => Symbol::Emoji,
        0x200e..=0x2bff => Symbol::Sign,
        0..0xa0 => Symbol::Other,
        _ => return script(char).map_or(Kind::Symbol(Symbol::Other), Kind::Script),
    };
    Kind::Symbol(symbol)
}

#[inline]
fn script(char: u32) -> Option<Script> {
    Some(match char {
        0x370..=0x3ff | 0x1f00..=0x1fff => Script::Greek,
        0x400..=0x52f => Script::Cyrillic,
        0x590..=0x5ff => Script::Hebrew,
        0x600..=0x6ff | 0x750..=0x77f | 0xfb50..=0xfdff | 0xfe70..=0xfefe => Script::Arabic,
        0x900..=0xdff => Script::Indic,
        0xe00..=0xeff => Script::Thai,
        0x1100..=0x11ff | 0xac00..=0xd7af => Script::Hangul,
        0x3040..=0x30ff => Script::Kana,
        0x2e80..=0xa4cf | 0xf900..=0xfaff | 0x20000..=0x3ffff => Script::Han,
        0x250..=0x1dff => Script::Minor,
        _ => return None,
    })
}
