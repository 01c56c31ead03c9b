//! Repairs the one fault of real clients that a JSON parser refuses: half of a surrogate pair.
//!
//! JavaScript strings are UTF-16, so an editor that cuts a text in the middle of an emoji writes `\ud83d` alone. Such
//! an escape becomes `\ufffd` (U+FFFD, the replacement character): six bytes for six bytes, in place.

use memchr::memmem::Finder;

/// Bytes of a `\uXXXX` escape.
const ESCAPE: usize = 6;
const REPLACEMENT: &[u8; ESCAPE] = b"\\ufffd";

/// Replaces every lone surrogate escape in a JSON text and returns how many there were.
///
/// Text that is valid stays as it is, byte for byte; other faults are left for the parser to report.
pub fn lone_surrogates(json: &mut [u8]) -> usize {
    let escapes = Finder::new(b"\\u");
    let (mut from, mut repaired) = (0, 0);
    while let Some(at) = json.get(from..).and_then(|rest| escapes.find(rest)).map(|found| from + found) {
        from = at + 2;
        if is_escaped(json, at) {
            continue;
        }
        match code_unit(json, at) {
            Some(0xD800..=0xDBFF) if matches!(code_unit(json, at + ESCAPE), Some(0xDC00..=0xDFFF)) => {
                from = at + 2 * ESCAPE;
            }
            Some(0xD800..=0xDFFF) => {
                json[at..at + ESCAPE].copy_from_slice(REPLACEMENT);
                from = at + ESCAPE;
                repaired += 1;
            }
            _ => {}
        }
    }
    repaired
}

/// Whether the backslash at `at` is the second half of `\\`. The run before it holds no earlier `\u`, so all these
/// looks back together are linear.
fn is_escaped(json: &[u8], at: usize) -> bool {
    json[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// The UTF-16 code unit that a `\uXXXX` at `at` stands for.
fn code_unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write;

    fn repair(json: &str) -> (String, usize) {
        let mut bytes = json.as_bytes().to_vec();
        let repaired = lone_surrogates(&mut bytes);
        (String::from_utf8(bytes).unwrap(), repaired)
    }

    #[test]
    fn table() {
        let check = |input: &str, expected: &str, count| {
            assert_eq!(repair(input), (expected.to_owned(), count), "{input}");
        };
        check(r#""\ud83d""#, r#""\ufffd""#, 1);
        check(r#""\uDE00 tail""#, r#""\ufffd tail""#, 1);
        check(r#""\ud83d\ude00""#, r#""\ud83d\ude00""#, 0);
        check(r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#, 1);
        check(r#""\ud83d\ude00\ude00""#, r#""\ud83d\ude00\ufffd""#, 1);
        check(r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#, 2);
        check(r#""\ud83d\n\ude00""#, r#""\ufffd\n\ufffd""#, 2);
        check(r#"{"\uD800":"\uDBFFx"}"#, r#"{"\ufffd":"\ufffdx"}"#, 2);
        check(r#""\\ud83d""#, r#""\\ud83d""#, 0);
        check(r#""\\\ud83d""#, r#""\\\ufffd""#, 1);
        check(r#""\\\\ud83d\ud83d\\ude00""#, r#""\\\\ud83d\ufffd\\ude00""#, 1);
        check(r#""\u00e9\u4f60\uD7FF\uE000""#, r#""\u00e9\u4f60\uD7FF\uE000""#, 0);
        for unreadable in [r#""\ud83""#, r#""\ud83"#, r#""\ud"#, r"\u", r#""\ud83g""#, ""] {
            check(unreadable, unreadable, 0);
        }
    }

    proptest! {
        #[test]
        fn any_code_units_parse_afterwards(units in proptest::collection::vec(
            prop_oneof![Just(0x5Cu16), 0xD7F0u16..0xE010, any::<u16>()], 0..60,
        )) {
            // What `JSON.stringify` of such a string gives when it escapes all but backslashes.
            let mut json = String::from("\"");
            for unit in &units {
                match unit {
                    0x5C => json.push_str("\\\\"),
                    _ => write!(json, "\\u{unit:04x}").unwrap(),
                }
            }
            json.push('"');
            let (repaired, count) = repair(&json);
            let expected = String::from_utf16_lossy(&units);
            prop_assert_eq!(serde_json::from_str::<String>(&repaired).unwrap(), expected.clone());
            prop_assert_eq!(count == 0, String::from_utf16(&units).is_ok());
            prop_assert_eq!(repair(&repaired), (repaired.clone(), 0));
        }

        #[test]
        fn valid_text_is_untouched(text in any::<String>(), slashes in "[\\\\u d8c0-9]{0,20}") {
            let json = serde_json::to_string(&[text, slashes]).unwrap();
            prop_assert_eq!(repair(&json), (json.clone(), 0));
        }
    }
}
