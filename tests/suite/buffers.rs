//! A memory file that is open in the client's editor: nobody writes it while its user is typing in it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::editor::DIAGNOSTICS;
use crate::events::user;
use crate::harness::{DID_UPDATE, Server, Workspace, await_some, file_uri};

/// A client's editor with the memory of session `s` open.
struct Editor<'a> {
    place: &'a Workspace,
    server: Server,
    version: i64,
}

impl Editor<'_> {
    fn new(place: &Workspace) -> Editor<'_> {
        let mut server = Server::quiet(place);
        server.tolerate(DIAGNOSTICS);
        server.append("s", &[user("u1", "Please do thing number 1.")]);
        server.call("refresh", json!({"sessionId": "s"}));
        server.notification(DID_UPDATE, |params| params["revision"] == 1);
        let mut editor = Editor { place, server, version: 1 };
        editor.open(&editor.disk());
        editor
    }

    fn disk(&self) -> String {
        fs::read_to_string(self.place.memory_file("s")).unwrap()
    }

    fn document(&self) -> Value {
        json!({"uri": file_uri(&self.place.memory_file("s")), "version": self.version})
    }

    fn open(&mut self, text: &str) {
        let uri = file_uri(&self.place.memory_file("s"));
        let document = json!({"uri": uri, "languageId": "markdown", "version": 1, "text": text});
        self.server.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    fn change(&mut self, text: &str) {
        self.version += 1;
        let document = self.document();
        self.server
            .notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}));
    }

    fn save(&mut self, text: &str) {
        fs::write(self.place.memory_file("s"), text).unwrap();
        let document = self.document();
        self.server.notify("textDocument/didSave", json!({"textDocument": document}));
    }

    fn close(&mut self) {
        let document = self.document();
        self.server.notify("textDocument/didClose", json!({"textDocument": document}));
    }

    /// The conversation goes on, and the memory with it.
    fn goes_on(&mut self, number: u64) {
        self.server.append("s", &[user(&format!("u{number}"), &format!("Please do thing number {number}."))]);
        self.server.call("refresh", json!({"sessionId": "s"}));
        let told = self.server.notification(DID_UPDATE, |params| params["origin"] == "refresh");
        assert!(told["unified"].as_str().unwrap().contains(&format!("thing number {number}")), "{told}");
    }

    fn await_disk(&self, parts: &[&str]) -> String {
        await_some("the file has it all", || {
            let text = self.disk();
            parts.iter().all(|part| text.contains(part)).then_some(text)
        })
    }
}

fn typed(text: &str) -> String {
    format!("{text}- Mind the gap.\n")
}

#[test]
fn nothing_is_written_while_something_is_typed_and_a_save_brings_both() {
    let place = Workspace::new();
    let mut editor = Editor::new(&place);
    let before = editor.disk();
    editor.change(&typed(&before));
    for number in 2..4 {
        editor.goes_on(number);
        assert_eq!(editor.disk(), before, "the file is left alone");
        let memory = editor.server.call("memory", json!({"sessionId": "s"}));
        assert!(memory["markdown"].as_str().unwrap().contains(&format!("thing number {number}")));
        assert_eq!(editor.disk(), before, "the file is left alone");
    }
    editor.save(&typed(&before));
    let told = editor.server.notification(DID_UPDATE, |params| params["origin"] == "user");
    assert_eq!((&told["revision"], &told["addedLines"], &told["removedLines"]), (&json!(4), &json!(1), &json!(0)));
    let merged = editor.await_disk(&["Mind the gap.", "thing number 2", "thing number 3", "\nrevision: 4\n"]);
    // An editor that does not read the file again is no reason to wait: everything in it is saved.
    editor.goes_on(5);
    editor.await_disk(&["Mind the gap.", "thing number 5", "\nrevision: 5\n"]);
    // And what it saves next is a change of what it saved before.
    editor.change(&format!("{}- And the step.\n", typed(&before)));
    editor.save(&format!("{}- And the step.\n", typed(&before)));
    editor.server.notification(DID_UPDATE, |params| params["origin"] == "user" && params["revision"] == 6);
    let text = editor.await_disk(&["And the step.", "thing number 5", "\nrevision: 6\n"]);
    assert_eq!(text.matches("Mind the gap.").count(), 1, "{text}");
    assert_ne!(text, merged);
}

