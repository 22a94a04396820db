//! `{= EXPR }` where no value is read. It counts only if it names what the model has: others write `{=` as well.

use super::codes::UNREAD_VALUE;
use super::fences;
use super::near_ties::shows_sources;
use crate::diag::{Diagnostic, Edit, Fix};
use crate::markdown::{Fence, Node, NodeKind, Unread, Within};
use crate::model::{Model, Used};
use crate::text::{Span, TextMap};

/// The findings for the values of a chapter that are published as they are written.
pub(super) fn values(
    model: &Model,
    unread: &[Unread],
    nodes: &[Node],
    map: &TextMap,
    used: &mut Used,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for unread in unread {
        let expression = unread.expression.text();
        let fence = match unread.within {
            Within::Fence(node) => match &nodes[node].kind {
                NodeKind::Fence(fence) => Some(fence),
                _ => continue,
            },
            _ => None,
        };
        if fence.is_some_and(|fence| shows_sources(fence) || is_computed(fence))
            || !model.is_about(expression)
        {
            continue;
        }
        used.mentioned(model, expression);
        let message = format!("`{{= {expression} }}` is published as it is written");
        let finding = Diagnostic::new(&UNREAD_VALUE, map.locate(unread.span), message);
        findings.push(match fence {
            Some(fence) => in_fence(finding, fence, map, expression),
            None => elsewhere(finding, unread, map),
        });
    }
    findings
}

/// Whether the values of a fence are computed.
fn is_computed(fence: &Fence) -> bool {
    fence.has("plumb") && !fences::is_manifest(fence)
}

fn in_fence(finding: Diagnostic, fence: &Fence, map: &TextMap, expression: &str) -> Diagnostic {
    if fences::is_manifest(fence) {
        return finding
            .label("no value is read here")
            .help(format!("in YAML, write the value and tie it: `100m  # plumb: = {expression}`"));
    }
    let (at, word) = match fence.info.is_empty() {
        true => (fence.open.end, "text plumb"),
        false => (fence.info.end, " plumb"),
    };
    let mut finding = finding
        .label("values are read in a fence with the word `plumb`")
        .help("to show it as it is written, add the word `ignore` to the fence");
    if let Some(location) = map.locate_copied(Span::at(at)) {
        let edits = vec![Edit { location, text: word.to_owned() }];
        let title = format!("write `{}` behind the row that opens it", word.trim());
        finding.fix = Some(Fix { title, edits });
    }
    finding
}

/// An expression as an argument of a directive.
pub(super) fn argument(expression: &str) -> String {
    match expression.contains(|c: char| !(c.is_alphanumeric() || ".-_".contains(c))) {
        // Either quote begins a text in an expression; an argument has double ones.
        true if !expression.contains(['\'', '\\']) => {
            format!("\"{}\"", expression.replace('"', "'"))
        }
        true => format!("\"{}\"", expression.replace('\\', "\\\\").replace('"', "\\\"")),
        false => expression.to_owned(),
    }
}

fn elsewhere(finding: Diagnostic, unread: &Unread, map: &TextMap) -> Diagnostic {
    let expression = unread.expression.text();
    let directive = format!("<!-- plumb: value {} /-->", argument(expression));
    if unread.within == Within::Html {
        // In a tag a comment is none, and in `<code>` it is shown: where it may stand, only its author knows.
        return finding.label("in raw HTML no value is read").help(format!(
            "between tags write `{directive}`; in a tag's attribute nothing is computed"
        ));
    }
    let (label, instead) = match unread.within {
        Within::Text => ("a value stands in backticks", Some(format!("`{{= {expression} }}`"))),
        Within::Address => ("a value in an address is a directive", Some(directive)),
        Within::Html | Within::Code | Within::Fence(_) => {
            ("a value in backticks stands there alone", None)
        }
    };
    let finding = finding.label(label);
    match instead {
        Some(text) if map.locate_copied(unread.span).is_some() => {
            finding.replace_with(format!("write `{text}`"), text)
        }
        Some(_) => finding,
        None => {
            finding.help("to show it as it is written, use two backticks on each side, or a fence")
        }
    }
}
