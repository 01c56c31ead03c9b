//! The methods of the server. Every handler's first statement is one synchronous send into the main loop, so that
//! the loop sees requests and notifications in the order they arrived; a request then awaits its answer.

mod deliver;

use std::process::ExitCode;
use std::sync::mpsc::Sender;

use tokio::sync::oneshot;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, CompletionParams, CompletionResponse,
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentSymbolParams,
    DocumentSymbolResponse, ExecuteCommandParams, FoldingRange, FoldingRangeParams, GotoDefinitionParams,
    GotoDefinitionResponse, Hover, HoverParams, InitializeParams, InitializeResult, InitializedParams, LSPAny,
    Location, ReferenceParams, Uri,
};
use tower_lsp::{Client as LspClient, LanguageServer, LspService};

use super::client::Client;
use super::convert;
use super::convert::document as converted;
use super::document::{self, Change, Slow};
use super::main_loop::MainLoop;
use super::task::Task;
use super::transport;
use crate::config::{Config, Source};
use crate::wire::jsonrpc::RawJson;
use crate::wire::protocol::{Method, RequestError};

/// Quiet time after a keystroke before a document is looked over.
const TYPING: std::time::Duration = std::time::Duration::from_millis(300);

struct Backend {
    tasks: Sender<Task>,
    client: Client,
    /// The user's settings outside of the editor.
    config: Config,
    /// What the client can do with documents.
    abilities: std::sync::OnceLock<document::Abilities>,
    /// Told the client's process id, so that the server ends with it.
    parent: std::sync::Mutex<Option<oneshot::Sender<u32>>>,
}

impl Backend {
    /// Sends a request into the loop; the future is its answer.
    fn request(&self, method: Method, params: String) -> impl Future<Output = Result<RawJson>> + Send + use<> {
        let (reply, answer) = oneshot::channel();
        let sent = self.tasks.send(Task::Request { method, params, reply });
        let client = self.client.clone();
        async move {
            let ended = || convert::error(RequestError::internal("the server is shutting down"));
            sent.map_err(|_| ended())?;
            let answer = answer.await.map_err(|_| ended())?.map(RawJson).map_err(convert::error);
            // A progress token is the client's until the answer; nothing may be reported under it afterwards.
            if matches!(method, Method::Import | Method::Refresh) {
                client.delivered().await;
            }
            answer
        }
    }

    /// Asks about a document; `None` where there is nothing to say about it.
    async fn ask<T: Send>(
        &self,
        uri: &Uri,
        request: impl FnOnce(oneshot::Sender<T>) -> document::Request + Send,
    ) -> Option<T> {
        let path = converted::document_path(uri)?;
        let (reply, answer) = oneshot::channel();
        self.tell(Task::Document { uri: uri.to_string(), path, request: request(reply) });
        answer.await.ok()
    }

    fn abilities(&self) -> document::Abilities {
        self.abilities.get().copied().unwrap_or_default()
    }

    fn changed(&self, uri: &Uri, version: i32, change: Change) {
        if let Some(path) = converted::document_path(uri) {
            self.tell(Task::Changed { uri: uri.to_string(), path, version: version.into(), change });
        }
    }

    fn tell(&self, task: Task) {
        // The loop is gone only when the server ends.
        let _ = self.tasks.send(task);
    }
}

macro_rules! handlers {
    ($($name:ident => $method:ident),* $(,)?) => {
        impl Backend {
            $(async fn $name(&self, params: RawJson) -> Result<RawJson> {
                self.request(Method::$method, params.0).await
            })*
        }

        /// The service with our methods beside those of the LSP.
        fn service(init: impl FnOnce(LspClient) -> Backend) -> (LspService<Backend>, tower_lsp::ClientSocket) {
            LspService::build(init)$(.custom_method(Method::$method.name(), Backend::$name))*.finish()
        }
    };
}

