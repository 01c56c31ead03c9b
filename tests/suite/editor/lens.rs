//! Code lenses, and when they are to be asked for again.

use serde_json::{Value, json};

use super::Editor;
use crate::events::user;

fn lenses(editor: &mut Editor) -> Vec<Value> {
    let params = json!({"textDocument": {"uri": editor.uri}});
    editor.server.call("textDocument/codeLens", params).as_array().unwrap().clone()
}

#[test]
fn the_first_row_says_how_the_memory_stands() {
    let mut editor = Editor::with(|options| {
        options.capabilities = json!({"workspace": {"codeLens": {"refreshSupport": true}}});
    });
    editor.open("");
    let found = lenses(&mut editor);
    assert!(found.iter().all(|lens| lens["range"]["start"] == json!({"line": 0, "character": 0})), "{found:?}");
    let titles = |lenses: &[Value]| -> Vec<String> {
        lenses.iter().map(|lens| lens["command"]["title"].as_str().unwrap().to_owned()).collect()
    };
    let told = titles(&found);
    assert_eq!(told[0], "Compact now");
    assert_eq!(found[0]["command"]["command"], "sessionMemory.compact");
    assert_eq!(found[0]["command"]["arguments"], json!([{"sessionId": "s", "format": "markdown", "show": true}]));
    let tokens = editor.text.lines().find_map(|line| line.strip_prefix("tokens: ")).unwrap();
    assert_eq!(told[1..], [format!("{tokens} of 8,000 tokens · fresh · context 0 %")]);
    assert_eq!(found[1]["command"]["command"], "");
    // Another version.
    editor.server.append("s", &[user("u9", "Now make src/lexer.rs faster too.")]);
    editor.server.call("refresh", json!({"sessionId": "s"}));
    let (id, _) = editor.server.asked("workspace/codeLens/refresh");
    editor.server.body(&json!({"jsonrpc": "2.0", "id": id, "result": null}).to_string());
    editor.findings();
    let found = lenses(&mut editor);
    assert_eq!(titles(&found)[..2], ["Compact now", "What changed"]);
    assert_eq!(found[1]["command"]["command"], "sessionMemory.diff");
    assert_eq!(found[1]["command"]["arguments"], json!([{"sessionId": "s", "from": 1, "show": true}]));
}
