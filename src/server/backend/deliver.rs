//! What the server says of its own accord: notifications and requests to the client, in the order they were given. A
//! request's answer is waited for by a task of its own.

use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tower::Service as _;
use tower_lsp::Client as LspClient;
use tower_lsp::jsonrpc::Request;
use tower_lsp::ls_types::MessageType;
use tower_lsp::ls_types::notification::Notification;

use crate::server::client::Notice;
use crate::server::convert;
use crate::server::convert::document as converted;
use crate::wire::protocol::{COMPLETE, code};

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
    Cancel = "$/cancelRequest",
}

/// Sends what is given until the server ends.
pub(super) async fn deliver(client: LspClient, mut notices: mpsc::UnboundedReceiver<Notice>) {
    while let Some(notice) = notices.recv().await {
        match notice {
            Notice::Notification(method, params) => notify(&client, method, params).await,
            Notice::Delivered(sender) => drop(sender.send(())),
            Notice::Complete(params, answer) => {
                tokio::spawn(complete(client.clone(), params, answer));
            }
            Notice::Ask(message, buttons, answered) => {
                let client = client.clone();
                tokio::spawn(async move {
                    let chosen =
                        client.show_message_request(MessageType::INFO, message, Some(convert::buttons(buttons)));
                    answered.give(chosen.await.ok().flatten().map(|chosen| chosen.title));
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

/// Asks the editor's own model. When nobody waits for the answer any more the editor is told so; what it answers then
/// is heard and forgotten.
async fn complete(mut client: LspClient, params: Value, mut answer: oneshot::Sender<Result<Value, (i64, String)>>) {
    let id = client.next_request_id();
    let mut response = client.call(Request::build(COMPLETE).id(id.clone()).params(params).finish());
    let answered = tokio::select! {
        answered = &mut response => answered,
        () = answer.closed() => {
            client.send_notification::<Cancel>(json!({ "id": id })).await;
            response.await
        }
    };
    let result = match answered {
        Ok(Some(response)) => match response.into_parts().1 {
            Ok(value) => Ok(value),
            Err(error) => Err((error.code.code(), error.message.into_owned())),
        },
        Ok(None) | Err(_) => Err((code::CANCELLED, "the connection is closing".to_owned())),
    };
    let _ = answer.send(result);
}
