//! Types of the LSP to ours and back.

pub mod document;

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, ErrorCode};
use tower_lsp::ls_types::{
    ExecuteCommandOptions, InitializeParams, InitializeResult, MessageActionItem, MessageType, OneOf,
    ServerCapabilities, ServerInfo, Uri, WorkspaceFolder, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};

use super::client::Urgency;
use super::models::Credentials;
use super::task::ClientSettings;
use super::workspace::Folder;
use crate::wire::protocol::{Method, PROTOCOL, RequestError};

/// What this server can do; `provider` writes the prose of the memory.
pub fn initialize_result(provider: &str) -> InitializeResult {
    let capabilities = ServerCapabilities {
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: Method::ALL.iter().map(|method| method.command()).collect(),
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            ..WorkspaceServerCapabilities::default()
        }),
        experimental: Some(json!({"sessionMemory": {"protocol": PROTOCOL, "provider": provider}})),
        ..ServerCapabilities::default()
    };
    let server_info =
        ServerInfo { name: "session-memory".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
    let capabilities = document::capabilities(capabilities);
    InitializeResult { capabilities, server_info: Some(server_info), ..InitializeResult::default() }
}

/// The workspace folders of a client, of whatever generation it is.
pub fn folders(params: &InitializeParams) -> Vec<Folder> {
    if let Some(folders) = &params.workspace_folders {
        return folders.iter().filter_map(folder).collect();
    }
    #[expect(deprecated, reason = "older clients send nothing else")]
    let root = params.root_uri.as_ref().and_then(|uri| path(uri).map(Folder::new));
    root.into_iter().collect()
}

/// A folder on this machine; others (virtual workspaces) have no place for a file.
pub fn folder(folder: &WorkspaceFolder) -> Option<Folder> {
    path(&folder.uri).map(Folder::new)
}

/// The path of a `file:` URI.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    uri.to_file_path().map(std::borrow::Cow::into_owned).filter(|path| path.is_absolute())
}

/// The path of a `file:` URI or of an absolute path.
pub fn path_of(text: &str) -> Option<PathBuf> {
    match text.parse::<Uri>() {
        Ok(uri) if text.starts_with("file:") => path(&uri),
        _ => Some(PathBuf::from(text)).filter(|path| path.is_absolute()),
    }
}

/// What a client says of itself.
pub fn client_settings(params: &InitializeParams) -> ClientSettings {
    let option = |name: &str| {
        params.initialization_options.as_ref().and_then(|options| options.get(name)).cloned().unwrap_or_default()
    };
    let offered = params.capabilities.experimental.as_ref().and_then(|ours| ours.pointer("/sessionMemory/complete"));
    ClientSettings {
        any: option("sessionMemory"),
        user: option("user"),
        credentials: Credentials::new(&option("credentials")),
        lends: offered.and_then(Value::as_bool).unwrap_or_default(),
        abilities: document::abilities(&params.capabilities),
        asks: params.capabilities.window.as_ref().is_some_and(|window| window.show_message.is_some()),
        feeds: true,
    }
}

/// An error for the wire.
pub fn error(error: RequestError) -> Error {
    Error { code: ErrorCode::from(error.code), message: error.message.into(), data: error.data }
}

/// What can be chosen in answer to a question.
pub fn buttons(titles: Vec<&'static str>) -> Vec<MessageActionItem> {
    let item = |title: &str| MessageActionItem { title: title.to_owned(), properties: HashMap::new() };
    titles.into_iter().map(item).collect()
}

/// How a message is shown.
pub fn message_type(urgency: Urgency) -> MessageType {
    match urgency {
        Urgency::Error => MessageType::ERROR,
        Urgency::Warning => MessageType::WARNING,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_by_uri_or_path() {
        let cases = [
            ("file:///home/a%20b/c", Some("/home/a b/c")),
            ("/home/x", Some("/home/x")),
            ("relative", None),
            ("vscode-remote://ssh/home", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(path_of(text), expected.map(PathBuf::from), "{text}");
        }
    }
}
