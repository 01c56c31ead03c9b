//! Addresses in a text, wherever they stand: a reader's program makes links of them even in the middle of a word.

/// Beginnings of addresses without `://`.
const BARE: [&str; 5] = ["www.", "mailto:", "javascript:", "data:", "vbscript:"];

/// The addresses of a text that have a scheme and `://`.
pub fn urls(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("://").map(|(at, mark)| {
        let before = text.get(..at).unwrap_or_default();
        let scheme = before.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
        let after = text.get(at + mark.len()..).unwrap_or_default();
        let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./-:@+~#$%?=&!;".contains(byte);
        let length = after.bytes().take_while(|byte| inside(byte)).count();
        let url = text.get(at - scheme..at + mark.len() + length).unwrap_or_default();
        url.trim_end_matches(['.', ',', ';', ':', '!', '-'])
    })
}

/// The word is an address that a reader would complete.
pub fn is_bare(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let begins = |mark: &str| {
        lower.match_indices(mark).any(|(at, _)| {
            let before = lower.get(..at).unwrap_or_default();
            let after = lower.get(at + mark.len()..).unwrap_or_default();
            !before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric)
        })
    };
    BARE.into_iter().any(begins)
}

/// A word without the punctuation around it.
pub fn trimmed(word: &str) -> &str {
    word.trim_matches(|letter: char| "()[]<>\"'`,;.!".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_anywhere() {
        let cases: [(&str, &[&str]); 6] = [
            ("see https://a.example/x?y=1, now", &["https://a.example/x?y=1"]),
            ("--HTTPS://a.example", &["HTTPS://a.example"]),
            ("(ftp://a.example/x)(file:///etc/x)", &["ftp://a.example/x", "file:///etc/x"]),
            ("éhttp://a.example.", &["http://a.example"]),
            ("://", &["://"]),
            ("a : // b", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(urls(text).collect::<Vec<_>>(), expected, "{text}");
        }
        let words =
            [("www.a.example", true), ("#WWW.a", true), ("awww.a", false), ("metadata:x", false), ("data:", false)];
        for (word, expected) in words {
            assert_eq!(is_bare(word), expected, "{word}");
        }
    }
}
