//! One pass over a text: an automaton over every prefix and keyword, and the rule to ask at each hit.
//!
//! The automaton reports overlapping hits, so no prefix can hide another one. Each rule looks at a bounded stretch
//! around its hit, which keeps the whole pass linear in the length of the text.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::assignment::{self, Kind};
use super::rules::{self, Rule};
use super::{Span, irregular, pem, shape, url};

/// What a hit of the automaton stands for.
#[derive(Clone, Copy)]
enum Anchor {
    /// A vendor's prefix.
    Prefix(&'static Rule),
    /// A word that names a secret, which may be assigned a value after it.
    Keyword(Kind),
    /// `Bearer `, with the token right after it.
    Bearer,
    /// `://`, where a user and a password may follow.
    Url,
    /// The option of curl with a user and a password.
    CurlUser,
    /// The words shared by the first and the last line of a PEM private key.
    Pem,
    /// The start of the secret half of a Telegram bot token.
    Telegram,
    /// A word near which a Discord bot token may stand.
    Discord,
}

struct Scanner {
    automaton: AhoCorasick,
    anchors: Vec<Anchor>,
}

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| {
    let mut words: Vec<&str> = Vec::new();
    let mut anchors = Vec::new();
    let mut add = |list: &[&'static str], anchor: Anchor| {
        words.extend_from_slice(list);
        anchors.resize(words.len(), anchor);
    };
    for rule in rules::RULES {
        add(rule.prefixes, Anchor::Prefix(rule));
    }
    for &(kind, list) in assignment::KEYWORDS {
        add(list, Anchor::Keyword(kind));
    }
    add(&["Bearer ", "bearer ", "BEARER ", "Bearer%20"], Anchor::Bearer);
    add(&["://", ":\\/\\/"], Anchor::Url);
    add(url::CURL_USER, Anchor::CurlUser);
    add(&[pem::ANCHOR], Anchor::Pem);
    add(&[irregular::TELEGRAM], Anchor::Telegram);
    add(irregular::DISCORD, Anchor::Discord);
    #[expect(clippy::expect_used, reason = "the patterns are constants of this program and far below every size limit")]
    let automaton =
        AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(&words).expect("constant patterns build");
    Scanner { automaton, anchors }
});

/// Every secret in `text`, in order and without overlaps.
pub(super) fn find(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let scanner = &*SCANNER;
    let mut found = Vec::new();
    // Per pattern, how far its last refused candidate reached: what begins inside that one is part of it.
    let mut refused = vec![0; scanner.anchors.len()];
    for hit in scanner.automaton.find_overlapping_iter(text) {
        let id = hit.pattern().as_usize();
        let (Some(&anchor), Some(refused)) = (scanner.anchors.get(id), refused.get_mut(id)) else { continue };
        let (start, end) = (hit.start(), hit.end());
        match anchor {
            Anchor::Prefix(rule) => {
                // What adjoins a secret stands alone once that one is replaced.
                let adjoins = found.iter().rev().take(4).any(|span: &Span| span.end == start);
                if !adjoins && (start < *refused || !shape::starts_token(bytes, start)) {
                    continue;
                }
                match rule.find(bytes, start, end) {
                    Ok(span) => {
                        found.extend(irregular::aws_secret_after(bytes, &span));
                        found.push(span);
                    }
                    Err(reached) => *refused = reached,
                }
            }
            Anchor::Keyword(kind) => found.extend(assignment::find(bytes, start, end, kind)),
            Anchor::Bearer => found.extend(assignment::find_bearer(bytes, end)),
            Anchor::Url => found.extend(url::find(bytes, start, end)),
            Anchor::CurlUser => found.extend(url::find_curl(bytes, start, end)),
            Anchor::Pem => found.extend(pem::find(bytes, start, end)),
            Anchor::Telegram => found.extend(irregular::telegram(bytes, start, end)),
            Anchor::Discord => found.extend(irregular::discord(bytes, start, end)),
        }
    }
    merge(found)
}

/// Sorts the spans and unites those that overlap. The united span is named by its most specific part: a vendor's key
/// says more than the `token=` in front of it.
fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| span.start);
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => {
                last.end = last.end.max(span.end);
                // Of two prefixes at one place the longer is found later (`sk-`, then `sk-ant-`).
                let longer = span.start == last.start && rank(span.name) == rank(last.name);
                if longer || rank(span.name) > rank(last.name) {
                    last.name = span.name;
                }
            }
            _ => merged.push(span),
        }
    }
    merged
}

fn rank(name: &str) -> u8 {
    match name {
        pem::NAME => 2,
        "password" | "secret" | "token" | "api-key" | "authorization" | url::NAME => 0,
        _ => 1,
    }
}
