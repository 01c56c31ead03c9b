//! Source marks: ` ^41` at the end of an item names the event that the line comes from.

/// Parts an item's text into the text without its mark and the event that the mark names; `^0` names none.
pub fn split(text: &str) -> (&str, Option<u64>) {
    let marked = || {
        let (before, digits) = text.rsplit_once(" ^")?;
        let digits = digits.trim_end_matches([' ', '\n']);
        let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let event: u64 = digits.parse().ok().filter(|_| all_digits)?;
        Some((before, (event > 0).then_some(event)))
    };
    marked().unwrap_or((text, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_at_the_end_only() {
        let cases = [
            ("ran `cargo test` -> failed ^41", ("ran `cargo test` -> failed", Some(41))),
            ("two\nrows ^7", ("two\nrows", Some(7))),
            ("none ^0", ("none", None)),
            ("x^2", ("x^2", None)),
            ("a ^b", ("a ^b", None)),
            ("a ^+1", ("a ^+1", None)),
            ("a ^1 b", ("a ^1 b", None)),
            ("a ^99999999999999999999", ("a ^99999999999999999999", None)),
            ("^5", ("^5", None)),
            ("", ("", None)),
        ];
        for (text, expected) in cases {
            assert_eq!(split(text), expected, "{text:?}");
        }
    }
}
