//! What must hold for every answer.

use proptest::prelude::*;

use super::{LIMITS, Limits, answer, evidence};
use crate::engine::guard::{Verdict, judge};
use crate::engine::memory::{Custom, Document, FrontMatter, Section, parse_file, render_file};

/// Text made of what the guard looks for, in every wrong order.
fn answers() -> impl Strategy<Value = String> {
    let pieces = [
        "<memory>",
        "</memory>",
        "<analysis>",
        "</analysis>",
        "<think>",
        "</think>",
        "<",
        ">",
        "`",
        "```",
        "~~~",
        "\n",
        "\n\n",
        "\n- ",
        "\n  - ",
        "\n  ",
        "\n1. ",
        "\r\n",
        "## Current State\n- a",
        "\n## Current State\n",
        "\n### User Intent\n- b",
        "\n**Pending Tasks**\nc",
        "\n## Notes\n",
        "\n## Else\n",
        "\n# ",
        "#",
        "|",
        "---",
        "\\",
        "[",
        "](",
        ")",
        "![",
        "!",
        "src/cart.py",
        "src/other.py",
        "https://shop.example/issues/4711",
        "https://evil.example",
        "www.evil.example",
        "git+",
        "bob@evil.example",
        "@",
        "4711",
        "4712",
        "ValueError",
        "KeyError",
        "javascript:x",
        "\u{200b}",
        "\u{202e}",
        "\u{1b}[31m",
        "\u{1b}]",
        "\u{7}",
        "\u{2028}",
        "é",
        "😀",
        " ",
        "word",
        "<b>",
        "Vec<",
        "a b c d e f",
    ];
    let piece = prop_oneof![4 => prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), 1 => ".{0,12}"];
    let body = prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat());
    (any::<bool>(), body).prop_map(|(whole, body)| {
        if whole {
            format!(
                "<memory>\n## Current State\n- at work\n## User Intent\n- a wish\n## Active Work\n- x {body}\n</memory>"
            )
        } else {
            body
        }
    })
}

fn texts(document: &Document) -> Vec<(Section, String)> {
    Section::ALL
        .into_iter()
        .flat_map(|section| document.lines(section).iter().map(move |line| (section, line.text.clone())))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_is_plain_known_and_small(text in answers(), attempt in 1u32..3, tight in any::<bool>()) {
        let budget = if tight { (120, 60) } else { (LIMITS.memory_tokens, LIMITS.section_tokens) };
        let limits = Limits { memory_tokens: budget.0, section_tokens: budget.1, attempt };
        let evidence = evidence();
        match judge(&answer(&text), &evidence, &limits) {
            Verdict::Accepted { document, .. } => {
                prop_assert!(document.tokens() <= limits.memory_tokens);
                prop_assert!(!document.lines(Section::CurrentState).is_empty());
                let front = FrontMatter {
                    session: "s", revision: 1, updated: 0, covered_through: 1, tokens: 1, source: "model",
                };
                prop_assert_eq!(texts(&parse_file(&render_file(&front, &document, &Custom::default()), &Custom::default()).document), texts(&document));
                for (section, line) in texts(&document) {
                    prop_assert_ne!(section, Section::Notes);
                    prop_assert_eq!(evidence.unknown(&line), None, "{}", line);
                    prop_assert!(!line.contains("//evil.example") && !line.contains(" www.evil"), "{}", line);
                    prop_assert!(!format!("{line} ").contains("b@evil.example "), "{}", line);
                    prop_assert!(!line.contains("<memory>") && !line.contains("</memory>"), "{}", line);
                    prop_assert!(!line.contains(|l: char| l.is_control() || "\u{200b}\u{202e}".contains(l)), "{:?}", line);
                    prop_assert!(line.split('`').step_by(2).all(|outside| !outside.contains("](")), "{}", line);
                    let behind = line.trim_start_matches('#');
                    let heading = behind != line && (behind.is_empty() || behind.starts_with(' '));
                    prop_assert!(!heading && !line.starts_with(['>', '|']), "{}", line);
                }
            }
            Verdict::Repair { problems } => prop_assert!(attempt == 1 && !problems.is_empty()),
            Verdict::Refused { reason } => prop_assert!(!reason.is_empty()),
        }
    }

    #[test]
    fn any_text_may_come(text in any::<String>()) {
        let _ = judge(&answer(&text), &evidence(), &LIMITS);
        let _ = evidence().unknown(&text);
    }
}
