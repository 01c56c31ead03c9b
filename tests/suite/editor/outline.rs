//! Symbols and folding.

use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use super::Editor;
use crate::events::user;
use crate::harness::{DID_UPDATE, Server, Workspace, file_uri};

#[test]
fn sections_with_their_items() {
    let mut editor = Editor::start();
    editor.open("- my 😀 note ^3\n  second row\n\n## My own\ntext of mine\n");
    let params = json!({"textDocument": {"uri": editor.uri}});
    let symbols = editor.server.call("textDocument/documentSymbol", params.clone());
    let names: Vec<&str> = symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    let headings: Vec<&str> = editor.text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(names, headings);
    for symbol in symbols.as_array().unwrap() {
        assert!(editor.part(&symbol["range"]).starts_with("## "), "{symbol}");
        assert!(editor.part(&symbol["selectionRange"]).starts_with("## "), "{symbol}");
        for item in symbol["children"].as_array().unwrap() {
            let text = editor.part(&item["range"]);
            let name = item["name"].as_str().unwrap();
            assert!(text.trim_start_matches("- ").starts_with(name) && !name.is_empty(), "{name} in {text}");
            assert!(text.starts_with(editor.part(&item["selectionRange"])), "{item}");
        }
    }
    let notes = symbols.as_array().unwrap().iter().find(|symbol| symbol["name"] == "Notes").unwrap();
    let last = notes["children"].as_array().unwrap().last().unwrap();
    assert_eq!(editor.part(&last["range"]), "- my 😀 note ^3\n  second row");
    let folds = editor.server.call("textDocument/foldingRange", params);
    let rows: Vec<&str> = editor.text.lines().collect();
    let folded = |fold: &Value, name: &str| rows[fold[name].as_u64().unwrap() as usize];
    let folds: Vec<(&str, &str)> =
        folds.as_array().unwrap().iter().map(|fold| (folded(fold, "startLine"), folded(fold, "endLine"))).collect();
    for expected in [
        ("---", "---"),
        ("## Notes", "  second row"),
        ("- my 😀 note ^3", "  second row"),
        ("## My own", "text of mine"),
    ] {
        assert!(folds.contains(&expected), "{expected:?} in {folds:?}");
    }
}

#[test]
fn other_documents_have_nothing() {
    let mut editor = Editor::start();
    editor.place.write("other.md", &editor.text);
    // A memory file by its name and its front matter, but in the folder of no session; and one outside.
    let folder = editor.file.parent().unwrap().parent().unwrap().join("t");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("session-memory.md"), &editor.text).unwrap();
    let outside = editor.place.outside("session-memory.md");
    std::fs::write(&outside, &editor.text).unwrap();
    let others = [
        crate::harness::file_uri(&editor.place.root().join("other.md")),
        crate::harness::file_uri(&folder.join("session-memory.md")),
        crate::harness::file_uri(&outside),
        "untitled:Untitled-1".to_owned(),
        "vscode-remote://host/ws/.session-memory/s/session-memory.md".to_owned(),
    ];
    for uri in others {
        let document = json!({"uri": uri, "languageId": "markdown", "version": 1, "text": editor.text});
        editor.server.notify("textDocument/didOpen", json!({"textDocument": document}));
        let here = json!({"textDocument": {"uri": uri}, "position": {"line": 9, "character": 3},
            "range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}},
            "context": {"includeDeclaration": true, "diagnostics": [], "triggerKind": 1}});
        for method in [
            "documentSymbol",
            "foldingRange",
            "hover",
            "definition",
            "references",
            "codeLens",
            "codeAction",
            "completion",
        ] {
            assert_eq!(
                editor.server.call(&format!("textDocument/{method}"), here.clone()),
                Value::Null,
                "{method} {uri}"
            );
        }
        editor.server.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }
}

#[test]
fn a_document_that_nobody_opened_is_read_from_disk() {
    let mut editor = Editor::start();
    let params = json!({"textDocument": {"uri": editor.uri}});
    let symbols = editor.server.call("textDocument/documentSymbol", params);
    assert_eq!(symbols.as_array().unwrap().len(), 9);
}

