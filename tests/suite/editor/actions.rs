//! Code actions, by the text that they leave.

use serde_json::{Value, json};

use super::Editor;

fn titled<'a>(actions: &'a [Value], title: &str) -> &'a Value {
    actions.iter().find(|action| action["title"] == title).unwrap_or_else(|| panic!("no {title} in {actions:?}"))
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().unwrap()).collect()
}

#[test]
fn a_line_is_dropped() {
    let mut editor = Editor::start();
    editor.open("- first\n  second row\n- 😀 next\n- last");
    let whole = editor.text.clone();
    let cases = [
        ("second row", "second row", "Drop this line", "- first\n  second row\n"),
        ("😀", "😀", "Drop this line", "- 😀 next\n"),
        ("- last", "- last", "Drop this line", "- last"),
        ("first", "😀 next", "Drop these lines", "- first\n  second row\n- 😀 next\n"),
    ];
    for (from, to, title, gone) in cases {
        let actions = editor.actions(&editor.at(from, 0), &editor.at(to, 0));
        let action = titled(&actions, title);
        assert_eq!((editor.after(action), &action["kind"]), (whole.replacen(gone, "", 1), &json!("refactor.rewrite")));
    }
    let heading = editor.at("## Notes", 3);
    assert_eq!(editor.actions(&heading, &heading), Vec::<Value>::new());
}

#[test]
fn a_damaged_front_matter_is_restored() {
    let damages: [(&str, &str); 6] = [
        ("revision: 1", "revision: one"),
        ("source: extractive\n", ""),
        ("tokens: ", "token: "),
        ("session: \"s\"", "session: \"t\""),
        ("\n---\n", "\n"),
        // All of it.
        ("", ""),
    ];
    for (old, new) in damages {
        let mut editor = Editor::start();
        editor.text = match old {
            "" => editor.text.split_once("\n---\n\n").unwrap().1.to_owned(),
            old => editor.text.replacen(old, new, 1),
        };
        let good = std::fs::read_to_string(&editor.file).unwrap();
        let damaged = editor.text.clone();
        assert!(!editor.open_text().is_empty(), "{damaged}");
        let top = json!({"line": 0, "character": 0});
        let actions = editor.actions(&top, &top);
        let action = titled(&actions, "Restore the front matter");
        assert_eq!((editor.after(action), &action["kind"]), (good.clone(), &json!("quickfix")), "{old:?} -> {new:?}");
        // Line ends stay what they are.
        editor.change(&damaged.replace('\n', "\r\n"));
        editor.findings();
        let actions = editor.actions(&top, &top);
        let after = editor.after(titled(&actions, "Restore the front matter"));
        assert_eq!(after, good.replace('\n', "\r\n"), "{old:?} -> {new:?}");
    }
    let mut editor = Editor::start();
    editor.open("");
    let top = json!({"line": 0, "character": 0});
    assert_eq!(titles(&editor.actions(&top, &top)), Vec::<&str>::new());
}

#[test]
fn lines_about_gone_files_are_removed_but_not_what_the_user_said() {
    let mut editor = Editor::start();
    std::fs::create_dir_all(editor.place.root().join("src")).unwrap();
    editor.place.write("src/there.rs", "");
    let before = "## Active Work\n- at src/gone.rs\n- at src/there.rs\n- both src/there.rs, `src/gone.rs:3`\n";
    let after = "## Active Work\n- at src/there.rs\n";
    let rest =
        "## User Corrections\n- never touch src/gone.rs\n## Notes\n- remember src/gone.rs\n## Mine\n- src/gone.rs\n";
    editor.text = format!("{before}{rest}");
    editor.open_text();
    let at = editor.at("- at src/there", 0);
    let actions = editor.actions(&at, &at);
    let action = titled(&actions, "Remove lines about files that are gone");
    assert_eq!((editor.after(action), &action["kind"]), (format!("{after}{rest}"), &json!("source.removeGone")));
    // At a line about a gone file its removal is a quick fix.
    let at = editor.at("- at src/gone", 0);
    assert_eq!(titled(&editor.actions(&at, &at), "Drop this line")["kind"], "quickfix");
    // Only what the client asks for.
    let only = |editor: &mut Editor, kind: &str| {
        let params = json!({"textDocument": {"uri": editor.uri}, "range": {"start": at, "end": at},
            "context": {"diagnostics": [], "only": [kind]}});
        titles(editor.server.call("textDocument/codeAction", params).as_array().unwrap()).join(", ")
    };
    assert_eq!(only(&mut editor, "source"), "Remove lines about files that are gone");
    assert_eq!(only(&mut editor, "quickfix"), "Drop this line");
    assert_eq!(only(&mut editor, "refactor.extract"), "");
}

#[test]
fn a_line_is_pinned_and_unpinned() {
    let mut editor = Editor::start();
    editor.open("");
    editor.server.tolerate(super::DIAGNOSTICS);
    let line = editor.text.split_once("## Completed Work\n").unwrap().1.lines().next().unwrap().to_owned();
    for (title, other, pinned) in
        [("Pin this line", "Unpin this line", true), ("Unpin this line", "Pin this line", false)]
    {
        let at = editor.at(&line, 3);
        let actions = editor.actions(&at, &at);
        assert!(actions.iter().all(|action| action["title"] != other), "{actions:?}");
        let action = titled(&actions, title);
        assert!(action["edit"].is_null());
        let argument = &action["command"]["arguments"][0];
        assert_eq!((&argument["section"], &argument["pinned"]), (&json!("Completed Work"), &json!(pinned)));
        assert_eq!(action["command"]["command"], "sessionMemory.pin");
        editor.server.command("pin", argument.clone()).unwrap();
    }
    // Lines that only the editor has so far are the user's anyway, and so are the notes.
    let text = editor.text.replacen("## Active Work\n", "## Active Work\n- new\n", 1).replacen(
        "## Notes\n",
        "## Notes\n- note\n",
        1,
    );
    editor.change(&text);
    for line in ["- new", "- note"] {
        let at = editor.at(line, 3);
        assert_eq!(titles(&editor.actions(&at, &at)), ["Drop this line"]);
    }
}
