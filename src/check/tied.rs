//! Values of the model within fences: `# plumb: = EXPR` behind a scalar, `{= EXPR }` in a shell fence.

use super::codes::{TIED_TO_NOTHING, UNCLOSED_VALUE, VALUE_FOR_MDBOOK};
use super::near_ties::{self, Comment, read_comment};
use super::site::{CheckedFence, Site};
use super::{Expansion, Published, Scope, Tied};
use crate::content::{self, Block, Content};
use crate::diag::Diagnostic;
use crate::manifest::{self, Node, Value, Versions};
use crate::model::parse_kubernetes;
use crate::model::{self, Bindings, Evaluation, Format, Model, Style, Used};
use crate::reading::Reading;
use crate::text::{Location, Span, replaced};
use regex::Regex;
use std::sync::LazyLock;

/// A value in a fence, and where it stands there.
struct Placed {
    /// What it takes the place of, in the fence's text.
    part: Span,
    fresh: String,
    /// Its place in the author's file.
    at: Location,
}

/// A fence's text with its values. A preprocessor of mdBook's reads `{{#include …}}` in code too, which has no way to write it
/// otherwise: a value that has a share in one is told, and not published.
fn filled(text: &str, mut values: Vec<Placed>, findings: &mut Vec<Diagnostic>) -> String {
    static HELPER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\{\{\s*#[^}]*\}?\}?").expect("the pattern is a constant"));
    values.sort_by_key(|value| value.part.start);
    let all = replaced(text, values.iter().map(|value| (value.part, value.fresh.clone())));
    let helpers: Vec<_> = HELPER.find_iter(&all).map(|found| found.range()).collect();
    if helpers.is_empty() {
        return all;
    }
    let (mut written, mut shown) = (0, 0);
    values.retain(|value| {
        let start = shown + (value.part.start - written);
        let end = start + value.fresh.len();
        (written, shown) = (value.part.end, end);
        let next = helpers.partition_point(|helper| helper.end < start);
        let has_share = helpers.get(next).is_some_and(|helper| helper.start <= end);
        if has_share {
            let message = "this value has a share in `{{#…}}`, which mdBook may read in code too";
            findings.push(Diagnostic::new(&VALUE_FOR_MDBOOK, value.at.clone(), message));
        }
        !has_share
    });
    replaced(text, values.into_iter().map(|value| (value.part, value.fresh)))
}

/// What fences need of the model.
pub(super) struct Comments<'a> {
    pub(super) model: &'a Model,
    pub(super) names: &'a Bindings,
    pub(super) used: &'a mut Used,
}

impl Comments<'_> {
    /// Compares each tied scalar with the model. The text as it is published, without the comments and with fresh values;
    /// none if nothing is tied.
    pub(super) fn tie(
        &mut self,
        site: &Site<'_>,
        versions: &Versions,
        text: &str,
        read: &Reading,
        outcome: &mut CheckedFence,
    ) -> Option<String> {
        if site.project.scope == Scope::Manifests {
            return None;
        }
        let mut values: Vec<Placed> = Vec::new();
        let mut scalars = None;
        for &comment in &read.comments {
            let locate = |span: Span| site.map.locate(site.fence.body.span_of(span));
            if !text[comment.range()].starts_with('#') {
                continue;
            }
            let inside = Span::new(comment.start + 1, comment.end);
            let expression = match read_comment(self.model, text, inside) {
                None => continue,
                Some(Comment::Tie(expression)) => expression,
                Some(Comment::Misspelt(head, expression)) => {
                    self.used.mentioned(self.model, &text[expression.range()]);
                    let fixable = site.map.locate_copied(site.fence.body.span_of(head)).is_some();
                    let finding = near_ties::misspelt(&text[head.range()], locate(head), fixable);
                    outcome.findings.push(finding);
                    continue;
                }
            };
            let scalars = scalars.get_or_insert_with(|| scalars_of(read));
            let start = text[..comment.start].trim_end_matches([' ', '\t']).len();
            let scalar = scalar_before(scalars, text, comment.start);
            values.push(Placed {
                part: Span::new(start, comment.end),
                fresh: String::new(),
                at: locate(comment),
            });
            let Some(scalar) = scalar else {
                outcome.unknown += 1;
                outcome.findings.push(
                    Diagnostic::new(
                        &TIED_TO_NOTHING,
                        locate(comment),
                        "this comment ties nothing to the model: there is no scalar before it on its line",
                    )
                    .help("put it behind the value that it is about: `cpu: 100m  # plumb: = EXPR`"),
                );
                continue;
            };
            let Some(evaluation) = self.evaluate(
                &text[expression.range()],
                |span| locate(span.shift(expression.start)),
                outcome,
            ) else {
                outcome.unknown += 1;
                continue;
            };
            let inner = written(scalar, text);
            let old = &text[inner.range()];
            let fresh = self.show(&evaluation, Style::Kubernetes);
            let tied = if self.is_same(scalar, old, &evaluation, &fresh) {
                Tied {
                    span: inner,
                    written: old.to_owned(),
                    fresh: old.to_owned(),
                    replacement: old.to_owned(),
                    expression: text[expression.range()].to_owned(),
                }
            } else {
                let must_be_text = || {
                    let document = read
                        .documents
                        .iter()
                        .find(|document| document.span.contains(scalar.span))?;
                    site.project.engine.must_be_text(document, scalar.span, versions)
                };
                let (span, replacement) = replacement(scalar, inner, &fresh, must_be_text);
                Tied {
                    span,
                    written: old.to_owned(),
                    fresh,
                    replacement,
                    expression: text[expression.range()].to_owned(),
                }
            };
            outcome.values.push(published(locate(inner), &tied.expression, &tied.fresh));
            values.push(Placed {
                part: tied.span,
                fresh: tied.replacement.clone(),
                at: locate(expression),
            });
            outcome.tied.push(Tied { span: site.fence.body.span_of(tied.span), ..tied });
        }
        (!values.is_empty()).then(|| filled(text, values, &mut outcome.findings))
    }

    /// Reports the ties in a fence in which none is read.
    pub(super) fn untied(&mut self, site: &Site<'_>, help: &str, outcome: &mut CheckedFence) {
        if site.project.scope == Scope::Manifests || near_ties::shows_sources(site.fence) {
            return;
        }
        let locate = |span: Span| site.map.locate(site.fence.body.span_of(span));
        let text = site.fence.body.text();
        let found = near_ties::ties_elsewhere(self.model, text, locate, self.used, help);
        outcome.findings.extend(found);
    }

    /// `{= EXPR }` in a shell or text fence with the word `plumb`.
    pub(super) fn interpolate(
        &mut self,
        site: &Site<'_>,
        others: &[String],
        outcome: &mut CheckedFence,
    ) {
        if site.project.scope == Scope::Manifests {
            return;
        }
        let text = site.fence.body.text();
        let mut values = Vec::new();
        for found in site.fence.interpolations() {
            let locate = |span: Span| site.map.locate(found.expression.span_of(span));
            if !found.closed {
                let at = site.map.locate(site.fence.body.span_of(found.part));
                outcome.findings.push(
                    Diagnostic::new(&UNCLOSED_VALUE, at, "this `{=` is not closed on its line")
                        .help("write `{= EXPR }`"),
                );
                continue;
            }
            let evaluation = self.evaluate(found.expression.text(), locate, outcome);
            if let Some(evaluation) = evaluation {
                let fresh = self.show(&evaluation, Style::People);
                let at = site.map.locate(site.fence.body.span_of(found.part));
                outcome.values.push(published(at.clone(), found.expression.text(), &fresh));
                values.push(Placed { part: found.part, fresh, at });
            }
        }
        outcome.expansion = Some(Expansion {
            span: site.node.span,
            place: site.node.place.clone(),
            content: Content::Blocks(vec![Block::Code {
                language: site.fence.lang.value.clone(),
                text: filled(text, values, &mut outcome.findings),
                classes: others.to_vec(),
            }]),
            within: Vec::new(),
            committed: None,
            html_only: false,
        });
    }

    /// Whether what is written is what the model says, in whatever spelling: `0.1` for `100m`, `0.1Gi` for `107374182400m`,
    /// `10s` for ten seconds. Quantities are equal where `resource.Quantity.Cmp` says so.
    fn is_same(&self, scalar: &Node, old: &str, evaluation: &Evaluation, fresh: &str) -> bool {
        let old = scalar.as_str().unwrap_or(old);
        if let (Value::Bool(old), model::Value::Bool(fresh)) = (&scalar.value, &evaluation.value) {
            return old == fresh;
        }
        if old == fresh {
            return true;
        }
        let Some(quantity) = evaluation.value.quantity() else { return false };
        if let Ok(old) = parse_kubernetes(old) {
            return old.value == quantity.value
                || parse_kubernetes(fresh).is_ok_and(|fresh| old.value == fresh.value);
        }
        self.model.units.quantity(old).is_ok_and(|old| old == *quantity)
    }

    fn show(&self, evaluation: &Evaluation, style: Style) -> String {
        self.model.show(evaluation, &Format { style, ..Format::default() }).text
    }

    fn evaluate(
        &mut self,
        expression: &str,
        locate: impl Fn(Span) -> Location,
        outcome: &mut CheckedFence,
    ) -> Option<Evaluation> {
        let inputs = self.model.inputs();
        crate::directive::evaluate(
            self.model,
            (expression, self.names),
            &inputs,
            self.used,
            locate,
            &mut outcome.findings,
        )
    }
}

