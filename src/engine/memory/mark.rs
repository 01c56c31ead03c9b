//! The source mark: ` ^41` at the end of a list item names the event that the line comes from.
//!
//! A mark costs three or four tokens, stands where footnote marks stand, and is a word of its own, so that it is no
//! part of a path or a name beside it. It stands in the file only: what a model gets is without marks, and a mark that
//! is changed or removed is no edit.

/// A line's text and the event that its mark names; 0 where it names none.
pub fn split(text: &str) -> (&str, Option<u64>) {
    let text = text.trim_end();
    let marked = text.rsplit_once(" ^").and_then(|(before, digits)| {
        let plain = (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        Some((before.trim_end(), digits.parse().ok().filter(|_| plain)?))
    });
    marked.map_or((text, None), |(before, event)| (before, Some(event)))
}

/// Puts the mark behind a text. One that itself ends like a mark gets one in any case, so that it is read back whole.
pub(super) fn push(text: &mut String, event: u64) {
    use std::fmt::Write as _;

    if event > 0 || split(text).1.is_some() {
        let _ = write!(text, " ^{event}");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read() {
        let cases = [
            ("a ^1", ("a", Some(1))),
            ("a\nb ^12", ("a\nb", Some(12))),
            ("a ^1 ^2 ", ("a ^1", Some(2))),
            ("a ^0", ("a", Some(0))),
            ("a", ("a", None)),
            ("2^10", ("2^10", None)),
            ("a ^", ("a ^", None)),
            ("a ^x1", ("a ^x1", None)),
            ("a ^+1", ("a ^+1", None)),
            ("a ^1234567890123456", ("a ^1234567890123456", None)),
            (" ^3", ("", Some(3))),
            ("", ("", None)),
        ];
        for (text, expected) in cases {
            assert_eq!(split(text), expected, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_marked_is_read_back(text in "[a ^0-9\n]{0,12}", event in 0_u64..2000) {
            let mut marked = text.trim_end().to_owned();
            push(&mut marked, event);
            let (read, found) = split(&marked);
            proptest::prop_assert_eq!(read, text.trim_end());
            proptest::prop_assert_eq!(found.unwrap_or_default(), event);
        }
    }
}
