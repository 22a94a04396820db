//! Values of the model within fences: `# plumb: = EXPR` behind a scalar, `{= EXPR }` in a shell fence.

use super::codes::{TIED_TO_NOTHING, UNCLOSED_VALUE};
use super::site::{Outcome, Site};
use super::{Expansion, Published, Tied};
use crate::content::{self, Block, Content};
use crate::diag::Diagnostic;
use crate::manifest::{Node, Read, Value};
use crate::model::{Format, Model, Style, Used};
use crate::text::{Location, Span, replaced};

/// What fences need of the model.
pub(super) struct Comments<'a> {
    pub(super) model: &'a Model,
    pub(super) used: &'a mut Used,
}

impl Comments<'_> {
    /// Compares each tied scalar with the model. The text as it is published, without the comments and with fresh values;
    /// none if nothing is tied.
    pub(super) fn tie(
        &mut self,
        site: &Site<'_>,
        text: &str,
        read: &Read,
        outcome: &mut Outcome,
    ) -> Option<String> {
        let mut edits: Vec<(Span, String)> = Vec::new();
        let mut scalars = None;
        for &comment in &read.comments {
            let Some(expression) = expression(text, comment) else { continue };
            let scalars = scalars.get_or_insert_with(|| scalars_of(read));
            let start = text[..comment.start].trim_end_matches([' ', '\t']).len();
            edits.push((Span::new(start, comment.end), String::new()));
            let scalar = scalar_before(scalars, text, comment.start);
            let locate = |span: Span| site.map.locate(site.fence.body.span_of(span));
            let Some(scalar) = scalar else {
                outcome.findings.push(
                    Diagnostic::new(
                        &TIED_TO_NOTHING,
                        locate(comment),
                        "this comment ties nothing to the model: no scalar stands before it on its line",
                    )
                    .help("put it behind the value that it is about: `cpu: 100m  # plumb: = EXPR`"),
                );
                continue;
            };
            let inner = written(scalar, text);
            let Some(fresh) = self.fresh(
                &text[expression.range()],
                &text[inner.range()],
                |span| locate(span.shift(expression.start)),
                outcome,
            ) else {
                continue;
            };
            outcome.values.push(published(locate(inner), &text[expression.range()], &fresh));
            outcome.tied.push(Tied {
                span: site.fence.body.span_of(inner),
                written: text[inner.range()].to_owned(),
                fresh: fresh.clone(),
                expression: text[expression.range()].to_owned(),
            });
            edits.push((inner, fresh));
        }
        if edits.is_empty() {
            return None;
        }
        edits.sort_by_key(|(span, _)| span.start);
        Some(replaced(text, edits))
    }

    /// `{= EXPR }` in a shell or text fence with the word `plumb`.
    pub(super) fn interpolate(
        &mut self,
        site: &Site<'_>,
        others: &[String],
        outcome: &mut Outcome,
    ) {
        let text = site.fence.body.text();
        let mut edits = Vec::new();
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
            let fresh = self.evaluate(found.expression.text(), Style::People, locate, outcome);
            if let Some(fresh) = fresh {
                let at = site.map.locate(site.fence.body.span_of(found.part));
                outcome.values.push(published(at, found.expression.text(), &fresh));
                edits.push((found.part, fresh));
            }
        }
        outcome.expansion = Some(Expansion {
            span: site.node.span,
            place: site.node.place.clone(),
            content: Content::Blocks(vec![Block::Code {
                language: site.fence.lang.value.clone(),
                text: replaced(text, edits),
                classes: others.to_vec(),
            }]),
            committed: None,
            html_only: false,
        });
    }

    /// What should stand there. A value that is the same quantity as the one that is written keeps the author's spelling
    /// (`0.1` for `100m`).
    fn fresh(
        &mut self,
        expression: &str,
        written: &str,
        locate: impl Fn(Span) -> Location,
        outcome: &mut Outcome,
    ) -> Option<String> {
        let fresh = self.evaluate(expression, Style::Kubernetes, locate, outcome)?;
        let same = match (
            crate::model::quantity::parse_kubernetes(written),
            crate::model::quantity::parse_kubernetes(&fresh),
        ) {
            (Ok(written), Ok(fresh)) => written.value == fresh.value,
            _ => false,
        };
        Some(if same { written.to_owned() } else { fresh })
    }

    fn evaluate(
        &mut self,
        expression: &str,
        style: Style,
        locate: impl Fn(Span) -> Location,
        outcome: &mut Outcome,
    ) -> Option<String> {
        let inputs = self.model.inputs();
        let evaluation = crate::directive::evaluate(
            self.model,
            expression,
            &inputs,
            self.used,
            locate,
            &mut outcome.findings,
        )?;
        Some(self.model.show(&evaluation, &Format { style, ..Format::default() }).text)
    }
}

fn published(at: Location, expression: &str, fresh: &str) -> Published {
    let content = Content::Inline(content::text(fresh));
    Published { at, expression: expression.trim().to_owned(), content }
}

/// The expression of a comment that ties: the span behind `# plumb: =`.
fn expression(text: &str, comment: Span) -> Option<Span> {
    let inside = text.get(comment.range())?.strip_prefix('#')?;
    let rest = inside.trim_start().strip_prefix("plumb:")?.trim_start().strip_prefix('=')?;
    let start = comment.end - rest.trim_start().len();
    Some(Span::new(start, start + rest.trim().len()))
}

/// The scalars that a text holds, in its order.
fn scalars_of(read: &Read) -> Vec<&Node> {
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
