//! Where a name is defined and used, what it is called, what a document holds, and what its expressions come to.

use super::names::{self, Expression, definitions, expression_at, expressions};
use super::session::Session;
use super::unit::{Analysis, Unit, analyse};
use super::wire::Failure;
use crate::check::is_markdown;
use crate::diag::Severity;
use crate::host::model;
use crate::host::overlay::Stop;
use crate::manifest::{self, Format};
use crate::markdown::{self, NodeKind};
use crate::text::{Source, Span, TextMap, one_line, replaced};
use lsp_types::{InlayHint, InlayHintLabel, Location, Range, TextEdit, Uri, WorkspaceEdit};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest list of arguments that an outline shows.
const LONGEST_DETAIL: usize = 80;

/// A document, and what is known of its unit.
pub(super) struct Here<'a> {
    pub(super) session: &'a Session,
    pub(super) analysis: &'a Analysis,
    pub(super) path: &'a Path,
    pub(super) source: &'a Arc<Source>,
}

impl Here<'_> {
    fn expressions(&self, path: &Path, source: &Arc<Source>) -> Vec<Expression> {
        expressions(path, source, self.analysis.project().dialect)
    }

    fn names(&self, expression: &Expression) -> Vec<(Span, String)> {
        names::names(expression, &self.analysis.project().model)
    }

    /// The name at a place: in an expression, or where it is defined.
    fn name(&self, offset: usize) -> Option<(Span, String)> {
        let touches = |span: Span| span.start <= offset && offset <= span.end;
        let all = self.expressions(self.path, self.source);
        let used = expression_at(&all, offset).map(|expression| self.names(expression));
        if let Some(found) = used.into_iter().flatten().find(|(span, _)| touches(*span)) {
            return Some(found);
        }
        let model = &self.analysis.project().model;
        let defined = |name: &str| {
            model.location_of_name(name).is_some() && self.defined_in(name) == self.path
        };
        let all = definitions(self.source).into_iter().map(|(name, (span, _))| (span, name));
        all.filter(|(span, _)| touches(*span)).find(|(_, name)| defined(name))
    }

    fn defined_in(&self, name: &str) -> PathBuf {
        let location = self.analysis.project().model.location_of_name(name);
        location.map_or_else(PathBuf::new, |at| self.analysis.file(at.source.path()))
    }

    /// Where the name at a place is defined.
    pub(super) fn definition(&self, offset: usize) -> Option<Location> {
        let (_, name) = self.name(offset)?;
        let location = self.analysis.project().model.location_of_name(&name)?;
        let path = self.defined_in(&name);
        let source = self.session.text(self.analysis, &path)?;
        let span = definitions(&source).get(&name).map_or(location.span, |(span, _)| *span);
        let range = self.session.encoding.range(&source, span);
        Some(Location { uri: self.session.uri(&path)?, range })
    }

    /// Where a name is used in the files of its book.
    fn uses(&self, name: &str) -> Vec<(PathBuf, Arc<Source>, Vec<Span>)> {
        let mut out = Vec::new();
        for path in self.analysis.files() {
            let Some(source) = self.session.text(self.analysis, path) else { continue };
            if !source.text().contains(name) {
                continue;
            }
            let all = self.expressions(path, &source);
            let mut found: Vec<Span> = all
                .iter()
                .flat_map(|expression| self.names(expression))
                .filter(|(_, used)| used == name)
                .map(|(span, _)| span)
                .collect();
            found.sort();
            found.dedup();
            if !found.is_empty() {
                out.push((path.to_owned(), source, found));
            }
        }
        out
    }

    /// Where the name at a place is used, and, if that is wanted, where it is defined.
    pub(super) fn references(&self, offset: usize, defined: bool) -> Vec<Location> {
        let Some((_, name)) = self.name(offset) else { return Vec::new() };
        let own = self.definition(offset).filter(|_| defined);
        let used = self.uses(&name).into_iter().filter_map(|(path, source, found)| {
            let uri = self.session.uri(&path)?;
            let encoding = self.session.encoding;
            let place =
                move |span| Location { uri: uri.clone(), range: encoding.range(&source, span) };
            Some(found.into_iter().map(place).collect::<Vec<_>>())
        });
        own.into_iter().chain(used.flatten()).collect()
    }

    /// What can be called otherwise at a place.
    pub(super) fn renamable(&self, offset: usize) -> Option<Range> {
        let (span, name) = self.name(offset)?;
        let source = self.session.text(self.analysis, &self.defined_in(&name))?;
        definitions(&source).get(&name)?;
        Some(self.session.encoding.range(self.source, span))
    }

    /// The edits that call the name at a place otherwise, everywhere. They are tried first: what would be wrong with them that is
    /// not wrong today is a reason to make none.
    pub(super) fn rename(
        &self,
        offset: usize,
        new: &str,
    ) -> Result<Option<WorkspaceEdit>, Failure> {
        let Some((_, name)) = self.name(offset) else { return Ok(None) };
        let fail = |message: String| Failure::new(Failure::FAILED, message);
        let model = &self.analysis.project().model;
        if !names::is_name(new) {
            return Err(fail(format!("`{}` is not a name", one_line(new))));
        }
        if model.location_of_name(new).is_some() {
            return Err(fail(format!("there is `{new}` already")));
        }
        let home = self.defined_in(&name);
        let apart = || fail(format!("the name `{name}` is put together of several tables"));
        let source = self.session.text(self.analysis, &home).ok_or_else(apart)?;
        let (span, quoted) = definitions(&source).remove(&name).ok_or_else(apart)?;
        let key = if quoted { format!("\"{new}\"") } else { new.to_owned() };
        let mut files = self.uses(&name);
        if files.iter().all(|(path, ..)| *path != home) {
            files.push((home.clone(), source, Vec::new()));
        }
        let mut texts = self.session.texts();
        #[allow(clippy::mutable_key_type, reason = "the protocol's own type")]
        let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
        for (path, source, used) in files {
            let own = (path == home).then(|| (span, key.clone()));
            let used = used.into_iter().map(|span| (span, new.to_owned()));
            let mut edits: Vec<(Span, String)> = own.into_iter().chain(used).collect();
            edits.sort();
            let text = replaced(source.text(), edits.iter().cloned());
            texts.insert(path.clone(), Source::new(source.path(), text));
            let uri = self.session.uri(&path).ok_or_else(apart)?;
            let edit = |(span, new_text): (Span, String)| TextEdit {
                range: self.session.encoding.range(&source, span),
                new_text,
            };
            changes.insert(uri, edits.into_iter().map(edit).collect());
        }
        if let Some(root) = self.analysis.book_root() {
            let errors = |analysis: &Analysis| {
                let found = analysis.findings().iter();
                found.filter(|finding| finding.severity == Severity::Error).count()
            };
            let tried = analyse(&Unit::Book(root), texts, &Stop::default());
            if tried.is_none_or(|tried| errors(&tried) > errors(self.analysis)) {
                let message =
                    format!("`{name}` is used in a way that would break; rename it by hand");
                return Err(fail(message));
            }
        }
        Ok(Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }))
    }

    /// What a document holds: directives and manifests of a page, values of a model.
    pub(super) fn symbols(&self) -> Vec<Json> {
        let symbol = |name: &str, detail: &str, kind: u32, span: Span| {
            let range = self.session.encoding.range(self.source, span);
            let name = one_line(name);
            json!({ "name": name, "detail": one_line(detail), "kind": kind, "range": range, "selectionRange": range })
        };
        let (constant, function, object) = (14, 12, 19);
        if is_markdown(&self.path.to_string_lossy()) {
            let dialect = self.analysis.project().dialect;
            let text = self.source.text();
            let scan = markdown::scan(text, &TextMap::identity(self.source), dialect);
            let mut out = Vec::new();
            for node in &scan.nodes {
                match &node.kind {
                    NodeKind::Directive(directive) => {
                        let opener = text.get(directive.opener.range()).unwrap_or("");
                        let args = opener.split_once(&directive.name.value);
                        let args =
                            args.map_or("", |(_, args)| args.trim_end_matches(['-', '>', '/']));
                        let args: String = args.trim().chars().take(LONGEST_DETAIL).collect();
                        out.push(symbol(&directive.name.value, &args, function, node.span));
                    }
                    NodeKind::Fence(fence) if is_yaml(&fence.lang.value) => {
                        let body = fence.body.text();
                        let source = Source::new("", body);
                        let read = manifest::read(body, &TextMap::identity(&source), Format::Yaml);
                        for document in read.documents.iter().filter(|it| it.is_manifest()) {
                            out.push(symbol(&document.id(), &fence.lang.value, object, node.span));
                        }
                    }
                    _ => {}
                }
            }
            return out;
        }
        let model = &self.analysis.project().model;
        let figures = model.figures.keys().map(|name| (name, "figure", constant));
        let inputs = model.inputs.keys().map(|name| (name, "input", constant));
        let formulas = model.formulas.keys().map(|name| (name, "formula", function));
        let facts = model.facts.keys().map(|name| (name, "fact", constant));
        let own = inputs.chain(figures).chain(facts).chain(formulas);
        let own = own.filter(|(name, ..)| self.defined_in(name) == self.path);
        let defined = definitions(self.source);
        own.filter_map(|(name, detail, kind)| {
            let (span, _) = defined.get(name)?;
            Some(symbol(name, detail, kind, *span))
        })
        .collect()
    }

    /// The values of the expressions in a part of a document, behind each.
    pub(super) fn hints(&self, shown: Span) -> Vec<InlayHint> {
        let model = &self.analysis.project().model;
        let all = self.expressions(self.path, self.source);
        let shown = all.iter().filter(|expression| {
            let span = expression.cut.span();
            expression.is_formula && span.start <= shown.end && shown.start <= span.end
        });
        shown
            .filter_map(|expression| {
                let (value, _) = model::value(model, expression.cut.text().trim())?;
                let end = expression.cut.span().end;
                Some(InlayHint {
                    position: self.session.encoding.position(self.source, end),
                    label: InlayHintLabel::String(format!("= {value}")),
                    kind: None,
                    text_edits: None,
                    tooltip: None,
                    padding_left: Some(true),
                    padding_right: None,
                    data: None,
                })
            })
            .collect()
    }
}

fn is_yaml(lang: &str) -> bool {
    matches!(lang, "yaml" | "yml" | "json" | "kyaml" | "jsonc")
}
