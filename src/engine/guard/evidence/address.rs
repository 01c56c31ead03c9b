//! Addresses in a text, wherever they stand: a reader's program makes links of them even in the middle of a word.

/// Beginnings of addresses without `://`.
const BARE: [&str; 5] = ["www.", "mailto:", "javascript:", "data:", "vbscript:"];

/// The addresses of a text that have a scheme and `://`. A scheme may name two (`git+https://`).
pub fn urls(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("://").map(|(at, mark)| {
        let before = text.get(..at).unwrap_or_default();
        let inside = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'+';
        let glued = before.bytes().rev().take_while(inside).count();
        let scheme = before.get(at - glued..).unwrap_or_default().trim_start_matches('+').len();
        let after = text.get(at + mark.len()..).unwrap_or_default();
        let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./-:@+~#$%?=&!;".contains(byte);
        let length = after.bytes().take_while(|byte| inside(byte)).count();
        let url = text.get(at - scheme..at + mark.len() + length).unwrap_or_default();
        url.trim_end_matches(['.', ',', ';', ':', '!', '-'])
    })
}

/// What of an address a reader's program opens. What stands before it is for another program (`git+https://`), or has run
/// into it (`seehttps://`).
pub fn opened(url: &str) -> &str {
    let Some((scheme, _)) = url.split_once("://") else { return url };
    let behind = |start: usize| url.get(start..).unwrap_or(url);
    let web = ["https", "http"].into_iter().find_map(|name| {
        let start = scheme.len().checked_sub(name.len())?;
        scheme.get(start..)?.eq_ignore_ascii_case(name).then_some(start)
    });
    behind(web.or_else(|| Some(scheme.rfind('+')? + 1)).unwrap_or(0))
}

/// The e-mail addresses of a text: a dot in the name of the host, and letters at its end. So a version (`left-pad@1.3.0`)
/// and a login (`ann@host`) are none.
pub fn emails(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('@').filter_map(|(at, mark)| {
        let before = text.get(..at)?;
        let inside = |letter: char| letter.is_alphanumeric() || "._%+-".contains(letter);
        let name = before.get(before.trim_end_matches(inside).len()..)?.trim_start_matches(['.', '-', '+', '%']);
        let after = text.get(at + mark.len()..)?;
        let length = after.find(|letter: char| !letter.is_alphanumeric() && !".-".contains(letter));
        let host = after.get(..length.unwrap_or(after.len()))?.trim_end_matches(['.', '-']);
        let (rest, last) = host.rsplit_once('.')?;
        let letters = last.chars().count() >= 2 && last.chars().all(char::is_alphabetic) || last.starts_with("xn--");
        let is_email = !name.is_empty() && rest.starts_with(char::is_alphanumeric) && letters;
        is_email.then(|| text.get(at - name.len()..at + mark.len() + host.len()))?
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
        let cases: [(&str, &[&str]); 9] = [
            ("see https://a.example/x?y=1, now", &["https://a.example/x?y=1"]),
            ("--HTTPS://a.example", &["HTTPS://a.example"]),
            ("(ftp://a.example/x)(file:///etc/x)", &["ftp://a.example/x", "file:///etc/x"]),
            ("éhttp://a.example.", &["http://a.example"]),
            ("pip install git+https://a.example/x@v1", &["git+https://a.example/x@v1"]),
            ("a++svn+ssh://a.example", &["a++svn+ssh://a.example"]),
            ("=+https://a.example", &["https://a.example"]),
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

    #[test]
    fn what_a_reader_opens() {
        let cases = [
            ("https://a.example", "https://a.example"),
            ("git+https://a.example", "https://a.example"),
            ("seeHTTP://a.example", "HTTP://a.example"),
            ("nhttps://a.example", "https://a.example"),
            ("svn+ssh://a.example", "ssh://a.example"),
            ("ssh://a.example", "ssh://a.example"),
            ("+://a", "://a"),
            ("://", "://"),
            ("", ""),
        ];
        for (url, expected) in cases {
            assert_eq!(opened(url), expected, "{url}");
        }
    }

    #[test]
    fn emails_are_found_anywhere() {
        let cases: [(&str, &[&str]); 11] = [
            ("ask ann@shop.example.", &["ann@shop.example"]),
            (
                "<Ann.Lee+x@mail.shop.example>, bob_1@a-b.example!",
                &["Ann.Lee+x@mail.shop.example", "bob_1@a-b.example"],
            ),
            ("mailto:ann@shop.example?subject=x", &["ann@shop.example"]),
            ("git@shop.example:ann/cart.git", &["git@shop.example"]),
            ("é@évil.example", &["é@évil.example"]),
            ("ann@xn--vil-9la.xn--p1ai", &["ann@xn--vil-9la.xn--p1ai"]),
            ("a@b@c.example", &["b@c.example"]),
            ("..ann@shop.example..", &["ann@shop.example"]),
            ("left-pad@1.3.0, checkout@v4, ann@host, @app.route, @scope/name, x@y.z", &[]),
            ("ann@.example @ @@ a@", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(emails(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
