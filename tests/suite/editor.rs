//! The memory file in an editor that knows nothing but the LSP: outline, folding, tooltips, jumps, lenses, findings,
//! actions, completion; over the real server, with memories of conversations that it was fed.

mod actions;
mod completion;
mod diagnostics;
mod hover;
mod jump;
mod lens;
mod outline;
mod random;
mod show;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::events::{assistant, call, prose, result, user};
use crate::harness::{DID_UPDATE, Options, Server, Workspace, file_uri};

pub const DIAGNOSTICS: &str = "textDocument/publishDiagnostics";

/// An editor with the memory of a session `s` at hand.
pub struct Editor {
    pub server: Server,
    pub file: PathBuf,
    pub uri: String,
    /// The text of the open document.
    pub text: String,
    version: i64,
    pub place: Workspace,
}

impl Editor {
    pub fn start() -> Editor {
        Editor::with(|_| {})
    }

    /// A server whose session has eight events: a request, a reading and its answer, an edit and its answer, words.
    pub fn with(change: impl FnOnce(&mut Options)) -> Editor {
        let place = Workspace::new();
        let mut server = Server::with(&place, |options| {
            options.settings = json!({"initTokens": 10_000_000, "pressureLevels": [0.98, 0.99, 1.0]});
            options.capabilities = json!({"textDocument": {
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
                "hover": {"contentFormat": ["markdown", "plaintext"]},
                "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}}},
            }});
            change(options);
        });
        server.tolerate(DID_UPDATE);
        server.append("s", &events());
        server.call("refresh", json!({"sessionId": "s"}));
        let file = place.memory_file("s");
        let text = std::fs::read_to_string(&file).unwrap();
        Editor { server, uri: file_uri(&file), file, text, version: 1, place }
    }

    /// Opens the memory file with its text on disk and further lines in its notes.
    pub fn open(&mut self, more: &str) -> Vec<Value> {
        self.text = format!("{}{more}", self.text);
        self.open_text()
    }

    /// Opens it with the present text; gives what is wrong with it.
    pub fn open_text(&mut self) -> Vec<Value> {
        let document = json!({"uri": self.uri, "languageId": "markdown", "version": self.version, "text": self.text});
        self.server.notify("textDocument/didOpen", json!({"textDocument": document}));
        self.findings()
    }

    /// Types another text; what is wrong with it comes when it is quiet.
    pub fn change(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.version += 1;
        self.server.notify(
            "textDocument/didChange",
            json!({"textDocument": {"uri": self.uri, "version": self.version}, "contentChanges": [{"text": text}]}),
        );
    }

    /// What the server says is wrong with the present version.
    pub fn findings(&mut self) -> Vec<Value> {
        let (uri, version) = (self.uri.clone(), self.version);
        let told = self.server.notification(DIAGNOSTICS, |told| told["uri"] == uri && told["version"] == version);
        told["diagnostics"].as_array().unwrap().clone()
    }

    /// The place of the n-th byte behind the beginning of `needle` in the text.
    #[track_caller]
    pub fn at(&self, needle: &str, behind: usize) -> Value {
        let byte = self.text.find(needle).unwrap_or_else(|| panic!("no {needle:?} in {}", self.text)) + behind;
        let row = self.text[..byte].matches('\n').count();
        let start = self.text[..byte].rfind('\n').map_or(0, |at| at + 1);
        json!({"line": row, "character": self.text[start..byte].encode_utf16().count()})
    }

    /// A request about a place.
    #[track_caller]
    pub fn ask(&mut self, method: &str, position: &Value) -> Value {
        let mut params = json!({"textDocument": {"uri": self.uri}, "position": position});
        if method == "references" {
            params["context"] = json!({"includeDeclaration": true});
        }
        self.server.call(&format!("textDocument/{method}"), params)
    }

    /// What can be done between two places: titles, kinds, edits.
    #[track_caller]
    pub fn actions(&mut self, start: &Value, end: &Value) -> Vec<Value> {
        let params = json!({
            "textDocument": {"uri": self.uri},
            "range": {"start": start, "end": end},
            "context": {"diagnostics": []},
        });
        self.server.call("textDocument/codeAction", params).as_array().unwrap().clone()
    }

    /// The text after an action.
    pub fn after(&self, action: &Value) -> String {
        let mut edits: Vec<(usize, usize, &str)> = action["edit"]["changes"][&self.uri]
            .as_array()
            .unwrap()
            .iter()
            .map(|edit| {
                let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
                (self.byte(start), self.byte(end), edit["newText"].as_str().unwrap())
            })
            .collect();
        edits.sort_unstable();
        let mut text = self.text.clone();
        for (start, end, new) in edits.into_iter().rev() {
            text.replace_range(start..end, new);
        }
        text
    }

    fn byte(&self, place: &Value) -> usize {
        let (row, column) = (place["line"].as_u64().unwrap() as usize, place["character"].as_u64().unwrap() as usize);
        let start = self.text.split_inclusive('\n').take(row).map(str::len).sum::<usize>();
        let mut units = 0;
        for (at, letter) in self.text[start..].char_indices() {
            if units >= column || letter == '\n' {
                return start + at;
            }
            units += letter.len_utf16();
        }
        self.text.len()
    }

    /// The text of a range of the present document.
    pub fn part(&self, range: &Value) -> &str {
        &self.text[self.byte(&range["start"])..self.byte(&range["end"])]
    }
}

pub fn events() -> Vec<Value> {
    vec![
        user("u1", "Please make src/parser.rs faster, and mind the ```fence``` in it."),
        call("c1", "Read", json!({"file_path": "src/parser.rs"})),
        result("c1", &format!("fn parse_header() {{}}\n```\n# not a heading\n{}", prose(400, 7))),
        call("c2", "Edit", json!({"file_path": "src/parser.rs", "old_string": "a", "new_string": "b"})),
        result("c2", "done"),
        assistant("a1", "I made parse_header faster in src/parser.rs."),
        user("u2", "No, keep the old name parse_header."),
        assistant("a2", "It is called parse_header again."),
    ]
}
