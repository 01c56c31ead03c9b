//! Tooltips: what was said in the event that a line comes from.

use serde_json::Value;

use super::Editor;

#[test]
fn what_stands_at_a_place_shows_its_event() {
    let mut editor = Editor::start();
    editor.open(
        "- from the reading ^3\n- from the call ^4\n- about `parse_header` and src/parser.rs ^1\n- no such event ^999\n- none ^0\n\
         - 😀 wide ^1\n- huge ^18446744073709551615\n",
    );
    // (needle, bytes behind its beginning, parts of the tooltip; none for no tooltip)
    let cases: [(&str, usize, &[&str]); 11] = [
        // A mark, from its first to its last place.
        ("^3\n", 0, &["**Event 3** · tool", "`Read`", "fn parse_header", "# not a heading", "more characters"]),
        ("^3\n", 2, &["**Event 3**"]),
        ("^4\n", 1, &["**Event 4** · assistant", "`Edit`", "new_string: b"]),
        // An item by any of its words.
        ("from the call", 1, &["**Event 4**"]),
        ("😀 wide", 6, &["**Event 1** · user", "````text", "```fence```"]),
        // An identifier or a path: the newest event that names it.
        ("`parse_header` and", 3, &["**Event 8** · assistant", "again"]),
        ("src/parser.rs ^1", 4, &["**Event 6**"]),
        ("^999", 1, &[]),
        ("none ^0", 1, &[]),
        ("^18446744073709551615", 3, &[]),
        ("## Notes", 4, &[]),
    ];
    // The index is brought up to date in the background.
    for (needle, behind, expected) in cases {
        let at = editor.at(needle, behind);
        let text = crate::harness::await_some(needle, || {
            let hover = editor.ask("hover", &at);
            let text = hover["contents"]["value"].as_str().unwrap_or_default().to_owned();
            assert_eq!(hover.is_null(), text.is_empty());
            let there = expected.iter().all(|part| text.contains(part)) && text.is_empty() == expected.is_empty();
            there.then_some(text)
        });
        // Nothing stands outside of the fence but the headline.
        let mut fence = String::new();
        for row in text.lines().skip(1) {
            if fence.is_empty() && row.starts_with("```") {
                fence = row.trim_end_matches("text").to_owned();
            } else if row == fence {
                fence.clear();
            } else if fence.is_empty() {
                assert!(row.is_empty() || row.ends_with("more characters"), "{row:?} in {text}");
            }
        }
    }
    let hover = editor.ask("hover", &editor.at("^4\n", 0));
    assert_eq!((editor.part(&hover["range"]), &hover["contents"]["kind"]), ("^4", &Value::from("markdown")));
}
