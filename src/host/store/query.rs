//! What a person typed, as an expression of FTS5. Everything that could be syntax is gone by then, so no query
//! is an error. `"an exact phrase"` and `prefix*` are understood; a word with punctuation inside (a path, a
//! dotted name) is a phrase by itself.

use super::words::{camel_parts, words};

/// Terms of a query that are used; a pasted page keeps its most telling ones.
const TERMS: usize = 16;
/// Words of one phrase that are used.
const PHRASE: usize = 24;
/// Words that tell nothing about a conversation; left out where the query has others.
const COMMON: &[&str] = &[
    "a", "about", "all", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do",
    "does", "for", "from", "had", "has", "have", "how", "i", "if", "in", "is", "it", "its", "me", "my", "no", "not",
    "of", "on", "or", "our", "please", "should", "so", "that", "the", "then", "there", "these", "they", "this", "to",
    "us", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your",
];

/// One word or phrase that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// Its words, in lower case.
    words: Vec<String>,
    /// The same with camel case taken apart, where that is different.
    parts: Option<Vec<String>>,
    /// The last word is only the beginning of one.
    prefix: bool,
    /// It stood in quotes.
    quoted: bool,
    /// How much it tells: names before words, then by length.
    weight: usize,
}

/// A query, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Terms(Vec<Term>);

/// A word that the query is looking for, to find it in a text again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// In lower case.
    pub(super) word: String,
    /// Words that begin with it are meant too.
    pub(super) prefix: bool,
}

