//! `show: true` on `compact` and `diff`: the answer's text is written as a view and opened in the editor.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::host::views;
use crate::server::client::{Client, Urgency};
use crate::server::main_loop::Core;
use crate::server::writer::Job;
use crate::wire::protocol::{Method, RequestError, code};

/// A text to show.
#[derive(Debug)]
pub struct ShowView {
    /// The folder of the workspace's store.
    pub state: PathBuf,
    /// The session.
    pub session: String,
    /// The view's file name.
    pub name: &'static str,
    /// Its text.
    pub text: String,
    /// The editor can be told to open it.
    pub open: bool,
}

impl ShowView {
    /// Writes it and has it opened.
    pub fn run(self, client: &Client) {
        match views::write(&self.state, &self.session, self.name, &self.text) {
            Ok(path) if self.open => client.open(path),
            Ok(_) => {}
            Err(error) => client.show(Urgency::Warning, format!("{} cannot be shown: {error}", self.name)),
        }
    }
}

/// Deletes what was shown of a session.
///
/// # Errors
/// For the wire, where a file cannot be deleted.
pub fn forget_views(state: &Path, session: &str) -> Result<(), RequestError> {
    views::remove(state, session).map_err(|error| {
        let path = state.join("views").display().to_string();
        let message = format!("{path}: a view of the session was not deleted: {error}; delete it by hand");
        RequestError { code: code::WRITE_REFUSED, message, data: Some(serde_json::json!({"path": path})) }
    })
}

/// The parameters that matter here, of whatever method.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShowParams {
    session_id: String,
    #[serde(default)]
    show: bool,
}

/// The texts that an answer may have, the first one counts.
#[derive(Deserialize)]
struct ShownAnswer {
    markdown: Option<String>,
    unified: Option<String>,
    reason: Option<String>,
}

impl Core {
    /// Shows an answer in the editor, where its request asks for it.
    pub(in crate::server) fn show_answer(&mut self, method: Method, params: &str, answer: &str) {
        let name = match method {
            Method::Compact => "compact.md",
            Method::Diff => "diff.diff",
            _ => return,
        };
        // The answer is waited for; most requests ask for nothing of the kind.
        if !params.contains("\"show\"") {
            return;
        }
        let Some(asked) = serde_json::from_str::<ShowParams>(params).ok().filter(|params| params.show) else { return };
        let Ok(ShownAnswer { markdown, unified, reason }) = serde_json::from_str(answer) else { return };
        let Some(text) = markdown.or(unified).or(reason) else { return };
        let Ok(root) = self.find(&asked.session_id) else { return };
        let open = self.documents.abilities.shows;
        let Ok(workspace) = self.workspace(&root) else { return };
        let state = workspace.state.clone();
        self.later.push(Job::Show(ShowView { state, session: asked.session_id, name, text, open }));
    }
}
