//! Completion of headings and paths.

use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use super::Editor;

/// What is offered at the end of a text, and whether that is all.
fn offered(editor: &mut Editor, text: &str) -> (Vec<String>, bool) {
    editor.change(text);
    let position = editor.at(text, text.len());
    let answer = editor.ask("completion", &position);
    let items = answer["items"].as_array().unwrap();
    let labels = items.iter().map(|item| {
        assert_eq!(item["textEdit"]["range"]["end"], position, "{item}");
        assert_eq!(item["label"], item["textEdit"]["newText"]);
        item["label"].as_str().unwrap().to_owned()
    });
    (labels.collect(), answer["isIncomplete"] == false)
}

#[test]
fn headings_and_paths() {
    let mut editor = Editor::start();
    let root = editor.place.root();
    std::fs::create_dir_all(root.join("src/deep")).unwrap();
    for name in ["src/parser.rs", "src/.env", "src/path.rs", "README.md"] {
        editor.place.write(name, "");
    }
    symlink(editor.place.outside("home"), root.join("linked")).unwrap();
    let whole = root.display().to_string();
    editor.open("");
    editor.server.tolerate(super::DIAGNOSTICS);
    let cases: [(String, &[&str]); 13] = [
        (
            "## Notes\n- a\n## User Intent\n## ".to_owned(),
            &[
                "Current State",
                "User Corrections",
                "Completed Work",
                "Errors & Fixes",
                "Active Work",
                "Pending Tasks",
                "Key References",
            ],
        ),
        ("## Notes\n- see `".to_owned(), &["README.md", "src/"]),
        ("## Notes\n- see `R".to_owned(), &["README.md"]),
        ("## Notes\n- 😀 see src/".to_owned(), &["deep/", "parser.rs", "path.rs"]),
        ("## Notes\n- see src/pa".to_owned(), &["parser.rs", "path.rs"]),
        ("## Notes\n- see src/.".to_owned(), &[".env"]),
        (format!("## Notes\n- see {whole}/src/par"), &["parser.rs"]),
        ("## Notes\n- see `linked/".to_owned(), &[]),
        ("## Notes\n- see `../".to_owned(), &[]),
        ("## Notes\n- see /".to_owned(), &[]),
        ("## Notes\n- see `/etc/".to_owned(), &[]),
        ("## Notes\n- see ".to_owned(), &[]),
        ("## Notes\n".to_owned(), &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(
            offered(&mut editor, &text),
            (expected.iter().map(|name| (*name).to_owned()).collect(), true),
            "{text}"
        );
    }
    for at in 0..250 {
        editor.place.write(&format!("src/deep/f{at:03}.rs"), "");
    }
    let (names, all) = offered(&mut editor, "## Notes\n- see src/deep/");
    assert_eq!((names.len(), all, names[0].as_str()), (200, false, "f000.rs"));
    let initialized = editor.server.initialized["capabilities"]["completionProvider"]["triggerCharacters"].clone();
    assert_eq!(initialized, json!(["`", "/", " "]));
    assert_ne!(initialized, Value::Null);
}