#[test]
fn a_damaged_front_matter_hides_nothing() {
    let mut editor = Editor::start();
    editor.text = "---\nsession: \"someone else\"\n---\n## Notes\n- a\n".to_owned();
    editor.open_text();
    let params = json!({"textDocument": {"uri": editor.uri}});
    let symbols = editor.server.call("textDocument/documentSymbol", params);
    assert_eq!(symbols[0]["children"][0]["name"], "a");
}

#[test]
fn old_clients_get_what_they_know() {
    let mut editor = Editor::with(|options| {
        options.capabilities = json!({"textDocument": {"hover": {"contentFormat": ["plaintext"]}}});
    });
    editor.open("- mine ^1\n");
    let symbols = editor.server.call("textDocument/documentSymbol", json!({"textDocument": {"uri": editor.uri}}));
    let last = symbols.as_array().unwrap().last().unwrap();
    assert_eq!((&last["name"], &last["containerName"]), (&json!("mine"), &json!("Notes")));
    assert_eq!((editor.part(&last["location"]["range"]), &last["location"]["uri"]), ("- mine ^1", &json!(editor.uri)));
    let at = editor.at("mine", 1);
    assert_eq!(editor.ask("hover", &at)["contents"]["kind"], "plaintext");
    let params =
        json!({"textDocument": {"uri": editor.uri}, "range": {"start": at, "end": at}, "context": {"diagnostics": []}});
    assert_eq!(editor.server.call("textDocument/codeAction", params), Value::Null);
}

/// A workspace that the client spells by a link, and memories in another place than the usual one.
#[test]
fn a_memory_is_known_by_its_path_however_that_is_spelled() {
    let place = Workspace::new();
    let alias = place.outside("alias");
    symlink(place.root(), &alias).unwrap();
    let mut server = Server::with(&place, |options| {
        options.folders = vec![alias.clone()];
        options.settings = json!({"memoryFile": "notes/{session}.md"});
    });
    server.tolerate(DID_UPDATE);
    for session in ["s", "Not a Name"] {
        server.append(session, &[user("u1", "Please do thing number 1.")]);
        server.call("refresh", json!({"sessionId": session}));
    }
    let files: Vec<_> =
        std::fs::read_dir(place.root().join("notes")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let memories: Vec<_> = files.iter().filter(|name| **name != ".gitignore").collect();
    assert_eq!(memories.len(), 2, "{files:?}");
    place.write("notes/other.md", "## Notes\n- a\n");
    let mut symbols = |path: std::path::PathBuf| {
        let uri = file_uri(&path);
        server.call("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}}))
    };
    for name in memories {
        for folder in [&alias, &place.root()] {
            assert!(symbols(folder.join("notes").join(name)).is_array(), "{name:?}");
        }
    }
    assert_eq!(symbols(alias.join("notes/other.md")), Value::Null);
}

/// A heading that the user has renamed is the section's still; a file of theirs in the memory's place is no memory.
#[test]
fn what_is_the_users_own() {
    let mut editor = Editor::start();
    let renamed = editor.text.replacen("## Completed Work\n", "## Done\n", 1);
    std::fs::write(&editor.file, &renamed).unwrap();
    editor.server.call("refresh", json!({"sessionId": "s"}));
    editor.text = std::fs::read_to_string(&editor.file).unwrap();
    assert!(editor.text.contains("## Done\n"), "{}", editor.text);
    editor.text = editor.text.replacen("## Notes\n", "## ", 1);
    assert_eq!(editor.open_text(), Vec::<Value>::new());
    let at = editor.at("## Done", 0);
    let end = json!({"line": editor.text.lines().count() - 1, "character": 3});
    let offered = editor.ask("completion", &end);
    assert_eq!(offered["items"].as_array().unwrap().len(), 1, "{offered}");
    assert_eq!(editor.actions(&at, &at), Vec::<Value>::new());

    let place = Workspace::new();
    place.write("NOTES-s.md", "# Mine\n- a\n");
    let mut server = Server::with(&place, |options| options.settings = json!({"memoryFile": "NOTES-{session}.md"}));
    server.tolerate("window/showMessage");
    server.append("s", &[user("u1", "Please do thing number 1.")]);
    let uri = file_uri(&place.root().join("NOTES-s.md"));
    let document = json!({"uri": uri, "languageId": "markdown", "version": 1, "text": "# Mine\n- a\n"});
    server.notify("textDocument/didOpen", json!({"textDocument": document}));
    assert_eq!(server.call("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}})), Value::Null);
}
