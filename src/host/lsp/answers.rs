//! What can be asked, and who answers.

use super::actions;
use super::place::path_of;
use super::session::Session;
use super::wire::Failure;
use lsp_types::{CodeActionParams, Uri};
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
    })
}

/// Answers a request.
pub(super) fn answer(session: &mut Session, method: &str, params: Json) -> Result<Json, Failure> {
    let now = Instant::now();
    match method {
        "textDocument/codeAction" => {
            let asked: CodeActionParams = read(params)?;
            let path = file(&asked.text_document.uri)?;
            let analysis = session.settled(&path, now);
            Ok(analysis.map_or(json!([]), |analysis| {
                json!(actions::actions(session, &path, &analysis, asked.range, &asked.context))
            }))
        }
        _ => Err(Failure::new(Failure::UNKNOWN_METHOD, format!("there is no `{method}`"))),
    }
}

fn read<T: DeserializeOwned>(params: Json) -> Result<T, Failure> {
    serde_json::from_value(params)
        .map_err(|error| Failure::new(Failure::INVALID_PARAMS, error.to_string()))
}

fn file(uri: &Uri) -> Result<PathBuf, Failure> {
    path_of(uri)
        .ok_or_else(|| Failure::new(Failure::FAILED, format!("`{}` is no file", uri.as_str())))
}
