//! Random text at random places: no request fails, and the server goes on.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use super::{DIAGNOSTICS, Editor};

#[test]
fn no_text_and_no_place_makes_a_request_fail() {
    let mut editor = Editor::start();
    editor.open("");
    editor.server.tolerate(DIAGNOSTICS);
    let piece = prop_oneof![
        any::<String>(),
        "(---|## Notes|## |- a|  b|```|`|/|src/|\\^[0-9]{1,20}|session: \"s\"|revision: 1|\u{feff}|😀|\"|\\.\\./)?",
        "(\n|\r\n|\r| |\t){1,3}",
    ];
    let text = prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat());
    let number = || prop_oneof![0u32..30, Just(u32::MAX)];
    let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
    let world = std::cell::RefCell::new(&mut editor);
    runner
        .run(&(text, number(), number()), |(text, line, character)| {
            let mut editor = world.borrow_mut();
            editor.change(&text);
            let here = json!({"line": line, "character": character});
            let params = json!({"textDocument": {"uri": editor.uri}, "position": here,
                "range": {"start": {"line": 0, "character": 0}, "end": here},
                "context": {"includeDeclaration": true, "diagnostics": [], "triggerKind": 1}});
            let methods = [
                "documentSymbol",
                "foldingRange",
                "hover",
                "definition",
                "references",
                "codeLens",
                "codeAction",
                "completion",
            ];
            for method in methods {
                let answer = editor.server.request(&format!("textDocument/{method}"), params.clone());
                prop_assert!(answer.is_ok(), "{}: {:?}", method, answer);
            }
            Ok(())
        })
        .unwrap();
}
