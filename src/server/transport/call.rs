//! One call of a handler, from the envelope to the answer.
//!
//! The methods under `sessionMemory/` are served raw: the handler gets the JSON text of `params` as a string and
//! returns the JSON text of the result as one (see `RawJson`), which is put into the answer as it is. All others get
//! their parameters as values. A command of `workspace/executeCommand` that is the twin of such a method becomes it.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;

use futures_util::future::FutureExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tower::Service;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};

use super::outbox::Outbox;
use crate::wire::protocol::Method;

/// Methods that start with this are served raw.
const RAW_PREFIX: &str = "sessionMemory/";

/// A handler that has been called.
pub(super) type Running = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// The methods that change what the connection does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lifecycle {
    Initialize,
    Running,
    Shutdown,
    Exit,
}

/// A request (with `id`) or notification whose parameters have been read.
pub(super) struct Call {
    pub(super) lifecycle: Lifecycle,
    id: Option<Id>,
    method: String,
    params: Result<Option<Value>, Error>,
    raw: bool,
}

/// A command that is the twin of a raw method is that method, with the command's argument for parameters.
fn twin(method: String, params: Option<&RawValue>) -> (String, Option<&RawValue>) {
    #[derive(Deserialize)]
    struct Command<'a> {
        command: String,
        #[serde(borrow, default)]
        arguments: Vec<&'a RawValue>,
    }
    if method != "workspace/executeCommand" {
        return (method, params);
    }
    let command = params.and_then(|params| serde_json::from_str::<Command>(params.get()).ok());
    match command.and_then(|given| Some((Method::from_command(&given.command)?, given.arguments))) {
        Some((twin, arguments)) => (twin.name().to_owned(), arguments.into_iter().next()),
        None => (method, params),
    }
}

impl Call {
    pub(super) fn new(id: Option<Id>, method: String, params: Option<&RawValue>) -> Self {
        let (method, params) = twin(method, params);
        let raw = method.starts_with(RAW_PREFIX);
        let lifecycle = match method.as_str() {
            "initialize" => Lifecycle::Initialize,
            "shutdown" => Lifecycle::Shutdown,
            "exit" => Lifecycle::Exit,
            _ => Lifecycle::Running,
        };
        let params = if raw {
            // Without parameters the handler says which field it misses.
            let text = params.map(RawValue::get).filter(|text| *text != "null").unwrap_or("{}");
            Ok(Some(Value::String(text.to_owned())))
        } else {
            let value = params.map(|params| serde_json::from_str(params.get())).transpose();
            value.map_err(|fault| Error::invalid_params(format!("params: {fault}")))
        };
        Self { lifecycle, id, method, params, raw }
    }

    /// Calls the handler; it runs when the returned future is polled.
    pub(super) fn start<S>(self, service: &mut S) -> Running
    where
        S: Service<Request, Response = Option<Response>, Error: Display, Future: Send + 'static>,
    {
        let Self { lifecycle, id, method, params, raw } = self;
        let answer = move |response| Answer { lifecycle, response, raw, forget: None };
        let refusal = move |id: Option<Id>, error| answer(id.map(|id| Response::from_error(id, error)));
        let params = match params {
            Ok(params) => params,
            Err(error) => {
                tracing::warn!(method, %error, "parameters that cannot be read");
                return Box::pin(std::future::ready(refusal(id, error)));
            }
        };
        let mut request = Request::build(method.clone());
        if let Some(params) = params {
            request = request.params(params);
        }
        if let Some(id) = &id {
            request = request.id(id.clone());
        }
        let request = request.finish();
        let called = catch_unwind(AssertUnwindSafe(|| service.call(request)));
        Box::pin(async move {
            let outcome = match called {
                // Unconstrained: tokio's budget would make one handler wait at a channel that the next one finds open.
                Ok(future) => AssertUnwindSafe(tokio::task::unconstrained(future)).catch_unwind().await,
                Err(panic) => Err(panic),
            };
            match outcome {
                Ok(Ok(response)) => answer(response),
                Ok(Err(fault)) => {
                    tracing::warn!(method, %fault, "the service refused a call");
                    refusal(id, Error::invalid_request())
                }
                Err(_panic) => {
                    tracing::error!(method, "a handler panicked");
                    let message = format!("the server failed in `{method}`; its log says where").into();
                    let error = Error { code: ErrorCode::InternalError, message, data: None };
                    let forget = id.as_ref().map(cancel);
                    Answer { forget, ..refusal(id, error) }
                }
            }
        })
    }
}

/// What a handler came to.
pub(super) struct Answer {
    pub(super) lifecycle: Lifecycle,
    response: Option<Response>,
    raw: bool,
    /// A call that makes the service forget a request that it still takes for running.
    pub(super) forget: Option<Request>,
}

fn cancel(id: &Id) -> Request {
    Request::build("$/cancelRequest").params(json!({ "id": id })).finish()
}

impl Answer {
    pub(super) fn is_ok(&self) -> bool {
        self.response.as_ref().is_some_and(Response::is_ok)
    }

    pub(super) fn write(self, outbox: &mut Outbox) {
        let Some(response) = self.response else { return };
        if !self.raw {
            return outbox.push_message(&response);
        }
        match response.into_parts() {
            (id, Ok(Value::String(result))) => outbox.push_result(&id, &result),
            (id, outcome) => outbox.push_message(&Response::from_parts(id, outcome)),
        }
    }
}

/// The client's answer to a request of ours. One that cannot be read becomes an error, so that nobody waits for ever.
pub(super) fn reply(id: Id, outcome: Result<&RawValue, &RawValue>) -> Response {
    let unreadable = |what: &str, fault: serde_json::Error| Error {
        code: ErrorCode::InternalError,
        message: format!("the client's {what} cannot be read: {fault}").into(),
        data: None,
    };
    let outcome = match outcome {
        Ok(result) => serde_json::from_str(result.get()).map_err(|fault| unreadable("result", fault)),
        Err(error) => Err(serde_json::from_str(error.get()).unwrap_or_else(|fault| unreadable("error", fault))),
    };
    Response::from_parts(id, outcome)
}