#[test]
fn what_was_held_back_is_written_when_the_buffer_is_given_up() {
    type GiveUp = (&'static str, fn(&mut Editor, &str));
    let ways: [GiveUp; 3] = [
        ("closed", |editor, _| editor.close()),
        ("undone", |editor, before| editor.change(before)),
        ("the newest version read in", |editor, _| {
            let memory = editor.server.call("memory", json!({"sessionId": "s"}));
            editor.change(memory["markdown"].as_str().unwrap());
        }),
    ];
    for (name, give_up) in ways {
        let place = Workspace::new();
        let mut editor = Editor::new(&place);
        let before = editor.disk();
        editor.change(&typed(&before));
        editor.goes_on(2);
        assert_eq!(editor.disk(), before, "{name}: the file is left alone");
        give_up(&mut editor, &before);
        let text = editor.await_disk(&["thing number 2"]);
        assert!(!text.contains("Mind the gap."), "{name}: {text}");
        editor.goes_on(3);
        editor.await_disk(&["thing number 3"]);
    }
}

/// Another program edits the file while the editor has something else in it.
#[test]
fn an_edit_from_elsewhere_is_taken_in_meanwhile() {
    let place = Workspace::new();
    let mut editor = Editor::new(&place);
    let before = editor.disk();
    editor.change(&typed(&before));
    // An answer tells that the server has heard of it.
    editor.server.call("history", json!({"sessionId": "s"}));
    let elsewhere = format!("{before}- From elsewhere.\n");
    fs::write(place.memory_file("s"), &elsewhere).unwrap();
    editor.server.notification(DID_UPDATE, |params| params["origin"] == "user");
    editor.goes_on(2);
    assert_eq!(editor.disk(), elsewhere, "the file is left alone");
    editor.close();
    let text = editor.await_disk(&["thing number 2", "From elsewhere."]);
    assert_eq!(text.matches("From elsewhere.").count(), 1, "{text}");
}

#[test]
fn documents_that_are_no_memory_are_ignored() {
    let place = Workspace::new();
    let mut editor = Editor::new(&place);
    editor.close();
    let folder = place.root().join(".session-memory");
    let others = [
        place.root().join("README.md"),
        folder.join("s/notes.md"),
        folder.join("unknown/session-memory.md"),
        Path::new("/elsewhere/.session-memory/s/session-memory.md").to_owned(),
    ];
    let server = &mut editor.server;
    let uris = others.iter().map(|path| file_uri(path)).chain(["untitled:Untitled-1".to_owned()]);
    for uri in uris {
        let opened = json!({"uri": uri, "languageId": "markdown", "version": 1, "text": "typed"});
        server.notify("textDocument/didOpen", json!({"textDocument": opened}));
        let document = json!({"uri": uri, "version": 2});
        server.notify(
            "textDocument/didChange",
            json!({"textDocument": document, "contentChanges": [{"text": "x".repeat(2 << 20)}]}),
        );
        server.notify("textDocument/didSave", json!({"textDocument": document}));
    }
    // More documents than are kept.
    for at in 0..200 {
        let uri = file_uri(&folder.join(format!("{at}/session-memory.md")));
        let opened = json!({"uri": uri, "languageId": "markdown", "version": 1, "text": "typed"});
        server.notify("textDocument/didOpen", json!({"textDocument": opened}));
    }
    editor.goes_on(2);
    editor.await_disk(&["thing number 2"]);
}

/// A client sends what it should not: the newest file is written late, but nothing breaks.
#[test]
fn a_buffer_whose_text_is_not_known_counts_as_typed_in() {
    for text in ["x".repeat((1 << 20) + 1), String::new()] {
        let place = Workspace::new();
        let mut editor = Editor::new(&place);
        let before = editor.disk();
        let document = editor.document();
        let start = json!({"line": 0, "character": 0});
        let change = if text.is_empty() {
            json!({"text": "part", "range": {"start": start, "end": start}})
        } else {
            json!({"text": text})
        };
        editor.server.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
        editor.goes_on(2);
        assert_eq!(editor.disk(), before, "the file is left alone");
        editor.close();
        editor.await_disk(&["thing number 2"]);
    }
}

/// The editor was open before the server was: the session is found by its file.
#[test]
fn a_document_that_is_open_from_the_start_is_known() {
    let place = Workspace::new();
    let editor = Editor::new(&place);
    let before = editor.disk();
    drop(editor);
    let link = place.outside("link");
    std::os::unix::fs::symlink(place.root(), &link).unwrap();
    for spelled in [place.root(), link] {
        let mut editor = Editor { place: &place, server: Server::quiet(&place), version: 1 };
        editor.server.tolerate(DIAGNOSTICS);
        let uri = file_uri(&spelled.join(".session-memory/s/session-memory.md"));
        let opened = json!({"uri": uri, "languageId": "markdown", "version": 1, "text": typed(&before)});
        editor.server.notify("textDocument/didOpen", json!({"textDocument": opened}));
        // Nobody has asked for anything: opening the file is enough for it to be watched.
        let line = format!("Seen at {}.", spelled.display());
        fs::write(place.memory_file("s"), format!("{before}- {line}\n")).unwrap();
        let told = editor.server.notification(DID_UPDATE, |params| params["origin"] == "user");
        assert!(told["unified"].as_str().unwrap().contains(&line), "{told}");
        assert!(!editor.disk().contains("revision: 2"), "held back: something is typed in the editor");
        editor.server.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
        editor.await_disk(&[&line, &format!("revision: {}", told["revision"])]);
        editor.server.call("forget", json!({"sessionId": "s"}));
        editor.server.append("s", &[user("u1", "Please do thing number 1.")]);
        editor.server.call("refresh", json!({"sessionId": "s"}));
        editor.server.notification(DID_UPDATE, |params| params["revision"] == 1);
    }
}
