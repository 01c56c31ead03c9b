//! The rows of a text and the places in it, as the LSP counts them: rows from 0, ended by `\n`, `\r\n` or `\r`;
//! columns in UTF-16 units, which every editor can do.

use std::ops::Range;

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The row, from 0.
    pub row: u32,
    /// UTF-16 units before it in its row.
    pub column: u32,
}

/// A part of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Its first place.
    pub start: Place,
    /// The place behind it.
    pub end: Place,
}

/// Where the rows of a text begin and end.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    text: &'a str,
    /// Byte ranges without the line ends; at least one.
    ranges: Vec<Range<usize>>,
}

impl<'a> Rows<'a> {
    /// Finds the rows of a text.
    pub fn new(text: &'a str) -> Rows<'a> {
        let mut ranges = Vec::new();
        let mut start = 0;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                // The first half of `\r\n` ends the row; the second begins the next.
                b'\n' if at > 0 && text.as_bytes().get(at - 1) == Some(&b'\r') => start = at + 1,
                b'\n' | b'\r' => {
                    ranges.push(start..at);
                    start = at + 1;
                }
                _ => {}
            }
        }
        ranges.push(start..text.len());
        Rows { text, ranges }
    }

    /// How many there are; at least one.
    pub fn count(&self) -> usize {
        self.ranges.len()
    }

    /// The text of a row, without its line end; empty where there is no such row.
    pub fn get(&self, row: usize) -> &'a str {
        self.text.get(self.range(row)).unwrap_or_default()
    }

    /// The bytes of a row, without its line end; where there is no such row, the end of the text.
    pub fn range(&self, row: usize) -> Range<usize> {
        self.ranges.get(row).cloned().unwrap_or(self.text.len()..self.text.len())
    }

    /// The place of a byte.
    pub fn place(&self, byte: usize) -> Place {
        let row = self.ranges.partition_point(|range| range.start <= byte).saturating_sub(1);
        let range = self.range(row);
        let before = self.text.get(range.start..byte.clamp(range.start, range.end)).unwrap_or_default();
        Place { row: small(row), column: small(before.encode_utf16().count()) }
    }

    /// The span of a range of bytes.
    pub fn span(&self, bytes: Range<usize>) -> Span {
        Span { start: self.place(bytes.start), end: self.place(bytes.end) }
    }

    /// The byte at a place; a place behind a row's end is its end, one behind the last row the end of the text.
    pub fn byte(&self, place: Place) -> usize {
        let row = usize::try_from(place.row).unwrap_or(usize::MAX);
        let range = self.range(row);
        let mut units = 0;
        for (at, letter) in self.get(row).char_indices() {
            if units >= place.column {
                return range.start + at;
            }
            units += small(letter.len_utf16());
        }
        range.end
    }

    /// Whole rows with their line ends, as an edit removes them.
    pub fn whole(&self, rows: Range<usize>) -> Range<usize> {
        self.range(rows.start).start..self.range(rows.end).start
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_places() {
        let rows = Rows::new("ab\r\nc😀d\re\n");
        let texts: Vec<&str> = (0..rows.count()).map(|row| rows.get(row)).collect();
        assert_eq!(texts, ["ab", "c😀d", "e", ""]);
        // (row, column, byte, back)
        let cases = [
            ((0, 0), 0, (0, 0)),
            ((0, 9), 2, (0, 2)),
            ((1, 1), 5, (1, 1)),
            // In the middle of a surrogate pair.
            ((1, 2), 9, (1, 3)),
            ((1, 3), 9, (1, 3)),
            ((2, 0), 11, (2, 0)),
            ((9, 9), 13, (3, 0)),
        ];
        for ((row, column), byte, (back_row, back_column)) in cases {
            assert_eq!(rows.byte(Place { row, column }), byte, "{row}:{column}");
            assert_eq!(rows.place(byte), Place { row: back_row, column: back_column }, "{byte}");
        }
        assert_eq!((rows.whole(1..2), rows.whole(3..4)), (4..11, 13..13));
    }
}
