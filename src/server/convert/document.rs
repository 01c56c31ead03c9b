//! Documents: positions, outlines, tooltips, edits and findings in the LSP's types. Columns are UTF-16 units, the
//! encoding that every client has.

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::Value;
use tower_lsp::ls_types::{
    ClientCapabilities, CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand,
    CodeActionProviderCapability, CodeLens, CodeLensOptions, Command, CompletionItem, CompletionItemKind,
    CompletionList, CompletionOptions, CompletionResponse, CompletionTextEdit, Diagnostic, DiagnosticSeverity,
    DocumentSymbol, DocumentSymbolResponse, FoldingRange, FoldingRangeKind, FoldingRangeProviderCapability,
    GotoDefinitionResponse, Hover as LspHover, HoverContents, HoverProviderCapability, Location as LspLocation,
    MarkupContent, MarkupKind, NumberOrString, OneOf, Position, Range, ServerCapabilities, ShowDocumentParams,
    SymbolInformation, SymbolKind, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, TextEdit, Uri, WorkspaceEdit,
};

use crate::engine::outline::{Place, Span};
use crate::host::memory_file::file_uri;
use crate::server::document::{
    Abilities, Action, Completion, CompletionKind, Completions, Finding, Fold, FoldKind, Hover, Lens, Location,
    Severity, Symbol,
};

/// What this server can do with documents.
pub fn capabilities(rest: ServerCapabilities) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::FULL),
        save: Some(TextDocumentSyncSaveOptions::Supported(true)),
        ..TextDocumentSyncOptions::default()
    };
    let kinds = ["quickfix", "refactor.rewrite", "source.removeGone"];
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        document_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(kinds.into_iter().map(CodeActionKind::from).collect()),
            ..CodeActionOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(["`", "/", " "].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        ..rest
    }
}

/// What a client can do with documents.
pub fn abilities(capabilities: &ClientCapabilities) -> Abilities {
    let shows = capabilities.window.as_ref().and_then(|window| window.show_document.as_ref());
    let lenses = capabilities.workspace.as_ref().and_then(|workspace| workspace.code_lens.as_ref());
    let document = capabilities.text_document.as_ref();
    let symbols = document.and_then(|document| document.document_symbol.as_ref());
    let formats = document.and_then(|document| document.hover.as_ref()?.content_format.as_ref());
    let actions = document.and_then(|document| document.code_action.as_ref()?.code_action_literal_support.as_ref());
    Abilities {
        shows: shows.is_some_and(|show| show.support),
        refreshes_lenses: lenses.and_then(|lens| lens.refresh_support).unwrap_or_default(),
        nests_symbols: symbols.and_then(|symbols| symbols.hierarchical_document_symbol_support).unwrap_or_default(),
        renders_markdown: formats.is_none_or(|formats| formats.contains(&MarkupKind::Markdown)),
        takes_edits: actions.is_some(),
    }
}

/// The path of a document on this machine.
pub fn document_path(uri: &Uri) -> Option<PathBuf> {
    super::path_of(uri.as_str()).filter(|_| uri.as_str().starts_with("file:"))
}

/// A position of the LSP.
pub fn place(position: Position) -> Place {
    Place { row: position.line, column: position.character }
}

/// A range of the LSP.
pub fn span(range: Range) -> Span {
    Span { start: place(range.start), end: place(range.end) }
}

fn range(span: Span) -> Range {
    let position = |place: Place| Position { line: place.row, character: place.column };
    Range { start: position(span.start), end: position(span.end) }
}

/// The outline, as a tree where the client can show one.
pub fn symbols(symbols: Vec<Symbol>, uri: &Uri, abilities: Abilities) -> DocumentSymbolResponse {
    if abilities.nests_symbols {
        return DocumentSymbolResponse::Nested(symbols.into_iter().map(symbol).collect());
    }
    let mut flat = Vec::new();
    for mut section in symbols {
        let items = section.items.take();
        let title = section.name.clone();
        flat.push(flat_symbol(
            section,
            uri,
            if items.is_some() { SymbolKind::NAMESPACE } else { SymbolKind::STRING },
            None,
        ));
        for item in items.into_iter().flatten() {
            flat.push(flat_symbol(item, uri, SymbolKind::STRING, Some(title.clone())));
        }
    }
    DocumentSymbolResponse::Flat(flat)
}

#[expect(deprecated, reason = "the field has to be named")]
fn flat_symbol(symbol: Symbol, uri: &Uri, kind: SymbolKind, container_name: Option<String>) -> SymbolInformation {
    let location = LspLocation { uri: uri.clone(), range: range(symbol.span) };
    SymbolInformation { name: symbol.name, kind, tags: None, deprecated: None, location, container_name }
}

