//! What an author wrote and no page has: an include has changed what the text around it is.
//!
//! mdBook up to 0.5.4 indents only the first line of an include. In a list or a quote the second one ends the item and the
//! fence in it; the fence's own end then opens another one, and the rest of the chapter is code. An include that holds the
//! beginning of a fence or of a comment alone does the same. So what is found in the chapter's own file, and in the text with
//! its includes as its author means them, is looked for in the text that mdBook has made.

use super::codes::LOST_IN_INCLUDE;
use super::{Chapter, Difference, Origin, Project, fences};
use crate::diag::Diagnostic;
use crate::markdown::{self, Node, NodeKind, Scan};
use crate::text::{Location, Span, TextMap};
use std::collections::{BTreeMap, BTreeSet};

/// Where something of ours begins: its file, and the offset in it.
type Place = (String, usize);

/// The findings for what is lost.
pub(super) fn find(
    project: &Project,
    chapter: &Chapter,
    origin: &Origin,
    shown: &Scan,
) -> Vec<Diagnostic> {
    let shown = shown.nodes.iter().map(|node| {
        let kept = Kept { end: end(node, &chapter.map), body: body(node) };
        (place(&chapter.map.locate(begin(node))), kept)
    });
    let mut search =
        Search { origin, shown: shown.collect(), findings: Vec::new(), told: BTreeSet::new() };
    if let Some(meant) = &origin.meant {
        let scan = markdown::scan(&meant.text, &meant.map, project.dialect);
        search.compare(&scan, &meant.map, Some(&meant.why));
        if let Difference::NotExpanded = meant.why {
            return search.findings;
        }
    }
    let (text, map) = markdown::unexpanded(&origin.source);
    search.compare(&markdown::scan(text, &map, project.dialect), &map, None);
    search.findings
}

/// What a page has of a fence.
struct Kept<'a> {
    end: Option<Place>,
    body: &'a str,
}

struct Search<'a> {
    origin: &'a Origin,
    /// What the page has of ours.
    shown: BTreeMap<Place, Kept<'a>>,
    findings: Vec<Diagnostic>,
    told: BTreeSet<Place>,
}

impl Search<'_> {
    /// Compares what a text has with what the page has; `why` they differ, if it is not for what an include begins.
    fn compare(&mut self, scan: &Scan, map: &TextMap, why: Option<&Difference>) {
        for node in &scan.nodes {
            let is_fence = match &node.kind {
                NodeKind::Fence(fence) if !fences::is_looked_at(fence) => continue,
                NodeKind::Fence(_) => true,
                _ => false,
            };
            let at = map.locate(begin(node));
            let kept = self.shown.get(&place(&at));
            let is_kept = match why {
                // The chapter's own text is there, whatever else has been done to it.
                Some(Difference::NotExpanded) => {
                    let own = at.source.path() == self.origin.source.path();
                    let same = |kept: &Kept<'_>| !is_fence || kept.body == body(node);
                    kept.map_or(own, same)
                }
                // A fence that ends elsewhere has lost what it held, or has taken in what it should not.
                _ => kept.is_some_and(|kept| !is_fence || kept.end == end(node, map)),
            };
            if !is_kept && self.told.insert(place(&at)) {
                self.findings.push(lost(node, at, why));
            }
        }
    }
}

fn lost(node: &Node, at: Location, why: Option<&Difference>) -> Diagnostic {
    let what = match &node.kind {
        NodeKind::Directive(directive) => format!("the directive `{}`", directive.name.value),
        NodeKind::Value(expression) => format!("the value `{{= {} }}`", expression.text().trim()),
        NodeKind::Fence(_) => "this fence".to_owned(),
    };
    match why {
        Some(Difference::NotExpanded) => Diagnostic::new(
            &LOST_IN_INCLUDE,
            at,
            format!("{what} is published as it is written: its include is expanded later"),
        )
        .help("run after mdBook has expanded includes: `after = [\"links\"]` in `[preprocessor.plumb]`"),
        Some(Difference::Indented(includes)) => {
            let message = format!("{what} is not on the page: an include breaks up the text around it");
            let mut finding = Diagnostic::new(&LOST_IN_INCLUDE, at, message);
            let before = includes.partition_point(|(start, _)| *start < node.span.end);
            if let Some((_, include)) = includes[..before].last() {
                finding = finding.related(include.clone(), "only the first line of this is indented");
            }
            finding
                .help("mdBook up to 0.5.4 indents only an include's first line: move it, with its fence, out of the list or quote")
                .help(format!("if a later mdBook builds the book: `allow = [\"{}\"]`", LOST_IN_INCLUDE.name))
        }
        None => {
            let message = format!("{what} is not on the page: an include before it takes it in");
            Diagnostic::new(&LOST_IN_INCLUDE, at, message)
                .help("what is included has to end what it begins: a fence, a comment, raw HTML")
        }
    }
}

/// What marks the beginning of a node, whatever stands around it.
fn begin(node: &Node) -> Span {
    match &node.kind {
        NodeKind::Directive(directive) => directive.opener,
        NodeKind::Value(_) => node.span,
        NodeKind::Fence(fence) => fence.open,
    }
}

/// Where a fence is closed.
fn end(node: &Node, map: &TextMap) -> Option<Place> {
    match &node.kind {
        NodeKind::Fence(fence) => fence.close.map(|close| place(&map.locate(close))),
        _ => None,
    }
}

fn place(location: &Location) -> Place {
    (location.source.path().to_owned(), location.span.start)
}

fn body(node: &Node) -> &str {
    match &node.kind {
        NodeKind::Fence(fence) => fence.body.text(),
        _ => "",
    }
}
