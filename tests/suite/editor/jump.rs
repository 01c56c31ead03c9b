//! Definitions and references.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use serde_json::{Value, json};

use super::Editor;
use crate::harness::{await_some, file_uri, files_under};

#[test]
fn paths_lead_to_files_of_the_workspace_only() {
    let mut editor = Editor::start();
    let root = editor.place.root();
    std::fs::create_dir_all(root.join("src")).unwrap();
    editor.place.write("src/parser.rs", "");
    editor.place.write("with space.md", "");
    editor.place.write("Makefile", "");
    let secret = editor.place.outside("secret.txt");
    std::fs::write(&secret, "").unwrap();
    symlink(&secret, root.join("out.txt")).unwrap();
    symlink("src/parser.rs", root.join("in.rs")).unwrap();
    symlink(editor.place.outside("home"), root.join("up")).unwrap();
    let absolute = format!("{}/src/parser.rs", root.display());
    let outside = secret.display().to_string();
    let lines = [
        "src/parser.rs",
        "./src/parser.rs",
        "src/parser.rs:12",
        "src/parser.rs:12:5",
        &absolute,
        "Makefile",
        "in.rs",
        "`with space.md`",
        "(src/parser.rs)",
        "gone.rs",
        "src",
        "out.txt",
        "up/../secret.txt",
        "../secret.txt",
        &outside,
        "/etc/passwd",
        "up",
    ];
    let text: String = lines.iter().enumerate().map(|(at, line)| format!("- case {at}: {line}\n")).collect();
    editor.open(&text);
    // (case, file, line and column)
    let expected: [Option<(&str, u64, u64)>; 17] = [
        Some(("src/parser.rs", 0, 0)),
        Some(("src/parser.rs", 0, 0)),
        Some(("src/parser.rs", 11, 0)),
        Some(("src/parser.rs", 11, 4)),
        Some(("src/parser.rs", 0, 0)),
        Some(("Makefile", 0, 0)),
        Some(("in.rs", 0, 0)),
        Some(("with space.md", 0, 0)),
        Some(("src/parser.rs", 0, 0)),
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
    ];
    for (case, expected) in expected.iter().enumerate() {
        let at = editor.at(&format!("case {case}: "), format!("case {case}: ").len() + 2);
        let found = editor.ask("definition", &at);
        let expected = expected.map_or(Value::Null, |(file, line, character)| {
            let place = json!({"line": line, "character": character});
            let uri = file_uri(&root.join(file)).replace(' ', "%20");
            json!([{"uri": uri, "range": {"start": place, "end": place}}])
        });
        assert_eq!(found, expected, "{}", lines[case]);
    }
}

/// The file that a definition leads to.
fn led_to(found: &Value) -> String {
    found[0]["uri"].as_str().unwrap_or_else(|| panic!("{found}")).strip_prefix("file://").unwrap().to_owned()
}

#[test]
fn a_mark_leads_to_its_event_which_forget_takes_away() {
    let mut editor = Editor::start();
    editor.open("- from the reading ^3\n- nothing ^77\n");
    let at = editor.at("^3\n", 1);
    let path = led_to(&editor.ask("definition", &at));
    assert!(Path::new(&path).starts_with(editor.place.state()) && path.ends_with("/views/s/event-3.md"), "{path}");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(Path::new(&path)), mode(Path::new(&path).parent().unwrap())), (0o400, 0o700));
    let text = std::fs::read_to_string(&path).unwrap();
    for part in ["# Event 3", "`Read`", "Result:\n\n````text\nfn parse_header() {}\n```\n# not a heading\n"] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert_eq!(led_to(&editor.ask("definition", &at)), path, "asked again");
    assert_eq!(editor.ask("definition", &editor.at("^77", 1)), Value::Null);
    editor.server.call("forget", json!({"sessionId": "s"}));
    assert!(!Path::new(&path).exists());
    assert!(files_under(&editor.place.state()).iter().all(|path| !path.ends_with("event-3.md")));
    // The document is nobody's now.
    assert_eq!(editor.ask("definition", &at), Value::Null);
    assert_eq!(
        files_under(&editor.place.state().join("workspaces"))
            .iter()
            .filter(|path| path.ends_with("event-3.md"))
            .count(),
        0
    );
}

#[test]
fn references_are_the_rows_that_name_the_same() {
    let mut editor = Editor::start();
    editor.text = String::from("## Notes\n");
    let absolute = format!("{}/lib/x.rs", editor.place.root().display());
    editor.text =
        format!("## Notes\n- fixed `lib/x.rs` ^4\n- 😀 lib/x.rs:10, E0502 ^5\n- {absolute} ^4\n- lib/xx.rs E0502\n");
    editor.open_text();
    let cases: [(&str, usize, &[&str]); 4] = [
        ("lib/x.rs`", 2, &["lib/x.rs", "lib/x.rs:10", &absolute]),
        ("E0502 ^5", 1, &["E0502", "E0502"]),
        ("^4\n- 😀", 1, &["- fixed `lib/x.rs` ^4", &format!("- {absolute} ^4")]),
        ("fixed", 1, &[]),
    ];
    for (needle, behind, expected) in cases {
        let found = editor.ask("references", &editor.at(needle, behind));
        let found = found.as_array().unwrap();
        assert!(found.iter().all(|location| location["uri"] == editor.uri), "{found:?}");
        let parts: Vec<&str> = found.iter().map(|location| editor.part(&location["range"])).collect();
        assert_eq!(parts, expected, "{needle}");
    }
}

#[test]
fn a_path_of_the_memory_itself_can_be_followed() {
    let mut editor = Editor::start();
    std::fs::create_dir_all(editor.place.root().join("src")).unwrap();
    let file = editor.place.write("src/parser.rs", "");
    editor.open("");
    let found = await_some("the memory names the file", || {
        editor.text.contains("src/parser.rs").then(|| editor.ask("definition", &editor.at("src/parser.rs", 5)))
    });
    assert_eq!(led_to(&found), file.display().to_string());
}
