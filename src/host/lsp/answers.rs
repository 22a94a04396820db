//! What can be asked, and who answers.

use super::navigate::Here;
use super::place::path_of;
use super::session::Session;
use super::wire::Failure;
use super::{actions, complete, hover};
use lsp_types::{
    CodeActionParams, DocumentSymbolParams, InlayHintParams, Position, ReferenceParams,
    RenameParams, TextDocumentPositionParams, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use std::path::PathBuf;
use std::time::Instant;

/// What the server can do, as `initialize` tells it.
pub(super) fn capabilities(bytes: bool) -> Json {
    json!({
        "positionEncoding": if bytes { "utf-8" } else { "utf-16" },
        "textDocumentSync": { "openClose": true, "change": 2, "save": true },
        "codeActionProvider": { "codeActionKinds": actions::KINDS },
        "hoverProvider": true,
        "completionProvider": { "triggerCharacters": complete::TRIGGERS },
        "definitionProvider": true,
        "referencesProvider": true,
        "documentSymbolProvider": true,
        "renameProvider": { "prepareProvider": true },
        "inlayHintProvider": true,
    })
}

/// Answers a request.
pub(super) fn answer(session: &mut Session, method: &str, params: Json) -> Result<Json, Failure> {
    match method {
        "textDocument/codeAction" => {
            let asked: CodeActionParams = read(params)?;
            let path = file(&asked.text_document.uri)?;
            let analysis = session.settled(&path, Instant::now());
            Ok(analysis.map_or(json!([]), |analysis| {
                json!(actions::actions(session, &path, &analysis, asked.range, &asked.context))
            }))
        }
        "textDocument/hover" => at(session, read(params)?, false, |here, offset| {
            let encoding = here.session.encoding;
            Ok(json!(hover::hover(here.path, here.source, here.analysis, offset, encoding)))
        }),
        "textDocument/completion" => at(session, read(params)?, false, |here, offset| {
            let encoding = here.session.encoding;
            Ok(json!(complete::complete(here.path, here.source, here.analysis, offset, encoding)))
        }),
        "textDocument/definition" => {
            at(session, read(params)?, false, |here, offset| Ok(json!(here.definition(offset))))
        }
        "textDocument/references" => {
            let asked: ReferenceParams = read(params)?;
            let defined = asked.context.include_declaration;
            at(session, asked.text_document_position, true, |here, offset| {
                Ok(json!(here.references(offset, defined)))
            })
        }
        "textDocument/prepareRename" => {
            at(session, read(params)?, true, |here, offset| Ok(json!(here.renamable(offset))))
        }
        "textDocument/rename" => {
            let asked: RenameParams = read(params)?;
            let new = asked.new_name;
            at(session, asked.text_document_position, true, |here, offset| {
                here.rename(offset, &new).map(|edit| json!(edit))
            })
        }
        "textDocument/documentSymbol" => {
            let DocumentSymbolParams { text_document, .. } = read(params)?;
            let start = TextDocumentPositionParams { text_document, position: Position::default() };
            at(session, start, false, |here, _| Ok(json!(here.symbols())))
        }
        "textDocument/inlayHint" => {
            let InlayHintParams { text_document, range, .. } = read(params)?;
            let start = TextDocumentPositionParams { text_document, position: range.start };
            at(session, start, false, |here, _| {
                Ok(json!(here.hints(here.session.encoding.span(here.source, range))))
            })
        }
        _ => Err(Failure::new(Failure::UNKNOWN_METHOD, format!("there is no `{method}`"))),
    }
}

/// Answers at an offset of an open document; `now` says whether what is typed must have been checked. Of what is not open there
/// is nothing to say.
fn at(
    session: &mut Session,
    asked: TextDocumentPositionParams,
    now: bool,
    say: impl FnOnce(&Here<'_>, usize) -> Result<Json, Failure>,
) -> Result<Json, Failure> {
    let path = file(&asked.text_document.uri)?;
    let analysis = match now {
        true => session.settled(&path, Instant::now()),
        false => session.known(&path, Instant::now()),
    };
    let Some((analysis, document)) = analysis.zip(session.document(&path)) else {
        return Ok(Json::Null);
    };
    let source = &document.source;
    let offset = session.encoding.offset(source, asked.position);
    say(&Here { session, analysis: &analysis, path: &path, source }, offset)
}

/// Reads the parameters of a method.
pub(super) fn read<T: DeserializeOwned>(params: Json) -> Result<T, Failure> {
    serde_json::from_value(params)
        .map_err(|error| Failure::new(Failure::INVALID_PARAMS, error.to_string()))
}

fn file(uri: &Uri) -> Result<PathBuf, Failure> {
    path_of(uri)
        .ok_or_else(|| Failure::new(Failure::FAILED, format!("`{}` is no file", uri.as_str())))
}
