//! The piece of a text that shows why it was found: where most of the words asked for stand together.

use super::query::Wanted;
use super::words::{camel_parts, words};

/// Length of a snippet, in characters.
const WIDTH: usize = 160;
/// Matches looked at in one text; where there are more, the best place is among the first.
const MATCHES: usize = 1024;

/// About [`WIDTH`] characters of `text` on one line, `…` where it goes on; its beginning where no word is in it.
pub(super) fn snippet(text: &str, wanted: &[Wanted]) -> String {
    let (first, last) = cluster(text, wanted);
    let inside = text.get(first..last).unwrap_or_default().chars().count();
    let before = text.get(..first).unwrap_or_default();
    let lead = before.char_indices().rev().take(WIDTH.saturating_sub(inside) / 2).last();
    let mut start = lead.map_or(first, |(start, _)| start);
    let mut end = text
        .get(start..)
        .unwrap_or_default()
        .char_indices()
        .nth(WIDTH)
        .map_or(text.len(), |(length, _)| start + length);
    // Whole words at both ends, where that costs none of the words asked for.
    if let Some(cut) = text.get(start..first).filter(|_| start > 0).and_then(|lead| lead.find(char::is_whitespace)) {
        start += cut;
    }
    if let Some(cut) = text.get(last..end).filter(|_| end < text.len()).and_then(|rest| rest.rfind(char::is_whitespace))
    {
        end = last + cut;
    }
    let piece: Vec<&str> = text.get(start..end).unwrap_or_default().split_whitespace().collect();
    let open = |more: bool| if more { "…" } else { "" };
    let head = text.get(..start).is_some_and(|head| !head.trim().is_empty());
    let tail = text.get(end..).is_some_and(|tail| !tail.trim().is_empty());
    format!("{}{}{}", open(head), piece.join(" "), open(tail))
}

/// The stretch with the most different words, from the beginning of the first to the end of the last.
fn cluster(text: &str, wanted: &[Wanted]) -> (usize, usize) {
    let matches: Vec<(usize, usize, usize)> = words(text)
        .filter_map(|(at, word)| Some((at, at + word.len(), wanted.iter().position(|wanted| matches(word, wanted))?)))
        .take(MATCHES)
        .collect();
    let mut best = (0, 0);
    let mut most = 0;
    let mut oldest = 0;
    for (index, &(_, end, _)) in matches.iter().enumerate() {
        while matches.get(oldest).is_some_and(|&(start, _, _)| oldest < index && end - start > WIDTH) {
            oldest += 1;
        }
        let stretch = matches.get(oldest..=index).unwrap_or_default();
        let different = stretch
            .iter()
            .enumerate()
            .filter(|(n, one)| !stretch.iter().take(*n).any(|other| other.2 == one.2))
            .count();
        if different > most {
            most = different;
            let repeated =
                |n: usize, one: &(usize, usize, usize)| stretch.iter().skip(n + 1).any(|other| other.2 == one.2);
            let first = stretch.iter().enumerate().find(|(n, one)| !repeated(*n, one));
            best = (first.map_or(0, |(_, first)| first.0), end);
        }
    }
    best
}

fn matches(word: &str, wanted: &Wanted) -> bool {
    let same = |word: &str| {
        if word.is_ascii() {
            let head = if wanted.prefix { word.get(..wanted.word.len()) } else { Some(word) };
            return head.is_some_and(|head| head.eq_ignore_ascii_case(&wanted.word));
        }
        let word = word.to_lowercase();
        word == wanted.word || wanted.prefix && word.starts_with(&wanted.word)
    };
    same(word) || camel_parts(word).into_iter().any(same)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::query::Terms;
    use super::*;

    #[test]
    fn the_piece_with_the_words_is_shown() {
        fn check(text: &str, query: &str, expected: &str) {
            assert_eq!(snippet(text, &Terms::read(query).wanted()), expected, "{query:?}");
        }
        check("", "x", "");
        check("a  short\n\ttext", "none", "a short text");
        check("a  short\n\ttext", "text", "a short text");
        let long = format!("{}it failed{}", "word ".repeat(200), " tail".repeat(200));
        let around = |before, after| format!("…{}it failed{}…", "word ".repeat(before), " tail".repeat(after));
        check(&long, "failed", &around(14, 15));
        check(&long, "fail*", &around(14, 15));
        check(&long, "word failed", &around(15, 14));
    }

    #[test]
    fn the_place_with_most_different_words_wins() {
        let text = format!("alpha alpha alpha {} alpha beta {} beta", "x ".repeat(300), "y ".repeat(300));
        let found = snippet(&text, &Terms::read("alpha beta").wanted());
        assert!(found.contains("alpha beta"), "{found}");
    }

    #[test]
    fn it_is_never_longer_than_its_width() {
        for text in [
            "内存".repeat(500),
            "a".repeat(5000),
            format!("{}needle{}", "é".repeat(999), "🦀".repeat(999)),
            "\n \u{301}".repeat(400),
        ] {
            for query in ["needle", "内", "zzz", ""] {
                let found = snippet(&text, &Terms::read(query).wanted());
                assert!(found.chars().count() <= WIDTH + 2, "{found}");
            }
        }
    }

    #[test]
    fn words_are_found_in_any_spelling() {
        fn check(word: &str, query: &str, expected: bool) {
            let wanted = Terms::read(query).wanted();
            assert_eq!(wanted.iter().any(|wanted| matches(word, wanted)), expected, "{word} for {query}");
        }
        check("ERROR", "error", true);
        check("errors", "error", false);
        check("errors", "err*", true);
        check("Größe", "GRÖSSE größe", true);
        check("getUserName", "user", true);
        check("getUserName", "getusername", true);
        check("getUserName", "use", false);
        check("内", "内存", true);
    }
}
