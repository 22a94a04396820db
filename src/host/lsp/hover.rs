//! What is known of what stands at a place.

use super::fields::field;
use super::names::{expression_at, expressions, names};
use super::place::Encoding;
use super::unit::Analysis;
use crate::check::{FENCE_WORDS, is_markdown};
use crate::config::{Home, setting};
use crate::host::model;
use crate::markdown::{self, NodeKind};
use crate::reference;
use crate::text::{Source, Span, TextMap};
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};
use std::path::Path;
use std::sync::Arc;

/// What there is to say of a place, as Markdown.
pub(super) fn hover(
    path: &Path,
    source: &Arc<Source>,
    analysis: &Analysis,
    offset: usize,
    encoding: Encoding,
) -> Option<Hover> {
    let (span, value) = of_model(path, source, analysis, offset)
        .or_else(|| of_markdown(path, source, analysis, offset))
        .or_else(|| of_settings(path, source, offset))
        .or_else(|| of_manifest(path, source, analysis, offset))
        .or_else(|| of_finding(path, analysis, offset))?;
    let contents = MarkupContent { kind: MarkupKind::Markdown, value };
    Some(Hover {
        contents: HoverContents::Markup(contents),
        range: Some(encoding.range(source, span)),
    })
}

/// A name of the model, or the value of what is computed.
fn of_model(
    path: &Path,
    source: &Arc<Source>,
    analysis: &Analysis,
    offset: usize,
) -> Option<(Span, String)> {
    let project = analysis.project();
    let all = expressions(path, source, project.dialect);
    let expression = expression_at(&all, offset)?;
    let named = names(expression, &project.model);
    if let Some((span, name)) = named.into_iter().find(|(span, _)| touches(*span, offset)) {
        let about = model::about_in(&project.model, &name)?;
        let (title, rest) = about.split_once("\n\n").unwrap_or((&about, ""));
        return Some((span, format!("{title}\n\n{}", literal(rest))));
    }
    let text = expression.cut.text().trim();
    let (value, from) = model::value(&project.model, text).filter(|_| expression.is_formula)?;
    Some((expression.cut.span(), format!("**{}**\n\n{}", escaped(&value), literal(&from))))
}

/// A directive, or a word on a fence.
fn of_markdown(
    path: &Path,
    source: &Arc<Source>,
    analysis: &Analysis,
    offset: usize,
) -> Option<(Span, String)> {
    if !is_markdown(&path.to_string_lossy()) {
        return None;
    }
    let dialect = analysis.project().dialect;
    let scan = markdown::scan(source.text(), &TextMap::identity(source), dialect);
    let node = scan.nodes.iter().find(|node| touches(node.span, offset))?;
    match &node.kind {
        NodeKind::Directive(directive) if touches(directive.opener, offset) => {
            let name = &directive.name.value;
            let own = analysis.project().directives.find(name).map(reference::own_page);
            Some((directive.opener, own.or_else(|| reference::explain(name).ok())?))
        }
        NodeKind::Fence(fence) => {
            let word = fence.words.iter().find(|word| touches(word.span, offset))?;
            let known = FENCE_WORDS.iter().any(|(name, _)| *name == word.name);
            Some((word.span, reference::explain(&word.name).ok().filter(|_| known)?))
        }
        _ => None,
    }
}

/// A field of a manifest.
fn of_manifest(
    path: &Path,
    source: &Arc<Source>,
    analysis: &Analysis,
    offset: usize,
) -> Option<(Span, String)> {
    let project = analysis.project();
    field(path, source, (project.dialect, &project.versions), offset)
}

/// A setting or a code in a file of settings.
fn of_settings(path: &Path, source: &Arc<Source>, offset: usize) -> Option<(Span, String)> {
    Home::of(path)?;
    let text = source.text();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let before = text.get(..offset)?;
    let start = before.trim_end_matches(is_part).len();
    let length = text[start..].find(|c| !is_part(c)).unwrap_or(text.len() - start);
    let word = &text[start..start + length];
    let is_code = text[..start].ends_with('"');
    let is_setting =
        text[start + length..].trim_start().starts_with('=') && setting(word).is_some();
    let page = reference::explain(word).ok().filter(|_| is_code || is_setting)?;
    Some((Span::new(start, start + length), page))
}

/// What a finding is about.
fn of_finding(path: &Path, analysis: &Analysis, offset: usize) -> Option<(Span, String)> {
    let found = analysis.findings().iter().filter(|finding| {
        touches(finding.at.location.span, offset)
            && analysis.file(finding.at.location.source.path()) == path
    });
    let nearest = found.min_by_key(|finding| finding.at.location.span.len())?;
    Some((nearest.at.location.span, reference::explain(nearest.code.name).ok()?))
}

pub(super) fn touches(span: Span, offset: usize) -> bool {
    span.start <= offset && offset <= span.end
}

/// Text that is shown as it is; a fence longer than any in it.
fn literal(text: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() {
        return String::new();
    }
    let mut ticks = "```".to_owned();
    while text.contains(&ticks) {
        ticks.push('`');
    }
    format!("{ticks}text\n{text}\n{ticks}\n")
}

/// Text in which nothing is Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
