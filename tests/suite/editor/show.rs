//! `show: true`: the answer is opened in the editor.

use std::path::PathBuf;

use serde_json::json;

use super::Editor;
use crate::events::user;
use crate::harness::{await_some, files_under};

fn view(editor: &Editor, name: &str) -> Option<PathBuf> {
    files_under(&editor.place.state()).into_iter().find(|path| path.ends_with(format!("views/s/{name}")))
}

#[test]
fn a_compaction_is_opened_where_the_editor_can() {
    let mut editor =
        Editor::with(|options| options.capabilities = json!({"window": {"showDocument": {"support": true}}}));
    let answer = editor
        .server
        .command("compact", json!({"sessionId": "s", "format": "markdown", "show": true, "apply": false}))
        .unwrap();
    let (id, params) = editor.server.asked("window/showDocument");
    editor.server.body(&json!({"jsonrpc": "2.0", "id": id, "result": {"success": true}}).to_string());
    let path = view(&editor, "compact.md").unwrap();
    assert_eq!(params, json!({"uri": crate::harness::file_uri(&path), "takeFocus": true}));
    let expected = answer["markdown"].as_str().or(answer["reason"].as_str()).unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), expected);
}

#[test]
fn without_the_capability_it_is_only_written_and_without_show_not_even_that() {
    let mut editor = Editor::start();
    editor.server.call("compact", json!({"sessionId": "s", "format": "markdown", "apply": false}));
    editor.server.call("compact", json!({"sessionId": "s", "format": "markdown", "apply": false, "show": false}));
    // What a request leaves to the writer is done before the next answer that waits for it.
    editor.server.call("search", json!({"query": "parser"}));
    assert_eq!(view(&editor, "compact.md"), None);
    editor.server.call("compact", json!({"sessionId": "s", "format": "markdown", "apply": false, "show": true}));
    await_some("the view", || view(&editor, "compact.md"));
}

#[test]
fn what_changed_is_opened() {
    let mut editor =
        Editor::with(|options| options.capabilities = json!({"window": {"showDocument": {"support": true}}}));
    editor.server.append("s", &[user("u9", "Now make src/lexer.rs faster too.")]);
    editor.server.call("refresh", json!({"sessionId": "s"}));
    let answer = editor.server.command("diff", json!({"sessionId": "s", "from": 1, "show": true})).unwrap();
    let (id, params) = editor.server.asked("window/showDocument");
    editor.server.body(&json!({"jsonrpc": "2.0", "id": id, "result": {"success": true}}).to_string());
    let path = view(&editor, "diff.diff").unwrap();
    assert_eq!(params["uri"], crate::harness::file_uri(&path));
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text, answer["unified"].as_str().unwrap());
    assert!(text.contains("+- ") && text.contains("src/lexer.rs"), "{text}");
}