handlers! {
    append => Append,
    compact => Compact,
    deliver => Deliver,
    refresh => Refresh,
    memory => Memory,
    history => History,
    diff => Diff,
    restore => Restore,
    blame => Blame,
    explain => Explain,
    pin => Pin,
    search => Search,
    events => Events,
    timeline => Timeline,
    sessions => Sessions,
    discover => Discover,
    import => Import,
    forget => Forget,
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let settings = Box::new(convert::client_settings(&params));
        let mut config = self.config.clone();
        config.merge(&settings.user, &Source::User);
        let _ = self.abilities.set(settings.abilities);
        self.tell(Task::Initialize { folders: convert::folders(&params), settings });
        if let Some(pid) = params.process_id
            && let Some(sender) = self.parent.lock().ok().and_then(|mut parent| parent.take())
        {
            let _ = sender.send(pid);
        }
        Ok(convert::initialize_result(config.model.author.name()))
    }

    async fn initialized(&self, _: InitializedParams) {
        tracing::info!("initialized");
    }

    async fn shutdown(&self) -> Result<()> {
        let (reply, done) = oneshot::channel();
        self.tell(Task::Flush { reply });
        let _ = done.await;
        Ok(())
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        let settings = params.settings.get("sessionMemory").cloned().unwrap_or_default();
        self.tell(Task::Configure { settings });
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let added = params.event.added.iter().filter_map(convert::folder).collect();
        let removed = params.event.removed.iter().filter_map(convert::folder).collect();
        self.tell(Task::Folders { added, removed });
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.changed(&document.uri, document.version, Change::Text(document.text));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        // The whole text, because that is what we ask for at `initialize`.
        let last = params.content_changes.into_iter().next_back().filter(|change| change.range.is_none());
        let change = last.map_or(Change::Lost, |change| Change::Text(change.text));
        self.changed(&document.uri, document.version, change);
        let tasks = self.tasks.clone();
        let Some(path) = converted::document_path(&document.uri) else { return };
        tokio::spawn(async move {
            tokio::time::sleep(TYPING).await;
            let (uri, version) = (document.uri.to_string(), document.version.into());
            let _ = tasks.send(Task::Changed { uri, path, version, change: Change::Quiet });
        });
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.changed(&params.text_document.uri, 0, Change::Saved);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.changed(&params.text_document.uri, 0, Change::Closed);
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        let uri = params.text_document.uri;
        let symbols = self.ask(&uri, document::Request::Symbols).await;
        Ok(symbols.map(|symbols| converted::symbols(symbols, &uri, self.abilities())))
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        Ok(self.ask(&params.text_document.uri, document::Request::Folds).await.map(converted::folds))
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        let place = converted::place(at.position);
        let request = |reply| document::Request::Slow(Slow::Hover(place, reply));
        Ok(self
            .ask(&at.text_document.uri, request)
            .await
            .flatten()
            .map(|hover| converted::hover(hover, self.abilities())))
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        let place = converted::place(at.position);
        let request = |reply| document::Request::Slow(Slow::Definition(place, reply));
        Ok(self.ask(&at.text_document.uri, request).await.and_then(converted::definition))
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let at = params.text_document_position;
        let place = converted::place(at.position);
        let request = |reply| document::Request::References(place, reply);
        Ok(self.ask(&at.text_document.uri, request).await.map(converted::locations))
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        Ok(self.ask(&params.text_document.uri, document::Request::Lenses).await.map(converted::lenses))
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        if !self.abilities().takes_edits {
            return Ok(None);
        }
        let (uri, span) = (params.text_document.uri, converted::span(params.range));
        let request = |reply| document::Request::Slow(Slow::Actions(span, reply));
        let actions = self.ask(&uri, request).await;
        Ok(actions.map(|actions| converted::actions(actions, &uri, params.context.only.as_deref())))
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let at = params.text_document_position;
        let place = converted::place(at.position);
        let request = |reply| document::Request::Slow(Slow::Completion(place, reply));
        Ok(self.ask(&at.text_document.uri, request).await.map(converted::completions))
    }

    /// Only commands that are no twin of a method arrive here: the transport has made those their methods.
    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        let known: Vec<String> = Method::ALL.iter().map(|method| method.command()).collect();
        let problem = format!("{:?} is unknown; accepted are {}", params.command, known.join(", "));
        Err(convert::error(RequestError::invalid("command", problem)))
    }
}

/// Serves on stdin and stdout until the client is gone.
///
/// # Errors
/// When the runtime or a thread cannot be started.
pub fn run(config: Config, problems: Vec<String>) -> std::io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (client, notices) = Client::new();
    let notices_of = client.clone();
    let main_loop = MainLoop::start(config.clone(), problems, client)?;
    let (parent, parent_pid) = oneshot::channel();
    let tasks = main_loop.tasks();
    let mut lsp_client = None;
    let (service, socket) = service(|client| {
        lsp_client = Some(client);
        Backend {
            tasks,
            client: notices_of,
            config,
            abilities: std::sync::OnceLock::new(),
            parent: std::sync::Mutex::new(Some(parent)),
        }
    });
    let (input, output) = transport::stdio()?;
    let exit = runtime.block_on(async move {
        if let Some(client) = lsp_client {
            tokio::spawn(deliver::deliver(client, notices));
        }
        let parent_died = async {
            match parent_pid.await {
                Ok(pid) => transport::parent_died(pid).await,
                Err(_) => std::future::pending().await,
            }
        };
        transport::serve(input, output, service, socket, parent_died).await
    });
    // Whatever was accepted is on disk before the process ends.
    main_loop.end();
    runtime.shutdown_background();
    Ok(ExitCode::from(exit.code()))
}
