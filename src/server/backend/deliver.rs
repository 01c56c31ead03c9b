//! What the server says of its own accord: notifications and requests to the client, in the order they were given. A
//! request's answer is waited for by a task of its own.

use serde_json::Value;
use tokio::sync::mpsc;
use tower_lsp::Client as LspClient;
use tower_lsp::ls_types::{notification::Notification, request::Request};

use crate::server::client::Notice;
use crate::server::convert;
use crate::server::convert::document as converted;
use crate::wire::protocol::COMPLETE;

/// A notification whose method is only known at run time has a type of its own for each.
macro_rules! notifications {
    ($($name:ident = $method:literal),* $(,)?) => {
        $(struct $name;
        impl Notification for $name {
            type Params = Value;
            const METHOD: &'static str = $method;
        })*

        async fn notify(client: &LspClient, method: &str, params: Value) {
            match method {
                $($method => client.send_notification::<$name>(params).await,)*
                _ => tracing::error!("no notification {method}"),
            }
        }
    };
}

notifications! {
    DidUpdate = "sessionMemory/didUpdate",
    DidChangePressure = "sessionMemory/didChangePressure",
    Progress = "$/progress",
}

/// The request by which the editor lends its model.
enum Complete {}

impl Request for Complete {
    type Params = Value;
    type Result = Value;
    const METHOD: &'static str = COMPLETE;
}

/// Sends what is given until the server ends.
pub(super) async fn deliver(client: LspClient, mut notices: mpsc::UnboundedReceiver<Notice>) {
    while let Some(notice) = notices.recv().await {
        match notice {
            Notice::Notification(method, params) => notify(&client, method, params).await,
            Notice::Delivered(sender) => drop(sender.send(())),
            Notice::Complete(params, answer) => {
                let client = client.clone();
                tokio::spawn(async move {
                    let result = client.send_request::<Complete>(params).await;
                    let _ = answer.send(result.map_err(|error| (error.code.code(), error.message.into_owned())));
                });
            }
            Notice::Diagnostics(uri, version, findings) => {
                if let Ok(uri) = uri.parse() {
                    client.publish_diagnostics(uri, converted::diagnostics(findings), version).await;
                }
            }
            Notice::Open(path) => {
                if let Some(params) = converted::shown(&path) {
                    let client = client.clone();
                    tokio::spawn(async move { client.show_document(params).await });
                }
            }
            Notice::LensesChanged => {
                let client = client.clone();
                tokio::spawn(async move { client.code_lens_refresh().await });
            }
            Notice::Show(urgency, message) => client.show_message(convert::message_type(urgency), message).await,
        }
    }
}