/// What is to be written for a scalar, and in the place of what. Quotes stay; and where a field takes text alone, or text
/// stands and no schema says, what YAML would take for something else gets them.
fn replacement(
    scalar: &Node,
    inner: Span,
    fresh: &str,
    must_be_text: impl FnOnce() -> Option<bool>,
) -> (Span, String) {
    let quoted = inner != scalar.span;
    match scalar.style {
        manifest::Style::SingleQuoted if quoted && !fresh.contains(char::is_control) => {
            return (inner, fresh.replace('\'', "''"));
        }
        manifest::Style::DoubleQuoted if quoted => {
            let text = in_quotes(fresh);
            return (inner, text[1..text.len() - 1].to_owned());
        }
        _ => {}
    }
    let was_text = matches!(scalar.value, Value::String(_));
    let plain = plain(fresh);
    let fits = match plain {
        Some(Value::String(text)) => text == fresh,
        Some(_) => !must_be_text().unwrap_or(was_text),
        None => false,
    };
    (scalar.span, if fits { fresh.to_owned() } else { in_quotes(fresh) })
}

/// What YAML reads in a text without quotes, also between brackets; nothing where that is not one scalar.
fn plain(text: &str) -> Option<Value> {
    let flow = format!("[{text}]");
    let mut roots = manifest::yaml::compose(&flow).roots;
    let [Node { value: Value::Seq(items), .. }] = &mut roots[..] else { return None };
    let item = items.pop().filter(|_| items.is_empty())?;
    (item.span == Span::new(1, 1 + text.len())).then_some(item.value)
}