fn term(text: &str, quoted: bool) -> Option<Term> {
    let found: Vec<&str> = words(text).map(|(_, word)| word).take(PHRASE).collect();
    let length: usize = found.iter().map(|word| word.len()).sum();
    if length == 0 {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    for &word in &found {
        match camel_parts(word).as_slice() {
            [] => parts.push(word.to_lowercase()),
            camel => parts.extend(camel.iter().map(|part| part.to_lowercase())),
        }
    }
    let named = quoted || parts.len() > 1 || text.bytes().any(|byte| byte.is_ascii_digit());
    Some(Term {
        parts: (parts.len() > found.len()).then_some(parts),
        prefix: !quoted && text.ends_with('*') && length > 1,
        quoted,
        weight: length + if named { 1000 } else { 0 },
        words: found.into_iter().map(str::to_lowercase).collect(),
    })
}

impl Terms {
    /// Reads a query. Empty where it has no letter and no digit.
    pub(super) fn read(text: &str) -> Terms {
        let mut terms: Vec<Term> = Vec::new();
        let mut add = |new: Option<Term>| {
            let known = |new: &Term| terms.iter().any(|old| old.words == new.words && old.prefix == new.prefix);
            if let Some(new) = new.filter(|new| !known(new)) {
                terms.push(new);
            }
        };
        let text = text.replace(['“', '”', '„'], "\"");
        let pieces: Vec<&str> = text.split('"').collect();
        for (index, piece) in pieces.iter().enumerate() {
            // Odd pieces stand between quotes; a quote that is never closed is none.
            if index % 2 == 1 && index + 1 < pieces.len() {
                add(term(piece, true));
                continue;
            }
            for word in piece.split(|c: char| c.is_whitespace() || ",;()[]{}<>|!?、。，「」".contains(c)) {
                add(term(word, false));
            }
        }
        let common =
            |term: &Term| !term.quoted && matches!(term.words.as_slice(), [word] if COMMON.contains(&word.as_str()));
        if !terms.iter().all(common) {
            terms.retain(|term| !common(term));
        }
        terms.sort_by_key(|term| std::cmp::Reverse(term.weight));
        terms.truncate(TERMS);
        Terms(terms)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What an event must have to match in full: every term.
    pub(super) fn all(&self) -> String {
        let terms: Vec<String> = self.0.iter().map(|term| format!("({})", exact(term).join(" OR "))).collect();
        terms.join(" AND ")
    }

    /// What it must have one of to match at all: the terms, and the longer words of each.
    pub(super) fn any(&self) -> Vec<String> {
        let mut phrases: Vec<String> = Vec::new();
        for term in &self.0 {
            let longer = term.words.iter().chain(term.parts.iter().flatten()).filter(|word| word.chars().count() > 2);
            let loose = longer.map(|word| phrase(std::slice::from_ref(word), false));
            for phrase in exact(term).into_iter().chain(loose.filter(|_| !term.quoted)) {
                if !phrases.contains(&phrase) {
                    phrases.push(phrase);
                }
            }
        }
        phrases
    }

    /// The words by which a match is recognised in a text.
    pub(super) fn wanted(&self) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = Vec::new();
        for term in &self.0 {
            for words in [Some(&term.words), term.parts.as_ref()].into_iter().flatten() {
                for (index, word) in words.iter().enumerate() {
                    let new = Wanted { word: word.clone(), prefix: term.prefix && index + 1 == words.len() };
                    if !wanted.contains(&new) {
                        wanted.push(new);
                    }
                }
            }
        }
        wanted
    }
}

fn exact(term: &Term) -> Vec<String> {
    [Some(&term.words), term.parts.as_ref()].into_iter().flatten().map(|words| phrase(words, term.prefix)).collect()
}

/// Words have letters and digits only, so quoting them is enough.
fn phrase(words: &[String], prefix: bool) -> String {
    format!("\"{}\"{}", words.join(" "), if prefix { " *" } else { "" })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn free_text_becomes_an_expression() {
        fn check(text: &str, all: &str, any: &str) {
            let terms = Terms::read(text);
            assert_eq!((terms.all().as_str(), terms.any().join(" OR ").as_str()), (all, any), "{text:?}");
        }
        check("", "", "");
        check("?! -- \"\" *", "", "");
        check("Error", r#"("error")"#, r#""error""#);
        check("fix parser", r#"("parser") AND ("fix")"#, r#""parser" OR "fix""#);
        check("the parser", r#"("parser")"#, r#""parser""#);
        check("to be", r#"("to") AND ("be")"#, r#""to" OR "be""#);
        check("parse*", r#"("parse" *)"#, r#""parse" * OR "parse""#);
        check("* p*", r#"("p")"#, r#""p""#);
        check("\"The Exact phrase\"", r#"("the exact phrase")"#, r#""the exact phrase""#);
        check("\"open end", r#"("open") AND ("end")"#, r#""open" OR "end""#);
        check("src/db.rs", r#"("src db rs")"#, r#""src db rs" OR "src""#);
        check("getUser", r#"("getuser" OR "get user")"#, r#""getuser" OR "get user" OR "get" OR "user""#);
        check(
            "x NEAR( y AND -z: ^q",
            r#"("near") AND ("x") AND ("y") AND ("z") AND ("q")"#,
            r#""near" OR "x" OR "y" OR "z" OR "q""#,
        );
        check("内存", r#"("内 存")"#, r#""内 存""#);
        check("a a A", r#"("a")"#, r#""a""#);
    }

    #[test]
    fn a_long_query_keeps_its_most_telling_terms() {
        let words: Vec<String> = (0..500).map(|n| format!("word{}", "x".repeat(n % 40))).collect();
        let terms = Terms::read(&format!("{} user_id", words.join(" ")));
        assert_eq!(terms.0.len(), TERMS);
        assert_eq!(terms.0.first().unwrap().words, ["user", "id"]);
        let endless = Terms::read(&"a/".repeat(5000));
        assert_eq!(endless.0.first().unwrap().words.len(), PHRASE);
    }

    #[test]
    fn wanted_words_are_those_of_all_spellings() {
        fn check(text: &str, expected: &[(&str, bool)]) {
            let wanted = Terms::read(text).wanted();
            let wanted: Vec<_> = wanted.iter().map(|wanted| (wanted.word.as_str(), wanted.prefix)).collect();
            assert_eq!(wanted, expected, "{text:?}");
        }
        check("getUser", &[("getuser", false), ("get", false), ("user", false)]);
        check("db/sto*", &[("db", false), ("sto", true)]);
    }
}
