//! What only a build computes, on a page that nobody builds.

use super::codes::UNCOMMITTED;
use super::unread::argument;
use crate::diag::{Diagnostic, Edit, Fix};
use crate::markdown::{Directive, Node, NodeKind};
use crate::text::{Span, TextMap};

/// The finding for something of a tree's page that has no committed text; `text` is the page's.
pub(super) fn finding(node: &Node, text: &str, map: &TextMap) -> Diagnostic {
    let at = map.locate(node.span);
    // In MDX a comment is one of JavaScript's.
    let (open, close) = match at.source.path().ends_with(".mdx") {
        true => ("{/*", "*/}"),
        false => ("<!--", "-->"),
    };
    let closer = format!("{open} /plumb {close}");
    let (message, edits) = match &node.kind {
        NodeKind::Value(expression) => {
            let written = expression.text();
            let word = argument(written);
            let message = format!("readers see `{{= {written} }}`: nothing computes it");
            (message, vec![(node.span, format!("{open} plumb: value {word} {close}?{closer}"))])
        }
        NodeKind::Directive(directive) => {
            let message = format!("readers see nothing of `{}`", directive.name.value);
            (message, opened(node, directive, text, &closer).unwrap_or_default())
        }
        NodeKind::Fence(_) => {
            ("readers see the fence as it is: nothing computes its values".to_owned(), Vec::new())
        }
    };
    let finding = Diagnostic::new(&UNCOMMITTED, at, message)
        .label("the pages of a tree are published as they are committed");
    let place = &node.place;
    let may_stand = !(place.in_address || place.in_image || place.in_html);
    let edits = edits.into_iter();
    let edits: Option<Vec<Edit>> =
        edits.map(|(span, text)| Some(Edit { location: map.locate_copied(span)?, text })).collect();
    match edits.filter(|edits| may_stand && !edits.is_empty()) {
        Some(edits) => {
            let title = "write a pair for the text, which `mdbook-plumb sync` fills in".to_owned();
            Diagnostic { fix: Some(Fix { title, edits }), ..finding }
        }
        None => finding.help("write the text by hand"),
    }
}

/// What makes a directive that closes itself the first comment of a pair.
fn opened(
    node: &Node,
    directive: &Directive,
    text: &str,
    closer: &str,
) -> Option<Vec<(Span, String)>> {
    let opener = directive.opener;
    let inner = text[opener.range()].strip_suffix("-->")?;
    let slash = opener.start + inner.trim_end().strip_suffix('/')?.trim_end().len();
    let until = opener.start + inner.len();
    let behind = match node.place.inline {
        true => format!("?{closer}"),
        false => format!("\n{}{closer}", node.place.prefix),
    };
    Some(vec![(Span::new(slash, until), " ".to_owned()), (Span::at(opener.end), behind)])
}