/// JSON's quotes are YAML's.
fn in_quotes(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn published(at: Location, expression: &str, fresh: &str) -> Published {
    let content = Content::Inline(content::text(fresh));
    Published { at, expression: expression.trim().to_owned(), content }
}

/// The scalars that a text holds, in its order.
fn scalars_of(read: &Reading) -> Vec<&Node> {
    let mut scalars = Vec::new();
    let mut stack: Vec<&Node> = read.documents.iter().map(|document| &document.root).collect();
    while let Some(node) = stack.pop() {
        match &node.value {
            Value::Map(map) => stack.extend(map.iter().map(|entry| &entry.value)),
            Value::Seq(items) => stack.extend(items),
            _ if node.is_written() => scalars.push(node),
            _ => {}
        }
    }
    scalars.sort_by_key(|node| node.span.end);
    scalars
}

/// The last scalar that ends before an offset, on the same line.
fn scalar_before<'a>(scalars: &[&'a Node], text: &str, offset: usize) -> Option<&'a Node> {
    let line = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let before = scalars.partition_point(|node| node.span.end <= offset);
    let last = scalars.get(before.checked_sub(1)?)?;
    (last.span.start >= line).then_some(*last)
}

/// The span of a scalar without its quotes.
fn written(node: &Node, text: &str) -> Span {
    let quoted = node.is_quoted()
        && node.span.len() >= 2
        && text[node.span.range()].starts_with(['"', '\'']);
    if quoted { Span::new(node.span.start + 1, node.span.end - 1) } else { node.span }
}
