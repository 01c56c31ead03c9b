//! The shape of a word: how many characters of which kind.

/// What characters a word is made of.
#[derive(Default)]
pub struct Shape {
    pub letters: usize,
    pub lowers: usize,
    pub uppers: usize,
    pub digits: usize,
    pub dots: usize,
    pub hyphens: usize,
    pub underscores: usize,
    pub other: usize,
    /// A capital inside the word.
    pub hump: bool,
}

impl Shape {
    /// Counts the characters of a word.
    pub fn of(word: &str) -> Shape {
        let mut shape = Shape::default();
        let mut before = 0u8;
        let mut capitals = 0;
        for byte in word.bytes() {
            match byte {
                b'a'..=b'z' => {
                    shape.lowers += 1;
                    shape.hump |= capitals >= 2 && word.len() > 4;
                }
                b'A'..=b'Z' => {
                    shape.uppers += 1;
                    shape.hump |= before.is_ascii_lowercase();
                }
                b'0'..=b'9' => shape.digits += 1,
                b'.' => shape.dots += 1,
                b'-' => shape.hyphens += 1,
                b'_' => shape.underscores += 1,
                _ => shape.other += 1,
            }
            capitals = if byte.is_ascii_uppercase() { capitals + 1 } else { 0 };
            before = byte;
        }
        shape.letters = shape.lowers + shape.uppers;
        shape
    }
}