#[expect(deprecated, reason = "the field has to be named")]
fn symbol(symbol: Symbol) -> DocumentSymbol {
    DocumentSymbol {
        name: symbol.name,
        detail: symbol.detail,
        kind: if symbol.items.is_some() { SymbolKind::NAMESPACE } else { SymbolKind::STRING },
        tags: None,
        deprecated: None,
        range: range(symbol.span),
        selection_range: range(symbol.selection),
        children: symbol.items.map(|items| items.into_iter().map(self::symbol).collect()),
    }
}

/// What can be folded.
pub fn folds(folds: Vec<Fold>) -> Vec<FoldingRange> {
    let row = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
    let fold = |fold: Fold| FoldingRange {
        start_line: row(fold.first),
        end_line: row(fold.last),
        kind: Some(match fold.kind {
            FoldKind::Front => FoldingRangeKind::Comment,
            FoldKind::Region => FoldingRangeKind::Region,
        }),
        ..FoldingRange::default()
    };
    folds.into_iter().map(fold).collect()
}

/// A tooltip.
pub fn hover(hover: Hover, abilities: Abilities) -> LspHover {
    let kind = if abilities.renders_markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    let content = MarkupContent { kind, value: hover.text };
    LspHover { contents: HoverContents::Markup(content), range: Some(range(hover.span)) }
}

/// Places in documents.
pub fn locations(locations: Vec<Location>) -> Vec<LspLocation> {
    let location = |at: Location| Some(LspLocation { uri: at.uri.parse().ok()?, range: range(at.span) });
    locations.into_iter().filter_map(location).collect()
}

/// Where something is; `None` where nowhere.
pub fn definition(found: Vec<Location>) -> Option<GotoDefinitionResponse> {
    (!found.is_empty()).then(|| GotoDefinitionResponse::Array(locations(found)))
}

/// What stands above the first row.
pub fn lenses(lenses: Vec<Lens>) -> Vec<CodeLens> {
    let command = |lens: Lens| match lens.command {
        Some((command, argument)) => Command { title: lens.title, command, arguments: Some(vec![argument]) },
        // Without a command a lens is text.
        None => Command { title: lens.title, command: String::new(), arguments: None },
    };
    let lens = |lens| CodeLens { range: Range::default(), command: Some(command(lens)), data: None };
    lenses.into_iter().map(lens).collect()
}

/// What can be done, as far as the client wants to hear of it.
pub fn actions(actions: Vec<Action>, uri: &Uri, only: Option<&[CodeActionKind]>) -> Vec<CodeActionOrCommand> {
    let wanted = |action: &Action| {
        let within = |kind: &CodeActionKind| {
            let rest = action.kind.strip_prefix(kind.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || kind.as_str().is_empty())
        };
        only.is_none_or(|kinds| kinds.iter().any(within))
    };
    let edit = |action: &Action| {
        let edits = action.edits.iter().map(|edit| TextEdit { range: range(edit.span), new_text: edit.text.clone() });
        HashMap::from([(uri.clone(), edits.collect())])
    };
    let action = |action: Action| {
        CodeActionOrCommand::CodeAction(CodeAction {
            edit: (!action.edits.is_empty())
                .then(|| WorkspaceEdit { changes: Some(edit(&action)), ..WorkspaceEdit::default() }),
            command: action.command.map(|(command, argument)| Command {
                title: action.title.clone(),
                command,
                arguments: Some(vec![argument]),
            }),
            title: action.title,
            kind: Some(CodeActionKind::from(action.kind)),
            ..CodeAction::default()
        })
    };
    actions.into_iter().filter(wanted).map(action).collect()
}

/// What can be written.
pub fn completions(completions: Completions) -> CompletionResponse {
    let item = |completion: Completion| CompletionItem {
        label: completion.text.clone(),
        kind: Some(match completion.kind {
            CompletionKind::Heading => CompletionItemKind::MODULE,
            CompletionKind::Folder => CompletionItemKind::FOLDER,
            CompletionKind::File => CompletionItemKind::FILE,
        }),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: range(completion.span),
            new_text: completion.text,
        })),
        ..CompletionItem::default()
    };
    let items = completions.items.into_iter().map(item).collect();
    CompletionResponse::List(CompletionList { is_incomplete: completions.cut, items })
}

/// What is wrong.
pub fn diagnostics(findings: Vec<Finding>) -> Vec<Diagnostic> {
    let diagnostic = |finding: Finding| Diagnostic {
        range: range(finding.span),
        severity: Some(match finding.severity {
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Hint => DiagnosticSeverity::HINT,
        }),
        code: Some(NumberOrString::String(finding.code.to_owned())),
        source: Some("session-memory".to_owned()),
        message: finding.message,
        data: None::<Value>,
        ..Diagnostic::default()
    };
    findings.into_iter().map(diagnostic).collect()
}

/// A request to open a file of this machine.
pub fn shown(path: &std::path::Path) -> Option<ShowDocumentParams> {
    let uri = file_uri(path).parse().ok()?;
    Some(ShowDocumentParams { uri, external: None, take_focus: Some(true), selection: None })
}
